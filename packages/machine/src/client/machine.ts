import type { TraceRecord } from '@ring3/kernel';
import { connect, rootFromString } from '#connect';
import type { MachineStats } from '../engine/engine.js';
import { MachineError } from '../engine/options.js';
import type {
  ExitRecord,
  FileStat,
  InspectRequest,
  InspectView,
  MachineEvent,
  MachineService,
  RootSpec,
  SpawnRequest,
  StepUnit,
  Stop,
  StreamNumbers,
} from '../protocol.js';
import { errorOf } from '../protocol-errors.js';
import { Collector } from './collector.js';
import type { Connection } from './connection.js';
import { InputStream } from './input-stream.js';
import type { MachineOptions, OutputMode, SpawnOptions } from './options.js';
import { OutputStream } from './output-stream.js';
import { type Exit, Process } from './process.js';
import { TraceReader } from './trace-reader.js';

/** Bytes of a collected output that are kept where the options say nothing. */
const COLLECT_LIMIT = 16 << 20;
/** How long close() waits for dirty files of host folders to be written. */
const CLOSE_MS = 2000;

interface Running {
  resolve(exit: Exit): void;
  reject(error: Error): void;
  stdin: InputStream | null;
  stdout: OutputStream | Collector | null;
  stderr: OutputStream | Collector | null;
}

/**
 * A machine: processor, memory and kernel, in a thread of its own. The same in a page and in Node.
 *
 *     const machine = await Machine.create({ root: '/' });
 *     const process = await machine.spawn('ls', ['-l'], { stdout: 'collect' });
 *     const { code, stdout } = await process.exited;
 *     await machine.close();
 */
export class Machine {
  private readonly outputs = new Map<number, OutputStream | Collector>();
  private readonly inputs = new Map<number, InputStream>();
  private readonly running = new Map<number, Running>();
  /** Exits that came before their spawn's answer. */
  private readonly early = new Map<number, ExitRecord>();
  private readonly traces = new Map<number, TraceReader>();
  private nextStream = 1;
  private ending: MachineError | null = null;
  private readonly abort = (): void => void this.end(new MachineError('closed', 'the machine was aborted'));

  private constructor(
    private readonly options: MachineOptions,
    private readonly connection: Connection,
  ) {}

  /** Starts a machine. @throws MachineError bad-option, not-found, fetch-failed, out-of-host-memory */
  static async create(options: MachineOptions = {}): Promise<Machine> {
    options.signal?.throwIfAborted();
    let machine: Machine | null = null;
    let early: Error | null = null;
    const connection = await connect({
      worker: options.worker ?? true,
      ...(options.workerUrl === undefined ? {} : { workerUrl: options.workerUrl }),
      receive: (events) => machine?.receive(events),
      failed: (error) => {
        early = error;
        machine?.end(
          error instanceof MachineError ? error : new MachineError('internal', `the machine's thread has died: ${error.message}`),
        );
      },
    });
    machine = new Machine(options, connection);
    if (early) throw early;
    options.signal?.addEventListener('abort', machine.abort, { once: true });
    const { root, mounts = [], files = [], limits = {}, memory, aslr, layout, seed, clock, hostname, debug } = options;
    try {
      await machine.call((service) =>
        service.boot({
          root: rootSpec(root),
          mounts,
          files,
          limits,
          ...(memory === undefined ? {} : { memory }),
          ...(aslr === undefined ? {} : { aslr }),
          ...(layout === undefined ? {} : { layout }),
          ...(seed === undefined ? {} : { seed }),
          ...(clock === undefined ? {} : { clock }),
          ...(hostname === undefined ? {} : { hostname }),
          ...(debug === undefined ? {} : { debug }),
        }),
      );
    } catch (error) {
      machine.end(MachineError.from(error));
      options.signal?.throwIfAborted();
      throw error;
    }
    return machine;
  }

  /** Where it runs. */
  get mode(): 'worker' | 'inline' {
    return this.connection.mode;
  }

