import { PageSize, Personality, Prot, Pte } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EACCES, EINVAL, ENOMEM } from '../errno.js';
import { commitMemory, mayExpandVm, statAccount, uncommitMemory } from './account.js';
import { TASK_SIZE_MAX } from './layout.js';
import { traceMm } from '../trace/mm-trace.js';
import { Trace } from '../trace/tracer.js';
import type { Mm, Vma } from './mm.js';
import { isNoExec } from './noexec.js';
import { pageAlign, pageOffset } from './page.js';
import { populate } from './populate.js';
import { protHigh, protLow } from './pte.js';
import { cutOut, findVma, findVmaIndex } from './vma.js';
import { attributesFrom, mergeVma, setVmaFlags } from './vma-merge.js';
import { Vm } from './vm-flags.js';

/**
 * mm/mprotect.c: do_mprotect_pkey. Changes up to the first vma that refuses. No protection key but −1 (none) exists.
 * @throws EINVAL ENOMEM EACCES
 */
export function doMprotect(k: Kernel, mm: Mm, start: number, length: number, prot: number, key = -1): void {
  const grows = prot & (Prot.GrowsDown | Prot.GrowsUp);
  const readImpliesExec = (k.current.personality & Personality.ReadImpliesExec) !== 0 && (prot & Prot.Read) !== 0;
  prot &= ~(Prot.GrowsDown | Prot.GrowsUp);
  if (grows === (Prot.GrowsDown | Prot.GrowsUp)) throw EINVAL;
  if (pageOffset(start)) throw EINVAL;
  if (length === 0) return;
  const end = start + pageAlign(length);
  if (end >= 2 ** 64) throw ENOMEM;
  if (prot & ~(Prot.Read | Prot.Write | Prot.Exec | Prot.Sem)) throw EINVAL;
  if (key !== -1) throw EINVAL;
  let vma = findVma(mm, start);
  if (!vma) throw ENOMEM;
  if (grows & Prot.GrowsDown) {
    if (vma.start >= end) throw ENOMEM;
    start = vma.start;
    if (!(vma.flags & Vm.GrowsDown)) throw EINVAL;
  } else {
    if (vma.start > start) throw ENOMEM;
    if (grows & Prot.GrowsUp) throw EINVAL;
  }
  let prev = start > vma.start ? vma : mm.vmas[findVmaIndex(mm, vma.start) - 1];
  for (let at = start; ;) {
    let wanted = prot;
    if (readImpliesExec && vma.flags & Vm.MayExec && !(vma.file && isNoExec(vma.file))) wanted |= Prot.Exec;
    const flags = (wanted & Vm.Access) | (vma.flags & ~Vm.Access);
    // The May bits are the access bits shifted by 4.
    if (flags & ~(flags >> 4) & Vm.Access) throw EACCES;
    const to = Math.min(vma.end, end);
    prev = mprotectFixup(k, mm, vma, prev, at, to, flags);
    if (k.trace.on(Trace.Mm)) traceMm(k, 'mm:mprotect', { start: at, end: to, prot: wanted });
    at = Math.max(to, prev.end);
    if (at >= end) return;
    const next: Vma | undefined = mm.vmas[findVmaIndex(mm, prev.start) + 1];
    if (!next || next.start !== at) throw ENOMEM;
    vma = next;
  }
}

/**
 * mprotect_fixup: [start, end), a part of `vma`, gets `flags`. Returns the vma that now holds it. `prev` is as for mergeVma.
 * @throws ENOMEM
 */
export function mprotectFixup(k: Kernel, mm: Mm, vma: Vma, prev: Vma | undefined, start: number, end: number, flags: number): Vma {
  const oldFlags = vma.flags;
  if (flags === oldFlags) return vma;
  const pages = (end - start) / PageSize.Bytes;
  let charged = 0;
  if (flags & Vm.Write) {
    if (!mayExpandVm(k, mm, flags, pages) && mayExpandVm(k, mm, oldFlags, pages)) throw ENOMEM;
    if (!(oldFlags & (Vm.Account | Vm.Write | Vm.HugeTlb | Vm.Shared | Vm.NoReserve))) {
      commitMemory(k, mm, pages);
      charged = pages;
      flags |= Vm.Account;
    }
  }
  let target = mergeVma(k, mm, prev, start, end, attributesFrom(vma, start, flags));
  if (!target) {
    try {
      target = cutOut(k, mm, vma, start, end);
    } catch (error) {
      uncommitMemory(k, charged);
      throw error;
    }
    setVmaFlags(target, flags);
  }
  changeProtection(k, mm, target, start, end);
  if ((oldFlags & (Vm.Write | Vm.Shared | Vm.Locked)) === Vm.Locked && flags & Vm.Write) populate(k, mm, start, end - start);
  statAccount(mm, oldFlags, -pages);
  statAccount(mm, flags, pages);
  return target;
}

const PROTECTION = Pte.P | Pte.RW | Pte.US | Pte.PROTNONE;

/** change_protection: entries that exist get the vma's protection; what a fault may grant (copy-on-write, dirty) it grants later. */
function changeProtection(k: Kernel, mm: Mm, vma: Vma, start: number, end: number): void {
  const low = protLow(vma) & PROTECTION;
  k.core.protectRange(mm.pgd, start, Math.min(end, TASK_SIZE_MAX), low, PROTECTION & ~low, protHigh(vma) !== 0, false);
}
