import type { Core } from '@ring3/core';
import type { Platform } from './platform.js';
import type { Task } from './task/task.js';
import type { PidTable } from './task/pid-table.js';
import type { Scheduler } from './sched/scheduler.js';
import type { TimerQueue } from './time/timer-queue.js';
import { LoadAverage } from './sched/load-average.js';
import { TrapSampling } from './time/cpu-time.js';
import type { Clock } from './time/clock.js';
import type { MountTable } from './vfs/mount-table.js';
import type { BinfmtRegistry } from './exec/binfmt.js';
import type { PagingPolicy } from './mm/paging-policy.js';
import type { PageCache } from './mm/page-cache.js';
import type { FutexTable } from './ipc/futex.js';
import type { ConsoleTable } from './tty/console-table.js';
import { PtyTable } from './tty/pty.js';
import type { DevptsSuper } from './fs/devpts/devpts.js';
import type { Tracer } from './trace/tracer.js';
import type { HostStreamSuperBlock } from './fs/host-stream/host-stream.js';
import type { ExitRecord } from './task/init.js';
import type { UnixSock } from './net/unix/unix-sock.js';
import { CoredumpConfig } from './exec/coredump/config.js';
import { Vdso } from './exec/vdso/vdso.js';
import { VmState } from './mm/vm-state.js';
import { registerState } from './state.js';
import { SysctlState } from './task/sysctl-state.js';
import { DOUBLE_ZERO } from './double-zero.js';

/** Options that stay fixed for the life of a machine. */
export interface KernelOptions {
  /** 'compact': everything below 4 GiB · 'linux': where Linux 5.4 puts it. */
  layout: 'compact' | 'linux';
  aslr: boolean;
  clock: 'real' | 'virtual';
  hostname: string;
  /** When file pages are mapped; absent: as Linux does. */
  paging?: PagingPolicy;
  /** Instructions per scheduling slice (preemption). */
  quantum: number;
  /** Live threads of the whole machine, pid 1 not counted, whatever the guest writes to threads-max. Absent: no such limit. */
  maxThreads?: number;
  /** The most that RLIMIT_NOFILE can allow a process, whatever the guest writes to nr_open. Absent: no such limit. */
  maxOpenFiles?: number;
}

/**
 * The root of all kernel state. `core`, `platform` and `trace` are the three links to the outside and are rebound after a restore;
 * everything else is plain data (state.ts). Built by boot.ts.
 */
export class Kernel {
  core!: Core;
  platform!: Platform;
  trace!: Tracer;
  /** The task on the CPU, or whose call is being handled. */
  current!: Task;
  /** pid 1: the machine's own init, which reaps. */
  init!: Task;
  readonly pids!: PidTable;
  readonly scheduler!: Scheduler;
  readonly timers!: TimerQueue;
  readonly clock!: Clock;
  readonly mounts!: MountTable;
  readonly binfmts!: BinfmtRegistry;
  readonly pageCache!: PageCache;
  readonly futexes!: FutexTable;
  readonly consoles!: ConsoleTable;
  hostStreams: HostStreamSuperBlock | null = null;
  readonly ptys = new PtyTable();
  /** AF_UNIX sockets with an abstract name, by nameKey. */
  readonly unixNames = new Map<string, UnixSock>();
  devpts: DevptsSuper | null = null;
  constructor(
    readonly options: KernelOptions,
    parts: {
      core: Core;
      platform: Platform;
      trace: Tracer;
      pids: PidTable;
      scheduler: Scheduler;
      timers: TimerQueue;
      clock: Clock;
      mounts: MountTable;
      binfmts: BinfmtRegistry;
      pageCache: PageCache;
      futexes: FutexTable;
      consoles: ConsoleTable;
    },
  ) {
    Object.assign(this, parts);
    this.vm.randomizeVaSpace = options.aslr ? 2 : 0;
  }
  readonly load = new LoadAverage();
  /** Counters and sysctls of mm/. */
  readonly vm = new VmState();
  readonly coredump = new CoredumpConfig();
  readonly sysctls = new SysctlState();
  readonly vdso = new Vdso();
  /** NIS domain name (uname). */
  domainname = '(none)';
  /** /proc/sys/kernel/random/boot_id; null until somebody asks. */
  bootId: string | null = null;
  /** How the machine's own processes ended, until takeExits. */
  readonly exits: ExitRecord[] = [];
  /** Numbers of calls that were asked for in vain, each said once under the debug topic 'syscalls'. */
  readonly unknownSyscalls = new Set<number>();
  /** cpuClock at the last accountTime. */
  accounted = DOUBLE_ZERO;
  readonly sampling = new TrapSampling();
  /** Ids that agree everywhere (stat, maps, mountinfo): one counter per kind, so that runs are deterministic. */
  readonly nextId = { ino: 1, dev: 1, mapping: 1, mount: 1, file: 1, session: 1 };
}
registerState('Kernel', Kernel);