  /**
   * Starts a program as the leader of a session of its own. `path` without a slash is looked up in PATH.
   * @param args without argv[0]
   * @throws MachineError not-executable, with execve's errno; bad-option; closed
   */
  async spawn(path: string, args: readonly string[] = [], options: SpawnOptions = {}): Promise<Process> {
    const { stdin = 'pipe', stdout = 'pipe', stderr = 'pipe', tty, env, collectLimit = COLLECT_LIMIT, ...rest } = options;
    const content = typeof stdin === 'string' && stdin !== 'pipe' && stdin !== 'null' ? new TextEncoder().encode(stdin) : stdin;
    const streams = this.streamNumbers(tty !== undefined);
    const ends = {
      stdin: content === 'null' && !tty ? null : this.input(tty ? streams.console : streams.stdin),
      stdout: tty ? this.output('pipe', streams.console, collectLimit) : this.output(stdout, streams.stdout, collectLimit),
      stderr: tty ? null : this.output(stderr, streams.stderr, collectLimit),
    };
    const request: SpawnRequest = {
      ...rest,
      path,
      args: [...args],
      ...(env === undefined ? {} : { env: environment(env) }),
      ...(tty ? { tty } : {}),
      stdin: content === 'null' ? 'null' : 'pipe',
      stdout: stdout === 'ignore' ? 'ignore' : 'pipe',
      stderr: stderr === 'ignore' ? 'ignore' : 'pipe',
      streams,
    };
    let pid: number;
    try {
      pid = await this.call((service) => service.spawn(request));
    } catch (error) {
      for (const stream of Object.values(streams)) this.forget(stream);
      throw error;
    }
    const exited = new Promise<Exit>((resolve, reject) => this.running.set(pid, { resolve, reject, ...ends }));
    // Who does not wait for it is told by close() and the streams.
    exited.catch(() => {});
    const exit = this.early.get(pid);
    if (exit) {
      this.early.delete(pid);
      this.exit(pid, exit);
    }
    this.keepAlive();
    if (this.ending) this.running.get(pid)?.reject(this.ending);
    if (content instanceof Uint8Array) void feed(ends.stdin!, content);
    return new Process(
      pid,
      {
        kill: (signal, group) => this.call((service) => service.kill(pid, signal, group)),
        resize: (cols, rows) => this.call((service) => service.resize(streams.console, cols, rows)),
      },
      ends,
      exited,
    );
  }

  /** Tracepoints as they happen: of these groups ('syscalls') or events ('exec:start_thread'). Ends with the machine, or `return`. */
  trace({ events, batch = 256 }: { events: readonly string[]; batch?: number }): AsyncIterableIterator<TraceRecord> {
    const reader = new TraceReader((id) => {
      this.traces.delete(id);
      if (!this.ending) void this.call((service) => service.unsubscribe(id)).catch(() => {});
    });
    reader.start(
      this.call((service) => service.subscribe(events, batch)).then((id) => {
        this.traces.set(id, reader);
        return id;
      }),
    );
    return reader;
  }

  /** Stands still between two instructions, until `resume` or `step`. */
  async pause(): Promise<Stop> {
    return this.call((service) => service.pause());
  }

  async resume(): Promise<void> {
    await this.call((service) => service.resume());
  }

