import { pieces, sizeOf } from '../tree/content.js';
import type { TreeBuilder } from '../tree/builder.js';
import { FileType, isDirectory, isFile, type ImageNode } from '../tree/node.js';

const BLOCK = 512;
/** tar pads archives to records of 20 blocks. */
const RECORD = 20 * BLOCK;
/** The largest size of eleven octal digits. */
const MAX_SIZE = 8 ** 11 - 1;
const MAX_ID = 8 ** 7 - 1;

const TYPES: Readonly<Record<number, string>> = {
  [FileType.File]: '0',
  [FileType.Symlink]: '2',
  [FileType.Char]: '3',
  [FileType.Block]: '4',
  [FileType.Dir]: '5',
  [FileType.Fifo]: '6',
};

function put(block: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) block[at + i] = text.charCodeAt(i);
}

/** Octal digits, and a NUL behind them. */
function octal(value: number, width: number): string {
  return value.toString(8).padStart(width - 1, '0');
}

interface Header {
  name: string;
  type: string;
  size: number;
  link: string;
  node: Pick<ImageNode, 'mode' | 'uid' | 'gid' | 'mtime' | 'rdev'>;
}

function headerBlock({ name, type, size, link, node }: Header): Uint8Array {
  const block = new Uint8Array(BLOCK);
  put(block, 0, name.slice(0, 100));
  put(block, 100, octal(node.mode & 0o7777, 8));
  put(block, 108, octal(Math.min(node.uid, MAX_ID), 8));
  put(block, 116, octal(Math.min(node.gid, MAX_ID), 8));
  put(block, 124, octal(Math.min(size, MAX_SIZE), 12));
  put(block, 136, octal(Math.max(0, Math.min(node.mtime, MAX_SIZE)), 12));
  put(block, 148, '        ');
  put(block, 156, type);
  put(block, 157, link.slice(0, 100));
  put(block, 257, 'ustar\x0000');
  if (type === '3' || type === '4') {
    const rdev = node.rdev ?? 0;
    put(block, 329, octal((rdev >>> 8) & 0xfff, 8));
    put(block, 337, octal((rdev & 0xff) | ((rdev >>> 12) & 0xfff00), 8));
  }
  put(
    block,
    148,
    octal(
      block.reduce((sum, byte) => sum + byte, 0),
      7,
    ) + '\0 ',
  );
  return block;
}

/** "LENGTH key=value\n", whose length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${length}${rest}`;
}

/** What a ustar header has no room for, as a pax header before it. */
function* paxHeader({ name, size, link, node }: Header): Generator<Uint8Array> {
  let records = '';
  if (name.length > 100) records += paxRecord('path', name);
  if (link.length > 100) records += paxRecord('linkpath', link);
  if (size > MAX_SIZE) records += paxRecord('size', String(size));
  if (node.uid > MAX_ID) records += paxRecord('uid', String(node.uid));
  if (node.gid > MAX_ID) records += paxRecord('gid', String(node.gid));
  if (node.mtime < 0 || node.mtime > MAX_SIZE) records += paxRecord('mtime', String(node.mtime));
  if (records === '') return;
  yield headerBlock({ name: 'PaxHeader', type: 'x', size: records.length, link: '', node: { mode: 0o644, uid: 0, gid: 0, mtime: 0 } });
  const bytes = new Uint8Array(Math.ceil(records.length / BLOCK) * BLOCK);
  put(bytes, 0, records);
  yield bytes;
}

/**
 * A tree as a tar archive: ustar, with pax headers where names, sizes or numbers need them. Names are sorted as bytes, so equal trees give
 * equal archives. @throws what reading the files throws
 */
export function* tarBlocks(tree: TreeBuilder): Generator<Uint8Array> {
  const paths = new Map<number, string>();
  let written = 0;
  for (const block of entries(tree, 0, '.', paths)) {
    written += block.length;
    yield block;
  }
  yield new Uint8Array(Math.ceil((written + 2 * BLOCK) / RECORD) * RECORD - written);
}

function* entries(tree: TreeBuilder, id: number, path: string, paths: Map<number, string>): Generator<Uint8Array> {
  const node = tree.node(id);
  const known = paths.get(id);
  const header: Header = {
    name: isDirectory(node) ? `${path}/` : path,
    type: known === undefined ? TYPES[node.mode & FileType.Mask]! : '1',
    size: known === undefined && isFile(node) ? sizeOf(tree.source(id)) : 0,
    link: known ?? node.target ?? '',
    node,
  };
  yield* paxHeader(header);
  yield headerBlock(header);
  if (header.size > 0) {
    yield* pieces(tree.source(id));
    if (header.size % BLOCK !== 0) yield new Uint8Array(BLOCK - (header.size % BLOCK));
  }
  if (!isDirectory(node)) {
    paths.set(id, path);
    return;
  }
  const children = [...(node.children ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, child] of children) yield* entries(tree, child, `${path}/${name}`, paths);
}
