import { disassemble } from '@ring3/isa';
import { type MachineEngine, type SignalEvent, SignalTimeline } from '@ring3/machine/engine';
import { RUN_OPTIONS } from '../help.js';
import { parseWithRun } from '../run-options.js';
import { type Observer, runProgram } from '../run.js';
import { TraceOutput } from '../trace/trace-output.js';
import type { Command } from './command.js';

interface Options {
  json: boolean;
  output: string | null;
}

/** Prints what happens to signals while it happens: the program's own output stays between the lines. */
class SignalObserver implements Observer {
  private timeline: SignalTimeline | null = null;
  private readonly output: TraceOutput;

  constructor(private readonly options: Options) {
    this.output = new TraceOutput(options.output, 2);
  }

  attach(machine: MachineEngine): void {
    this.timeline = new SignalTimeline(machine.kernel, (event) => {
      this.output.write(this.options.json ? `${JSON.stringify(jsonOf(event))}\n` : textOf(event));
      if (this.options.output === null) this.output.flush();
    });
  }

  finish(): void {
    this.timeline?.finish();
    this.timeline = null;
    this.output.close();
  }
}

/** The fault's instruction in Intel syntax; null where its bytes cannot be read. */
function instructionOf({ fault }: SignalEvent): string | null {
  if (!fault || fault.bytes.length === 0) return null;
  return disassemble(Uint8Array.from(fault.bytes), 0, Number(fault.address)).text;
}

function jsonOf(event: SignalEvent): object {
  const instruction = instructionOf(event);
  if (!event.fault) return event;
  const { bytes: _bytes, ...fault } = event.fault;
  return { ...event, fault: { ...fault, instruction } };
}

/** Width of the columns before the sentence. */
const Indent = 37;

function textOf(event: SignalEvent): string {
  const { time, pid, tid, signal, step, text, frame } = event;
  const who = pid === tid ? String(pid) : `${pid}/${tid}`;
  const head = `${(time / 1e9).toFixed(6).padStart(11)} ${who.padEnd(7)} ${(signal ?? '').padEnd(9)} ${step.padEnd(9)}`;
  const lines = [`${head.padEnd(Indent)} ${text}`];
  const instruction = instructionOf(event);
  if (instruction !== null) lines.push(`${' '.repeat(Indent)} ${event.fault!.address}: ${instruction}`);
  frame?.forEach(({ address, name, text: what }, i) => {
    const corner = i === 0 ? '┌' : i === frame.length - 1 ? '└' : '│';
    lines.push(`${' '.repeat(Indent)} ${corner} ${address.padStart(14)}  ${name.padEnd(11)}  ${what}`);
  });
  return `${lines.join('\n')}\n`;
}

export const signalsCommand: Command = {
  synopsis: 'signals [OPTION…] PROGRAM [ARG…]',
  summary: 'run it and show its signals: who sent them, what they did',
  help: `A timeline of the signals of PROGRAM and its children, on stderr. Columns: seconds, process (/thread), signal, what happens to it:

  generate   sent by a process, a timer, a child's end or a fault; then it is pending, blocked, ignored or already pending
  deliver    a handler is to run, or the signal is ignored
  frame      the frame that the handler runs on, from the interrupted stack pointer down
  default    the default action: ignored, stop, the end, with or without a core file
  stop       a thread stops;  continue: a stopped process goes on
  sigreturn  a handler has returned: what is restored
  restart    a call was interrupted: is it made again, or does it end with EINTR
  exit       a signal has killed the process

  --json               an object per line
  -o FILE              write to FILE

and the options of ring3 run:
${RUN_OPTIONS}  -e, --env NAME[=VALUE]   set (or take over) a variable of the environment

Exit status: that of ring3 run.
`,
  async run(args) {
    const { run, values } = parseWithRun(args, { json: { type: 'boolean' }, output: { type: 'string', short: 'o' } });
    const observer = new SignalObserver({ json: values.json === true, output: values.output ?? null });
    try {
      return await runProgram(run, observer);
    } catch (error) {
      observer.finish();
      throw error;
    }
  },
};
