import { MapFlag, Madv, O, Overcommit, PageFaultError, PageSize, Prot } from '@ring3/abi';
import { describe, expect, it } from 'vitest';
import { EAGAIN, EEXIST, EFAULT, EINVAL, ENOMEM, EPERM } from '../errno.js';
import { KernelIter } from '../io/kernel-iter.js';
import { commitLimit, totalRamPages } from './account.js';
import { doBrk } from './brk.js';
import { FaultResult, handleMmFault } from './fault.js';
import { doMadvise } from './madvise.js';
import { createArgStack, ExecStack, setupArgPages } from './exec-stack.js';
import { pickMmapLayout } from './layout.js';
import { activateMm, dupMm, mmAlloc, mmPut } from './mm-life.js';
import { doMmap, doMunmap } from './mmap.js';
import { doMprotect } from './mprotect.js';
import { doMremap } from './mremap.js';
import { doMsync } from './msync.js';
import { genericFileRead, genericFileWrite, truncatePages } from './page-cache.js';
import { mapsText } from './proc-maps.js';
import { createMemfd } from './shmem.js';
import { reclaim } from './reclaim.js';
import { freeFrames } from './frames.js';
import { DiskInode, makeMachine, type DiskMapping } from './testing/machine.js';
import {
  clearUser,
  copyFromUser,
  copyToUser,
  getU32,
  getU64Number,
  getU8,
  putU32,
  putU64,
  putU8,
  readRemote,
  strncpyFromUser,
  writeRemote,
} from './uaccess.js';
import { UserIter } from './user-iter.js';

const PRIVATE = MapFlag.Private | MapFlag.Anonymous;
const RW = Prot.Read | Prot.Write;
const P = PageSize.Bytes;

function withFile(pages: number) {
  const machine = makeMachine(1024 + pages);
  const inode = new DiskInode(machine.k, pages * P);
  const mapping = inode.mapping as DiskMapping;
  mapping.disk.forEach((_, i) => (mapping.disk[i] = i >> 12));
  return { ...machine, inode, mapping, file: inode.open(machine.k, O.RDWR) };
}

function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return null;
}

describe('anonymous memory', () => {
  it('reads the zero page without a frame of its own, then writes one', () => {
    const { k, mm } = makeMachine();
    const va = doMmap(k, mm, null, 0, 4 * P, RW, PRIVATE, 0);
    expect(getU32(k, va + 8)).toBe(0);
    expect(mm.rssAnon).toBe(0);
    putU32(k, va + 8, 0xdead_beef);
    expect(getU32(k, va + 8)).toBe(0xdead_beef);
    expect(mm.rssAnon).toBe(1);
    expect(k.current.minFlt).toBe(2);
  });

  it('crosses pages, stops at holes', () => {
    const { k, mm } = makeMachine();
    const va = doMmap(k, mm, null, 0, 2 * P, RW, PRIVATE, 0);
    putU64(k, va + P - 3, -2);
    expect(getU64Number(k, va + P - 3)).toBe(2 ** 64);
    expect([...copyFromUser(k, va + P - 4, 10)]).toEqual([0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0]);
    expect(() => copyToUser(k, va + 2 * P - 2, new Uint8Array(4))).toThrow();
    expect(thrown(() => strncpyFromUser(k, 0x1000, 10))).toBe(EFAULT);
    clearUser(k, va, 2 * P);
    expect(getU8(k, va + P)).toBe(0);
  });

  it('fork copies on write, in both directions, and reuses the last copy', () => {
    const { k, mm } = makeMachine();
    const va = doMmap(k, mm, null, 0, 2 * P, RW, PRIVATE, 0);
    putU32(k, va, 1);
    putU32(k, va + P, 2);
    const before = freeFrames(k);
    const child = dupMm(k, mm);
    expect(child.rssAnon).toBe(2);
    putU32(k, va, 10);
    k.current.mm = child;
    activateMm(k, child);
    expect(getU32(k, va)).toBe(1);
    putU32(k, va + P, 20);
    k.current.mm = mm;
    activateMm(k, mm);
    expect(getU32(k, va)).toBe(10);
    expect(getU32(k, va + P)).toBe(2);
    mmPut(k, child);
    expect(freeFrames(k)).toBe(before);
    putU32(k, va + P, 3);
    expect(freeFrames(k)).toBe(before);
  });

  it('shared memory is seen by both after fork', () => {
    const { k, mm } = makeMachine();
    const va = doMmap(k, mm, null, 0, P, RW, MapFlag.Shared | MapFlag.Anonymous, 0);
    const child = dupMm(k, mm);
    putU32(k, va, 7);
    expect(mm.rssShmem).toBe(1);
    expect([...readRemote(k, child, va, 4)]).toEqual([7, 0, 0, 0]);
    expect(mapsText(k, mm)).toContain('rw-s 00000000');
    expect(mapsText(k, mm)).toContain('/dev/zero (deleted)');
  });

  it('MADV_DONTNEED gives zeros back, mremap keeps content', () => {
    const { k, mm } = makeMachine();
    const va = doMmap(k, mm, null, 0, 2 * P, RW, PRIVATE, 0);
    putU32(k, va, 5);
    putU32(k, va + P, 6);
    doMadvise(k, mm, va, P, Madv.DontNeed);
    expect(getU32(k, va)).toBe(0);
    const moved = doMremap(k, mm, va, 2 * P, 64 * P, 1, 0);
    expect(getU32(k, moved + P)).toBe(6);
    expect(getU32(k, moved + 63 * P)).toBe(0);
  });
});

