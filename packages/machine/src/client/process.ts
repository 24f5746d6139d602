import type { ExitRecord } from '../protocol.js';
import type { Collector } from './collector.js';
import type { InputStream } from './input-stream.js';
import type { OutputStream } from './output-stream.js';

export interface Exit extends ExitRecord {
  /** What a 'collect'ed stdout and stderr had, up to the limit. */
  stdout?: Uint8Array;
  stderr?: Uint8Array;
  /** A collected output was longer than its limit. */
  truncated?: boolean;
}

export interface ProcessLink {
  kill(signal: string | number, group: boolean): Promise<void>;
  resize(cols: number, rows: number): Promise<void>;
}

/** A program that Machine.spawn started. */
export class Process {
  /** Resolves once the process has ended; rejects only when the machine is closed or fails before. */
  readonly exited: Promise<Exit>;

  constructor(
    readonly pid: number,
    private readonly link: ProcessLink,
    private readonly streams: {
      stdin: InputStream | null;
      stdout: OutputStream | Collector | null;
      stderr: OutputStream | Collector | null;
    },
    exited: Promise<Exit>,
  ) {
    this.exited = exited;
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

  /** Sends a signal, by name or number. Does nothing to a process that has ended. */
  async kill(signal: string | number = 'SIGTERM'): Promise<void> {
    await this.link.kill(signal, false);
  }

  /** The same to the process group that it leads. */
  async killGroup(signal: string | number): Promise<void> {
    await this.link.kill(signal, true);
  }

  /** Tells its terminal a new size (SIGWINCH). */
  async resize(cols: number, rows: number): Promise<void> {
    await this.link.resize(cols, rows);
  }
}

function readable(output: OutputStream | Collector | null, name: string): ReadableStream<Uint8Array> {
  if (!output || !('readable' in output)) throw new TypeError(`this process was spawned without a stream for ${name}`);
  return output.readable;
}
