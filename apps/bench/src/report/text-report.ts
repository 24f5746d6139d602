import { geometricMean, type Spread } from '../measure/statistics.js';
import type { BenchResult, Row } from '../result.js';
import { goalStates, ratiosOf } from './goals.js';
import { digits, textTable } from './text-table.js';

interface Section {
  title: string;
  choose(row: Row): boolean;
}

const sections: readonly Section[] = [
  { title: 'CPU workloads, about 2 s native', choose: (row) => row.kind === 'cpu' && row.size === 'long' },
  { title: 'The same, about 0.2 s native: warm-up weighs more', choose: (row) => row.kind === 'cpu' && row.size === 'short' },
  { title: 'CPU workloads, about 0.1 s native: much of it is warm-up', choose: (row) => row.kind === 'cpu' && row.size === 'quick' },
  { title: 'Operations', choose: (row) => row.kind === 'operation' },
  { title: 'Programs', choose: (row) => row.kind === 'program' },
];

const ms = (seconds: number): string => (seconds * 1000).toFixed(1);
const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const range = ({ median, min, max }: Spread): string => `${digits(median)} (${digits(min)}–${digits(max)})`;

/** Native time: seconds, or of an operation what one takes. */
function nativeTime({ native, operations }: Row): string {
  if (operations === null) return native.median.toFixed(2);
  const nanoseconds = (native.median / operations) * 1e9;
  return nanoseconds < 10_000 ? `${nanoseconds.toFixed(0)} ns` : `${(nanoseconds / 1000).toFixed(1)} µs`;
}

function cell(row: Row, engine: string): string[] {
  const measured = row.measured[engine];
  if (!measured) return [row.missing[engine]?.cannot ? '–' : 'FAILED', ''];
  return [range(measured.ratio), digits(measured.wallRatio.median)];
}

function section(result: BenchResult, { title, choose }: Section): string {
  const rows = result.rows.filter(choose);
  if (rows.length === 0) return '';
  const others = result.engines.filter(({ id }) => id !== 'native' && rows.some((row) => row.measured[id] ?? !row.missing[id]?.cannot));
  const counted = others.filter(({ id }) => rows.some((row) => row.measured[id]?.mips && row.kind === 'cpu'));
  const operation = rows[0]!.operations !== null;
  const header = [
    '',
    operation ? 'native, each' : 'native s',
    ...others.flatMap(({ label }) => [label, 'wall']),
    ...counted.map(({ id }) => `${id} MIPS`),
  ];
  const lines = rows.map((row) => [
    row.name,
    nativeTime(row),
    ...others.flatMap(({ id }) => cell(row, id)),
    ...counted.map(({ id }) => row.measured[id]?.mips?.toFixed(0) ?? ''),
  ]);
  if (rows.length > 1) {
    const mean = (engine: string): string => {
      const ratios = ratiosOf(result, engine, choose);
      if (ratios.length === 0) return '';
      return `${digits(geometricMean(ratios))}${ratios.length < rows.length ? ` of ${ratios.length}` : ''}`;
    };
    lines.push(['geometric mean', '', ...others.flatMap(({ id }) => [mean(id), ''])]);
  }
  return `${title} (× native, CPU time: median, least–greatest; wall: median)\n${textTable(header, lines)}\n`;
}

function startsText({ starts }: BenchResult): string {
  if (!starts || starts.rows.length === 0) return '';
  const lines = starts.rows.map(({ name, native, ring3, overNode }) => [
    name,
    ms(native.median),
    `${ms(ring3.median)} (${ms(ring3.min)}–${ms(ring3.max)})`,
    ms(overNode),
  ]);
  const table = textTable(['', 'native ms', 'Ring3 ms', 'over node ms'], lines);
  return `Starts (CPU time; node -e 0: ${ms(starts.node.median)} ms)\n${table}\n`;
}

function memoryText({ memory }: BenchResult): string {
  if (!memory) return '';
  const { overhead, ring3, node, guest } = memory;
  return `Memory with an idle bash: ${mib(ring3)}, less node's ${mib(node)}, less bash's own ${mib(guest)}: ${mib(overhead)}\n\n`;
}

/** What went wrong, one line each. */
export function failures({ rows }: BenchResult): string[] {
  return rows.flatMap(({ name, size, missing }) =>
    Object.entries(missing).flatMap(([engine, { reason, cannot }]) =>
      cannot ? [] : [`${name}${size === 'short' ? ' (short)' : ''} in ${engine}: ${reason}`],
    ),
  );
}

export function goalsText(result: BenchResult): string {
  const states = goalStates(result).filter(({ figure }) => figure !== null);
  if (states.length === 0) return '';
  const lines = states.map(({ goal, figure, reached }) => {
    const unit = goal.unit === '×' ? ' ×' : ` ${goal.unit}`;
    return [goal.what, goal.elsewhere, `≤ ${goal.limit}${unit}`, `${digits(figure!)}${unit}`, reached ? 'reached' : 'MISSED'];
  });
  return `The goal\n${textTable(['', 'elsewhere', 'goal', 'here', ''], lines)}\n`;
}

export function textReport(result: BenchResult): string {
  const engines = result.engines
    .map(({ id, label, detail, start }) => `  ${id.padEnd(15)} ${label}: ${detail}; start-up ${ms(start.median)} ms, taken off below\n`)
    .join('');
  const notHere = Object.entries(result.notHere)
    .map(([name, reason]) => `  ${name.padEnd(15)} ${reason}\n`)
    .join('');
  const failed = failures(result)
    .map((line) => `  ${line}\n`)
    .join('');
  const commit = `${result.commit?.slice(0, 10) ?? 'no commit'}${result.dirty ? ' and changes' : ''}`;
  return [
    `${result.date}, ${commit}, ${result.cpu}, ${result.rounds} round${result.rounds === 1 ? '' : 's'}${result.quick ? ', quick' : ''}${result.scale === 1 ? '' : `, ${result.scale} of the work`}\n${engines}\n`,
    ...sections.map((one) => section(result, one)),
    startsText(result),
    memoryText(result),
    notHere && `Not here\n${notHere}\n`,
    failed && `Failures\n${failed}\n`,
    goalsText(result),
  ].join('');
}
