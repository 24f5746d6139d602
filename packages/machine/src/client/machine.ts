import { connect, rootFromString } from '#connect';
import type { MachineStats } from '../engine/machine-stats.js';
import { MachineError } from '../engine/options.js';
import type {
  FileStat,
  InspectRequest,
  InspectView,
  LimitName,
  MachineEvent,
  MachineService,
  Place,
  RootSpec,
  StepUnit,
  Stop,
  WireOptions,
} from '../protocol.js';
import { errorOf } from '../protocol-errors.js';
import type { Connection } from './connection.js';
import { Emitter, type MachineEventMap, type MachineListener } from './events.js';
import { type MachineState, StateFacts } from './machine-state.js';
import { type MachineMode, modeInfo } from './mode.js';
import type { MachineOptions, SpawnOptions } from './options.js';
import { awaitExit, type Exit, Process, type ProcessStreams } from './process.js';
import { ProcessTable } from './process-table.js';
import { feed } from './feed.js';
import { inputContent, spawnRequest } from './spawn-request.js';
import { StreamTable } from './stream-table.js';
import { TraceReader } from './trace-reader.js';

/** Bytes of a collected output that are kept where the options say nothing. */
const COLLECT_LIMIT = 16 << 20;
/** How long close() waits for dirty files of host folders to be written. */
const FLUSH_MS = 10_000;

/**
 * A machine: processor, memory and kernel, in a thread of its own. The same in a page and in Node.
 *
 *     const machine = await Machine.create({ root: '/' });
 *     const process = await machine.spawn('ls', ['-l'], { stdout: 'collect' });
 *     const { code, stdout } = await process.exited;
 *     await machine.close();
 */
export class Machine {
  private connection: Connection | null = null;
  private readonly facts = new StateFacts();
  private readonly events = new Emitter();
  private readonly streams: StreamTable;
  private readonly processes: ProcessTable;
  private readonly traces = new Map<number, TraceReader>();
  private nextTrace = 1;
  /** Calls that have not been answered. */
  private readonly waiting = new Set<(error: unknown) => void>();
  /** Why nothing can be called any more. */
  private ending: MachineError | null = null;
  private closing: Promise<void> | null = null;
  private terminated: Promise<void> = Promise.resolve();
  /** The limit that has ended it: nothing can be started any more, its files can still be read. */
  limitReached: LimitName | null = null;

  private constructor(private readonly options: MachineOptions) {
    this.streams = new StreamTable({
      input: (stream, bytes) => this.call((service) => service.input(stream, bytes)),
      inputEnd: (stream) => this.call((service) => service.inputEnd(stream)),
      credit: (stream, bytes) => this.quietly((service) => service.credit(stream, bytes)),
      cancelOutput: (stream) => this.quietly((service) => service.cancelOutput(stream)),
    });
    this.processes = new ProcessTable((pid, exit) => {
      this.change((facts) => (facts.processes = this.processes.size));
      this.events.emit('exit', { pid, exit });
    });
    if (options.onProgress) this.on('progress', options.onProgress);
    if (options.onStateChange) this.on('statechange', options.onStateChange);
    if (options.onStop) this.on('stop', options.onStop);
    if (options.onWarning) this.on('warning', options.onWarning);
  }

  /** Starts a machine. @throws MachineError bad-option, not-found, fetch-failed, out-of-host-memory; the reason of options.signal */
  static async create(options: MachineOptions = {}): Promise<Machine> {
    options.signal?.throwIfAborted();
    const machine = new Machine(options);
    options.signal?.addEventListener('abort', machine.abort, { once: true });
    try {
      await machine.boot(wireOptions(options));
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      const failure = MachineError.from(error);
      machine.fail(failure);
      throw failure;
    }
    return machine;
  }

  private readonly abort = (): void =>
    this.end('closed', new MachineError('closed', 'the machine was aborted'), this.options.signal!.reason);

  private async boot(options: WireOptions): Promise<void> {
    const { worker = true, workerUrl } = this.options;
    const connecting = connect({
      worker,
      ...(workerUrl === undefined ? {} : { workerUrl }),
      receive: (events) => this.receive(events),
      failed: (error) => this.fail(threadError(error)),
    }).then((connection) => {
      if (this.ending) this.terminated = connection.terminate();
      else this.connection = connection;
    });
    await this.orEnd(connecting);
    await this.call((service) => service.boot(options));
    this.change((facts) => (facts.booted = true));
  }

  /** Where it runs. */
  get mode(): 'worker' | 'inline' {
    return this.options.worker === false ? 'inline' : 'worker';
  }

  /** The same, with what is missing there. */
  get modeInfo(): MachineMode {
    return modeInfo(this.mode);
  }

  get state(): MachineState {
    return this.facts.state;
  }

