import { At, Cpu, Header, MemoryMap, O, Sig, Stat } from '@ring3/abi';
import { createCore, loadCoreModule } from '@ring3/core';
import {
  coreImports,
  createHostInput,
  createHostOutput,
  createKernel,
  Errno,
  type File,
  getReg,
  hostInput,
  hostInputEnd,
  hostOutputFailed,
  hostOutputWritable,
  inspect,
  type InspectRequest,
  type InspectView,
  type Kernel,
  sendFromOutside,
  sendGroupFromOutside,
  shutDown,
  spawnProcess,
  takeExits,
  type TraceSink,
  type Tty,
  openAt,
  type PagingPolicy,
  parsePaging,
} from '@ring3/kernel';
import { toByteString } from './byte-string.js';
import { GuestFiles } from './guest-files.js';
import { GuestProcess } from './guest-process.js';
import { type Stop, type StopPoint, StopWatch } from './inspect/stops.js';
import { type HostStreams, StreamHandle } from './host-streams.js';
import { NodePlatform } from './node/node-platform.js';
import { type ExitStatus, MachineError, type MachineOptions, type SpawnOptions } from './options.js';
import { mountHostPaths, rootFileSystem } from './root.js';
import { RunLoop } from './run-loop.js';
import { type SignalEvent, SignalTimeline } from './signals/signal-timeline.js';
import { Strace, type StraceSession, type StraceSettings } from './strace/strace.js';
import type { Catalogue } from './trace/catalogue/catalogue.js';
import { type ExecTrace, ExecTracer } from './trace/exec-trace.js';
import { exportTrace, type TraceExport, type TraceFormat } from './trace/formats/trace-export.js';
import { type TraceReceiver, TraceSession, type TraceSettings } from './trace/session.js';

const DEFAULT_MEMORY = 1024 ** 3;
/** Instructions per turn of a task: at 300 MIPS about 3 ms. */
const QUANTUM = 1_000_000;

/** Programs are looked for here when the environment has no PATH, as login(1) sets it for root. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface MachineStats {
  instructions: number;
  /** CPU seconds of this thread spent in the run loop. */
  hostSeconds: number;
  minorFaults: number;
  majorFaults: number;
  contextSwitches: number;
  /** Frames of 4 KiB in use. */
  framesUsed: number;
  /** Pages that faults, populating and eager loading mapped. */
  pagesMapped: number;
  /** Of those that countUnusedPages has watched: unmapped without ever having been touched. */
  pagesUnused: number;
  /** The largest resident set of a process that has ended, in pages. */
  maxRss: number;
  /** Counters of the core, by name. */
  core: Record<string, number>;
}

/**
 * One machine: processor, memory, kernel and its file systems, run inline on the caller's thread in short slices. The guest's
 * standard streams go through `streams`.
 */
export class Machine {
  readonly files: GuestFiles;
  private readonly processes = new Map<number, GuestProcess>();
  private loop: RunLoop | null = null;
  private hostSeconds = 0;

  private constructor(
    private readonly kernel: Kernel,
    private readonly options: MachineOptions,
  ) {
    this.files = new GuestFiles(kernel);
  }

  /** @throws MachineError when the root or a mount cannot be opened, or memory cannot be had */
  static create(options: MachineOptions, streams: HostStreams): Machine {
    const platform = new NodePlatform({
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      virtualClock: options.clock === 'virtual',
      streams,
      debugTopics: new Set(options.debug),
    });
    let kernel: Kernel | null = null;
    const memoryLimit = options.memory ?? DEFAULT_MEMORY;
    const core = createMachineCore(memoryLimit, () => kernel!);
    kernel = createKernel({
      core,
      platform,
      options: {
        layout: options.layout ?? 'compact',
        aslr: options.aslr ?? false,
        clock: options.clock ?? 'real',
        hostname: options.hostname ?? 'ring3',
        quantum: QUANTUM,
        ...(options.paging === undefined ? {} : { paging: pagingPolicy(options.paging) }),
      },
      root: (k) => rootFileSystem(k, options.root ?? { kind: 'empty' }, platform.hostFs),
    });
    const machine = new Machine(kernel, options);
    mountHostPaths(kernel, machine.files, options.mounts ?? [], platform.hostFs);
    return machine;
  }

