import type { ExitRecord } from '../protocol.js';
import { Collector } from './collector.js';
import type { InputStream } from './input-stream.js';
import { OutputStream } from './output-stream.js';

export interface Exit extends ExitRecord {
  /** What a 'collect'ed stdout and stderr had, up to the limit. */
  stdout?: Uint8Array;
  stderr?: Uint8Array;
  /** A collected output was longer than its limit, or so much of a piped one was not read that some was dropped. */
  truncated?: boolean;
}

export interface ProcessLink {
  kill(signal: string | number, group: boolean): Promise<void>;
  resize(cols: number, rows: number): Promise<void>;
}

/** The ends of a process's streams that are here. */
export interface ProcessStreams {
  stdin: InputStream | null;
  stdout: OutputStream | Collector | null;
  stderr: OutputStream | Collector | null;
}

/** A program that Machine.spawn started. */
export class Process {
  constructor(
    readonly pid: number,
    private readonly link: ProcessLink,
    private readonly streams: ProcessStreams,
    private readonly end: Promise<Exit>,
  ) {}

  /**
   * Resolves once the process has ended; rejects only when the machine is closed or fails before. Who asks for it does not wait for a
   * reader of stdout and stderr who never comes: what is not read by then is kept, up to 16 MiB (OutputStream).
   */
  get exited(): Promise<Exit> {
    awaitExit(this.streams);
    return this.end;
  }

  /** Its standard input, or the keys for its terminal. @throws TypeError spawned without */
  get stdin(): WritableStream<Uint8Array> {
    if (!this.streams.stdin) throw new TypeError('this process was spawned without stdin');
    return this.streams.stdin.writable;
  }

  /** Its standard output, or what its terminal shows. @throws TypeError spawned without */
  get stdout(): ReadableStream<Uint8Array> {
    return readable(this.streams.stdout, 'stdout');
  }

  /** @throws TypeError spawned without, or with a terminal */
  get stderr(): ReadableStream<Uint8Array> {
    return readable(this.streams.stderr, 'stderr');
  }

  /** Sends a signal, by name or number. Does nothing to a process that has ended. @throws MachineError bad-option */
  async kill(signal: string | number = 'SIGTERM'): Promise<void> {
    await this.link.kill(signal, false);
  }

  /** The same to the process group that it leads. */
  async killGroup(signal: string | number): Promise<void> {
    await this.link.kill(signal, true);
  }

  /** Tells its terminal a new size (SIGWINCH). @throws MachineError bad-option */
  async resize(cols: number, rows: number): Promise<void> {
    await this.link.resize(cols, rows);
  }
}

/** Somebody waits for the end of the process with these streams. */
export function awaitExit({ stdout, stderr }: ProcessStreams): void {
  if (stdout instanceof OutputStream) stdout.awaitExit();
  if (stderr instanceof OutputStream) stderr.awaitExit();
}

/** What the streams add to how a process has ended. */
export function withOutput(exit: ExitRecord, streams: ProcessStreams): Exit {
  const result: Exit = { ...exit };
  for (const name of ['stdout', 'stderr'] as const) {
    const output = streams[name];
    if (output instanceof Collector) result[name] = output.bytes;
    if (output instanceof Collector ? output.truncated : (output?.lost ?? 0) > 0) result.truncated = true;
  }
  return result;
}

function readable(output: OutputStream | Collector | null, name: string): ReadableStream<Uint8Array> {
  if (!output || !('readable' in output)) throw new TypeError(`this process was spawned without a stream for ${name}`);
  return output.readable;
}