describe('faults', () => {
  it('tells MAPERR, ACCERR and BUS apart', () => {
    const { k, mm } = makeMachine();
    const ro = doMmap(k, mm, null, 0, P, Prot.Read, PRIVATE, 0);
    const none = doMmap(k, mm, null, 0, P, 0, PRIVATE | MapFlag.NoReserve, 0);
    const file = new DiskInode(k, P).open(k, O.RDWR);
    const mapped = doMmap(k, mm, file, 0, 2 * P, Prot.Read, MapFlag.Private, 0);
    expect(handleMmFault(k, mm, 0x40, PageFaultError.User)).toBe(FaultResult.SigsegvMaperr);
    expect(handleMmFault(k, mm, ro, PageFaultError.User | PageFaultError.Write)).toBe(FaultResult.SigsegvAccerr);
    expect(handleMmFault(k, mm, none, PageFaultError.User)).toBe(FaultResult.SigsegvAccerr);
    expect(handleMmFault(k, mm, mapped + P, PageFaultError.User)).toBe(FaultResult.SigbusAdrerr);
    expect(handleMmFault(k, mm, mapped, PageFaultError.User)).toBe(FaultResult.Ok);
    expect(handleMmFault(k, mm, mapped, PageFaultError.User | PageFaultError.Protection | PageFaultError.Fetch)).toBe(
      FaultResult.SigsegvAccerr,
    );
    expect(handleMmFault(k, mm, 2 ** 47, PageFaultError.User)).toBe(FaultResult.SigsegvMaperr);
  });

  it('grows a stack to its limit and keeps the guard gap', () => {
    const { k, mm } = makeMachine();
    const top = 0x5000_0000;
    doMmap(k, mm, null, top - P, P, RW, PRIVATE | MapFlag.Fixed | MapFlag.GrowsDown, 0);
    putU8(k, top - 1024 * 1024, 1);
    expect(mm.vmas[0]!.start).toBe(top - 1024 * 1024);
    expect(handleMmFault(k, mm, top - 9 * 1024 * 1024, PageFaultError.Write)).toBe(FaultResult.SigsegvMaperr);
    doMmap(k, mm, null, top - 4 * 1024 * 1024, P, RW, PRIVATE | MapFlag.Fixed, 0);
    expect(handleMmFault(k, mm, top - 3 * 1024 * 1024 - P, PageFaultError.Write)).toBe(FaultResult.SigsegvMaperr);
    expect(handleMmFault(k, mm, top - 2 * 1024 * 1024, PageFaultError.Write)).toBe(FaultResult.Ok);
  });

  it('runs out of memory as a result, not an exception', () => {
    const { k, mm } = makeMachine(40);
    const va = doMmap(k, mm, null, 0, 30 * P, RW, PRIVATE, 0);
    doMmap(k, mm, null, va - 30 * P, 30 * P, RW, PRIVATE | MapFlag.Fixed, 0);
    let result: FaultResult = FaultResult.Ok;
    for (let i = -30; i < 30 && result === FaultResult.Ok; i++) result = handleMmFault(k, mm, va + i * P, PageFaultError.Write);
    expect(result).toBe(FaultResult.Oom);
    expect(() => doMmap(k, mm, null, 0, 100 * P, RW, PRIVATE, 0)).toThrowError();
  });
});