  /**
   * From a pause on to the next instruction ('insn'; 'over': not into a call; 'out': until the function has returned) or event ('syscall',
   * 'fault', 'stage' of an execve, 'signal' that is delivered). Null: everything has ended before.
   */
  async step({ unit = 'insn' }: { unit?: StepUnit } = {}): Promise<Stop | null> {
    return this.call((service) => service.step(unit));
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
   * of the host is there when this resolves. Calling it again does nothing.
   */
  async close(): Promise<void> {
    if (this.ending) return;
    const writesThrough = (this.options.mounts ?? []).some(({ readOnly }) => !readOnly);
    if (writesThrough) {
      const done = this.connection.service.shutDown().catch(() => {});
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, CLOSE_MS))]);
    }
    this.end(new MachineError('closed', 'the machine was closed'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async call<T>(work: (service: MachineService) => Promise<T>): Promise<T> {
    if (this.ending) throw this.ending;
    // A terminated worker never answers.
    return new Promise<T>((resolve, reject) => {
      this.waiting.add(reject);
      this.keepAlive();
      work(this.connection.service)
        .then(resolve, reject)
        .finally(() => {
          this.waiting.delete(reject);
          this.keepAlive();
        });
    });
  }

  /** In Node a machine that has nothing to do holds no process: a script may forget to close it. */
  private keepAlive(): void {
    if (!this.ending) this.connection.keepAlive(this.waiting.size > 0 || this.running.size > 0 || this.traces.size > 0);
  }

  private readonly waiting = new Set<(error: Error) => void>();

  private streamNumbers(tty: boolean): StreamNumbers {
    const next = (): number => this.nextStream++;
    return tty ? { stdin: 0, stdout: 0, stderr: 0, console: next() } : { stdin: next(), stdout: next(), stderr: next(), console: 0 };
  }

  private input(stream: number): InputStream {
    const input = new InputStream(
      (bytes) => this.call((service) => service.input(stream, bytes)),
      () => this.call((service) => service.inputEnd(stream)),
    );
    this.inputs.set(stream, input);
    return input;
  }

  private output(mode: OutputMode, stream: number, limit: number): OutputStream | Collector | null {
    if (mode === 'ignore') return null;
    const credit = (bytes: number): void => {
      if (!this.ending) void this.connection.service.credit(stream, bytes).catch(() => {});
    };
    const output =
      mode === 'collect'
        ? new Collector(limit, credit)
        : new OutputStream(credit, () => void this.call((service) => service.cancelOutput(stream)).catch(() => {}));
    this.outputs.set(stream, output);
    return output;
  }

  private forget(stream: number): void {
    this.inputs.delete(stream);
    this.outputs.delete(stream);
  }

  private receive(events: readonly MachineEvent[]): void {
    if (this.ending) return;
    for (const event of events) this.handle(event);
  }

  private handle(event: MachineEvent): void {
    switch (event.type) {
      case 'output':
        this.outputs.get(event.stream)?.receive(event.bytes);
        break;
      case 'output-end':
        this.outputs.get(event.stream)?.end();
        this.outputs.delete(event.stream);
        break;
      case 'input-room':
        this.inputs.get(event.stream)?.room(event.bytes);
        break;
      case 'input-closed':
        this.inputs.get(event.stream)?.close(new MachineError('file-error', 'nobody reads this any more', 'EPIPE'));
        this.inputs.delete(event.stream);
        break;
      case 'exit':
        this.exit(event.pid, event.exit);
        break;
      case 'stopped':
        this.options.onStop?.(event.stop);
        break;
      case 'trace':
        this.traces.get(event.id)?.receive(event.records);
        break;
      case 'progress':
        this.options.onProgress?.(event.progress);
        break;
      case 'warning':
        this.options.onWarning?.(errorOf(event.error));
        break;
      case 'failure':
        this.end(errorOf(event.error));
        break;
      case 'ended':
        this.end(
          new MachineError('closed', event.limit ? `the machine ended: its limit of ${event.limit} is reached` : 'the machine has ended'),
        );
        break;
    }
  }

  private exit(pid: number, exit: ExitRecord): void {
    const process = this.running.get(pid);
    if (!process) {
      this.early.set(pid, exit);
      return;
    }
    this.running.delete(pid);
    const collected: Partial<Exit> = {};
    for (const name of ['stdout', 'stderr'] as const) {
      const output = process[name];
      if (!(output instanceof Collector)) continue;
      collected[name] = output.bytes;
      if (output.truncated) collected.truncated = true;
    }
    process.resolve({ ...exit, ...collected });
    this.keepAlive();
  }

  /** All that waits learns why it waits in vain. */
  private end(why: MachineError): void {
    if (this.ending) return;
    this.ending = why;
    this.options.signal?.removeEventListener('abort', this.abort);
    for (const process of this.running.values()) process.reject(why);
    for (const output of this.outputs.values()) output.end(why);
    for (const input of this.inputs.values()) input.close(why);
    for (const trace of this.traces.values()) trace.end();
    for (const reject of this.waiting) reject(why);
    this.running.clear();
    this.outputs.clear();
    this.inputs.clear();
    this.traces.clear();
    this.waiting.clear();
    this.connection.terminate();
  }
}

function rootSpec(root: MachineOptions['root']): RootSpec {
  if (root === undefined) return { kind: 'empty' };
  if (typeof root !== 'string') return root;
  return rootFromString(root);
}

function environment(env: NonNullable<SpawnOptions['env']>): string[] {
  return Array.isArray(env) ? [...env] : Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

/** The whole of a process's input, then its end; a process that does not read it is not waited for. */
async function feed(input: InputStream, content: Uint8Array): Promise<void> {
  const writer = input.writable.getWriter();
  try {
    await writer.write(content);
    await writer.close();
  } catch {
    // It ended, or closed its input, before it had read all: that is its own business.
  }
}