  /** Calls `listener` at each such event. @returns what ends that */
  on<K extends keyof MachineEventMap>(type: K, listener: MachineListener<K>): () => void {
    this.events.on(type, listener);
    if (type === 'exit') this.processes.awaitExits();
    return () => this.events.off(type, listener);
  }

  off<K extends keyof MachineEventMap>(type: K, listener: MachineListener<K>): void {
    this.events.off(type, listener);
  }

  /**
   * Starts a program as the leader of a session of its own. `path` without a slash is looked up in PATH.
   * @param args without argv[0]
   * @throws MachineError not-executable, with execve's errno; bad-option; limit-reached; closed
   */
  async spawn(path: string, args: readonly string[] = [], options: SpawnOptions = {}): Promise<Process> {
    const { stdin = 'pipe', stdout = 'pipe', stderr = 'pipe', tty, collectLimit = COLLECT_LIMIT, signal } = options;
    signal?.throwIfAborted();
    const content = inputContent(stdin);
    const numbers = this.streams.numbers(tty !== undefined);
    const request = spawnRequest(path, args, options, numbers);
    const ends: ProcessStreams = {
      stdin: content === 'null' && !tty ? null : this.streams.input(tty ? numbers.console : numbers.stdin),
      stdout: tty ? this.streams.output('pipe', numbers.console, 0) : this.streams.output(stdout, numbers.stdout, collectLimit),
      stderr: tty ? null : this.streams.output(stderr, numbers.stderr, collectLimit),
    };
    let pid: number;
    try {
      pid = await this.call(
        (service) => service.spawn(request),
        (late) => this.unwanted(late),
        signal,
      );
    } catch (error) {
      this.streams.forget(numbers);
      throw error;
    }
    return this.started(pid, ends, numbers.console, content, signal);
  }

  private started(
    pid: number,
    ends: ProcessStreams,
    console: number,
    content: ReturnType<typeof inputContent>,
    signal: AbortSignal | undefined,
  ): Process {
    const exited: Promise<Exit> = this.processes.add(pid, ends);
    this.change((facts) => {
      facts.used = true;
      facts.idle = false;
      facts.processes = this.processes.size;
    });
    if (this.events.has('exit')) awaitExit(ends);
    this.keepAlive();
    if (signal) {
      const kill = (): void => this.killQuietly(pid);
      signal.addEventListener('abort', kill, { once: true });
      void exited.catch(() => {}).then(() => signal.removeEventListener('abort', kill));
    }
    if (typeof content !== 'string') void feed(ends.stdin!.writable, content);
    const link = {
      kill: async (name: string | number, group: boolean): Promise<void> => {
        if (this.processes.has(pid)) await this.call((service) => service.kill(pid, name, group));
      },
      resize: async (cols: number, rows: number): Promise<void> => {
        if (console === 0) throw new MachineError('bad-option', 'this process was spawned without a terminal');
        if (this.processes.has(pid)) await this.call((service) => service.resize(console, cols, rows));
      },
    };
    return new Process(pid, link, ends, exited);
  }

  /** A process whose spawn was aborted before it was answered. */
  private unwanted(pid: number): void {
    this.processes.add(pid, { stdin: null, stdout: null, stderr: null });
    this.killQuietly(pid);
  }

  private killQuietly(pid: number): void {
    this.quietly((service) => service.kill(pid, 'SIGKILL', true));
  }

  /** A call that nobody waits for. */
  private quietly(work: (service: MachineService) => Promise<void>): void {
    if (!this.ending && this.connection) void work(this.connection.service).catch(() => {});
  }

  /**
   * Tracepoints as they happen: of these groups ('syscalls') or events ('exec:start_thread'); none: all. Ends with the machine, or by
   * leaving the loop.
   */
  trace({ events = [], batch = 256 }: { events?: readonly string[]; batch?: number } = {}): TraceReader {
    const id = this.nextTrace++;
    const reader = new TraceReader(
      () => {
        this.traces.delete(id);
        this.quietly((service) => service.unsubscribe(id));
      },
      (records) => this.quietly((service) => service.traceTaken(id, records)),
    );
    this.traces.set(id, reader);
    this.call((service) => service.subscribe(id, events, Math.max(1, batch))).catch((error: unknown) => {
      this.traces.delete(id);
      reader.end(error);
    });
    return reader;
  }

  /** Stands still between two instructions, until `resume` or `step`. */
  async pause(): Promise<Stop> {
    const stop = await this.call((service) => service.pause());
    this.change((facts) => (facts.paused = true));
    return stop;
  }

  /**
   * Stands still at a place of the run, default: now, without ending a step that is under way, until `release`. Resolves there, or where
   * it stands still for another reason before.
   */
  async hold(at?: Place): Promise<Place> {
    return this.call((service) => service.hold(at));
  }

