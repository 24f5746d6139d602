import {
  type InspectView,
  type MachineEngine,
  parseStop,
  type Stop,
  StopExpressionError,
  type StopPoint,
  StopWatch,
} from '@ring3/machine/engine';
import { CliError, CliStatus, usageError } from '../cli-error.js';
import type { RunOptions } from '../run-options.js';
import { type Observer, runProgram } from '../run.js';

/** --at's help, for the commands that look at a run at certain points. */
export const AT_OPTIONS = `  --at STOP            where to look; may be given again. entry: before the first instruction (default); exit: the last moment
                       of its memory; a system call at its entry, as mmap, mmap:3 for the third; fork means clone, too
  --after CALL         the same at the return of a system call
  -f                   let stops of children count, too
  --json               an array with an object for each stop
`;

/** Flags of those commands. */
export const atFlags = {
  at: { type: 'string', multiple: true },
  after: { type: 'string', multiple: true },
  follow: { type: 'boolean', short: 'f' },
  json: { type: 'boolean' },
} as const;

/** What a stop is shown as; null when the process has nothing to show there. */
export type Look<T> = (machine: MachineEngine, stop: Stop) => T | null;

/** Looks at the program where it comes to a stop point, and ends the run when there is no other to come. */
class StopObserver<T> implements Observer {
  readonly quiet = true;
  readonly seen: { stop: Stop; shown: T }[] = [];
  private watch: StopWatch | null = null;
  private failure: unknown = null;

  constructor(
    private readonly points: readonly StopPoint[],
    private readonly follow: boolean,
    private readonly look: Look<T>,
  ) {}

  attach(machine: MachineEngine): void {
    this.watch = new StopWatch(machine.kernel, this.points, this.follow, (stop) => {
      try {
        const shown = this.look(machine, stop);
        if (shown !== null) this.seen.push({ stop, shown });
      } catch (error) {
        // Thrown here it would be taken for a fault of the machine.
        this.failure ??= error;
      }
      if (this.done) machine.stop();
    });
  }

  private get done(): boolean {
    return this.failure !== null || this.missing.length === 0;
  }

  get missing(): StopPoint[] {
    return this.watch?.missing ?? [...this.points];
  }

  atEntry(): boolean {
    return this.done;
  }

  finish(): void {
    this.watch?.finish();
    if (this.failure !== null) throw this.failure;
  }
}

/**
 * Runs the program and looks at it at each stop point. `print` gets all looks, in their order.
 * @returns the command's exit status: 0, or 125 where a stop was not reached
 * @throws CliError
 */
export async function runWithStops<T>(
  run: RunOptions,
  values: { at?: string[] | undefined; after?: string[] | undefined; follow?: boolean | undefined },
  look: Look<T>,
  print: (seen: readonly { stop: Stop; shown: T }[]) => string,
): Promise<number> {
  const observer = new StopObserver(parsePoints(values.at ?? [], values.after ?? []), values.follow === true, look);
  const status = await runProgram(run, observer);
  if (observer.seen.length > 0) process.stdout.write(print(observer.seen));
  const { missing } = observer;
  if (missing.length === 0) return 0;
  const names = missing.map(({ text }) => text).join(', ');
  process.stderr.write(`ring3: ${run.program} did not come to ${names}; it ended with status ${status}\n`);
  return CliStatus.Failed;
}

/** Without any it is the entry. */
function parsePoints(at: readonly string[], after: readonly string[]): StopPoint[] {
  try {
    if (at.length + after.length === 0) return [parseStop('entry')];
    return [...at.map((text) => parseStop(text)), ...after.map((text) => parseStop(text, true))];
  } catch (error) {
    if (error instanceof StopExpressionError) throw usageError(`--at, --after: ${error.message}`);
    throw error;
  }
}

/** The headline of a stop. */
export function stopTitle({ point, pid, tid, icount }: Stop, comm: string): string {
  const thread = tid === pid ? '' : `, thread ${tid}`;
  return `at ${point.text}: ${comm}, pid ${pid}${thread}, ${icount} instructions`;
}

/** What every look begins with. @throws CliError the process is gone, which is a fault of ours */
export function viewOf(machine: MachineEngine, stop: Stop, request: Omit<Parameters<MachineEngine['inspect']>[0], 'pid'>): InspectView {
  const view = machine.inspect({ pid: stop.tid, ...request });
  if (!view) throw new CliError(CliStatus.Failed, `at ${stop.point.text} pid ${stop.pid} has no memory`);
  return view;
}
