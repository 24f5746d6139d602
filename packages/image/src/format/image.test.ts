import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  CHUNK_BYTES,
  chunkBlob,
  copyTree,
  gzipPieces,
  type ImageIndex,
  isChunk,
  openImage,
  openLazyImage,
  packTree,
  readTar,
  tarBlocks,
  TreeBuilder,
} from '../index.js';

const common = { mode: 0o644, uid: 3, gid: 4, mtime: 1_700_000_000 };

function bytes(length: number, seed: number): Uint8Array {
  return new Uint8Array(length).map((_, i) => (i * seed + (i >> 8)) & 255);
}

function sample(names: readonly string[] = ['a', 'b', 'c', 'big', 'long']): TreeBuilder {
  const tree = new TreeBuilder();
  const add: Record<string, () => void> = {
    a: () => tree.add({ ...common, path: 'a', type: 'file', data: bytes(200_000, 3) }),
    b: () => tree.add({ ...common, path: 'b', type: 'file', data: bytes(200_000, 5) }),
    c: () => tree.add({ ...common, path: 'c', type: 'file', data: bytes(10, 7) }),
    big: () =>
      tree.add({
        ...common,
        path: 'big',
        type: 'file',
        data: { size: 5 * CHUNK_BYTES + 1, read: (offset, length) => bytes(5 * CHUNK_BYTES + 1, 11).subarray(offset, offset + length) },
      }),
    long: () => tree.add({ ...common, path: `dir/${'n'.repeat(150)}`, type: 'symlink', target: 't'.repeat(200) }),
  };
  for (const name of names) add[name]!();
  tree.add({ ...common, path: 'same', type: 'hardlink', target: 'a' });
  tree.add({ ...common, path: 'link', type: 'symlink', target: 'a' });
  tree.add({ ...common, path: 'link-too', type: 'hardlink', target: 'link' });
  tree.add({ ...common, path: 'null', type: 'char', device: { major: 1, minor: 3 } });
  tree.add({ ...common, path: 'disk', type: 'block', device: { major: 259, minor: 70_000 } });
  tree.add({ ...common, path: 'pipe', type: 'fifo' });
  return tree;
}

/** Everything that a tree says, by path. */
function listing(tree: TreeBuilder): Record<string, unknown> {
  const all: Record<string, unknown> = {};
  const visit = (id: number, path: string): void => {
    const { mode, uid, gid, mtime, nlink, size, target, rdev, children } = tree.node(id);
    const isFile = (mode & 0o170000) === 0o100000;
    all[path] = {
      mode,
      uid,
      gid,
      mtime,
      nlink,
      size: children ? 0 : size,
      target,
      rdev,
      sum: isFile ? tree.content(id).reduce((a, b) => (a * 31 + b) % 65_521, 0) : 0,
    };
    for (const [name, child] of children ?? []) visit(child, `${path}/${name}`);
  };
  visit(0, '');
  return all;
}

function packed(tree: TreeBuilder): { index: ImageIndex; chunks: Map<string, Uint8Array> } {
  const { index, blob } = packTree(tree, [], CHUNK_BYTES);
  const chunks = new Map<string, Uint8Array>();
  const names: string[] = [];
  for (const chunk of chunkBlob(blob())) {
    chunks.set(chunk.name, chunk.bytes);
    names.push(chunk.name);
  }
  return { index: { ...index, chunks: { bytes: CHUNK_BYTES, names } }, chunks };
}

