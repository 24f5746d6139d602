import type { ElfFile } from '../elf-file.js';
import { type HashTable, hashTables } from '../hash.js';
import { plural } from '../text.js';
import type { Printer } from './printer.js';

const percent = (part: number, whole: number): string => ((part * 100) / whole).toFixed(1).padStart(5);

function printTable({ kind, lengths }: HashTable, { write }: Printer): void {
  const longest = Math.max(0, ...lengths);
  const counts = new Array<number>(longest + 1).fill(0);
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
