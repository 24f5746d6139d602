import { CliError, CliStatus } from './cli-error.js';
import { RUN_HELP, STRACE_HELP, TOP_HELP } from './help.js';
import { parseRun, parseStrace } from './run-options.js';
import { runProgram } from './run.js';
import { Strace } from './strace.js';

const commands: Record<string, (args: string[]) => Promise<number>> = {
  async run(args) {
    const options = parseRun(args);
    if (options.help) return print(RUN_HELP);
    const observer = options.strace
      ? new Strace({ follow: true, expressions: [], output: null, summary: false, stringLimit: 32, times: false })
      : null;
    return runProgram(options, observer);
  },
  async strace(args) {
    const { run, strace } = parseStrace(args);
    if (run.help) return print(STRACE_HELP);
    return runProgram(run, new Strace(strace));
  },
};

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** The ring3 command. Returns the exit status; errors of Ring3's own end in one line on stderr and 125, 126 or 127. */
export async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  // Who reads our own messages may have gone: nothing is left to tell then.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  if (name === '--help' || name === '-h' || name === 'help') return print(TOP_HELP);
  try {
    if (name === undefined) throw new CliError(CliStatus.Failed, 'no command (see ring3 --help)');
    const command = commands[name];
    if (!command)
      throw new CliError(CliStatus.Failed, `'${name}' is not a command: ${Object.keys(commands).join(', ')} (see ring3 --help)`);
    return await command(rest);
  } catch (error) {
    if (error instanceof CliError) {
      process.stderr.write(`ring3: ${error.message}\n`);
      return error.status;
    }
    process.stderr.write(
      `ring3: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\nThis is a bug of Ring3: please report it with the command line.\n`,
    );
    return CliStatus.Failed;
  }
}
