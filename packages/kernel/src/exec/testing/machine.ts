import { At, Cpu, O } from '@ring3/abi';
import { createCore, loadCoreModule } from '@ring3/core';
import { KernelIter } from '../../io/kernel-iter.js';
import { FutexTable } from '../../ipc/futex.js';
import { Kernel, type KernelOptions } from '../../kernel.js';
import { FaultResult, handleMmFault } from '../../mm/fault.js';
import { PageCache } from '../../mm/page-cache.js';
import type { Platform } from '../../platform.js';
import { Scheduler } from '../../sched/scheduler.js';
import { SigHand, SigPending, SignalStruct } from '../../signal/signal-struct.js';
import { Cred } from '../../task/cred.js';
import { FilesStruct } from '../../task/files-struct.js';
import { FsStruct } from '../../task/fs-struct.js';
import { initialLimits } from '../../task/limits.js';
import { PidTable } from '../../task/pid-table.js';
import { Task } from '../../task/task.js';
import { Clock } from '../../time/clock.js';
import { TimerQueue } from '../../time/timer-queue.js';
import { Tracer } from '../../trace/tracer.js';
import { ConsoleTable } from '../../tty/console-table.js';
import { fput } from '../../vfs/file-table.js';
import { MountTable } from '../../vfs/mount-table.js';
import { openAt } from '../../vfs/open.js';
import { Path } from '../../vfs/path.js';
import { createTmpfs } from '../../fs/tmpfs/tmpfs.js';
import { BinfmtRegistry } from '../binfmt.js';
import { registerBinfmts } from '../register.js';

const platform: Platform = {
  monotonicNs: () => 0,
  realtime: () => ({ sec: 1_600_000_000, nsec: 0 }),
  random: (into) => into.fill(0xa5),
  streamWrite: () => true,
  streamWanted: () => {},
  streamConsumed: () => {},
  streamClosed: () => {},
  debug: () => {},
};

/** A kernel on a real core with one root task on an empty tmpfs. */
export function makeMachine(layout: KernelOptions['layout'] = 'compact'): Kernel {
  const memoryLimit = 64 << 20;
  const core = createCore(
    loadCoreModule(),
    { memoryLimit },
    {
      pageFault: (va, error) => {
        const result = k.current.mm ? handleMmFault(k, k.current.mm, va, error) : FaultResult.SigsegvMaperr;
        return result === FaultResult.Ok || result === FaultResult.Major ? 0 : 1;
      },
      rdtsc: () => 0,
    },
  );
  const k: Kernel = new Kernel(
    { layout, aslr: false, clock: 'virtual', hostname: 'test', quantum: 1000 },
    {
      core,
      platform,
      trace: new Tracer(),
      pids: new PidTable(),
      scheduler: new Scheduler(),
      timers: new TimerQueue(),
      clock: new Clock(),
      mounts: new MountTable(),
      binfmts: new BinfmtRegistry(),
      pageCache: new PageCache(),
      futexes: new FutexTable(),
      consoles: new ConsoleTable(),
    },
  );
  const mount = k.mounts.mount(k, createTmpfs(k, { mode: 0o755 }), null);
  const root = new Path(mount, mount.root);
  const cred = new Cred();
  cred.capBounding = cred.capPermitted = cred.capEffective = (1n << 38n) - 1n;
  const signal = new SignalStruct();
  signal.rlimits = initialLimits(memoryLimit);
  const task = new Task(
    k.pids.alloc(),
    cred,
    new FilesStruct(),
    new FsStruct(root, root),
    signal,
    new SigHand(),
    new SigPending(),
    Cpu.TaskBytes,
  );
  signal.threads.add(task);
  k.pids.attach(task);
  k.pids.setPgrp(task, task.pid);
  k.pids.setSession(task, task.pid);
  k.current = k.init = task;
  registerBinfmts(k);
  return k;
}

export function putFile(k: Kernel, path: string, content: Uint8Array | string, mode = 0o755): void {
  const bytes = typeof content === 'string' ? Uint8Array.from(content, (char) => char.charCodeAt(0)) : content;
  const file = openAt(k, At.FDCWD, path, O.CREAT | O.WRONLY | O.TRUNC, mode);
  for (let at = 0; at < bytes.length;) at += file.write(k, new KernelIter(bytes.slice(at)), at);
  fput(k, file);
}
