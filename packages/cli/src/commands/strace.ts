import { closeSync, openSync, writeSync } from 'node:fs';
import { type MachineEngine, Strace as StraceLog, StraceExpressionError, type StraceSession } from '@ring3/machine/engine';
import { CliError, CliStatus, usageError } from '../cli-error.js';
import { RUN_OPTIONS } from '../help.js';
import { parseStrace, type StraceOptions } from '../run-options.js';
import { type Observer, runProgram } from '../run.js';
import type { Command } from './command.js';

/** Bytes of the log that are kept before they are written to a file. */
const BufferedBytes = 1 << 16;

/** `ring3 strace`: prints the machine's system calls to stderr or a file. */
export class Strace implements Observer {
  private session: StraceSession | null = null;
  private descriptor: number | null = null;
  private buffered = '';

  constructor(private readonly options: StraceOptions) {}

  attach(machine: MachineEngine): void {
    const { options } = this;
    if (options.output !== null) this.descriptor = open(options.output);
    try {
      this.session = new StraceLog(
        machine.kernel,
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

export const straceCommand: Command = {
  synopsis: 'strace [OPTION…] PROGRAM [ARG…]',
  summary: 'run it and print its system calls',
  help: `  -f                   follow children and threads
  -e trace=CALL,…      only these calls, or those of a class (%file %process %network %signal %desc %memory), or
                       those that match /REGEX; !CALL,… all but these
  -e signal=SIG,…      only these signals (none, !SIG,…)
  -o FILE              write to FILE
  -c                   a summary at the end instead of the calls
  -s N                 characters of strings (default 32)
  -T                   time spent in each call

and the options of ring3 run:
${RUN_OPTIONS}  --env NAME[=VALUE]   set (or take over) a variable of the environment
`,
  async run(args) {
    const { run, strace } = parseStrace(args);
    return runProgram(run, new Strace(strace));
  },
};