describe('files', () => {
  it('maps cached neighbours around a read fault', () => {
    const { k, mm, file, inode, mapping } = withFile(20);
    const va = doMmap(k, mm, file, 0, 20 * P, Prot.Read, MapFlag.Private, 0);
    expect(getU8(k, va + 3 * P)).toBe(3);
    expect(k.current.majFlt).toBe(1);
    // The window of a miss: 16 pages before it, 16 from it on; the file has 20.
    expect(mapping.reads).toBe(20);
    expect(mm.rssFile).toBe(1);
    genericFileRead(k, inode, new KernelIter(new Uint8Array(20 * P)), 0);
    expect(mapping.reads).toBe(20);
    expect(getU8(k, va + 4 * P)).toBe(4);
    expect(k.current.minFlt).toBe(1);
    expect(mm.rssFile).toBeGreaterThan(4);
    expect(k.current.majFlt).toBe(1);
  });

  it('reads ahead while a mapping is read through: one major fault, and the windows of 5.4', () => {
    const { k, mm, file } = withFile(64);
    const va = doMmap(k, mm, file, 0, 64 * P, Prot.Read, MapFlag.Private, 0);
    expect(va % (16 * P)).toBe(0);
    const faulted: number[] = [];
    for (let page = 0; page < 64; page++) {
      const before = k.current.minFlt + k.current.majFlt;
      getU8(k, va + page * P);
      if (k.current.minFlt + k.current.majFlt > before) faulted.push(page);
    }
    // 24, then 32 are the marked pages, which fault-around leaves out.
    expect(faulted).toEqual([0, 1, 16, 24, 32, 48]);
    expect(k.current.majFlt).toBe(1);
  });

  it('private writes stay private, shared ones reach read() and the disk', () => {
    const { k, mm, file, inode, mapping } = withFile(4);
    const own = doMmap(k, mm, file, 0, 4 * P, RW, MapFlag.Private, 0);
    const shared = doMmap(k, mm, file, 0, 4 * P, RW, MapFlag.Shared, 0);
    putU8(k, own, 100);
    putU8(k, shared + P, 101);
    expect(mm.rssAnon).toBe(1);
    const bytes = new Uint8Array(2 * P);
    expect(genericFileRead(k, inode, new KernelIter(bytes), 0)).toBe(2 * P);
    expect([bytes[0], bytes[P]]).toEqual([0, 101]);
    expect(inode.mtime.sec).toBe(1);
    doMsync(k, mm, shared, 4 * P, 4);
    expect(mapping.disk[P]).toBe(101);
    expect(mapping.writes).toBe(1);
    putU8(k, shared + P + 1, 102);
    doMsync(k, mm, shared, 4 * P, 4);
    expect(mapping.writes).toBe(2);
    expect(mapping.disk[P + 1]).toBe(102);
    doMadvise(k, mm, own, P, Madv.DontNeed);
    expect(getU8(k, own)).toBe(0);
  });

  it('write() extends, keeps what it does not cover, stops at a bad source', () => {
    const { k, mm, inode, mapping } = withFile(2);
    inode.size = P + 10;
    expect(genericFileWrite(k, inode, new KernelIter(new Uint8Array([9, 9])), P + 20)).toBe(2);
    expect(inode.size).toBe(P + 22);
    const va = doMmap(k, mm, null, 0, P, RW, PRIVATE, 0);
    putU8(k, va + P - 1, 77);
    expect(genericFileWrite(k, inode, UserIter.single(va + P - 1, 50), 0)).toBe(1);
    const bytes = new Uint8Array(P + 22);
    genericFileRead(k, inode, new KernelIter(bytes), 0);
    expect([bytes[0], bytes[1], bytes[P], bytes[P + 20]]).toEqual([77, 0, 1, 9]);
    k.pageCache.writeback(k, mapping);
    expect(mapping.disk[0]).toBe(77);
  });

  it('truncation zaps private copies too and zeroes the tail', () => {
    const { k, mm, file, inode } = withFile(3);
    const va = doMmap(k, mm, file, 0, 3 * P, RW, MapFlag.Private, 0);
    putU8(k, va + 2 * P, 50);
    getU8(k, va + P);
    truncatePages(k, inode, P + 5);
    expect(mm.rssAnon).toBe(0);
    expect(handleMmFault(k, mm, va + 2 * P, PageFaultError.User)).toBe(FaultResult.SigbusAdrerr);
    expect([getU8(k, va + P + 4), getU8(k, va + P + 5)]).toEqual([1, 0]);
    truncatePages(k, inode, 3 * P);
    expect(getU8(k, va + P + 5)).toBe(0);
  });

  it('gives up clean pages when memory is short, writes dirty ones first', () => {
    const { k, mm, file, inode, mapping } = withFile(8);
    const va = doMmap(k, mm, file, 0, 8 * P, RW, MapFlag.Shared, 0);
    putU8(k, va, 200);
    genericFileRead(k, inode, new KernelIter(new Uint8Array(8 * P)), 0);
    expect(reclaim(k, 100)).toBe(7);
    expect(reclaim(k, 100)).toBe(1);
    expect(mapping.pages.size).toBe(0);
    expect(mm.rssFile).toBe(0);
    expect(mapping.disk[0]).toBe(200);
    expect(getU8(k, va)).toBe(200);
  });
});

