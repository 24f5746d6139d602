/** What one run with a paging policy came to. */
export interface PolicyResult {
  policy: string;
  /** Exit status, as for the shell. */
  status: number;
  minor: number;
  major: number;
  /** Pages. */
  mapped: number;
  unused: number;
  /** Of the largest process. */
  peakKiB: number;
  cpuSeconds: number;
  instructions: number;
}

const columns: readonly (readonly [string, (result: PolicyResult) => string])[] = [
  ['minor', ({ minor }) => String(minor)],
  ['major', ({ major }) => String(major)],
  ['mapped', ({ mapped }) => String(mapped)],
  ['never used', ({ unused }) => String(unused)],
  ['peak KiB', ({ peakKiB }) => String(peakKiB)],
  ['CPU s', ({ cpuSeconds }) => cpuSeconds.toFixed(3)],
  ['instructions', ({ instructions }) => instructions.toLocaleString('en')],
];

/** A line for each policy; a last one where the runs ended differently. */
export function compareTable(results: readonly PolicyResult[]): string {
  const rows = [
    ['policy', ...columns.map(([name]) => name)],
    ...results.map((result) => [result.policy, ...columns.map(([, text]) => text(result))]),
  ];
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const lines = rows.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '));
  const odd = results.find(({ status }) => status !== results[0]!.status);
  if (odd) lines.push(`exit status ${results[0]!.status} with ${results[0]!.policy}, but ${odd.status} with ${odd.policy}`);
  return `${lines.join('\n')}\n`;
}
