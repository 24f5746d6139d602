import { type Kernel, syscallTable, Trace, type TraceRecord, type TraceSink } from '@ring3/kernel';

/** Where a run is looked at: a word of the command line, taken apart. */
export interface StopPoint {
  /** As it was written. */
  text: string;
  kind: 'entry' | 'exit' | 'sys_enter' | 'sys_exit';
  /** Names of the calls that count, at their entry or return. */
  calls: readonly string[];
  /** The how manyth time, from 1. */
  nth: number;
}

/** A stop that was reached. */
export interface Stop {
  point: StopPoint;
  pid: number;
  tid: number;
  /** Retired instructions of the machine. */
  icount: number;
}

export class StopExpressionError extends Error {}

/** Words that stand for several calls: what libraries call instead. */
const families: Readonly<Record<string, readonly string[]>> = {
  fork: ['fork', 'vfork', 'clone', 'clone3'],
};

/**
 * 'entry' (the program's first instruction), 'exit' (its address space is about to go), or a system call, at its entry: 'mmap', and
 * 'mmap:3' for the third. `after`: a system call when it has returned.
 * @throws StopExpressionError
 */
export function parseStop(text: string, after = false): StopPoint {
  const [, name = '', count] = /^([a-z0-9_]+)(?::(\d+))?$/.exec(text) ?? [];
  const nth = count === undefined ? 1 : Number(count);
  if (name === '' || nth < 1) throw new StopExpressionError(`'${text}' is not entry, exit, a system call, or one with a number, as mmap:3`);
  if (!after && (name === 'entry' || name === 'exit')) return { text, kind: name, calls: [], nth };
  const calls = families[name] ?? [name];
  if (!calls.some((call) => syscallTable.some((row) => row?.name === call)))
    throw new StopExpressionError(`'${name}' is no system call of Linux 5.4`);
  return after ? { text: `return of ${text}`, kind: 'sys_exit', calls, nth } : { text, kind: 'sys_enter', calls, nth };
}

/**
 * Calls `reached` at each stop point, in the order in which the run comes to them, while the machine is in that state. Without
 * `follow` only the first process counts, which is the program; with it also its children and what they execute.
 */
export class StopWatch implements TraceSink {
  private program = 0;
  private readonly counts: number[];
  private readonly seen: boolean[];

  constructor(
    private readonly k: Kernel,
    private readonly points: readonly StopPoint[],
    private readonly follow: boolean,
    private readonly reached: (stop: Stop) => void,
  ) {
    this.counts = points.map(() => 0);
    this.seen = points.map(() => false);
    k.trace.attach(Trace.Exec | Trace.Syscalls | Trace.Sched, this);
  }

  /** Stop points that the run has not come to. */
  get missing(): StopPoint[] {
    return this.points.filter((_, i) => !this.seen[i]);
  }

  record(record: TraceRecord): void {
    switch (record.event) {
      case 'exec:start_thread':
        this.program ||= record.pid;
        this.count(record, ({ kind }) => kind === 'entry');
        break;
      case 'sched:sched_process_exit':
        if (record.fields['group_dead'] === true) this.count(record, ({ kind }) => kind === 'exit');
        break;
      case 'syscalls:sys_enter':
        this.count(record, ({ kind, calls }) => kind === 'sys_enter' && calls.includes(String(record.fields['name'])));
        break;
      case 'syscalls:sys_exit':
        this.count(
          record,
          ({ kind, calls }) => kind === 'sys_exit' && calls.includes(syscallTable[Number(record.fields['nr'])]?.name ?? ''),
        );
    }
  }

  private count(record: TraceRecord, matches: (point: StopPoint) => boolean): void {
    if (!this.follow && record.pid !== this.program) return;
    this.points.forEach((point, i) => {
      if (!matches(point) || ++this.counts[i]! !== point.nth) return;
      this.seen[i] = true;
      this.reached({ point, pid: record.pid, tid: record.tid, icount: record.icount });
    });
  }

  finish(): void {
    this.k.trace.detach(this);
  }
}