  /** Goes on after `hold`, also with a step that is under way; does nothing where it stands still for another reason. */
  async release(): Promise<void> {
    await this.call((service) => service.release());
  }

  async resume(): Promise<void> {
    await this.call((service) => service.resume());
    this.change((facts) => (facts.paused = false));
  }

  /**
   * From a pause on to the next instruction ('insn'; 'over': not into a call; 'out': until the function has returned) or event ('syscall',
   * 'fault', 'stage' of an execve, 'signal' that is delivered). Null: everything has ended before.
   */
  async step({ unit = 'insn' }: { unit?: StepUnit } = {}): Promise<Stop | null> {
    const stop = await this.call((service) => service.step(unit));
    if (!stop) this.change((facts) => (facts.paused = false));
    return stop;
  }

  /**
   * Pauses by itself at these places, and tells onStop: a stage of execve ('load_elf_binary'), a symbol of the program, an address
   * ('0x401000'), 'fault[:N]', 'syscall:NAME[:N]', 'signal:NAME', 'insn:N'. @throws MachineError bad-option
   */
  async setStops(specs: readonly string[]): Promise<void> {
    await this.call((service) => service.setStops(specs));
  }

  /** What is at this moment in a process; null: there is none, or its memory is gone. */
  async inspect(request: InspectRequest): Promise<InspectView | null> {
    return this.call((service) => service.inspect(request));
  }

  /** Memory of a process; fewer bytes where it ends. */
  async readMemory(pid: number, address: number, length: number): Promise<Uint8Array> {
    return this.call((service) => service.readMemory(pid, address, length));
  }

  /** @returns how many bytes were written */
  async writeMemory(pid: number, address: number, bytes: Uint8Array): Promise<number> {
    return this.call((service) => service.writeMemory(pid, address, bytes));
  }

  async stats(): Promise<MachineStats> {
    return this.call((service) => service.stats());
  }

  /** @throws MachineError file-error */
  async readFile(path: string): Promise<Uint8Array> {
    return this.call((service) => service.readFile(path));
  }

  /** Makes or replaces a file and the folders above it. @throws MachineError file-error */
  async writeFile(path: string, content: Uint8Array | string, mode = 0o644): Promise<void> {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    await this.call((service) => service.writeFile(path, bytes, mode));
  }

  /** @throws MachineError file-error */
  async readdir(path: string): Promise<string[]> {
    return this.call((service) => service.readdir(path));
  }

  /** @throws MachineError file-error */
  async stat(path: string): Promise<FileStat> {
    return this.call((service) => service.stat(path));
  }

  /** Makes a folder and those above it. @throws MachineError file-error */
  async mkdir(path: string): Promise<void> {
    await this.call((service) => service.mkdir(path));
  }

  /** Removes a file or an empty folder. @throws MachineError file-error */
  async remove(path: string): Promise<void> {
    await this.call((service) => service.remove(path));
  }

