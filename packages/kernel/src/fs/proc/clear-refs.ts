import { PageSize, Pte } from '@ring3/abi';
import { EINVAL } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import { rssOf } from '../../mm/account.js';
import type { Mm, Vma } from '../../mm/mm.js';
import { pteHasFrame, readPteLow } from '../../mm/pte.js';
import { Vm } from '../../mm/vm-flags.js';
import type { Task } from '../../task/task.js';

/** What is written to /proc/PID/clear_refs. */
const enum ClearRefs {
  All = 1,
  Anon = 2,
  Mapped = 3,
  SoftDirty = 4,
  HighWaterRss = 5,
}

/** What one leaf page table maps. */
const TABLE_SPAN = 512 * PageSize.Bytes;

/** Clears the accessed bit, so that the next access sets it again. Linux: clear_refs_pte_range. */
function clearYoung(low: number): number {
  return low & Pte.SPECIAL ? low : low & ~Pte.A;
}

/** Write-protects what is soft-dirty no more, so that the next write is noticed. Linux: clear_soft_dirty. */
function clearSoftDirty(low: number): number {
  return low & ~(Pte.RW | Pte.SOFT_DIRTY);
}

function changeEntries(k: Kernel, mm: Mm, vma: Vma, change: (low: number) => number): void {
  for (let va = vma.start; va < vma.end;) {
    const slot = k.core.pteSlot(mm.pgd, va, false);
    if (slot === 0) {
      va = va - (va % TABLE_SPAN) + TABLE_SPAN;
      continue;
    }
    const low = readPteLow(k, slot);
    if (pteHasFrame(low)) k.core.u32[slot >>> 2] = change(low) >>> 0;
    va += PageSize.Bytes;
  }
  k.core.flushRange(mm.pgd, vma.start, vma.end);
}

function concerns(vma: Vma, type: number): boolean {
  if (vma.flags & Vm.PfnMap) return false;
  if (type === ClearRefs.Anon) return vma.file === null;
  return type !== ClearRefs.Mapped || vma.file !== null;
}

/** fs/proc/task_mmu.c: clear_refs_write. @throws EINVAL */
export function writeClearRefs(k: Kernel, task: Task, text: string): void {
  const match = /^\s*\+?0*([1-5])\s*$/.exec(text.slice(0, 12));
  if (!match) throw EINVAL;
  const type = Number(match[1]);
  const { mm } = task;
  if (!mm) return;
  if (type === ClearRefs.HighWaterRss) {
    mm.hiwaterRss = rssOf(mm);
    return;
  }
  if (type === ClearRefs.SoftDirty) for (const vma of mm.vmas) vma.flags &= ~Vm.SoftDirty;
  for (const vma of mm.vmas) if (concerns(vma, type)) changeEntries(k, mm, vma, type === ClearRefs.SoftDirty ? clearSoftDirty : clearYoung);
}