describe('calls', () => {
  it('places mappings top-down, honours hints below the layout only', () => {
    const { k, mm } = makeMachine();
    const first = doMmap(k, mm, null, 0, P, RW, PRIVATE, 0);
    const second = doMmap(k, mm, null, 0, P, 0, PRIVATE, 0);
    expect(first).toBe(mm.mmapBase - P);
    expect(second).toBe(first - P);
    expect(doMmap(k, mm, null, 0x1234_5000, P, RW, PRIVATE, 0)).toBe(0x1234_5000);
    expect(doMmap(k, mm, null, 0x7000_0000_0000, P, RW, PRIVATE, 0)).toBeLessThan(2 ** 32);
    expect(doMmap(k, mm, null, 0x7000_0000_0000, P, RW, PRIVATE | MapFlag.Fixed, 0)).toBe(0x7000_0000_0000);
    expect(doMmap(k, mm, null, 0, P, RW, PRIVATE | MapFlag.Bit32, 0)).toBe(0x4000_0000);
  });

  it('refuses as Linux does', () => {
    const { k, mm } = makeMachine();
    expect(thrown(() => doMmap(k, mm, null, 0, 0, RW, PRIVATE, 0))).toBe(EINVAL);
    expect(thrown(() => doMmap(k, mm, null, 0, 2 ** 46, 0, PRIVATE | MapFlag.NoReserve, 0))).toBe(ENOMEM);
    expect(thrown(() => doMmap(k, mm, null, 0, P, RW, MapFlag.Anonymous, 0))).toBe(EINVAL);
    const va = doMmap(k, mm, null, 0, P, RW, PRIVATE, 0);
    expect(thrown(() => doMmap(k, mm, null, va, P, RW, PRIVATE | MapFlag.FixedNoReplace, 0))).toBe(EEXIST);
    expect(thrown(() => doMunmap(k, mm, va + 1, P))).toBe(EINVAL);
    expect(thrown(() => doMprotect(k, mm, va + 4 * P, P, RW))).toBe(ENOMEM);
    k.current.cred.capEffective = 0n;
    (k.current.signal.rlimits as { cur: number; max: number }[])[8] = { cur: 0, max: 0 };
    expect(thrown(() => doMmap(k, mm, null, 0, P, RW, PRIVATE | MapFlag.Locked, 0))).toBe(EPERM);
    (k.current.signal.rlimits as { cur: number; max: number }[])[8] = { cur: P, max: P };
    expect(thrown(() => doMmap(k, mm, null, 0, 2 * P, RW, PRIVATE | MapFlag.Locked, 0))).toBe(EAGAIN);
    expect(thrown(() => doMmap(k, mm, null, 0x1000, P, RW, PRIVATE | MapFlag.Fixed, 0))).toBe(EPERM);
  });

  it('brk grows and shrinks the heap', () => {
    const { k, mm } = makeMachine();
    mm.startBrk = mm.brk = 0x2000_0100;
    expect(doBrk(k, mm, 0)).toBe(0x2000_0100);
    expect(doBrk(k, mm, 0x2000_5000)).toBe(0x2000_5000);
    putU32(k, 0x2000_4ffc, 1);
    expect(mapsText(k, mm).split('\n')[0]).toBe(`20001000-20005000 rw-p 00000000 00:00 0 ${' '.repeat(33)}[heap]`);
    expect(doBrk(k, mm, 0x2000_2000)).toBe(0x2000_2000);
    expect(mm.rssAnon).toBe(0);
    doMmap(k, mm, null, 0x2000_3000, P, 0, PRIVATE | MapFlag.Fixed, 0);
    expect(doBrk(k, mm, 0x2000_6000)).toBe(0x2000_2000);
  });

  it('memfd seals', () => {
    const { k, mm } = makeMachine();
    const file = createMemfd(k, 'x', true);
    file.inode.size = P;
    file.inode.seals = 8;
    expect(() => doMmap(k, mm, file, 0, P, RW, MapFlag.Shared, 0)).toThrowError();
    expect(writeRemote(k, mm, 0x1000, new Uint8Array(1))).toBe(0);
  });
});

