import { english, type ExecTrace, ExecTracer, type MachineEngine } from '@ring3/machine/engine';
import { RUN_OPTIONS } from '../help.js';
import { parseWithRun } from '../run-options.js';
import { type Observer, runProgram } from '../run.js';
import { execText } from '../trace/exec-text.js';
import { TraceOutput } from '../trace/trace-output.js';
import type { Command } from './command.js';

interface Options {
  follow: boolean;
  json: boolean;
  output: string | null;
}

/** Prints each execve when it has returned. */
class ExecObserver implements Observer {
  private tracer: ExecTracer | null = null;
  private readonly output: TraceOutput;
  private printed = 0;

  constructor(private readonly options: Options) {
    this.output = new TraceOutput(options.output, options.follow ? 2 : 1);
  }

  attach(machine: MachineEngine): void {
    this.tracer = new ExecTracer(machine.kernel, english, (trace) => this.print(trace));
  }

  atEntry(): boolean {
    return !this.options.follow;
  }

  /** Also called when PROGRAM was refused: then its trace is all the more wanted. */
  finish(): void {
    this.tracer?.finish();
    if (this.tracer && this.options.json) this.output.write(this.printed === 0 ? '[]\n' : '\n]\n');
    this.tracer = null;
    this.output.close();
  }

  private print(trace: ExecTrace): void {
    this.printed++;
    if (this.options.json) {
      this.output.write(`${this.printed === 1 ? '[\n' : ',\n'}${JSON.stringify(trace)}`);
      return;
    }
    const { follow, output } = this.options;
    const stream = follow ? process.stderr : process.stdout;
    if (follow) this.output.write(`${this.printed === 1 ? '' : '\n'}pid ${trace.pid}: ${trace.path}\n`);
    this.output.write(execText(trace, english, output === null && stream.isTTY === true && !process.env['NO_COLOR']));
    this.output.flush();
  }
}

export const execTraceCommand: Command = {
  synopsis: 'exec-trace [OPTION…] PROGRAM [ARG…]',
  summary: 'show how the kernel loads it, stage by stage',
  help: `Each stage of execve: the kernel function, its file in Linux 5.4, what it read and decided, and the mappings of the new address
space that it added (+), removed (-) or changed (~). It stops before PROGRAM's first instruction.

  -f, --all            run PROGRAM and show every execve, its children's too; on stderr
  --json               an array with an object for each execve
  -o FILE              write to FILE

and the options of ring3 run:
${RUN_OPTIONS}  -e, --env NAME[=VALUE]   set (or take over) a variable of the environment

Exit status: 0 when PROGRAM was loaded; 126 when it was refused, 127 when it was not found; with -f that of ring3 run.
`,
  async run(args) {
    const { run, values } = parseWithRun(args, {
      all: { type: 'boolean', short: 'f' },
      json: { type: 'boolean' },
      output: { type: 'string', short: 'o' },
    });
    const options = { follow: values.all === true, json: values.json === true, output: values.output ?? null };
    const observer = new ExecObserver(options);
    try {
      return await runProgram(run, observer);
    } catch (error) {
      observer.finish();
      throw error;
    }
  },
};
