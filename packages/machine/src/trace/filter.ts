import { Trace, traceEvents, type TraceRecord } from '@ring3/kernel';

/** A -e expression that cannot be understood. */
export class TraceExpressionError extends Error {}

const groups = new Map<string, number>([
  ['syscalls', Trace.Syscalls],
  ['exec', Trace.Exec],
  ['mm', Trace.Mm],
  ['exceptions', Trace.Exceptions],
  ['signal', Trace.Signal],
  ['sched', Trace.Sched],
  ['task', Trace.Task],
]);

const everything = [...groups.values()].reduce((mask, bit) => mask | bit, 0);

/** Which events a trace holds: by group, by full name (mm:mmap), or by the name alone (mmap). `!` before the list inverts it. */
export class TraceFilter {
  /** The groups (Trace bits) that have to be listened to. */
  readonly groups: number;
  private readonly events: ReadonlySet<string>;

  /** @param expressions none: every event. @throws TraceExpressionError */
  constructor(expressions: readonly string[]) {
    const chosen = new Set<string>();
    for (const expression of expressions) for (const event of chooseEvents(expression)) chosen.add(event);
    this.events = expressions.length === 0 ? new Set(Object.keys(traceEvents)) : chosen;
    let mask = 0;
    for (const event of this.events) mask |= groups.get(groupOf(event)) ?? 0;
    this.groups = mask & everything;
  }

  shows({ event }: Pick<TraceRecord, 'event'>): boolean {
    return this.events.has(event);
  }
}

function groupOf(event: string): string {
  return event.slice(0, event.indexOf(':'));
}

function chooseEvents(expression: string): string[] {
  const all = Object.keys(traceEvents);
  const inverted = expression.startsWith('!');
  const chosen = new Set<string>();
  for (const item of expression.slice(inverted ? 1 : 0).split(',')) for (const event of eventsOf(item, all)) chosen.add(event);
  return inverted ? all.filter((event) => !chosen.has(event)) : [...chosen];
}

function eventsOf(item: string, all: readonly string[]): readonly string[] {
  if (item === 'all') return all;
  if (item === 'none') return [];
  const group = item.endsWith(':*') ? item.slice(0, -2) : item;
  if (groups.has(group)) return all.filter((event) => groupOf(event) === group);
  const named = all.filter((event) => event === item || event.slice(event.indexOf(':') + 1) === item);
  if (named.length > 0) return named;
  throw new TraceExpressionError(`no event or group of events '${item}' (groups: ${[...groups.keys()].join(', ')})`);
}
