import { At, Cap, Cpu, Header, MemoryMap, Ms, PageSize, TaskFlag } from '@ring3/abi';
import type { Core } from '@ring3/core';
import { Errno } from './errno.js';
import { BinfmtRegistry } from './exec/binfmt.js';
import { registerBinfmts } from './exec/register.js';
import { createBinfmtMiscFs } from './fs/binfmt-miscfs/binfmt-miscfs.js';
import { createDevtmpfs } from './fs/dev/devtmpfs.js';
import { createDevpts } from './fs/devpts/devpts.js';
import { createProcFs } from './fs/proc/procfs.js';
import { createTmpfs, defaultTmpfsLimits } from './fs/tmpfs/tmpfs.js';
import { FutexTable } from './ipc/futex.js';
import { Kernel, type KernelOptions } from './kernel.js';
import { PageCache } from './mm/page-cache.js';
import type { Platform } from './platform.js';
import { Scheduler } from './sched/scheduler.js';
import { SigHand, SigPending, SignalStruct } from './signal/signal-struct.js';
import { Cred } from './task/cred.js';
import { FsStruct } from './task/fs-struct.js';
import { allowedLimit, initialLimits, initialThreadsMax, threadsAllowed } from './task/limits.js';
import { PidTable } from './task/pid-table.js';
import { Task, TaskState } from './task/task.js';
import { Clock } from './time/clock.js';
import { TimerQueue } from './time/timer-queue.js';
import { Tracer } from './trace/tracer.js';
import { ConsoleTable } from './tty/console-table.js';
import { MountTable } from './vfs/mount-table.js';
import { LookupFlags, pathAt } from './vfs/namei.js';
import { mkdirAt } from './vfs/namespace.js';
import { Path } from './vfs/path.js';
import type { SuperBlock } from './vfs/super-block.js';

export interface BootOptions {
  core: Core;
  platform: Platform;
  options: KernelOptions;
  /** Makes the root file system. */
  root: (k: Kernel) => SuperBlock;
  trace?: Tracer;
}

/** Builds a machine's kernel: its tables, pid 1, the root, and /proc, /dev, /dev/shm where the root has room for them. */
export function createKernel({ core, platform, options, root, trace = new Tracer() }: BootOptions): Kernel {
  const k = new Kernel(
    { ...options },
    {
      core,
      platform,
      trace,
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
  core.resetCpu();
  k.clock.boot(k);
  const init = createInit(k);
  const mount = mountRoot(k, root);
  init.fs = new FsStruct(mount, mount);
  mountAtPath(k, '/proc', createProcFs);
  mountAtPath(k, '/dev', createDevtmpfs);
  mountAtPath(k, '/dev/pts', createDevpts);
  mountAtPath(k, '/dev/shm', (kernel) => createTmpfs(kernel, defaultTmpfsLimits(kernel)));
  registerBinfmts(k);
  mountAtPath(k, '/proc/sys/fs/binfmt_misc', createBinfmtMiscFs);
  return k;
}

/** The root's super block may need a current task (times, owner): pid 1 is there, but has no root yet. */
function mountRoot(k: Kernel, root: (k: Kernel) => SuperBlock): Path {
  const mount = k.mounts.mount(k, root(k), null, Ms.RELATIME);
  return new Path(mount, mount.root);
}

/** pid 1: runs no program, adopts orphans, reaps at once, and stands on the CPU when nothing else can. */
function createInit(k: Kernel): Task {
  const cred = new Cred();
  cred.capPermitted = cred.capEffective = cred.capBounding = (1n << BigInt(Cap.Last + 1)) - 1n;
  const signal = new SignalStruct();
  const memory = k.core.u32[(MemoryMap.Header + Header.FrameCount) >>> 2]! * PageSize.Bytes;
  signal.rlimits = initialLimits(memory).map((limit, resource) => allowedLimit(k, resource, limit));
  k.pids.threadsMax = Math.min(initialThreadsMax(memory), threadsAllowed(k));
  signal.unkillable = true;
  signal.leader = true;
  const noRoot = null as unknown as Path;
  const init = new Task(k.pids.alloc(), cred, null, new FsStruct(noRoot, noRoot), signal, new SigHand(), new SigPending(), Cpu.TaskBytes);
  init.comm = 'init';
  init.flags = TaskFlag.KTHREAD;
  init.sigAltFlags = 0;
  init.state = TaskState.Interruptible;
  signal.threads.add(init);
  k.init = init;
  k.current = init;
  k.pids.attach(init);
  k.pids.setPgrp(init, init.pid);
  k.pids.setSession(init, init.pid);
  return init;
}

/** Makes the directory where it is missing; a root that cannot have it goes without. */
function mountAtPath(k: Kernel, name: string, make: (k: Kernel) => SuperBlock): void {
  try {
    try {
      mkdirAt(k, At.FDCWD, name, 0o755);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
    k.mounts.mount(k, make(k), pathAt(k, At.FDCWD, name, LookupFlags.Follow));
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    k.platform.debug('boot', `nothing is mounted on ${name}: ${error.name}`);
  }
}
