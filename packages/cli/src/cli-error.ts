/** Exit statuses of Ring3 itself, as docker run and env(1) have them. */
export const enum CliStatus {
  /** Ring3's own error, or bad usage. */
  Failed = 125,
  /** PROGRAM was found but cannot be executed. */
  NotExecutable = 126,
  NotFound = 127,
}

/** Ends the command with one line on stderr. */
export class CliError extends Error {
  constructor(
    readonly status: CliStatus,
    message: string,
  ) {
    super(message);
  }
}

export function usageError(message: string): CliError {
  return new CliError(CliStatus.Failed, `${message} (see ring3 --help)`);
}

/** --help among a command's options: main prints the command's help instead of running it. */
export class HelpRequested extends Error {}
