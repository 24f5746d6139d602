import { isDirectory, isFile, isSymlink } from '../tree/node.js';
import { type ImageIndex, NodeField } from './index-file.js';

const CHUNK_NAME = /^[0-9a-f]{32}\.gz$/;

function refuse(why: string): never {
  throw new Error(`image: ${why}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * What a JSON file says of an image, checked as a whole: it may come from anywhere, and a kernel relies on it later. So every directory
 * entry leads to a node, the directories make up a tree, and every file's bytes lie within the blob.
 * @throws Error what is wrong, in one line
 */
export function checkIndex(index: unknown): ImageIndex {
  if (!isRecord(index) || typeof index['format'] !== 'string') refuse('not an image index');
  if (index['format'] !== 'ring3-image-1') refuse(`an index of format '${index['format'].slice(0, 40)}', not ring3-image-1`);
  const { nodes, blobBytes, chunks } = index;
  if (!Array.isArray(nodes) || nodes.length === 0 || !isCount(blobBytes)) refuse('an index without nodes or size');
  if (chunks !== undefined) checkChunks(chunks, blobBytes);
  const parents = new Uint8Array(nodes.length);
  nodes.forEach((node: unknown, id) => checkNode(node, id, nodes as unknown[][], blobBytes, parents));
  if ((Number((nodes[0] as unknown[])[NodeField.Mode]) & 0o170000) !== 0o040000) refuse('node 0 is no directory');
  checkReach(nodes as (number | string)[][]);
  return index as unknown as ImageIndex;
}

function checkChunks(chunks: unknown, blobBytes: number): void {
  if (!isRecord(chunks) || !isCount(chunks['bytes']) || chunks['bytes'] === 0 || !Array.isArray(chunks['names']))
    refuse('its list of chunks is damaged');
  for (const name of chunks['names'] as unknown[])
    if (typeof name !== 'string' || !CHUNK_NAME.test(name)) refuse(`'${String(name).slice(0, 60)}' is no name of a chunk`);
  if (chunks['names'].length !== Math.ceil(blobBytes / chunks['bytes'])) refuse('its chunks do not make up its blob');
}

function checkNode(node: unknown, id: number, nodes: unknown[][], blobBytes: number, parents: Uint8Array): void {
  const bad = (why: string): never => refuse(`node ${id} ${why}`);
  if (!Array.isArray(node) || node.length < NodeField.Rest) return bad('is damaged');
  const fields = node as unknown[];
  for (let i = 0; i < NodeField.Rest; i++) if (!Number.isSafeInteger(fields[i])) bad('is damaged');
  const mode = fields[NodeField.Mode] as number;
  const rest = fields[NodeField.Rest];
  if (isDirectory({ mode })) {
    for (let i: number = NodeField.Rest; i < fields.length; i += 2) {
      const name = fields[i];
      const child = fields[i + 1];
      if (typeof name !== 'string' || name === '' || name === '.' || name === '..' || /[/\0]/.test(name))
        bad('has an entry without a name');
      if (!isCount(child) || child >= nodes.length) return bad(`has an entry, '${String(name)}', that leads nowhere`);
      const childMode = Number(nodes[child]?.[NodeField.Mode]);
      if (isDirectory({ mode: childMode }) && (child === 0 || parents[child]++ > 0))
        bad(`has a directory, '${String(name)}', that is elsewhere too`);
    }
  } else if (isSymlink({ mode })) {
    if (typeof rest !== 'string' || rest === '') bad('is a symlink to nothing');
  } else if (isFile({ mode })) {
    const start = fields[NodeField.Rest + 1];
    if (!isCount(rest) || !isCount(start) || start + rest > blobBytes) bad('has bytes outside the blob');
  } else if (!isCount(rest)) {
    bad('is a device without a number');
  }
}

/** With one parent each, directories that the root does not reach form a ring. */
function checkReach(nodes: (number | string)[][]): void {
  const isDir = (id: number): boolean => isDirectory({ mode: Number(nodes[id]![NodeField.Mode]) });
  let reached = 0;
  const waiting = [0];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    reached++;
    const fields = nodes[id]!;
    for (let i: number = NodeField.Rest + 1; i < fields.length; i += 2) if (isDir(Number(fields[i]))) waiting.push(Number(fields[i]));
  }
  let all = 0;
  for (let id = 0; id < nodes.length; id++) if (isDir(id)) all++;
  if (reached !== all) refuse('it has directories outside its root');
}