  /**
   * Starts a program as a new session below pid 1. `path` with a slash is taken as it is, otherwise it is looked up in env's PATH.
   * @param args without argv[0]
   * @throws MachineError with the errno that execve gave
   */
  spawn(path: string, args: readonly string[], options: SpawnOptions = {}): GuestProcess {
    const k = this.kernel;
    const tty = options.tty ? k.consoles.open(k, { handle: StreamHandle.Console, ...options.tty }) : null;
    const task = this.guestErrors(path, () =>
      spawnProcess(k, {
        path: toByteString(path),
        argv: [options.argv0 ?? path, ...args].map(toByteString),
        envp: environment(options.env).map(toByteString),
        cwd: toByteString(options.cwd ?? '/'),
        uid: options.uid ?? 0,
        gid: options.gid ?? 0,
        files: this.standardFiles(tty, options.stdin ?? 'pipe'),
        ...(tty ? { tty } : {}),
        ...(options.rlimits ? { rlimits: options.rlimits } : {}),
      }),
    );
    const process = new GuestProcess(task.tid, (signo, toGroup) => {
      if (toGroup) sendGroupFromOutside(k, task, signo);
      else sendFromOutside(k, task, signo);
      this.loop?.poke();
    });
    this.processes.set(task.tid, process);
    return process;
  }

  private standardFiles(tty: Tty | null, stdin: 'pipe' | 'null'): [File, File, File] {
    const k = this.kernel;
    if (tty) return [k.consoles.file(k, tty, O.RDWR), k.consoles.file(k, tty, O.RDWR), k.consoles.file(k, tty, O.RDWR)];
    const input = stdin === 'null' ? openAt(k, At.FDCWD, '/dev/null', O.RDONLY, 0) : createHostInput(k, StreamHandle.Stdin);
    return [input, createHostOutput(k, StreamHandle.Stdout), createHostOutput(k, StreamHandle.Stderr)];
  }

