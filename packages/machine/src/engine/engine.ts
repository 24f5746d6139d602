import { At, Header, MemoryMap, O, Sig } from '@ring3/abi';
import { createCore } from '@ring3/core';
import { inspectDisassembly } from '../inspect/disassembly.js';
import type { InspectRequest as MachineInspectRequest, InspectView as MachineInspectView, Place, StepUnit, Stop } from '../protocol.js';
import { StopControl } from './stop-control.js';
import { parseStopSpec } from './stop-spec.js';
import { StopSymbols } from './stop-symbols.js';
import type { ImageSource } from '@ring3/image';
import type { Jit } from '@ring3/jit';
import {
  coreImports,
  createHostInput,
  createHostOutput,
  createKernel,
  Errno,
  type File,
  hostInput,
  hostInputEnd,
  hostOutputFailed,
  hostOutputWritable,
  imageSource,
  inspect,
  type InspectRequest,
  type InspectView,
  type Mm,
  type PagingPolicy,
  peekUser,
  writeRemote,
  parsePaging,
  type Kernel,
  type Rusage,
  rusageOf,
  sendFromOutside,
  sendGroupFromOutside,
  shutDown,
  execSpawned,
  prepareSpawn,
  spawnProcess,
  type SpawnRequest,
  type Task,
  takeExits,
  type Tty,
  openAt,
} from '@ring3/kernel';
import { toByteString } from './byte-string.js';
import { GuestFiles } from './guest-files.js';
import { GuestProcess } from './guest-process.js';
import { type HostStreams, StreamHandle, standardHandles, type StreamHandles } from './host-streams.js';
import type { EngineHost } from './host.js';
import { HostPlatform } from './host-platform.js';
import { type ExitStatus, MachineError, type EngineOptions, type SpawnOptions } from './options.js';
import { type MachineStats, machineStats } from './machine-stats.js';
import { furnishEmptyRoot, mountHostPaths, rootFileSystem } from './root.js';
import { addTimes, NO_TIMES, RunLoop, type RunLoopOptions } from './run-loop.js';
import { Translation, type TranslationWatcher } from './translation.js';

/** Instructions per turn of a task: at 300 MIPS about 3 ms. */
const QUANTUM = 1_000_000;

const NOTHING_USED: Rusage = { utime: 0, stime: 0, maxRss: 0, minFlt: 0, majFlt: 0, nvcsw: 0, nivcsw: 0, instructions: 0 };

/** Programs are looked for here when the environment has no PATH, as login(1) sets it for root. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** An image whose bytes may have to be fetched (@ring3/image). */
type LazySource = Required<Pick<ImageSource, 'fetch'>>;

/**
 * One machine: processor, memory, kernel and its file systems, run inline on the caller's thread in short slices. The guest's
 * standard streams go through `streams`.
 */
export class MachineEngine {
  readonly files: GuestFiles;
  private readonly processes = new Map<number, GuestProcess>();
  /** Of processes that were given one. */
  private readonly terminals = new Map<number, Tty>();
  private loop: RunLoop | null = null;
  /** Its run is over: nothing runs in it any more, its files can still be read. */
  private ended = false;
  /** Of run loops that have ended. */
  private times = NO_TIMES;
  /** The limit that ended the machine. */
  private limit: ExitStatus['limit'];

  private constructor(
    /** For what observes it: strace, inspect. */
    readonly kernel: Kernel,
    private readonly options: EngineOptions,
    private readonly host: EngineHost,
  ) {
    this.files = new GuestFiles(kernel);
    this.symbols = new StopSymbols(kernel);
    this.stops = new StopControl(kernel, this.symbols);
  }