  /**
   * Ends the machine and frees all it has, whatever the guest does. Processes that still run are killed; what they wrote to folders
   * of the host is there when this resolves. Calling it again waits for the same and throws nothing.
   * @throws MachineError data-loss: not all of that is there; the machine is closed all the same
   */
  async close(): Promise<void> {
    if (this.closing) return this.closing.catch(() => {});
    this.closing = this.shutDown();
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async shutDown(): Promise<void> {
    const writesThrough = (this.options.mounts ?? []).some(({ readOnly }) => !readOnly);
    let loss: MachineError | null = null;
    if (writesThrough && !this.ending) {
      const { service } = this.connection!;
      this.ending = closedError();
      loss = await within(service.shutDown(), FLUSH_MS);
    }
    this.end('closed', closedError());
    await this.terminated;
    if (loss) throw loss;
  }

  /** A call of the engine. `late` gets an answer that comes when nobody waits for it any more. */
  private call<T>(work: (service: MachineService) => Promise<T>, late?: (value: T) => void, signal?: AbortSignal): Promise<T> {
    if (this.ending) return Promise.reject(this.ending);
    const { service } = this.connection!;
    return this.orEnd(
      // Comlink throws at once what cannot be cloned.
      new Promise<T>((resolve) => resolve(work(service))).catch((error: unknown) => {
        throw error instanceof Error && error.name === 'DataCloneError' ? new MachineError('bad-option', error.message) : error;
      }),
      late,
      signal,
    );
  }

  /** What a promise gives, or why the machine (or the signal) ended before: a terminated worker never answers. */
  private orEnd<T>(work: Promise<T>, late?: (value: T) => void, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let waits = true;
      const settle = (): boolean => {
        const first = waits;
        waits = false;
        this.waiting.delete(fail);
        signal?.removeEventListener('abort', aborted);
        this.keepAlive();
        return first;
      };
      const fail = (error: unknown): void => {
        if (settle()) reject(error);
      };
      const aborted = (): void => fail(signal!.reason);
      this.waiting.add(fail);
      signal?.addEventListener('abort', aborted, { once: true });
      this.keepAlive();
      work.then((value) => {
        if (settle()) resolve(value);
        else late?.(value);
      }, fail);
    });
  }

  /** In Node a machine that has nothing to do holds no process: a script may forget to close it. */
  private keepAlive(): void {
    if (!this.ending) this.connection?.keepAlive(this.waiting.size > 0 || this.processes.size > 0 || this.streams.hasOutputs);
  }

  private receive(events: readonly MachineEvent[]): void {
    for (const event of events) {
      // While close() waits for host folders, what is told of the end is known already.
      if (this.ending) return;
      this.handle(event);
    }
  }

  private handle(event: MachineEvent): void {
    switch (event.type) {
      case 'exit':
        this.processes.exit(event.pid, event.exit);
        this.keepAlive();
        break;
      case 'idle':
        this.change((facts) => (facts.idle = event.idle));
        break;
      case 'stopped':
        this.change((facts) => (facts.paused = true));
        this.events.emit('stop', event.stop);
        break;
      case 'trace':
        this.traces.get(event.id)?.receive(event.records);
        break;
      case 'progress':
        this.events.emit('progress', event.progress);
        break;
      case 'warning':
        this.events.emit('warning', errorOf(event.error));
        break;
      case 'failure':
        this.fail(errorOf(event.error));
        break;
      case 'ended':
        this.limitReached = event.limit;
        for (const trace of this.traces.values()) trace.end();
        this.traces.clear();
        this.change((facts) => (facts.ended = true));
        break;
      default:
        this.streams.handle(event);
        if (event.type === 'output-end') this.keepAlive();
    }
  }

  private change(set: (facts: StateFacts) => void): void {
    const previous = this.facts.state;
    set(this.facts);
    const { state } = this.facts;
    if (state !== previous) this.events.emit('statechange', { state, previous });
  }

  private fail(error: MachineError): void {
    if (this.ending) return;
    this.end('failed', error);
    this.events.emit('error', error);
  }

  /** All that waits learns why it waits in vain. `reason`: what those are told that wait now, where it is not what later calls are told. */
  private end(how: 'closed' | 'failed', why: MachineError, reason: unknown = why): void {
    if (this.facts.over) {
      if (how === 'closed') this.change((facts) => (facts.over = how));
      return;
    }
    this.ending = why;
    this.options.signal?.removeEventListener('abort', this.abort);
    this.processes.end(reason);
    this.streams.end(reason);
    for (const trace of this.traces.values()) trace.end(how === 'failed' ? reason : null);
    for (const fail of [...this.waiting]) fail(reason);
    this.traces.clear();
    if (this.connection) this.terminated = this.connection.terminate();
    this.connection = null;
    this.change((facts) => {
      facts.processes = 0;
      facts.over = how;
    });
  }
}

/** Options as the engine gets them. @throws MachineError not-found */
function wireOptions({ root, mounts = [], files = [], limits = {}, ...options }: MachineOptions): WireOptions {
  const { memory, aslr, jit, layout, seed, clock, hostname, debug } = options;
  return {
    root: rootSpec(root),
    mounts,
    files,
    limits,
    ...(memory === undefined ? {} : { memory }),
    ...(aslr === undefined ? {} : { aslr }),
    ...(jit === undefined ? {} : { jit }),
    ...(layout === undefined ? {} : { layout }),
    ...(seed === undefined ? {} : { seed }),
    ...(clock === undefined ? {} : { clock }),
    ...(hostname === undefined ? {} : { hostname }),
    ...(debug === undefined ? {} : { debug }),
  };
}

function rootSpec(root: MachineOptions['root']): RootSpec {
  if (root === undefined) return { kind: 'empty' };
  if (typeof root !== 'string') return root;
  return rootFromString(root);
}

function closedError(): MachineError {
  return new MachineError('closed', 'the machine was closed');
}

function threadError(error: Error): MachineError {
  return error instanceof MachineError ? error : new MachineError('internal', `the machine's thread has died: ${error.message}`);
}

/** Waits for host folders to be written. @returns what was lost; null: nothing */
async function within(work: Promise<void>, ms: number): Promise<MachineError | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<MachineError>((resolve) => {
    timer = setTimeout(() => resolve(new MachineError('data-loss', `the folders of the host were not written within ${ms / 1000} s`)), ms);
  });
  const done = work.then(
    () => null,
    (error: unknown) => MachineError.from(error),
  );
  const loss = await Promise.race([done, late]);
  clearTimeout(timer);
  return loss;
}
