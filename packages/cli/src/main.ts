import { CliError, CliStatus, HelpRequested } from './cli-error.js';
import { commands } from './commands/index.js';
import { topHelp } from './help.js';

/** For bin/pool-worker.js. */
export { serveJobs } from '@ring3/machine/pool';

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** The ring3 command. Returns the exit status; errors of Ring3's own end in one line on stderr and 125, 126 or 127. */
export async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  // Who reads our own messages may have gone: nothing is left to tell then.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  if (name === '--help' || name === '-h' || name === 'help') return print(topHelp(commands));
  const command = name === undefined ? undefined : commands[name];
  try {
    if (name === undefined) throw new CliError(CliStatus.Failed, 'no command (see ring3 --help)');
    if (!command)
      throw new CliError(CliStatus.Failed, `'${name}' is not a command: ${Object.keys(commands).join(', ')} (see ring3 --help)`);
    return await command.run(rest);
  } catch (error) {
    if (error instanceof HelpRequested) return print(`usage: ring3 ${command!.synopsis}\n\n${command!.help}`);
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