describe('a folder of chunks', () => {
  it('is the same however the tree came about', () => {
    const one = packed(sample());
    const other = packed(sample(['long', 'big', 'c', 'b', 'a']));
    expect(JSON.stringify(other.index)).toBe(JSON.stringify(one.index));
    expect([...other.chunks]).toEqual([...one.chunks]);
  });
  it('has chunks that are what their names say, and no file in more of them than it needs', () => {
    const { index, chunks } = packed(sample());
    for (const [name, content] of chunks) expect(isChunk(name, gunzipSync(content))).toBe(true);
    for (const [mode, , , , , size, start] of index.nodes.map((fields) => fields.map(Number))) {
      if ((mode! & 0o170000) !== 0o100000) continue;
      const touched = Math.floor((start! + size! - 1) / CHUNK_BYTES) - Math.floor(start! / CHUNK_BYTES) + 1;
      expect(touched).toBe(Math.ceil(size! / CHUNK_BYTES));
    }
  });
  it('opens to the same tree', () => {
    const tree = sample();
    const { index, blob } = packTree(tree, [], CHUNK_BYTES);
    const all = Buffer.concat([...blob()]);
    const copy = new TreeBuilder();
    copyTree(
      copy,
      openImage(JSON.parse(JSON.stringify(index)), (offset, length) => all.subarray(offset, offset + length)),
    );
    expect(listing(copy)).toEqual(listing(tree));
  });
});

