import { CliError, CliStatus, HelpRequested } from './cli-error.js';
import type { Command } from './commands/command.js';
import { commands } from './commands/index.js';
import { topHelp } from './help.js';
import { flushOwnStreams, watchOwnStreams } from './own-streams.js';

/** The ring3 command. Returns the exit status when all that it has to say has gone out. */
export async function main(args: string[]): Promise<number> {
  watchOwnStreams();
  const status = await runCommand(args);
  await flushOwnStreams();
  return status;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** Errors of Ring3's own end in one line on stderr and 125, 126 or 127. */
async function runCommand([name, ...args]: string[]): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') return print(await topHelp(commands));
  let command: Command | undefined;
  try {
    if (name === undefined) throw new CliError(CliStatus.Failed, 'no command (see ring3 --help)');
    if (!Object.hasOwn(commands, name))
      throw new CliError(CliStatus.Failed, `'${name}' is not a command: ${Object.keys(commands).join(', ')} (see ring3 --help)`);
    command = await commands[name]!();
    return await command.run(args);
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
