import type { LayerEntry } from '../tree/layer.js';

/**
 * tar archives: ustar with GNU and pax extensions. Headers of 512 bytes, data padded to 512, ends with zero blocks.
 *
 *   0 name 100 │ 100 mode 8 │ 108 uid 8 │ 116 gid 8 │ 124 size 12 │ 136 mtime 12 │ 148 checksum 8 │ 156 type │ 157 link 100
 *   257 "ustar" │ 263 version │ 265 uname 32 │ 297 gname 32 │ 329 major 8 │ 337 minor 8 │ 345 prefix 155
 */
const BLOCK = 512;

const enum Field {
  Name = 0,
  Mode = 100,
  Uid = 108,
  Gid = 116,
  Size = 124,
  Mtime = 136,
  Checksum = 148,
  Type = 156,
  Link = 157,
  Magic = 257,
  Major = 329,
  Minor = 337,
  Prefix = 345,
}

/** Names are byte strings (latin1). */
function latin1(bytes: Uint8Array, start: number, length: number): string {
  let string = '';
  for (let i = start; i < start + length && bytes[i] !== 0; i++) string += String.fromCharCode(bytes[i]!);
  return string;
}

/** Octal digits, or GNU's base 256 when the first bit is set. */
function numeric(bytes: Uint8Array, start: number, length: number): number {
  if (bytes[start]! & 0x80) {
    let value = bytes[start]! & 0x7f;
    for (let i = start + 1; i < start + length; i++) value = value * 256 + bytes[i]!;
    return value;
  }
  return parseInt(latin1(bytes, start, length).trim() || '0', 8);
}

function hasGoodChecksum(bytes: Uint8Array, at: number): boolean {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= Field.Checksum && i < Field.Checksum + 8 ? 32 : bytes[at + i]!;
  return sum === numeric(bytes, at + Field.Checksum, 8);
}

/** "length key=value\n" records of a pax header; values as byte strings. */
function paxRecords(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(32, at);
    const length = Number(latin1(bytes, at, space - at));
    if (space < 0 || !(length > 0)) break;
    const record = latin1(bytes, space + 1, length - (space - at) - 2);
    const equals = record.indexOf('=');
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

/** The entries in order. File contents are views of `bytes`. @throws Error damaged */
export function* readTar(bytes: Uint8Array): Generator<LayerEntry> {
  let at = 0;
  let longName: string | null = null;
  let longLink: string | null = null;
  let pax = new Map<string, string>();
  while (at + BLOCK <= bytes.length) {
    if (bytes[at] === 0) {
      at += BLOCK;
      continue;
    }
    if (!hasGoodChecksum(bytes, at)) throw new Error('tar: bad checksum');
    const type = String.fromCharCode(bytes[at + Field.Type]!);
    const size = pax.has('size') ? Number(pax.get('size')) : numeric(bytes, at + Field.Size, 12);
    const start = at + BLOCK;
    if (start + size > bytes.length) throw new Error('tar: cut short');
    const data = bytes.subarray(start, start + size);
    const header = at;
    at = start + Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'L') longName = latin1(data, 0, data.length);
    else if (type === 'K') longLink = latin1(data, 0, data.length);
    else if (type === 'x') pax = paxRecords(data);
    else if (type !== 'g') {
      const entry = parseEntry(bytes, header, type, data, pax, longName, longLink);
      if (entry) yield entry;
      longName = longLink = null;
      pax = new Map();
    }
  }
  if (bytes.subarray(at).some((byte) => byte !== 0)) throw new Error('tar: cut short');
}

function parseEntry(
  bytes: Uint8Array,
  at: number,
  type: string,
  data: Uint8Array,
  pax: Map<string, string>,
  longName: string | null,
  longLink: string | null,
): LayerEntry | null {
  const isUstar = latin1(bytes, at + Field.Magic, 6) === 'ustar';
  const prefix = isUstar ? latin1(bytes, at + Field.Prefix, 155) : '';
  const short = latin1(bytes, at + Field.Name, 100);
  const path = pax.get('path') ?? longName ?? (prefix ? `${prefix}/${short}` : short);
  const link = pax.get('linkpath') ?? longLink ?? latin1(bytes, at + Field.Link, 100);
  const common = {
    path,
    mode: numeric(bytes, at + Field.Mode, 8) & 0o7777,
    uid: Number(pax.get('uid') ?? numeric(bytes, at + Field.Uid, 8)),
    gid: Number(pax.get('gid') ?? numeric(bytes, at + Field.Gid, 8)),
    mtime: Math.floor(Number(pax.get('mtime') ?? numeric(bytes, at + Field.Mtime, 12))),
  };
  const device = { major: numeric(bytes, at + Field.Major, 8), minor: numeric(bytes, at + Field.Minor, 8) };
  switch (type) {
    case '0':
    case '\0':
    case '7':
      return { ...common, type: path.endsWith('/') ? 'dir' : 'file', data };
    case '1':
      return { ...common, type: 'hardlink', target: link };
    case '2':
      return { ...common, type: 'symlink', target: link };
    case '3':
      return { ...common, type: 'char', device };
    case '4':
      return { ...common, type: 'block', device };
    case '5':
      return { ...common, type: 'dir' };
    case '6':
      return { ...common, type: 'fifo' };
    default:
      return null;
  }
}
