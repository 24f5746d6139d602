import { PageFaultError, PageFlag, PageSize, Pte } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { prepareAnonVma } from './anon-vma.js';
import { fileFault, fileWriteShared } from './fault-file.js';
import { FaultKind, faultNote, recordFault } from './fault-record.js';
import { FaultResult } from './fault-result.js';
import { addMapCount, allocAnonFrame, allocPte, frameFlags, refCount, zeroFrame } from './frames.js';
import type { Mm, Vma } from './mm.js';
import type { PageWaitOp } from './page-read.js';
import { TASK_SIZE_MAX } from './layout.js';
import { countFile, dirtyLow, protHigh, protLow, pteFrame, pteHasFrame, readPteLow, setPte } from './pte.js';
import { noteRss } from './account.js';
import { expandStack } from './stack.js';
import { findVma, linearIndex, mappingOf } from './vma.js';
import { Trace } from '../trace/tracer.js';
import { userfault } from './userfault.js';
import { Vm } from './vm-flags.js';

export { FaultResult } from './fault-result.js';

/**
 * A page fault of the current task in `mm`: makes the page at va accessible, or says which signal it is. Counts minor and
 * major faults. Linux: arch/x86/mm/fault.c do_user_addr_fault, mm/memory.c handle_mm_fault.
 */
export function handleMmFault(k: Kernel, mm: Mm, va: number, error: number): FaultResult {
  faultNote.kind = FaultKind.None;
  faultNote.pages = 0;
  faultNote.grewStack = false;
  const result = doUserAddrFault(k, mm, va, error);
  k.vm.pagesMapped += faultNote.pages;
  if (k.trace.on(Trace.Mm)) recordFault(k, mm, va, error, result);
  return result === FaultResult.Major ? FaultResult.Ok : result;
}

function doUserAddrFault(k: Kernel, mm: Mm, va: number, error: number): FaultResult {
  if (va >= TASK_SIZE_MAX) return FaultResult.SigsegvMaperr;
  const vma = findVma(mm, va);
  if (!vma) return FaultResult.SigsegvMaperr;
  if (vma.start > va) {
    if (!(vma.flags & Vm.GrowsDown) || !expandStack(k, mm, vma, va)) return FaultResult.SigsegvMaperr;
    faultNote.grewStack = true;
  }
  if (isAccessError(vma, error)) return FaultResult.SigsegvAccerr;
  let result = handleVmaFault(k, mm, vma, va - (va & PageSize.Mask), (error & PageFaultError.Write) !== 0);
  if (result === FaultResult.Ok && k.current.pageWait && startedRead(k.current.pageWait, vma, va)) result = FaultResult.Major;
  countFault(k, result);
  return result;
}

/** The fault slept before, while the page that it had asked for was read: it was a major one then. */
function startedRead({ read, started }: PageWaitOp, vma: Vma, va: number): boolean {
  return started && read !== null && read.mapping === mappingOf(vma) && read.index === linearIndex(vma, va);
}

/** access_error. A fetch is told from a read only once the page is there. */
function isAccessError(vma: Vma, error: number): boolean {
  if (error & PageFaultError.Write) return !(vma.flags & Vm.Write);
  if (error & PageFaultError.Protection) return true;
  return !(vma.flags & Vm.Access);
}

/** What handle_mm_fault and its callers count; get_user_pages counts the same (faultin_page). */
export function countFault(k: Kernel, result: FaultResult): void {
  k.vm.pgFault++;
  if (result === FaultResult.Major) {
    k.vm.pgMajFault++;
    k.current.majFlt++;
  } else if (result === FaultResult.Ok) k.current.minFlt++;
}

/**
 * mm/memory.c: handle_pte_fault. va is page-aligned and inside vma, the access allowed. FaultResult.Major where bytes had to be
 * read in.
 */
export function handleVmaFault(k: Kernel, mm: Mm, vma: Vma, va: number, write: boolean): FaultResult {
  const slot = k.core.pteSlot(mm.pgd, va, false);
  const low = slot === 0 ? 0 : readPteLow(k, slot);
  if (!pteHasFrame(low)) {
    if (vma.frames) return specialFault(k, mm, vma, va, write);
    if (mappingOf(vma)) return fileFault(k, mm, vma, va, write);
    return anonymousFault(k, mm, vma, va, write);
  }
  if (write && !(low & Pte.RW)) return writeProtectedFault(k, mm, vma, va, slot, low);
  faultNote.kind = FaultKind.Spurious;
  k.core.u32[slot >>> 2] = (low | Pte.A | (write ? Pte.D | Pte.SOFT_DIRTY : 0)) >>> 0;
  k.core.invlpg(mm.pgd, va);
  return FaultResult.Ok;
}

