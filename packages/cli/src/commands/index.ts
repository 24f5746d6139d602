import type { Command } from './command.js';
import { runCommand } from './run.js';
import { straceCommand } from './strace.js';

/** The subcommands, in the order of `ring3 --help`. */
export const commands: Readonly<Record<string, Command>> = {
  run: runCommand,
  strace: straceCommand,
};
