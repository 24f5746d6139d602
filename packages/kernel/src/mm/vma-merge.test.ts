import { readFileSync } from 'node:fs';
import { O } from '@ring3/abi';
import { describe, expect, it } from 'vitest';
import { Errno } from '../errno.js';
import { doMadvise } from './madvise.js';
import { doMlock, doMunlock } from './mlock.js';
import { doMmap, doMunmap } from './mmap.js';
import { doMprotect } from './mprotect.js';
import { doMremap } from './mremap.js';
import { doMsync } from './msync.js';
import { freeFrames } from './frames.js';
import { DiskInode, makeMachine } from './testing/machine.js';
import { getU8, putU8 } from './uaccess.js';
import { vmaPages, rssOf } from './account.js';
import { Vm } from './vm-flags.js';
import { mmPut } from './mm-life.js';

interface Recording {
  seed: number;
  ops: string[];
  results: string[];
  maps: string[];
}

/** Made by testing/record-maps.mjs on Linux: random calls over 24 pages at 0x20000000, their results, and what /proc/self/maps said at the end. */
const recordings = JSON.parse(readFileSync(new URL('./testing/maps.json', import.meta.url), 'utf8')) as Recording[];

function replay(recording: Recording): { results: string[]; maps: string[] } {
  const { k, mm } = makeMachine();
  const freeBefore = freeFrames(k);
  const inode = new DiskInode(k, 64 * 4096);
  const file = inode.open(k, O.RDWR);
  const results = recording.ops.map((line) => {
    const [op, ...numbers] = line.split(' ');
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = numbers.map((text) => parseInt(text, 16));
    try {
      switch (op) {
        case 'm':
          return doMmap(k, mm, e ? file : null, a, b, c, d, f / 4096);
        case 'u':
          return void doMunmap(k, mm, a, b);
        case 'p':
          return void doMprotect(k, mm, a, b, c);
        case 'M':
          return doMremap(k, mm, a, b, c, d, e);
        case 'a':
          return void doMadvise(k, mm, a, b, c);
        case 'l':
          return void doMlock(k, mm, a, b, 0);
        case 'n':
          return void doMunlock(k, mm, a, b);
        case 's':
          return void doMsync(k, mm, a, b, c);
        case 'w':
          putU8(k, a, 120);
          return 1;
        default:
          getU8(k, a);
          return 1;
      }
    } catch (error) {
      if (error instanceof Errno) return -error.code;
      throw error;
    }
  });
  const maps = mm.vmas.map((vma) => {
    const access = `${vma.flags & Vm.Read ? 'r' : '-'}${vma.flags & Vm.Write ? 'w' : '-'}${vma.flags & Vm.Exec ? 'x' : '-'}${vma.flags & Vm.MayShare ? 's' : 'p'}`;
    const offset = vma.file === file ? vma.pgoff * 4096 : 0;
    return `${vma.start.toString(16)}-${vma.end.toString(16)} ${access} ${offset.toString(16)}`;
  });
  expect(mm.totalVm).toBe(mm.vmas.reduce((sum, vma) => sum + vmaPages(vma), 0));
  const committed = mm.vmas.reduce((sum, vma) => sum + (vma.flags & Vm.Account ? vmaPages(vma) : 0), 0);
  expect(k.vm.committed).toBeGreaterThanOrEqual(committed);
  mmPut(k, mm);
  expect(rssOf(mm)).toBe(0);
  expect(inode.mapping!.vmas.size).toBe(0);
  k.pageCache.dropAll(k, inode.mapping!);
  expect(k.vm.committed).toBe(0);
  expect(freeFrames(k) + (k.vm.zeroFrame ? 1 : 0)).toBe(freeBefore + 1);
  return { results: results.map((r) => BigInt.asUintN(64, BigInt(r ?? 0)).toString(16)), maps };
}

describe('vma set against native recordings', () => {
  for (const recording of recordings) {
    it(`script ${recording.seed}`, () => {
      const { results, maps } = replay(recording);
      expect(results).toEqual(recording.results);
      expect(maps).toEqual(recording.maps);
    });
  }
});
