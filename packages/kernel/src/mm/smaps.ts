import { PageFlag, PageSize, PageStruct, Pte } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { pageStruct } from './frames.js';
import { TASK_SIZE_MAX } from './layout.js';
import type { Mm, Vma } from './mm.js';
import { mapsLine } from './proc-maps.js';
import { pteFrame, pteHasFrame, readPteLow } from './pte.js';
import { Vm } from './vm-flags.js';

/** Fraction bits of proportional sizes (PSS_SHIFT). */
const PSS_ONE = 4096;
/** What one leaf page table maps. */
const TABLE_SPAN = 512 * PageSize.Bytes;

/** struct mem_size_stats, in bytes; proportional ones times PSS_ONE. */
class MemSizeStats {
  resident = 0;
  sharedClean = 0;
  sharedDirty = 0;
  privateClean = 0;
  privateDirty = 0;
  referenced = 0;
  anonymous = 0;
  lazyFree = 0;
  pss = 0;
  pssAnon = 0;
  pssFile = 0;
  pssShmem = 0;
  pssLocked = 0;
}

/** fs/proc/task_mmu.c: smap_gather_stats */
function gather(k: Kernel, stats: MemSizeStats, mm: Mm, vma: Vma): void {
  // The gate vma has no pages.
  if (vma.start >= TASK_SIZE_MAX) return;
  for (let va = vma.start; va < vma.end;) {
    const slot = k.core.pteSlot(mm.pgd, va, false);
    if (slot === 0) {
      va = va - (va % TABLE_SPAN) + TABLE_SPAN;
      continue;
    }
    const low = readPteLow(k, slot);
    // Special pages, the zero page among them, are nobody's (vm_normal_page).
    if (pteHasFrame(low) && !(low & Pte.SPECIAL)) accountPage(k, stats, vma, low);
    va += PageSize.Bytes;
  }
}

/** smaps_account, smaps_page_accumulate */
function accountPage(k: Kernel, stats: MemSizeStats, vma: Vma, low: number): void {
  const page = pageStruct(k, pteFrame(low)) >>> 2;
  const { u32 } = k.core;
  const flags = u32[page + (PageStruct.Flags >>> 2)]!;
  const maps = u32[page + (PageStruct.MapCount >>> 2)]!;
  const anon = (flags & PageFlag.Anon) !== 0;
  const dirty = (low & Pte.D) !== 0 || (flags & PageFlag.Dirty) !== 0;
  const size = PageSize.Bytes;
  stats.resident += size;
  if (anon) stats.anonymous += size;
  if (flags & PageFlag.LazyFree && !dirty) stats.lazyFree += size;
  if (low & Pte.A) stats.referenced += size;
  const pss = Math.floor((size * PSS_ONE) / Math.max(1, maps));
  stats.pss += pss;
  if (anon) stats.pssAnon += pss;
  else if (vma.file && !vma.file.inode.mapping?.evictable) stats.pssShmem += pss;
  else stats.pssFile += pss;
  if (vma.flags & Vm.Locked) stats.pssLocked += pss;
  if (maps < 2) stats[dirty ? 'privateDirty' : 'privateClean'] += size;
  else stats[dirty ? 'sharedDirty' : 'sharedClean'] += size;
}

const row = (name: string, bytes: number): string => `${`${name}:`.padEnd(16)}${String(Math.floor(bytes / 1024)).padStart(8)} kB\n`;

/** __show_smap. There are no huge pages, and no swap. */
function statsText(stats: MemSizeStats, rollup: boolean): string {
  const parts = rollup
    ? row('Pss_Anon', stats.pssAnon / PSS_ONE) + row('Pss_File', stats.pssFile / PSS_ONE) + row('Pss_Shmem', stats.pssShmem / PSS_ONE)
    : '';
  return (
    row('Rss', stats.resident) +
    row('Pss', stats.pss / PSS_ONE) +
    parts +
    row('Shared_Clean', stats.sharedClean) +
    row('Shared_Dirty', stats.sharedDirty) +
    row('Private_Clean', stats.privateClean) +
    row('Private_Dirty', stats.privateDirty) +
    row('Referenced', stats.referenced) +
    row('Anonymous', stats.anonymous) +
    row('LazyFree', stats.lazyFree) +
    ['AnonHugePages', 'ShmemPmdMapped', 'FilePmdMapped', 'Shared_Hugetlb'].map((name) => row(name, 0)).join('') +
    'Private_Hugetlb:       0 kB\n' +
    row('Swap', 0) +
    row('SwapPss', 0) +
    row('Locked', stats.pssLocked / PSS_ONE)
  );
}

/** Names of the bits of vm_flags from bit 0 on (show_smap_vma_flags). */
const FLAG_NAMES = 'rd wr ex sh mr mw me ms gd um pf dw uw lo io sr rr dc de ?? ac nr ht sf ar wf dd sd mm hg nh mg'.split(' ');

export function flagNames(flags: number): string {
  return FLAG_NAMES.filter((_, bit) => (flags >>> bit) & 1)
    .map((name) => `${name} `)
    .join('');
}

/** A vma's part of /proc/PID/smaps: show_smap */
export function smapsRecord(k: Kernel, mm: Mm, vma: Vma): string {
  const stats = new MemSizeStats();
  gather(k, stats, mm, vma);
  return (
    `${mapsLine(k, mm, vma)}\n` +
    row('Size', vma.end - vma.start) +
    row('KernelPageSize', PageSize.Bytes) +
    row('MMUPageSize', PageSize.Bytes) +
    statsText(stats, false) +
    `THPeligible:\t\t0\nVmFlags: ${flagNames(vma.flags)}\n`
  );
}

/** /proc/PID/smaps_rollup: show_smaps_rollup */
export function smapsRollupText(k: Kernel, mm: Mm): string {
  const first = mm.vmas[0];
  const last = mm.vmas.at(-1);
  if (!first || !last) return '';
  const stats = new MemSizeStats();
  for (const vma of mm.vmas) gather(k, stats, mm, vma);
  const range = `${first.start.toString(16).padStart(8, '0')}-${last.end.toString(16).padStart(8, '0')} ---p 00000000 00:00 0 `;
  return `${range.padEnd(73)}[rollup]\n${statsText(stats, true)}`;
}
