import { MachineError } from '../engine/options.js';
import type { MachineEvent, StreamNumbers } from '../protocol.js';
import { Collector } from './collector.js';
import { InputStream } from './input-stream.js';
import type { OutputMode } from './options.js';
import { OutputStream } from './output-stream.js';

/** What the streams of a machine need of its engine. Nothing here waits for `credit`, which nobody misses once the machine is closed. */
export interface StreamLink {
  input(stream: number, bytes: Uint8Array): Promise<void>;
  inputEnd(stream: number): Promise<void>;
  credit(stream: number, bytes: number): void;
  cancelOutput(stream: number): void;
}

type StreamEvent = Extract<MachineEvent, { stream: number }>;

/** The standard streams of a machine's processes, by number. */
export class StreamTable {
  private readonly outputs = new Map<number, OutputStream | Collector>();
  private readonly inputs = new Map<number, InputStream>();
  private next = 1;

  constructor(private readonly link: StreamLink) {}

  /** Can something of the guest still write to one of them? */
  get hasOutputs(): boolean {
    return this.outputs.size > 0;
  }

  numbers(tty: boolean): StreamNumbers {
    const next = (): number => this.next++;
    return tty ? { stdin: 0, stdout: 0, stderr: 0, console: next() } : { stdin: next(), stdout: next(), stderr: next(), console: 0 };
  }

  input(stream: number): InputStream {
    const input = new InputStream(
      (bytes) => this.link.input(stream, bytes),
      () => this.link.inputEnd(stream),
    );
    this.inputs.set(stream, input);
    return input;
  }

  output(mode: OutputMode, stream: number, limit: number): OutputStream | Collector | null {
    if (mode === 'ignore') return null;
    const credit = (bytes: number): void => this.link.credit(stream, bytes);
    const output = mode === 'collect' ? new Collector(limit, credit) : new OutputStream(credit, () => this.link.cancelOutput(stream));
    this.outputs.set(stream, output);
    return output;
  }

  forget(numbers: StreamNumbers): void {
    for (const stream of Object.values(numbers) as number[]) {
      this.inputs.delete(stream);
      this.outputs.delete(stream);
    }
  }

  handle(event: StreamEvent): void {
    const { stream } = event;
    switch (event.type) {
      case 'output':
        this.outputs.get(stream)?.receive(event.bytes);
        break;
      case 'output-end':
        this.outputs.get(stream)?.end();
        this.outputs.delete(stream);
        break;
      case 'input-room':
        this.inputs.get(stream)?.room(event.bytes);
        break;
      case 'input-closed':
        this.inputs.get(stream)?.close(new MachineError('file-error', 'nobody reads this any more', 'EPIPE'));
        this.inputs.delete(stream);
        break;
    }
  }

  end(why: unknown): void {
    for (const output of this.outputs.values()) output.end(why);
    for (const input of this.inputs.values()) input.close(why);
    this.outputs.clear();
    this.inputs.clear();
  }
}
