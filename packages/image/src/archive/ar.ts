/**
 * Unix ar archives, as .deb files are: "!<arch>\n", then members, each after a 60-byte header and padded to an even length.
 *
 *   0 name 16 │ 16 mtime 12 │ 28 uid 6 │ 34 gid 6 │ 40 mode 8 │ 48 size 10 │ 58 "`\n"
 */
export interface ArMember {
  name: string;
  data: Uint8Array;
}

const MAGIC = '!<arch>\n';
const HEADER_BYTES = 60;

function text(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}

/** @throws Error not an ar archive, or cut short */
export function readAr(bytes: Uint8Array): ArMember[] {
  if (text(bytes, 0, MAGIC.length) !== MAGIC) throw new Error('ar: not an archive');
  const members: ArMember[] = [];
  let at = MAGIC.length;
  while (at + HEADER_BYTES <= bytes.length) {
    const name = text(bytes, at, at + 16)
      .trimEnd()
      .replace(/\/$/, '');
    const size = Number(text(bytes, at + 48, at + 58).trim());
    const start = at + HEADER_BYTES;
    if (text(bytes, at + 58, start) !== '`\n' || !Number.isInteger(size) || start + size > bytes.length) throw new Error('ar: damaged');
    members.push({ name, data: bytes.subarray(start, start + size) });
    at = start + size + (size & 1);
  }
  return members;
}
