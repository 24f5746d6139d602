import { closeSync, openSync, writeSync } from 'node:fs';
import { CliError, CliStatus } from '../cli-error.js';

/** Characters that are kept before they are written to a file; a terminal or pipe gets each piece at once, between the program's own output. */
const BufferedLength = 1 << 16;

/** Where a trace goes: a file, or a stream of this process. Never holds more than a block. */
export class TraceOutput {
  private buffered = '';
  /** A file of ours that is still to be closed. */
  private opened: boolean;
  private readonly descriptor: number;

  /** @param path a file; null: descriptor `otherwise`. @throws CliError the file cannot be made */
  constructor(
    private readonly path: string | null,
    otherwise: 1 | 2,
  ) {
    this.opened = path !== null;
    try {
      this.descriptor = path === null ? otherwise : openSync(path, 'w');
    } catch (error) {
      throw new CliError(CliStatus.Failed, `-o ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
    }
  }

  write(text: string): void {
    this.buffered += text;
    if (this.buffered.length >= (this.path === null ? 0 : BufferedLength)) this.flush();
  }

  /** @throws CliError the file does not take it */
  flush(): void {
    const bytes = Buffer.from(this.buffered);
    this.buffered = '';
    for (let done = 0; done < bytes.length;) done += this.writeSome(bytes, done);
  }

  close(): void {
    this.flush();
    if (this.opened) closeSync(this.descriptor);
    this.opened = false;
  }

  private writeSome(bytes: Buffer, from: number): number {
    try {
      return writeSync(this.descriptor, bytes, from);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') return 0;
      // A reader that left, as of `| head`, wants no more.
      if (code === 'EPIPE') return bytes.length - from;
      throw new CliError(CliStatus.Failed, `${this.path === null ? 'trace' : `-o ${this.path}`}: ${code ?? String(error)}`);
    }
  }
}