/** do_anonymous_page */
function anonymousFault(k: Kernel, mm: Mm, vma: Vma, va: number, write: boolean): FaultResult {
  if (vma.userfault) return userfault(k, vma, va, write);
  faultNote.pages = 1;
  if (!write) {
    faultNote.kind = FaultKind.AnonZero;
    const zero = zeroFrame(k);
    const slot = zero === 0 ? 0 : allocPte(k, mm.pgd, va);
    if (slot === 0) return FaultResult.Oom;
    setPte(k, mm, vma, slot, zero, protLow(vma) | Pte.SPECIAL);
    return FaultResult.Ok;
  }
  faultNote.kind = FaultKind.Anon;
  prepareAnonVma(k, mm, vma);
  const frame = allocAnonFrame(k, mm, va, true);
  if (frame === 0) return FaultResult.Oom;
  const slot = allocPte(k, mm.pgd, va);
  if (slot === 0) {
    k.core.putFrame(frame);
    return FaultResult.Oom;
  }
  setPte(k, mm, vma, slot, frame, dirtyLow(vma));
  return FaultResult.Ok;
}

/** special_mapping_fault: [vdso], [vvar]. */
function specialFault(k: Kernel, mm: Mm, vma: Vma, va: number, write: boolean): FaultResult {
  const frame = vma.frames![linearIndex(vma, va)];
  if (!frame) return FaultResult.SigbusAdrerr;
  faultNote.kind = FaultKind.Special;
  faultNote.pages = 1;
  const slot = allocPte(k, mm.pgd, va);
  if (slot === 0) return FaultResult.Oom;
  if (frameFlags(k, frame) & PageFlag.Reserved) {
    setPte(k, mm, vma, slot, frame, protLow(vma) | Pte.SPECIAL);
    return FaultResult.Ok;
  }
  k.core.getFrame(frame);
  setPte(k, mm, vma, slot, frame, protLow(vma));
  return write ? writeProtectedFault(k, mm, vma, va, slot, readPteLow(k, slot)) : FaultResult.Ok;
}

/** do_wp_page: a write to a page that is there but not writable. */
function writeProtectedFault(k: Kernel, mm: Mm, vma: Vma, va: number, slot: number, low: number): FaultResult {
  if ((vma.flags & (Vm.Shared | Vm.Write)) === (Vm.Shared | Vm.Write)) return fileWriteShared(k, mm, vma, va, slot, low);
  const old = pteFrame(low);
  const flags = frameFlags(k, old);
  if (flags & PageFlag.Anon && refCount(k, old) === 1) {
    faultNote.kind = FaultKind.CowReuse;
    k.core.u32[slot >>> 2] = (low | dirtyLow(vma)) >>> 0;
    k.core.invlpg(mm.pgd, va);
    return FaultResult.Ok;
  }
  return breakCow(k, mm, vma, va, slot, old, flags);
}

/** wp_page_copy: the entry gets a private copy of the frame. */
function breakCow(k: Kernel, mm: Mm, vma: Vma, va: number, slot: number, old: number, oldFlags: number): FaultResult {
  faultNote.kind = FaultKind.CowCopy;
  faultNote.pages = 1;
  prepareAnonVma(k, mm, vma);
  const isZero = old === k.vm.zeroFrame;
  const counted = !(oldFlags & PageFlag.Reserved);
  // Allocation may evict: the entry must not lose its frame meanwhile.
  if (counted) k.core.getFrame(old);
  const frame = allocAnonFrame(k, mm, va, isZero);
  if (frame === 0) {
    if (counted) k.core.putFrame(old);
    return FaultResult.Oom;
  }
  const { u8, u32 } = k.core;
  if (!isZero) u8.copyWithin(frame, old, old + PageSize.Bytes);
  u32[slot >>> 2] = (frame | dirtyLow(vma)) >>> 0;
  u32[(slot >>> 2) + 1] = protHigh(vma);
  addMapCount(k, frame, 1);
  if (counted) {
    addMapCount(k, old, -1);
    if (!(oldFlags & PageFlag.Anon)) {
      countFile(mm, vma, -1);
      mm.rssAnon++;
    }
    k.core.putFrame(old);
    k.core.putFrame(old);
  } else mm.rssAnon++;
  noteRss(mm);
  k.core.invlpg(mm.pgd, va);
  return FaultResult.Ok;
}
