/** Columns: strings; numbers stand right. */
function table(header, rows) {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all
    .map((row) =>
      row
        .map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const ms = (seconds) => (seconds * 1000).toFixed(1);
const range = ({ min, max }, show) => `${show(min)}–${show(max)}`;
const times = (ratio) => ratio.toFixed(1);

function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

export function printWorkloads({ start, rows }) {
  const lines = rows.map((row) => [
    row.name,
    ms(row.native.median),
    ms(row.ring3.median),
    times(row.ratio.median),
    range(row.ratio, times),
    row.kind === 'cpu' ? row.mips.toFixed(0) : '',
    (row.instructions / 1e6).toFixed(1),
  ]);
  console.log(table(['workload', 'native ms', 'Ring3 ms', '× native', 'spread', 'MIPS', 'M insns'], lines));
  const cpu = rows.filter((row) => row.kind === 'cpu').map((row) => row.ratio.median);
  if (cpu.length > 1) console.log(`geometric mean of the ${cpu.length} CPU workloads: ${times(geometricMean(cpu))} × native`);
  console.log(`start-up, taken off above: native ${ms(start.native)} ms, Ring3 ${ms(start.ring3)} ms`);
}

export function printPrograms({ node, rows }) {
  const lines = rows.map((row) => [
    row.name,
    ms(row.native.median),
    ms(row.ring3.median),
    range(row.ring3, ms),
    ms(row.overNode),
    (row.instructions / 1e6).toFixed(2),
  ]);
  console.log(table(['program', 'native ms', 'Ring3 ms', 'spread', 'over node', 'M insns'], lines));
  console.log(`node -e 0: ${ms(node)} ms`);
}
