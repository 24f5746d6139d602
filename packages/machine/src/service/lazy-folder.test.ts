import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHUNK_BYTES, chunkBlob, type ImageSource, packTree, TreeBuilder } from '@ring3/image';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ImageServer } from '../../../../tests/support/image-server.js';
import { openLazyFolder } from './lazy-folder.js';

/** Twelve files of one chunk each. */
const FILES = 12;
/** Begins as a gzip file does: not to be taken for one that is still packed. */
const GZIP_MAGIC = [0x1f, 0x8b, 8];
let folder = '';
let server: ImageServer;
const names: string[] = [];
const quick = { backOffMs: 1, idleMs: 150 };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ring3-lazy-folder-'));
  mkdirSync(join(folder, 'chunks'));
  const tree = new TreeBuilder();
  for (let i = 0; i < FILES; i++) {
    const data = new Uint8Array(CHUNK_BYTES).map((_, at) => (at * (i + 3)) >> 3);
    data.set(GZIP_MAGIC);
    tree.add({ path: `f${String(i).padStart(2, '0')}`, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0, data });
  }
  const { index, blob } = packTree(tree, [], CHUNK_BYTES);
  for (const { name, bytes } of chunkBlob(blob())) {
    writeFileSync(join(folder, 'chunks', name), bytes);
    names.push(name);
  }
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ ...index, chunks: { bytes: CHUNK_BYTES, names } }));
  server = new ImageServer(folder);
  await server.start();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => server.forget());

const open = (policy = {}): Promise<ImageSource> => openLazyFolder(server.url, () => {}, { ...quick, ...policy });

describe('openLazyFolder', () => {
  it('has so many requests under way and no more, and all are answered', async () => {
    const image = await open({ atOnce: 3, idleMs: 5000 });
    server.delay = 20;
    const pages = await Promise.all(Array.from({ length: FILES }, (_, i) => image.fetch!(i + 1, 0, 4096)));
    expect(pages.map((page) => page.length)).toEqual(Array.from({ length: FILES }, () => 4096));
    expect(server.mostAtOnce).toBe(3);
    expect(server.chunkRequests).toHaveLength(FILES);
  });

  it('goes on with the others when some fail', async () => {
    const image = await open({ atOnce: 2 });
    server.behave = (path) => (names.indexOf(path.slice('/chunks/'.length)) % 2 === 0 ? 404 : 'serve');
    const results = await Promise.allSettled(Array.from({ length: FILES }, (_, i) => image.fetch!(i + 1, 0, 10)));
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: FILES }, (_, i) => (i % 2 === 0 ? 'rejected' : 'fulfilled')));
    expect(server.chunkRequests).toHaveLength(FILES);
  });

  it('gives up a request that brings nothing, and asks again', async () => {
    const image = await open();
    server.behave = (_, times) => (times < 3 ? 'stall' : 'serve');
    expect(await image.fetch!(1, 0, 10)).toHaveLength(10);
    expect(server.chunkRequests).toHaveLength(3);
  });

  it('does not wait for ever', async () => {
    const image = await open({ tries: 2 });
    server.behave = () => 'stall';
    const before = Date.now();
    await expect(image.fetch!(1, 0, 10)).rejects.toMatchObject({
      id: 'fetch-failed',
      message: expect.stringContaining('nothing came for 0.15 s') as string,
    });
    expect(Date.now() - before).toBeLessThan(2000);
    expect(server.chunkRequests).toHaveLength(2);
  });

  it('waits longer each time', async () => {
    const image = await open({ backOffMs: 40 });
    const at: number[] = [];
    server.behave = () => (at.push(Date.now()), 500);
    await expect(image.fetch!(1, 0, 10)).rejects.toMatchObject({ message: expect.stringContaining('500') as string });
    const waits = at.slice(1).map((time, i) => time - at[i]!);
    expect(waits).toHaveLength(3);
    [40, 80, 160].forEach((least, i) => expect(waits[i]).toBeGreaterThan(least - 5));
  });

  for (const behaviour of ['serve', 'encode', 'unpack'] as const) {
    it(`takes a file that looks compressed as it is (${behaviour})`, async () => {
      const image = await open();
      server.behave = (path) => (path.startsWith('/chunks/') ? behaviour : 'serve');
      expect([...(await image.fetch!(1, 0, 3))]).toEqual(GZIP_MAGIC);
    });
  }

  it('does not take another chunk for the right one', async () => {
    const image = await open();
    // As a server that answers every path with its start page.
    server.behave = () => 200;
    await expect(image.fetch!(1, 0, 10)).rejects.toMatchObject({ message: expect.stringContaining('damaged') as string });
  });

  it('asks for the index again too', async () => {
    server.behave = (_, times) => (times === 1 ? 'reset' : 'serve');
    expect((await open()).node(0).children?.size).toBe(FILES);
    server.behave = () => 403;
    await expect(open()).rejects.toMatchObject({ id: 'fetch-failed', message: expect.stringContaining('403') as string });
  });
});
