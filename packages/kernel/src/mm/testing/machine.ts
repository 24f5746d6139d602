import { RLimit, S } from '@ring3/abi';
import { createCore, loadCoreModule, type Core } from '@ring3/core';
import { Kernel } from '../../kernel.js';
import { Cred } from '../../task/cred.js';
import { SignalStruct } from '../../signal/signal-struct.js';
import { IoAccounting } from '../../task/io-accounting.js';
import type { Task } from '../../task/task.js';
import { Inode } from '../../vfs/inode.js';
import { RegularFile } from '../../vfs/regular-file.js';
import { MountTable } from '../../vfs/mount-table.js';
import type { File } from '../../vfs/file.js';
import { SuperBlock } from '../../vfs/super-block.js';
import { PidTable } from '../../task/pid-table.js';
import { Tracer } from '../../trace/tracer.js';
import { AddressSpace } from '../address-space.js';
import { mmAlloc } from '../mm-life.js';
import type { Mm } from '../mm.js';
import { PageCache } from '../page-cache.js';

/** A file on a disk that is an array: counts reads and writes of pages. */
export class DiskMapping extends AddressSpace {
  disk = new Uint8Array(64 * 4096);
  reads = 0;
  writes = 0;
  override readPage(k: Kernel, index: number, frame: number): void {
    this.reads++;
    k.core.u8.set(this.disk.subarray(index * 4096, index * 4096 + 4096), frame);
  }
  override writePage(k: Kernel, index: number, frame: number): void {
    this.writes++;
    this.disk.set(k.core.u8.subarray(frame, frame + 4096), index * 4096);
  }
  override get evictable(): boolean {
    return true;
  }
}

class DiskSuper extends SuperBlock {
  override statfs(): { blocks: number; bfree: number; bavail: number; files: number; ffree: number } {
    return { blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 };
  }
}

export class DiskInode extends Inode {
  constructor(k: Kernel, size: number) {
    super(new DiskSuper(0x801, 'disk', 'disk', 0), 42, S.IFREG | 0o644);
    this.size = size;
    this.mapping = new DiskMapping(k.nextId.mapping++, this);
  }
  override open(_k: Kernel, flags: number): File {
    return new RegularFile(flags, this, null);
  }
}

/** Cores by size: making one costs more than a test. */
const cores = new Map<number, Core>();

function coreWith(frames: number): Core {
  let core = cores.get(frames);
  if (!core) {
    core = createCore(loadCoreModule(), { memoryLimit: frames * 4096 }, { pageFault: () => 1, rdtsc: () => 0 });
    cores.set(frames, core);
  }
  return core;
}

/** A kernel with just what mm/ needs: one task with an empty address space. */
export function makeMachine(frames = 4096, layout: 'compact' | 'linux' = 'compact'): { k: Kernel; mm: Mm } {
  const core = coreWith(frames);
  const parts = {
    core,
    platform: { debug: () => undefined, random: (into: Uint8Array) => into.fill(0) },
    pageCache: new PageCache(),
    // Nobody whom the OOM killer could choose.
    pids: new PidTable(),
    mounts: new MountTable(),
    trace: new Tracer(),
    clock: { realtime: () => ({ sec: 1, nsec: 2 }) },
  } as unknown as ConstructorParameters<typeof Kernel>[1];
  const k = new Kernel({ layout, aslr: false, clock: 'virtual', hostname: 'test', quantum: 1000 } as Kernel['options'], parts);
  const signal = new SignalStruct();
  signal.rlimits = Array.from({ length: RLimit.Count }, (_, which) => ({
    cur: which === RLimit.STACK ? 8 << 20 : Infinity,
    max: Infinity,
  }));
  const cred = new Cred();
  cred.capEffective = (1n << 38n) - 1n;
  k.current = { cred, signal, personality: 0, minFlt: 0, majFlt: 0, mm: null, fs: {}, ioac: new IoAccounting() } as unknown as Task;
  const mm = mmAlloc(k);
  mm.mmapBase = 0xf000_0000;
  k.current.mm = mm;
  core.activate(mm.pgd);
  return { k, mm };
}