describe('a lazy image', () => {
  const { index, chunks } = packed(sample());
  const idOf = (name: string): number => {
    const [root] = index.nodes;
    return Number(root![root!.indexOf(name) + 1]);
  };
  function open() {
    const asked: string[] = [];
    const answers = new Map<string, () => void>();
    const image = openLazyImage(index, (name) => {
      asked.push(name);
      return new Promise((resolve) => answers.set(name, () => resolve(gunzipSync(chunks.get(name)!))));
    });
    return { image, asked, answer: () => answers.forEach((go) => go()) };
  }

  it('asks once for a chunk that many pages want', async () => {
    const { image, asked, answer } = open();
    const id = idOf('a');
    expect(image.isHere!(id, 0, 4096)).toBe(false);
    const pages = Promise.all(Array.from({ length: 32 }, (_, i) => image.fetch!(id, i * 4096, 4096)));
    expect(asked).toHaveLength(1);
    answer();
    expect(Buffer.concat(await pages)).toEqual(Buffer.from(bytes(200_000, 3).subarray(0, 32 * 4096)));
    expect(image.isHere!(id, 0, 4096)).toBe(true);
  });
  it('fetches ahead of a reader, and not of one who jumps', async () => {
    const { image, asked, answer } = open();
    const id = idOf('big');
    const read = async (chunk: number): Promise<void> => {
      const page = image.fetch!(id, chunk * CHUNK_BYTES, 4096);
      answer();
      await page;
    };
    await read(4);
    await read(0);
    await read(3);
    expect(asked).toHaveLength(3);
    await read(1);
    await read(2);
    expect(asked).toHaveLength(5);
    const other = open();
    const follow = async (chunk: number): Promise<void> => {
      const page = other.image.fetch!(id, chunk * CHUNK_BYTES, 4096);
      other.answer();
      await page;
    };
    await follow(0);
    await follow(1);
    expect(other.asked).toHaveLength(2);
    await follow(2);
    expect(other.asked).toHaveLength(5);
    await follow(5);
    expect(other.asked).toHaveLength(6);
  });
  it('fails for all who wait, and asks again later', async () => {
    let fails = true;
    const image = openLazyImage(index, (name) =>
      fails ? Promise.reject(new Error('no')) : Promise.resolve(gunzipSync(chunks.get(name)!)),
    );
    const id = idOf('a');
    const results = await Promise.allSettled([image.fetch!(id, 0, 10), image.fetch!(id, 4096, 10)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fails = false;
    expect(await image.fetch!(id, 0, 10)).toHaveLength(10);
  });
  it('does not take a chunk of another length', async () => {
    const image = openLazyImage(index, () => Promise.resolve(new Uint8Array(5)));
    await expect(image.fetch!(idOf('a'), 0, 10)).rejects.toThrow('5 bytes instead of');
  });
});

describe('an index from anywhere', () => {
  const { index } = packed(sample());
  const [rootNode] = index.nodes;
  const file = Number(rootNode![rootNode!.indexOf('a') + 1]);
  const dir = Number(rootNode![rootNode!.indexOf('dir') + 1]);
  type Damage = (copy: ImageIndex) => unknown;
  const damages: [string, Damage][] = [
    ['null', () => null],
    ['a list', () => []],
    ['another format', (copy) => ({ ...copy, format: 'x' })],
    ['no nodes', (copy) => ({ ...copy, nodes: [] })],
    ['a node that is none', (copy) => ((copy.nodes[1] = 5 as never), copy)],
    ['a root that is a file', (copy) => ((copy.nodes[0] = copy.nodes[file]!), copy)],
    ['bytes outside the blob', (copy) => ((copy.nodes[file]![6] = copy.blobBytes), copy)],
    ['a negative size', (copy) => ((copy.nodes[file]![5] = -1), copy)],
    ['an entry to nowhere', (copy) => ((copy.nodes[0]![6] = 99), copy)],
    ['a name with a slash', (copy) => ((copy.nodes[0]![5] = '../etc'), copy)],
    ['a name ..', (copy) => ((copy.nodes[0]![5] = '..'), copy)],
    ['a directory that holds the root', (copy) => (copy.nodes[dir]!.push('up', 0), copy)],
    ['a directory in itself', (copy) => (copy.nodes[dir]!.push('self', dir), copy)],
    ['a ring beside the root', (copy) => (copy.nodes.push([0o40755, 0, 0, 0, 2, 'x', copy.nodes.length]), copy)],
    ['chunk names that are paths', (copy) => ((copy.chunks!.names[0] = '../../secret'), copy)],
    ['too few chunks', (copy) => (copy.chunks!.names.pop(), copy)],
  ];
  for (const [what, damage] of damages) {
    it(`is refused with ${what}`, () => {
      const damaged = damage(JSON.parse(JSON.stringify(index)) as ImageIndex);
      expect(() => openImage(damaged, () => new Uint8Array(0))).toThrow(/^image: .+/);
    });
  }
});

describe('tar', () => {
  it('is read back to the same tree, by us and by tar', () => {
    const tree = sample();
    const archive = Buffer.concat([...tarBlocks(tree)]);
    expect(archive.length % 10_240).toBe(0);
    const again = new TreeBuilder();
    again.addLayer(readTar(archive));
    expect(listing(again)).toEqual(listing(tree));
    expect(Buffer.concat([...tarBlocks(again)]).equals(archive)).toBe(true);

    const folder = mkdtempSync(join(tmpdir(), 'ring3-tar-'));
    try {
      writeFileSync(join(folder, 'x.tar'), archive);
      const lines = execFileSync('tar', ['--numeric-owner', '-tvf', join(folder, 'x.tar')], {
        encoding: 'utf8',
        env: { ...process.env, TZ: 'UTC' },
      });
      expect(lines).toMatch(/^crw-r--r-- 3\/4 +1,3 2023-11-14 22:13 \.\/null$/m);
      expect(lines).toMatch(/^brw-r--r-- 3\/4 +259,70000 .* \.\/disk$/m);
      expect(lines).toMatch(/^hrw-r--r-- .* \.\/same link to \.\/a$/m);
      expect(lines).toContain(`./dir/${'n'.repeat(150)} -> ${'t'.repeat(200)}`);
      execFileSync('tar', ['-xf', join(folder, 'x.tar'), '-C', folder, './a', './b', './big']);
      expect(readdirSync(folder).toSorted()).toEqual(['a', 'b', 'big', 'x.tar']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  it('is compressed piece by piece, the same each time', () => {
    const archive = Buffer.concat([...tarBlocks(sample())]);
    const once = Buffer.concat([...gzipPieces(tarBlocks(sample()))]);
    expect(gunzipSync(once).equals(archive)).toBe(true);
    expect(Buffer.concat([...gzipPieces(tarBlocks(sample()))]).equals(once)).toBe(true);
    expect(once.readUInt32LE(4)).toBe(0);
  });
});