  /** @throws MachineError when the root or a mount cannot be opened, or memory cannot be had */
  static create(host: EngineHost, options: EngineOptions, streams: HostStreams): MachineEngine {
    let machine: MachineEngine | null = null;
    const platform = new HostPlatform({
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      virtualClock: options.clock === 'virtual',
      now: host.now,
      wallClock: host.wallClock,
      random: host.random,
      streams,
      hostFs: host.hostFs(),
      blockRead: (handle, node, offset, length, id) => void machine!.blockRead(handle, node, offset, length, id),
      debug: (topic, line) => {
        if (options.debug?.includes(topic)) host.debug(topic, line);
      },
    });
    let kernel: Kernel | null = null;
    const { limits = {} } = options;
    const memoryLimit = Math.min(options.memory ?? host.defaultMemory, limits.memory ?? Infinity);
    const core = createMachineCore(host.coreModule, memoryLimit, () => kernel!);
    kernel = createKernel({
      core,
      platform,
      options: {
        layout: options.layout ?? 'compact',
        aslr: options.aslr ?? false,
        clock: options.clock ?? 'real',
        hostname: options.hostname ?? 'ring3',
        quantum: QUANTUM,
        ...(limits.processes === undefined ? {} : { maxThreads: limits.processes }),
        ...(limits.openFiles === undefined ? {} : { maxOpenFiles: limits.openFiles }),
        ...(options.paging === undefined ? {} : { paging: pagingPolicy(options.paging) }),
      },
      root: (k) => rootFileSystem(k, options.root ?? { kind: 'empty' }, platform.hostFs ?? null),
    });
    machine = new MachineEngine(kernel, options, host);
    if ((options.root ?? { kind: 'empty' }).kind === 'empty') furnishEmptyRoot(kernel, machine.files);
    mountHostPaths(kernel, machine.files, options.mounts ?? [], platform.hostFs ?? null);
    if (options.jit ?? true) machine.translation = new Translation(kernel, (message) => options.fetchFailed?.(message));
    return machine;
  }

  /**
   * Starts a program as a new session below pid 1. `path` with a slash is taken as it is, otherwise it is looked up in env's PATH.
   * @param args without argv[0]
   * @throws MachineError with the errno that execve gave
   */
  spawn(path: string, args: readonly string[], options: SpawnOptions = {}): GuestProcess {
    const request = this.guestErrors(path, () => this.spawnRequest(path, args, options));
    const task = this.starting(path, request, () => spawnProcess(this.kernel, request));
    return this.spawned(task, request);
  }

  /** The same where parts of the program may have to be fetched first. */
  async spawnFetching(path: string, args: readonly string[], options: SpawnOptions = {}): Promise<GuestProcess> {
    const k = this.kernel;
    const request = this.guestErrors(path, () => this.spawnRequest(path, args, options));
    const task = this.starting(path, request, () => prepareSpawn(k, request));
    while (!this.starting(path, request, () => execSpawned(k, task, request, true))) {
      await new Promise<void>((resolve) => this.fetching.push(resolve));
      if (this.ended) throw new MachineError('closed', 'the machine has ended');
    }
    return this.spawned(task, request);
  }

  /** Where it fails, nothing of the process stays. */
  private starting<T>(path: string, { tty }: SpawnRequest, work: () => T): T {
    try {
      return this.guestErrors(path, work);
    } catch (error) {
      if (tty) this.kernel.consoles.ownerEnded(this.kernel, tty);
      throw error;
    }
  }

  private spawnRequest(path: string, args: readonly string[], options: SpawnOptions): SpawnRequest {
    const k = this.kernel;
    const handles = options.handles ?? standardHandles;
    const tty = options.tty ? k.consoles.open(k, { handle: handles.console, ...options.tty }) : null;
    try {
      return this.requestWith(tty, path, args, options, handles);
    } catch (error) {
      if (tty) k.consoles.ownerEnded(k, tty);
      throw error;
    }
  }

  private requestWith(tty: Tty | null, path: string, args: readonly string[], options: SpawnOptions, handles: StreamHandles): SpawnRequest {
    return {
      path: toByteString(path),
      argv: [options.argv0 ?? path, ...args].map(toByteString),
      envp: environment(options.env).map(toByteString),
      cwd: toByteString(options.cwd ?? '/'),
      uid: options.uid ?? 0,
      gid: options.gid ?? 0,
      files: this.standardFiles(tty, options.stdin ?? 'pipe', handles),
      ...(tty ? { tty } : {}),
      ...(options.rlimits ? { rlimits: options.rlimits } : {}),
    };
  }

