import type { CoreNames } from './generate.js';
import type { Feature, Row } from './row.js';

/** Is there an execute function for the row in the core? */
export function isImplemented(row: Row, core: Pick<CoreNames, 'hasFunction'>): boolean {
  return row.exec !== null && row.from !== undefined && core.hasFunction(row.from, row.exec.replace(/<.*/, ''));
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`.padStart(8);
}

/** The coverage report: one line per row (opcode, mnemonic, operands, feature, state), then counts per feature and in all. */
export function coverage(rows: readonly Row[], core: Pick<CoreNames, 'hasFunction'>): string {
  const lines: string[] = [];
  const counts = new Map<Feature, { implemented: number; total: number }>();
  let implemented = 0;
  for (const row of rows) {
    const done = isImplemented(row, core);
    const count = counts.get(row.feature) ?? { implemented: 0, total: 0 };
    counts.set(row.feature, { implemented: count.implemented + Number(done), total: count.total + 1 });
    implemented += Number(done);
    lines.push(
      `${row.opcode.padEnd(18)} ${row.mnemonic.padEnd(28)} ${row.operands.padEnd(16)} ${row.feature.padEnd(11)} ${done ? 'implemented' : 'missing'}`,
    );
  }
  lines.push('');
  for (const [feature, count] of counts) {
    lines.push(
      `${feature.padEnd(12)} ${String(count.implemented).padStart(4)} of ${String(count.total).padStart(4)} ${percent(count.implemented, count.total)}`,
    );
  }
  lines.push(
    `${'all rows'.padEnd(12)} ${String(implemented).padStart(4)} of ${String(rows.length).padStart(4)} ${percent(implemented, rows.length)}`,
    '',
  );
  return lines.join('\n');
}
