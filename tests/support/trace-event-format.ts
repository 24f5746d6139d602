/** An event of a trace in JSON, before anything is known about it. */
export interface TraceEventLike {
  ph: string;
  name: string;
  cat?: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  s?: string;
  id?: string;
  args?: Record<string, unknown>;
}

const known = new Set(['M', 'B', 'E', 'X', 'i', 'C', 'b', 'e']);

/** The rules of the Trace Event Format that an array of events breaks; [] when it breaks none. */
export function checkTraceEvents(events: readonly TraceEventLike[]): string[] {
  const faults: string[] = [];
  const slices = new Map<string, { name: string; ts: number }[]>();
  const asynchronous = new Map<string, number>();
  for (const [i, event] of events.entries()) {
    const { ph, name, pid, tid, ts, dur, s, id, args } = event;
    const fault = (text: string): void => void faults.push(`event ${i} ${ph} ${name}: ${text}`);
    if (!known.has(ph)) fault('unknown phase');
    if (typeof name !== 'string' || name === '') fault('no name');
    if (![pid, tid, ts].every(Number.isFinite)) fault('pid, tid and ts are numbers');
    if (args !== undefined && (typeof args !== 'object' || args === null)) fault('args is an object');
    const track = `${pid}/${tid}`;
    const open = slices.get(track) ?? [];
    slices.set(track, open);
    switch (ph) {
      case 'M':
        if (!['process_name', 'thread_name'].includes(name) || typeof args?.['name'] !== 'string') fault('metadata without a name');
        break;
      case 'B':
        if (open.some((slice) => slice.ts > ts)) fault('begins before the slice that it lies in');
        open.push({ name, ts });
        break;
      case 'E': {
        const begun = open.pop();
        if (!begun) fault('ends a slice that has not begun');
        else if (begun.name !== name) fault(`ends ${begun.name}`);
        else if (ts < begun.ts) fault('ends before it begins');
        break;
      }
      case 'X':
        if (typeof dur !== 'number' || !(dur >= 0)) fault('no duration');
        if (open.some((slice) => slice.ts > ts)) fault('begins before the slice that it lies in');
        break;
      case 'i':
        if (s !== 't') fault('an instant of no scope');
        break;
      case 'C':
        if (!args || Object.values(args).some((value) => typeof value !== 'number')) fault('a counter counts numbers');
        break;
      case 'b':
      case 'e': {
        if (typeof id !== 'string' || !event.cat) fault('asynchronous without id and category');
        const key = `${event.cat}/${id}/${name}`;
        const depth = (asynchronous.get(key) ?? 0) + (ph === 'b' ? 1 : -1);
        if (depth < 0 || depth > 1) fault('b and e do not alternate');
        asynchronous.set(key, depth);
      }
    }
  }
  for (const [track, open] of slices) for (const { name } of open) faults.push(`${track}: ${name} does not end`);
  for (const [key, depth] of asynchronous) if (depth !== 0) faults.push(`${key} does not end`);
  return faults;
}
