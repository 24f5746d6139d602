interface Count {
  name: string;
  nr: number;
  calls: number;
  errors: number;
  nanoseconds: number;
}

/** strace -c: how often each call was made, and the time in it. */
export class StraceSummary {
  private readonly counts = new Map<string, Count>();

  add(nr: number, name: string, nanoseconds: number, failed: boolean): void {
    const count = this.counts.get(name) ?? { name, nr, calls: 0, errors: 0, nanoseconds: 0 };
    this.counts.set(name, count);
    count.calls++;
    count.nanoseconds += nanoseconds;
    if (failed) count.errors++;
  }

  /** The table, by time; calls that took the same time by number. */
  text(): string {
    const rows = [...this.counts.values()].toSorted((a, b) => b.nanoseconds - a.nanoseconds || a.nr - b.nr);
    const sum = (key: 'calls' | 'errors' | 'nanoseconds') => rows.reduce((total, row) => total + row[key], 0);
    const total = { name: 'total', calls: sum('calls'), errors: sum('errors'), nanoseconds: sum('nanoseconds') };
    const rule = `${'-'.repeat(6)} ${'-'.repeat(11)} ${'-'.repeat(11)} ${'-'.repeat(9)} ${'-'.repeat(9)} ${'-'.repeat(16)}`;
    return [
      '% time     seconds  usecs/call     calls    errors syscall',
      rule,
      ...rows.map((row) => line(row, total.nanoseconds === 0 ? 0 : (100 * row.nanoseconds) / total.nanoseconds)),
      rule,
      line(total, 100),
      '',
    ].join('\n');
  }
}

function line(row: Omit<Count, 'nr'>, percent: number): string {
  const microseconds = row.calls === 0 ? 0 : Math.floor(row.nanoseconds / 1000 / row.calls);
  const errors = row.errors === 0 ? '' : String(row.errors);
  return [
    percent.toFixed(2).padStart(6),
    (row.nanoseconds / 1e9).toFixed(6).padStart(11),
    String(microseconds).padStart(11),
    String(row.calls).padStart(9),
    errors.padStart(9),
    row.name,
  ].join(' ');
}
