/** One subcommand of ring3. */
export interface Command {
  /** What stands after `ring3 ` on the usage line. */
  synopsis: string;
  /** In the list of `ring3 --help`: some words, no full stop. */
  summary: string;
  /** Below the usage line of `ring3 NAME --help`. */
  help: string;
  /** Returns the exit status. @throws CliError, HelpRequested */
  run(args: string[]): Promise<number>;
}
