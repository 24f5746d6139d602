import { readFileSync } from 'node:fs';
import { At, O, S } from '@ring3/abi';
import { expect, test } from 'vitest';
import { EAGAIN, ENXIO, EPIPE } from '../../errno.js';
import { KernelIter } from '../../io/kernel-iter.js';
import { fput } from '../../vfs/file-table.js';
import { mknodAt } from '../../vfs/namespace.js';
import { openAt } from '../../vfs/open.js';
import { makeTree } from '../../vfs/testing/tree.js';
import { fifoPartnerMissing } from './fifo.js';
import type { PipeFile } from './pipe-file.js';
import { createPipe } from './pipefs.js';

function caught(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

const bytes = (n: number): KernelIter => new KernelIter(new Uint8Array(n).fill(120));

/** native-pipe.txt: writes and reads of a non-blocking pipe with what a real Linux answered (−11: EAGAIN). */
test('takes and gives as many bytes as on Linux', () => {
  const k = makeTree();
  const [reader, writer] = createPipe(k, O.NONBLOCK);
  const steps = readFileSync(new URL('native-pipe.txt', import.meta.url), 'latin1')
    .trimEnd()
    .split('\n');
  const ours = steps.map((step) => {
    const [op, size] = step.split(' ');
    const result = caught(() => (op === 'w' ? writer.write(k, bytes(Number(size)), 0) : reader.read(k, bytes(Number(size)), 0)));
    return `${op} ${size} ${result === EAGAIN ? -11 : String(result)}`;
  });
  expect(ours).toEqual(steps);
});

test('order is kept, ends end', () => {
  const k = makeTree();
  const [reader, writer] = createPipe(k, 0) as [PipeFile, PipeFile];
  const sent = Uint8Array.from({ length: 10_001 }, (_, i) => i * 7);
  writer.write(k, new KernelIter(sent.subarray(0, 5000)), 0);
  writer.write(k, new KernelIter(sent.subarray(5000)), 0);
  const got = new Uint8Array(10_001);
  expect(reader.read(k, new KernelIter(got), 0)).toBe(10_001);
  expect(got).toEqual(sent);
  expect(caught(() => reader.read(k, bytes(1), 0))).toBe(EAGAIN);
  expect([reader.poll(k), writer.poll(k)]).toEqual([0, 0x104]);
  writer.write(k, bytes(2), 0);
  fput(k, writer);
  expect(reader.poll(k)).toBe(0x51);
  expect(reader.read(k, bytes(5), 0)).toBe(2);
  expect(reader.read(k, bytes(5), 0)).toBe(0);
  expect(reader.poll(k)).toBe(0x10);
});

test('without readers', () => {
  const k = makeTree();
  const [reader, writer] = createPipe(k, 0);
  fput(k, reader);
  expect(caught(() => writer.write(k, bytes(1), 0))).toBe(EPIPE);
  expect(writer.poll(k)).toBe(0x10c);
});

test('packets', () => {
  const k = makeTree();
  const [reader, writer] = createPipe(k, O.DIRECT);
  writer.write(k, bytes(3), 0);
  writer.write(k, bytes(4), 0);
  expect(reader.read(k, bytes(100), 0)).toBe(3);
  expect(reader.read(k, bytes(2), 0)).toBe(2);
  expect(caught(() => reader.read(k, bytes(2), 0))).toBe(EAGAIN);
});

test('a buffer that was read is used again, with nothing of what was in it', () => {
  const k = makeTree();
  const [reader, writer] = createPipe(k, O.DIRECT) as [PipeFile, PipeFile];
  writer.write(k, new KernelIter(new Uint8Array(300).fill(7)), 0);
  expect(reader.readWouldBlock()).toBe(false);
  expect(reader.read(k, bytes(10), 0)).toBe(10);
  expect(reader.readWouldBlock()).toBe(true);
  // Of the same pipe, but no packets now: what follows joins, and is read in one go.
  writer.flags &= ~O.DIRECT;
  for (const value of [1, 2]) writer.write(k, new KernelIter(Uint8Array.of(value, value)), 0);
  const got = new Uint8Array(8);
  expect(reader.read(k, new KernelIter(got), 0)).toBe(4);
  expect([...got]).toEqual([1, 1, 2, 2, 0, 0, 0, 0]);
  // A longer one does not fit into the short buffer.
  const long = Uint8Array.from({ length: 4000 }, (_, i) => i * 3);
  writer.write(k, new KernelIter(long), 0);
  const all = new Uint8Array(4000);
  expect(reader.read(k, new KernelIter(all), 0)).toBe(4000);
  expect(all).toEqual(long);
  fput(k, writer);
  expect(reader.readWouldBlock()).toBe(false);
  expect(reader.read(k, bytes(1), 0)).toBe(0);
});

test('FIFOs', () => {
  const k = makeTree();
  mknodAt(k, At.FDCWD, '/f', S.IFIFO | 0o600, 0);
  expect(caught(() => openAt(k, At.FDCWD, '/f', O.WRONLY | O.NONBLOCK, 0))).toBe(ENXIO);
  const reader = openAt(k, At.FDCWD, '/f', O.RDONLY | O.NONBLOCK, 0) as PipeFile;
  expect(reader.poll(k)).toBe(0);
  expect(reader.read(k, bytes(1), 0)).toBe(0);
  const writer = openAt(k, At.FDCWD, '/f', O.WRONLY, 0) as PipeFile;
  expect(fifoPartnerMissing(writer)).toBe(false);
  writer.write(k, bytes(1), 0);
  fput(k, writer);
  expect(reader.poll(k)).toBe(0x51);
  fput(k, reader);
  const waiting = openAt(k, At.FDCWD, '/f', O.RDONLY, 0) as PipeFile;
  expect(fifoPartnerMissing(waiting)).toBe(true);
  const both = openAt(k, At.FDCWD, '/f', O.RDWR, 0) as PipeFile;
  expect(fifoPartnerMissing(both)).toBe(false);
  expect(waiting.pipe.writerOpens).toBe(1);
});
