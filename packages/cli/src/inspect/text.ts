/** Keys of views whose numbers are addresses: JSON shows them as hexadecimal strings, which no reader rounds. */
const addresses = new Set(['start', 'end', 'address', 'tableAddress', 'physical', 'frame', 'from']);

/** A view as JSON. Byte strings become text. */
export function viewJson(value: unknown): string {
  const replace = (key: string, item: unknown): unknown => {
    if (typeof item === 'number' && addresses.has(key)) return `0x${item.toString(16)}`;
    return typeof item === 'string' ? decode(item) : item;
  };
  return `${JSON.stringify(value, replace, 2)}\n`;
}

/** A byte string as UTF-8, where it is that; what a terminal must not see as \xNN. */
export function decode(bytes: string): string {
  return Buffer.from(bytes, 'latin1')
    .toString()
    .replaceAll(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** '132 kB': all sizes here are whole pages or small. */
export function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} kB`;
}

/** Rows as aligned columns, two spaces between. `right`: columns of numbers. The last column is not padded. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
