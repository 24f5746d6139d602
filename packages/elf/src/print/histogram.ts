import type { ElfFile } from '../elf-file.js';
import { type HashTable, hashTables } from '../hash.js';
import { plural } from '../text.js';
import type { Printer } from './printer.js';

/** One digit behind the point, 5 characters. Halves, which a number has exactly only as quarters, go to the even digit, as printf's. */
function percent(part: number, whole: number): string {
  const value = (part * 100) / whole;
  const isHalf = Number.isInteger(value * 4) && !Number.isInteger(value * 2);
  const tenths = Math.floor(value * 10);
  return (isHalf ? (tenths + (tenths % 2)) / 10 : value).toFixed(1).padStart(5);
}

function printTable({ kind, lengths }: HashTable, { write }: Printer): void {
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const counts = Array.from({ length: longest + 1 }, () => 0);
  let symbols = 0;
  for (const length of lengths) {
    counts[length]!++;
    symbols += length;
  }
  // Without symbols a DT_GNU_HASH table has nothing to count by.
  if (symbols === 0 && kind === 'DT_GNU_HASH') return;
  const name = kind === 'DT_HASH' ? 'bucket' : "`.gnu.hash' bucket";
  write(
    `\nHistogram for ${name} list length (total of ${lengths.length} ${plural(lengths.length, 'bucket', 'buckets')}):\n Length  Number     % of total  Coverage\n`,
  );
  if (symbols === 0) return;
  write(`      0  ${String(counts[0]).padEnd(10)} (${percent(counts[0]!, lengths.length)}%)\n`);
  let covered = 0;
  for (let length = 1; length <= longest; length++) {
    covered += counts[length]! * length;
    write(
      `${String(length).padStart(7)}  ${String(counts[length]).padEnd(10)} (${percent(counts[length]!, lengths.length)}%)    ${percent(covered, symbols)}%\n`,
    );
  }
}

/** -I */
export function printHistogram(file: ElfFile, printer: Printer): void {
  for (const table of hashTables(file)) if (table.lengths.length > 0) printTable(table, printer);
}