  private guestErrors<T>(path: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof Errno) throw new MachineError('not-executable', `${path}: ${error.name}`, error.name);
      throw error;
    }
  }

  /**
   * Runs until every spawned process has ended and `finished` says so, nothing is left to run, or a limit of the machine is reached;
   * then every process is killed and what they wrote goes to the host. Between slices the host's event loop runs.
   * @throws MachineError the host did not take what the guest wrote to its files
   */
  async run(finished: () => boolean = () => true): Promise<void> {
    const { instructions = Infinity, wallTime = Infinity } = this.options.limits ?? {};
    const before = process.cpuUsage();
    this.loop = new RunLoop(this.kernel, () => this.settle() && finished(), { instructions, deadlineMs: performance.now() + wallTime });
    const { reason } = await this.loop.run();
    this.loop = null;
    this.settle();
    try {
      shutDown(this.kernel);
    } catch (error) {
      if (error instanceof Errno)
        throw new MachineError('data-loss', `not all that the guest wrote to its host's files is there: ${error.name}`, error.name);
      throw error;
    } finally {
      const limit = reason === 'finished' ? undefined : reason;
      this.settle(limit);
      for (const process of this.processes.values()) process.settle(Sig.KILL, limit);
    }
    const used = process.cpuUsage(before);
    this.hostSeconds += (used.user + used.system) / 1e6;
  }

  /** Resolves the promises of processes that have ended; true when none is left. */
  private settle(limit?: ExitStatus['limit']): boolean {
    for (const { pid, status } of takeExits(this.kernel)) {
      this.processes.get(pid)?.settle(status, limit);
      this.processes.delete(pid);
    }
    return this.processes.size === 0;
  }

  /** Ends `run` soon, whatever still runs in the guest. */
  stop(): void {
    this.loop?.stop();
  }

  /** Bytes for a stream of the guest, or keys for its console. */
  input(handle: number, bytes: Uint8Array): void {
    if (handle === StreamHandle.Console) this.kernel.consoles.input(this.kernel, handle, bytes);
    else hostInput(this.kernel, handle, bytes);
    this.loop?.poke();
  }

  inputEnd(handle: number): void {
    if (handle === StreamHandle.Console) this.kernel.consoles.hangup(this.kernel, handle);
    else hostInputEnd(this.kernel, handle);
    this.loop?.poke();
  }

  /** The reader of a stream has room again. */
  outputWritable(handle: number): void {
    if (handle === StreamHandle.Console) this.kernel.consoles.writable(this.kernel, handle);
    else hostOutputWritable(this.kernel, handle);
    this.loop?.poke();
  }

  /** What the guest wrote to a stream could not be delivered: its next write fails with `code` ('EPIPE': nobody reads any more). */
  outputFailed(handle: number, code: string): void {
    if (handle === StreamHandle.Console) this.kernel.consoles.hangup(this.kernel, handle);
    else hostOutputFailed(this.kernel, handle, code);
    this.loop?.poke();
  }

  resize(cols: number, rows: number): void {
    this.kernel.consoles.resize(this.kernel, StreamHandle.Console, cols, rows);
    this.loop?.poke();
  }

  /**
   * Prints what the programs do from now on as strace(1) does, in pieces to `write`; to `notify` what it says about itself.
   * @throws StraceExpressionError
   */
  strace(settings: StraceSettings, write: (text: string) => void, notify: (text: string) => void): StraceSession {
    return new Strace(this.kernel, settings, write, notify);
  }

  /**
   * Receives the tracepoints that `settings` choose, in batches; each record is plain data that can be sent elsewhere.
   * @throws TraceExpressionError
   */
  trace(settings: TraceSettings, receive: TraceReceiver): TraceSession {
    return new TraceSession(this.kernel, settings, receive);
  }

  /**
   * Writes the tracepoints that `expressions` choose (none: all) from now on, in pieces to `write`.
   * @throws TraceExpressionError
   */
  exportTrace(format: TraceFormat, expressions: readonly string[], write: (text: string) => void): TraceExport {
    return exportTrace(this.kernel, format, expressions, write);
  }

  /** Receives what happens to signals from now on, while it happens. */
  signals(receive: (event: SignalEvent) => void): SignalTimeline {
    return new SignalTimeline(this.kernel, receive);
  }

  /** Receives each execve from now on as its stages, once it has returned. */
  traceExec(catalogue: Catalogue, done: (trace: ExecTrace) => void): ExecTracer {
    return new ExecTracer(this.kernel, catalogue, done);
  }

  /**
   * What is at this moment in a process: plain data. Ask between slices, or in a receiver of tracepoints or stops; null where there is
   * no such process or its memory is gone.
   */
  inspect(request: InspectRequest): InspectView | null {
    return inspect(this.kernel, request);
  }

  /** Calls `reached` when the program comes to these points. @see parseStop */
  watchStops(points: readonly StopPoint[], follow: boolean, reached: (stop: Stop) => void): StopWatch {
    return new StopWatch(this.kernel, points, follow, reached);
  }

  /** Receives tracepoints of these groups (Trace bits), synchronously, as they happen. */
  attachTrace(groups: number, sink: TraceSink): void {
    this.kernel.trace.attach(groups, sink);
  }

  /** From now on `stats` tells how many pages were mapped in vain. Before the first spawn. */
  countUnusedPages(): void {
    this.kernel.vm.countUnused = true;
  }

  stats(): MachineStats {
    const k = this.kernel;
    const header = (field: Header): number => k.core.u32[(MemoryMap.Header + field) >>> 2]!;
    const counter = (stat: Stat): number => getReg(k, Cpu.Stats + 8 * stat);
    return {
      instructions: getReg(k, Cpu.Icount),
      hostSeconds: this.hostSeconds,
      minorFaults: k.vm.pgFault - k.vm.pgMajFault,
      majorFaults: k.vm.pgMajFault,
      contextSwitches: k.scheduler.switches,
      framesUsed: header(Header.FrameCount) - header(Header.FreeFrames),
      pagesMapped: k.vm.pagesMapped,
      pagesUnused: k.vm.pagesUnused,
      maxRss: k.vm.peakRss,
      core: {
        'TLB misses': counter(Stat.TlbMiss),
        'page walks': counter(Stat.PageWalks),
        'slow reads': counter(Stat.SlowReads),
        'slow writes': counter(Stat.SlowWrites),
        'decoded instructions': counter(Stat.DecodedInstructions),
        'decoded pages': counter(Stat.DecodedPages),
        'code pages dropped': counter(Stat.CodeDrops),
        'code cache flushes': counter(Stat.CodeFlushes),
      },
    };
  }
}

function pagingPolicy(text: string): PagingPolicy {
  const policy = parsePaging(text);
  if (!policy) throw new MachineError('bad-option', `paging '${text}' is not demand[:N], eager or hybrid[:N]`);
  return policy;
}

function createMachineCore(memoryLimit: number, kernel: () => Kernel) {
  try {
    return createCore(loadCoreModule(), { memoryLimit }, coreImports(kernel));
  } catch (error) {
    if (error instanceof RangeError)
      throw new MachineError('out-of-host-memory', `cannot get ${memoryLimit} bytes of memory: ${error.message}`);
    throw error;
  }
}

function environment(env: SpawnOptions['env']): readonly string[] {
  if (!env) return [`PATH=${DEFAULT_PATH}`, 'HOME=/root', 'TERM=xterm'];
  return Array.isArray(env) ? env : Object.entries(env).map(([name, value]) => `${name}=${value}`);
}