  private spawned(task: Task, { tty }: SpawnRequest): GuestProcess {
    const k = this.kernel;
    const process = new GuestProcess(task.tid, (signo, toGroup) => {
      if (toGroup) sendGroupFromOutside(k, task, signo);
      else sendFromOutside(k, task, signo);
      this.loop?.poke();
    });
    this.processes.set(task.tid, process);
    if (tty) this.terminals.set(task.tid, tty);
    this.loop?.poke();
    return process;
  }

  private standardFiles(tty: Tty | null, stdin: 'pipe' | 'null', handles: StreamHandles): [File, File, File] {
    const k = this.kernel;
    if (tty) return [k.consoles.file(k, tty, O.RDWR), k.consoles.file(k, tty, O.RDWR), k.consoles.file(k, tty, O.RDWR)];
    const input = stdin === 'null' ? openAt(k, At.FDCWD, '/dev/null', O.RDONLY, 0) : createHostInput(k, handles.stdin);
    return [input, createHostOutput(k, handles.stdout), createHostOutput(k, handles.stderr)];
  }

  /** Bytes of an image that have to be fetched. */
  private async blockRead(handle: number, node: number, offset: number, length: number, id: number): Promise<void> {
    let bytes: Uint8Array | null = null;
    try {
      bytes = await (imageSource(this.kernel, handle) as unknown as LazySource).fetch(node, offset, length);
    } catch (error) {
      // Pages that share what did not come have one error.
      const isNews = !(error instanceof Error) || !this.told.has(error);
      if (error instanceof Error) this.told.add(error);
      if (isNews) this.options.fetchFailed?.(error instanceof Error ? error.message : String(error));
    }
    this.kernel.pageCache.blockReadDone(this.kernel, id, bytes);
    this.loop?.poke();
    for (const wake of this.fetching.splice(0)) wake();
  }

  private readonly fetching: (() => void)[] = [];
  private readonly told = new WeakSet<Error>();

  /** A file of the guest, parts of which may have to be fetched first. @throws MachineError file-error */
  readFile(path: string): Promise<Uint8Array> {
    return this.files.readFetching(path, () => new Promise((resolve) => this.fetching.push(resolve)));
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
    await this.drive({ finished: () => this.settle() && finished() });
  }

  /**
   * Runs whatever is spawned, until `stop`; then ends as `run` does. `afterSlice` is called after each slice, with the machine between
   * two instructions.
   */
  async serve({ afterSlice, ...rest }: Required<Pick<RunLoopOptions, 'afterSlice' | 'onIdle' | 'isHeld'>>): Promise<void> {
    await this.drive({
      ...rest,
      finished: () => false,
      outlivesProcesses: true,
      afterSlice: () => {
        this.settle();
        afterSlice();
      },
    });
  }

  /** Nothing is asked of it any more: what it has open at its host is closed. After its run. */
  dispose(): void {
    this.kernel.mounts.releaseHosts(this.kernel);
  }

  /** What the run loop waits for may have come. */
  poke(): void {
    this.loop?.poke();
  }

  /** Ends the machine because one of its limits is reached. */
  endByLimit(limit: NonNullable<ExitStatus['limit']>): void {
    this.limit ??= limit;
    // Also a slice that is under way.
    this.kernel.core.u32[(MemoryMap.Header + Header.InterruptRequest) >>> 2] = 1;
    this.loop?.stop();
  }

  get limitReached(): ExitStatus['limit'] {
    return this.limit;
  }

  get paused(): boolean {
    return this.stops.paused;
  }

  /** No guest instruction runs from now on, until `resume` or `step`. */
  pause(): Stop {
    return this.stops.pause();
  }

  /** Stands still at a place of the run without ending a step: StopControl.hold. */
  hold(at?: Place): Promise<Place> {
    return this.stops.hold(at);
  }

  release(): void {
    this.stops.release();
  }

