/** How strace writes numbers, addresses and bytes. */

export function hex(value: bigint | number): string {
  return value === 0 || value === 0n ? '0' : `0x${value.toString(16)}`;
}

/** NULL, or the address. */
export function address(value: bigint): string {
  return value === 0n ? 'NULL' : `0x${value.toString(16)}`;
}

/** printf's %#03o: '000', '022', '0644'. */
export function octal(value: number): string {
  return (value === 0 ? '0' : `0${value.toString(8)}`).padStart(3, '0');
}

const escapes = new Map<number, string>([
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0b, '\\v'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
  [0x22, '\\"'],
  [0x5c, '\\\\'],
]);

/** A C string literal: octal escapes as short as the next character allows. */
export function quote(bytes: Uint8Array): string {
  let text = '"';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    const escape = escapes.get(byte);
    if (escape) text += escape;
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\${byte.toString(8).padStart(isDigit(bytes[i + 1]) ? 3 : 1, '0')}`;
  }
  return `${text}"`;
}

/** As random bytes are shown: \x and two digits each. */
export function quoteHex(bytes: Uint8Array): string {
  return `"${Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}"`;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** Signed values of a 64-bit register or its low half. */
export function signed32(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

export function unsigned32(value: bigint): number {
  return Number(BigInt.asUintN(32, value));
}

export function signed64(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}
