/** Numbers as the sentences of any language write them. */

export function hex(value: number): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

export function range(start: number, end: number): string {
  return `${start.toString(16)}-${end.toString(16)}`;
}

/** 4096 → '4 KiB', 100 → '100 bytes'; Infinity: the word for no limit. */
export function size(bytes: number, noLimit = 'unlimited'): string {
  if (!Number.isFinite(bytes)) return noLimit;
  if (bytes >= 1 << 20 && bytes % (1 << 20) === 0) return `${bytes / (1 << 20)} MiB`;
  if (bytes >= 1024 && bytes % 1024 === 0) return `${bytes / 1024} KiB`;
  return `${bytes} bytes`;
}

export function octal(mode: number): string {
  return `0${mode.toString(8)}`;
}

/** p_flags as readelf writes them: 'R E', 'RW '. */
export function segmentLetters(flags: number): string {
  return `${flags & 4 ? 'R' : ' '}${flags & 2 ? 'W' : ' '}${flags & 1 ? 'E' : ' '}`;
}

/** 'r-x' of PROT_* or p_flags with read = 4. */
export function protLetters(prot: number): string {
  return `${prot & 1 ? 'r' : '-'}${prot & 2 ? 'w' : '-'}${prot & 4 ? 'x' : '-'}`;
}

/** Hexadecimal digits as bytes, and as text with dots where a byte is no printable ASCII. */
export function dump(digits: string, limit: number): string {
  const bytes = (digits.match(/../g) ?? []).slice(0, limit).map((pair) => parseInt(pair, 16));
  const text = bytes.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
  return `${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}  |${text}|`;
}
