import { Header, PageFlag, PageSize, PageStruct, MemoryMap } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { commitLimit, totalRamPages } from '../../mm/account.js';
import { freeFrames } from '../../mm/frames.js';
import type { Mm } from '../../mm/mm.js';
import { pageTableBytes } from '../../mm/page-tables.js';

const KIB_PER_PAGE = PageSize.Bytes / 1024;
/** 32 TiB less one (VMALLOC_TOTAL). */
const VMALLOC_KIB = 34359738367;

const line = (name: string, kib: number): string => `${`${name}:`.padEnd(16)}${String(kib).padStart(8)} kB\n`;

/** What the frames of the machine are used for, in pages. */
export interface FrameUse {
  /** Mapped anonymous memory, and mapped pages of files and shared memory; each counts once, however often it is mapped. */
  anon: number;
  mapped: number;
}

export function frameUse(k: Kernel): FrameUse {
  const { u32 } = k.core;
  const use: FrameUse = { anon: 0, mapped: 0 };
  const frames = u32[(MemoryMap.Header + Header.FramesTouched) >>> 2]!;
  for (let i = 0; i < frames; i++) {
    const page = (MemoryMap.MemMap + i * PageStruct.Bytes) >>> 2;
    if (u32[page + (PageStruct.MapCount >>> 2)] === 0) continue;
    const flags = u32[page + (PageStruct.Flags >>> 2)]!;
    if (flags & PageFlag.Anon) use.anon++;
    else if (flags & PageFlag.PageCache) use.mapped++;
  }
  return use;
}

/** Sums over all address spaces, in pages. */
export function addressSpaces(k: Kernel): { locked: number; tables: number } {
  const seen = new Set<Mm>();
  let locked = 0;
  let tables = 0;
  for (const { mm } of k.pids.tasks()) {
    if (!mm || seen.has(mm)) continue;
    seen.add(mm);
    locked += mm.lockedVm;
    tables += pageTableBytes(k, mm) / PageSize.Bytes;
  }
  return { locked, tables };
}

/**
 * fs/proc/meminfo.c: meminfo_proc_show. There is no swap, no block device whose buffers would be cached, and no kernel memory in the
 * machine's frames except page tables; pages have no second, inactive list.
 */
export function meminfoText(k: Kernel): string {
  const total = totalRamPages(k);
  const free = freeFrames(k);
  const { cachedPages, shmemPages, committed } = k.vm;
  const { anon, mapped } = frameUse(k);
  const { locked, tables } = addressSpaces(k);
  const filePages = cachedPages - shmemPages;
  const rows: [string, number][] = [
    ['MemTotal', total],
    ['MemFree', free],
    ['MemAvailable', Math.min(total, free + filePages)],
    ['Buffers', 0],
    ['Cached', cachedPages],
    ['SwapCached', 0],
    ['Active', anon + cachedPages],
    ['Inactive', 0],
    ['Active(anon)', anon + shmemPages],
    ['Inactive(anon)', 0],
    ['Active(file)', filePages],
    ['Inactive(file)', 0],
    ['Unevictable', locked],
    ['Mlocked', locked],
    ['SwapTotal', 0],
    ['SwapFree', 0],
    ['Dirty', k.pageCache.dirtyPages],
    ['Writeback', 0],
    ['AnonPages', anon],
    ['Mapped', mapped],
    ['Shmem', shmemPages],
    ['KReclaimable', 0],
    ['Slab', 0],
    ['SReclaimable', 0],
    ['SUnreclaim', 0],
    ['KernelStack', 0],
    ['PageTables', tables],
    ['NFS_Unstable', 0],
    ['Bounce', 0],
    ['WritebackTmp', 0],
    ['CommitLimit', commitLimit(k)],
    ['Committed_AS', committed],
  ];
  return (
    rows.map(([name, pages]) => line(name, pages * KIB_PER_PAGE)).join('') +
    line('VmallocTotal', VMALLOC_KIB) +
    line('VmallocUsed', 0) +
    line('VmallocChunk', 0) +
    line('Percpu', 0)
  );
}
