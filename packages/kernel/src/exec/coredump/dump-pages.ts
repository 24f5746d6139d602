import { CoredumpFilter, PageSize } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { TASK_SIZE_MAX } from '../../mm/layout.js';
import type { Mm, Vma } from '../../mm/mm.js';
import { pteFrame, pteHasFrame, readPteLow } from '../../mm/pte.js';
import { readRemote } from '../../mm/remote-access.js';
import { Vm } from '../../mm/vm-flags.js';

/** \x7fELF, little-endian. */
const ELF_MAGIC = 0x464c457f;

/** How many bytes of a mapping a core file holds, from its start. Linux: fs/binfmt_elf.c: vma_dump_size. */
export function vmaDumpSize(k: Kernel, mm: Mm, vma: Vma, filter: number): number {
  const whole = vma.end - vma.start;
  // always_dump_vma: the vdso and its data.
  if (vma.name !== null) return whole;
  if (vma.flags & (Vm.DontDump | Vm.Io)) return 0;
  if (vma.flags & Vm.Shared) {
    const wanted = vma.file && vma.file.inode.nlink > 0 ? CoredumpFilter.MappedShared : CoredumpFilter.AnonShared;
    return filter & wanted ? whole : 0;
  }
  if (vma.anonVma !== 0 && filter & CoredumpFilter.AnonPrivate) return whole;
  if (!vma.file) return 0;
  if (filter & CoredumpFilter.MappedPrivate) return whole;
  if (!(filter & CoredumpFilter.ElfHeaders) || vma.pgoff !== 0 || !(vma.flags & Vm.Read)) return 0;
  return startsWithElf(readRemote(k, mm, vma.start, 4)) ? PageSize.Bytes : 0;
}

function startsWithElf(bytes: Uint8Array): boolean {
  return bytes.length === 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === ELF_MAGIC;
}

/**
 * One page; null: a hole (never touched, the page of zeros, the kernel's own, or it cannot be read). Linux: mm/gup.c: get_dump_page.
 */
export function dumpPage(k: Kernel, mm: Mm, vma: Vma, va: number): Uint8Array | null {
  if (vma.flags & (Vm.Io | Vm.PfnMap) || va >= TASK_SIZE_MAX) return null;
  const slot = k.core.pteSlot(mm.pgd, va, false);
  const low = slot === 0 ? 0 : readPteLow(k, slot);
  if (pteHasFrame(low)) {
    if (pteFrame(low) === k.vm.zeroFrame) return null;
    return k.core.u8.slice(pteFrame(low), pteFrame(low) + PageSize.Bytes);
  }
  if (!vma.file && !vma.frames) return null;
  const bytes = readRemote(k, mm, va, PageSize.Bytes);
  return bytes.length === PageSize.Bytes ? bytes : null;
}
