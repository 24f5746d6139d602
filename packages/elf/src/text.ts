/** Hexadecimal without prefix, at least `width` digits; negative numbers as two's complement of 64 bits. */
export function hex(value: number | bigint, width = 0): string {
  const digits = typeof value === 'bigint' ? BigInt.asUintN(64, value).toString(16) : value.toString(16);
  return digits.padStart(width, '0');
}

/** As printf's %#x: 0 has no prefix, and `width` counts it. */
export function prefixedHex(value: number | bigint, width = 0): string {
  return BigInt(value) === 0n ? '0'.repeat(Math.max(width, 1)) : `0x${hex(value, width - 2)}`;
}

/** A sign, then the absolute value in hexadecimal. */
export function signedHex(value: bigint): string {
  return value < 0n ? `-${hex(-value)}` : hex(value);
}

/** A size in symbol tables: decimal to 99999, from there hexadecimal. */
export function symbolSize(value: bigint): string {
  return value <= 99999n ? String(value).padStart(5) : `0x${hex(value)}`;
}

/** A name of a file as readelf writes it: control characters as ^X. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return text.replace(/[\0-\x1f\x7f]/g, (char) => `^${String.fromCharCode(char.charCodeAt(0) ^ 0x40)}`);
}

export function plural(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}