  resume(): void {
    this.stops.resume();
  }

  /** Pauses by itself at these places from now on; `onStop` is called then. @throws MachineError bad-option */
  async setStops(specs: readonly string[]): Promise<void> {
    const parsed = specs.map(parseStopSpec);
    if (parsed.some(({ kind }) => kind === 'symbol')) await this.symbols.load();
    this.stops.setSpecs(parsed);
  }

  private readonly symbols: StopSymbols;
  private readonly stops: StopControl;

  private translation: Translation | null = null;

  /** From now on hot code is translated by this: a translator of one's own. */
  translate(jit: typeof Jit): void {
    this.translation ??= new Translation(this.kernel, (message) => this.options.fetchFailed?.(message));
    this.translation.use(jit);
  }

  /** Goes on to the next instruction or event: StopControl.step. */
  async step(unit: StepUnit): Promise<Stop | null> {
    return this.stops.step(unit);
  }

  /** Told when the machine has paused by itself. */
  set onStop(told: ((stop: Stop) => void) | null) {
    this.stops.onStop = told;
  }

  /** Memory of a process as it would read it; nothing of the machine changes. @throws MachineError no such process */
  readMemory(pid: number, address: number, length: number): Uint8Array {
    return peekUser(this.kernel, this.mmOf(pid), address, length);
  }

  writeMemory(pid: number, address: number, bytes: Uint8Array): number {
    return writeRemote(this.kernel, this.mmOf(pid), address, bytes);
  }

  private mmOf(pid: number): Mm {
    const mm = this.kernel.pids.task(pid)?.mm;
    if (!mm) throw new MachineError('bad-option', `there is no process ${pid}`);
    return mm;
  }

  private async drive(options: Pick<RunLoopOptions, 'finished' | 'outlivesProcesses' | 'afterSlice' | 'onIdle' | 'isHeld'>): Promise<void> {
    const { instructions = Infinity, wallTime = Infinity } = this.options.limits ?? {};
    const loop = new RunLoop(this.kernel, {
      now: this.host.now,
      cpuSeconds: this.host.cpuSeconds,
      hasProcesses: () => this.processes.size > 0,
      ...options,
      afterSlice: () => {
        this.stops.afterSlice();
        options.afterSlice?.();
      },
      instructionsUntilStop: () => this.stops.instructionsLeft,
      translate: () => this.translation?.poll(),
      yieldToHost: this.host.yieldToHost,
      limits: { instructions, wallTime },
    });
    this.loop = loop;
    this.stops.setLoop(loop);
    const { reason } = await loop.run();
    this.loop = null;
    this.ended = true;
    this.times = addTimes(this.times, loop.times);
    for (const wake of this.fetching.splice(0)) wake();
    if (reason !== 'finished') this.limit ??= reason;
    const { limit } = this;
    this.settle();
    try {
      shutDown(this.kernel);
    } catch (error) {
      if (error instanceof Errno)
        throw new MachineError('data-loss', `not all that the guest wrote to its host's files is there: ${error.name}`, error.name);
      throw error;
    } finally {
      this.settle(limit);
      this.stops.setLoop(null);
      this.settleRest(limit);
    }
  }

  /** Who did not even end when killed (its last wait was for a host that does not answer) counts as killed. */
  private settleRest(limit: ExitStatus['limit']): void {
    for (const [pid, process] of this.processes) {
      const task = this.kernel.pids.leader(pid);
      process.settle(Sig.KILL, task ? rusageOf(this.kernel, task, 'both') : NOTHING_USED, limit);
    }
    this.processes.clear();
  }

  /** Resolves the promises of processes that have ended; true when none is left. */
  private settle(limit?: ExitStatus['limit']): boolean {
    const k = this.kernel;
    for (const { pid, status, rusage, oomKilled } of takeExits(k)) {
      this.processes.get(pid)?.settle(status, rusage, oomKilled ? 'memory' : limit);
      this.processes.delete(pid);
      const tty = this.terminals.get(pid);
      this.terminals.delete(pid);
      if (tty) k.consoles.ownerEnded(k, tty);
    }
    return this.processes.size === 0;
  }

