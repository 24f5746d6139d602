import { closeSync, openSync, writeSync } from 'node:fs';
import { type Machine, type StraceSession, StraceExpressionError } from '@ring3/machine';
import { CliError, CliStatus, usageError } from './cli-error.js';
import type { StraceOptions } from './run-options.js';
import type { Observer } from './run.js';

/** Bytes of the log that are kept before they are written to a file. */
const BufferedBytes = 1 << 16;

/** `ring3 strace`: prints the machine's system calls to stderr or a file. */
export class Strace implements Observer {
  private session: StraceSession | null = null;
  private descriptor: number | null = null;
  private buffered = '';

  constructor(private readonly options: StraceOptions) {}

  attach(machine: Machine): void {
    const { options } = this;
    if (options.output !== null) this.descriptor = open(options.output);
    try {
      this.session = machine.strace(
        { ...options, pids: options.output !== null && options.follow },
        (text) => this.write(text),
        (text) => process.stderr.write(text),
      );
    } catch (error) {
      if (error instanceof StraceExpressionError) throw usageError(error.message);
      throw error;
    }
  }

  finish(): void {
    this.session?.finish();
    this.flush();
    if (this.descriptor !== null) closeSync(this.descriptor);
  }

  /** stderr sees each piece at once, so that the program's output comes between the calls; a file gets blocks. */
  private write(text: string): void {
    if (this.descriptor === null) {
      process.stderr.write(text);
      return;
    }
    this.buffered += text;
    if (this.buffered.length >= BufferedBytes) this.flush();
  }

  private flush(): void {
    if (this.descriptor === null || this.buffered === '') return;
    writeSync(this.descriptor, this.buffered);
    this.buffered = '';
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new CliError(CliStatus.Failed, `-o ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
}
