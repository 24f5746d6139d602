import {
  exportTrace,
  type MachineEngine,
  type TraceExport,
  TraceExpressionError,
  type TraceFormat,
  traceFormats,
} from '@ring3/machine/engine';
import { usageError } from '../cli-error.js';
import { RUN_OPTIONS } from '../help.js';
import { parseWithRun } from '../run-options.js';
import { type Observer, runProgram } from '../run.js';
import { TraceOutput } from '../trace/trace-output.js';
import { parseChoice } from '../units.js';
import type { Command } from './command.js';

/** Writes a machine's tracepoints to stderr or a file while it runs. */
class TraceObserver implements Observer {
  private export: TraceExport | null = null;
  private readonly output: TraceOutput;

  constructor(
    private readonly format: TraceFormat,
    private readonly expressions: readonly string[],
    path: string | null,
  ) {
    this.output = new TraceOutput(path, 2);
  }

  attach(machine: MachineEngine): void {
    try {
      this.export = exportTrace(machine.kernel, this.format, this.expressions, (text) => this.output.write(text));
    } catch (error) {
      if (error instanceof TraceExpressionError) throw usageError(`-e: ${error.message}`);
      throw error;
    }
  }

  finish(): void {
    this.export?.finish();
    this.export = null;
    this.output.close();
  }
}

export const traceCommand: Command = {
  synopsis: 'trace [OPTION…] PROGRAM [ARG…]',
  summary: 'run it and write the tracepoints of the kernel',
  help: `  -e GROUP|EVENT,…     only these: groups syscalls, exec, mm, exceptions, signal, sched, task, or events as mm:mmap; !… all but these
  --format FORMAT      text: like strace, and a line for each other event (default)
                       json: a record on each line
                       perfetto: a timeline for ui.perfetto.dev or chrome://tracing
  -o FILE              write to FILE (default: stderr)

and the options of ring3 run:
${RUN_OPTIONS}  --env NAME[=VALUE]   set (or take over) a variable of the environment
`,
  async run(args) {
    const { run, values } = parseWithRun(args, {
      env: { type: 'string', multiple: true },
      event: { type: 'string', short: 'e', multiple: true },
      format: { type: 'string' },
      output: { type: 'string', short: 'o' },
    });
    const format = parseChoice<TraceFormat>('--format', values.format ?? 'text', traceFormats);
    const observer = new TraceObserver(format, values.event ?? [], values.output ?? null);
    try {
      return await runProgram(run, observer);
    } finally {
      observer.finish();
    }
  },
};