  /** Ends `run` soon, whatever still runs in the guest. */
  stop(): void {
    this.loop?.stop();
  }

  /** Bytes for a stream of the guest, or keys for its console. */
  input(handle: number, bytes: Uint8Array): void {
    if (this.kernel.consoles.has(handle)) this.kernel.consoles.input(this.kernel, handle, bytes);
    else hostInput(this.kernel, handle, bytes);
    this.loop?.poke();
  }

  inputEnd(handle: number): void {
    if (this.kernel.consoles.has(handle)) this.kernel.consoles.hangup(this.kernel, handle);
    else hostInputEnd(this.kernel, handle);
    this.loop?.poke();
  }

  /** The reader of a stream has room again. */
  outputWritable(handle: number): void {
    if (this.kernel.consoles.has(handle)) this.kernel.consoles.writable(this.kernel, handle);
    else hostOutputWritable(this.kernel, handle);
    this.loop?.poke();
  }

  /** What the guest wrote to a stream could not be delivered: its next write fails with `code` ('EPIPE': nobody reads any more). */
  outputFailed(handle: number, code: string): void {
    if (this.kernel.consoles.has(handle)) this.kernel.consoles.hangup(this.kernel, handle);
    else hostOutputFailed(this.kernel, handle, code);
    this.loop?.poke();
  }

  resize(cols: number, rows: number, handle: number = StreamHandle.Console): void {
    this.kernel.consoles.resize(this.kernel, handle, cols, rows);
    this.loop?.poke();
  }

  /**
   * What is at this moment in a process: plain data. Ask between slices, or in a receiver of tracepoints or stops; null where there is
   * no such process or its memory is gone.
   */
  inspect(request: InspectRequest): InspectView | null {
    return inspect(this.kernel, request);
  }

  /** The same with what has to be loaded first, of the thread at which the machine stands where none is named. */
  async inspectWith(request: MachineInspectRequest): Promise<MachineInspectView | null> {
    const { disassembly, pid = this.stops.thread, ...rest } = request;
    const decode = disassembly ? (await import('@ring3/isa')).disassemble : null;
    const view = inspect(this.kernel, { ...rest, pid });
    if (!view) return null;
    return { ...view, disassembly: decode && disassembly ? inspectDisassembly(this.kernel, view.tid, disassembly, decode) : null };
  }

  /** From now on `stats` tells how many pages were mapped in vain. Before the first spawn. */
  countUnusedPages(): void {
    this.kernel.vm.countUnused = true;
  }

  /** From now on this is told what is translated and how that is used; false: nothing is. */
  watchTranslation(watcher: TranslationWatcher): boolean {
    this.translation?.tell(watcher);
    return this.translation !== null;
  }

  /** Functions of WebAssembly that hot code has become. */
  get translatedFunctions(): readonly unknown[] {
    return this.translation?.translated?.functions ?? [];
  }

  stats(): MachineStats {
    return machineStats(this.kernel, addTimes(this.times, this.loop?.times), this.translation?.translated ?? null);
  }
}

function createMachineCore(module: WebAssembly.Module, memoryLimit: number, kernel: () => Kernel) {
  try {
    return createCore(module, { memoryLimit }, coreImports(kernel));
  } catch (error) {
    if (error instanceof RangeError)
      throw new MachineError('out-of-host-memory', `cannot get ${memoryLimit} bytes of memory: ${error.message}`);
    throw error;
  }
}

function pagingPolicy(text: string): PagingPolicy {
  const policy = parsePaging(text);
  if (!policy) throw new MachineError('bad-option', `paging '${text}' is not demand[:N], eager or hybrid[:N]`);
  return policy;
}

function environment(env: SpawnOptions['env']): readonly string[] {
  if (!env) return [`PATH=${DEFAULT_PATH}`, 'HOME=/root', 'TERM=xterm'];
  return Array.isArray(env) ? env : Object.entries(env).map(([name, value]) => `${name}=${value}`);
}