describe('commit limit', () => {
  const SHARED = MapFlag.Shared | MapFlag.Anonymous;
  function limited(mode: Overcommit) {
    const machine = makeMachine(2048);
    machine.k.vm.overcommitMemory = mode;
    machine.k.vm.overcommitRatio = 50;
    return machine;
  }
  it('guesses: only what could never fit is refused', () => {
    const { k, mm } = limited(Overcommit.Guess);
    const total = totalRamPages(k);
    expect(thrown(() => doMmap(k, mm, null, 0, (total + 1) * P, RW, PRIVATE, 0))).toBe(ENOMEM);
    doMmap(k, mm, null, 0, (total + 1) * P, RW, PRIVATE | MapFlag.NoReserve, 0);
    for (let i = 0; i < 4; i++) doMmap(k, mm, null, 0, total * P, RW, PRIVATE, 0);
    expect(k.vm.committed).toBe(4 * total);
  });
  it('always: everything goes', () => {
    const { k, mm } = limited(Overcommit.Always);
    doMmap(k, mm, null, 0, totalRamPages(k) * 3 * P, RW, PRIVATE, 0);
    expect(k.vm.committed).toBe(totalRamPages(k) * 3);
  });
  it('never: private writable and shared memory up to the limit, reserved or not', () => {
    const { k, mm } = limited(Overcommit.Never);
    k.vm.userReserveKbytes = 0;
    const limit = commitLimit(k);
    expect(limit).toBe(Math.floor(totalRamPages(k) / 2));
    doMmap(k, mm, null, 0, 10 * limit * P, Prot.Read, PRIVATE, 0);
    expect(k.vm.committed).toBe(0);
    expect(thrown(() => doMmap(k, mm, null, 0, limit * P, RW, PRIVATE | MapFlag.NoReserve, 0))).toBe(ENOMEM);
    const half = Math.floor((limit - 1) / 2);
    const first = doMmap(k, mm, null, 0, half * P, RW, PRIVATE | MapFlag.NoReserve, 0);
    const second = doMmap(k, mm, null, 0, half * P, RW, SHARED, 0);
    expect(k.vm.committed).toBe(2 * half);
    expect(thrown(() => dupMm(k, mm))).toBe(ENOMEM);
    expect(k.vm.committed).toBe(2 * half);
    doMunmap(k, mm, first, half * P);
    doMunmap(k, mm, second, half * P);
    expect(k.vm.committed).toBe(0);
  });
  it('never: mprotect, mremap and the pages of a memory file count too', () => {
    const { k, mm } = limited(Overcommit.Never);
    k.vm.overcommitKbytes = 100 * 4;
    k.vm.userReserveKbytes = 0;
    expect(commitLimit(k)).toBe(100);
    const va = doMmap(k, mm, null, 0, 120 * P, Prot.Read, PRIVATE, 0);
    expect(thrown(() => doMprotect(k, mm, va, 120 * P, RW))).toBe(ENOMEM);
    doMprotect(k, mm, va, 50 * P, RW);
    expect(k.vm.committed).toBe(50);
    expect(thrown(() => doMremap(k, mm, va, 50 * P, 120 * P, 1, 0))).toBe(ENOMEM);
    expect(k.vm.committed).toBe(50);
    const file = createMemfd(k, 'x', false);
    file.inode.size = 90 * P;
    const shared = doMmap(k, mm, file, 0, 90 * P, RW, MapFlag.Shared, 0);
    expect(k.vm.committed).toBe(50);
    for (let i = 0; i < 49; i++) putU8(k, shared + i * P, 1);
    expect(k.vm.committed).toBe(99);
    expect(handleMmFault(k, mm, shared + 60 * P, PageFaultError.User | PageFaultError.Write)).toBe(FaultResult.SigbusAdrerr);
    doMunmap(k, mm, va, 120 * P);
    expect(k.vm.committed).toBe(49);
  });
  it('keeps something for the administrator', () => {
    const { k, mm } = limited(Overcommit.Never);
    k.vm.overcommitKbytes = 100 * 4;
    k.vm.userReserveKbytes = 0;
    k.vm.adminReserveKbytes = 20 * 4;
    k.current.cred.capEffective = 0n;
    expect(thrown(() => doMmap(k, mm, null, 0, 80 * P, RW, PRIVATE, 0))).toBe(ENOMEM);
    doMmap(k, mm, null, 0, 79 * P, RW, PRIVATE, 0);
  });
});

describe('memory that was given up', () => {
  it('goes first when memory is short, but for what was written since or is shared', () => {
    const { k, mm, file } = withFile(4);
    Object.assign(k, { pids: { processes: () => [{ signal: { threads: new Set([{ mm }]) } }] } });
    const cached = doMmap(k, mm, file, 0, 4 * P, Prot.Read, MapFlag.Private, 0);
    for (let i = 0; i < 4; i++) getU8(k, cached + i * P);
    const va = doMmap(k, mm, null, 0, 6 * P, RW, PRIVATE, 0);
    for (let i = 0; i < 6; i++) putU8(k, va + i * P, 1);
    doMadvise(k, mm, va, 5 * P, Madv.Free);
    expect([0, 1, 5].map((i) => getU8(k, va + i * P))).toEqual([1, 1, 1]);
    putU8(k, va + 2 * P, 2);
    const before = mm.rssAnon;
    expect(reclaim(k, 100)).toBe(4);
    expect(mm.rssAnon).toBe(before - 4);
    expect([0, 1, 2, 3, 4, 5].map((i) => getU8(k, va + i * P))).toEqual([0, 0, 2, 0, 0, 1]);
    expect(k.vm.pagesLazyFree).toBe(5);
    expect(k.vm.pagesLazyFreed).toBe(4);
    expect(mm.rssFile).toBe(4);
    doMadvise(k, mm, va + 5 * P, P, Madv.Free);
    const child = dupMm(k, mm);
    reclaim(k, 100);
    expect(getU8(k, va + 5 * P)).toBe(1);
    mmPut(k, child);
  });
});

describe('exec', () => {
  it('fills the argument stack from outside, moves it into place, grows it', () => {
    for (const layout of ['compact', 'linux'] as const) {
      const { k, mm } = makeMachine(2048, layout);
      const fresh = mmAlloc(k);
      pickMmapLayout(k, fresh);
      const stack = createArgStack(k, fresh);
      const { end } = stack;
      const text = Uint8Array.from({ length: 3 * P }, (_, i) => i & 0xff);
      expect(writeRemote(k, fresh, end - 8 - text.length, text)).toBe(text.length);
      const shift = setupArgPages(k, fresh, stack, end - 16 * P, ExecStack.Disable);
      expect(shift).toBe(16 * P);
      expect([...readRemote(k, fresh, end - shift - 8 - text.length, text.length)]).toEqual([...text]);
      expect(stack.end - stack.start).toBe(4 * P + 128 * 1024);
      expect(mapsText(k, fresh)).toMatch(/rw-p 00000000 00:00 0 +\[stack\]\n.*\[vsyscall\]\n$/);
      expect(fresh.mmapBase).toBe(layout === 'linux' ? 0x7fff_f7ff_f000 : 0xf7ff_f000);
      k.current.mm = fresh;
      activateMm(k, fresh);
      putU32(k, end - shift - 64 * P, 1);
      k.current.mm = mm;
      activateMm(k, mm);
      mmPut(k, fresh);
      mmPut(k, mm);
      expect(k.vm.committed).toBe(0);
    }
  });

  it('ptrace writes through read-only private pages into a copy', () => {
    const { k, mm } = makeMachine();
    const inode = new DiskInode(k, P);
    const va = doMmap(k, mm, inode.open(k, O.RDONLY), 0, P, Prot.Read | Prot.Exec, MapFlag.Private, 0);
    expect(getU8(k, va)).toBe(0);
    expect(writeRemote(k, mm, va, new Uint8Array([0xcc]))).toBe(1);
    expect(getU8(k, va)).toBe(0xcc);
    expect(writeRemote(k, mm, va, new Uint8Array([0xcd]), false)).toBe(0);
    expect(handleMmFault(k, mm, va, PageFaultError.User | PageFaultError.Write)).toBe(FaultResult.SigsegvAccerr);
    const bytes = new Uint8Array(1);
    genericFileRead(k, inode, new KernelIter(bytes), 0);
    expect(bytes[0]).toBe(0);
  });
});
