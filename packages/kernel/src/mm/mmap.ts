import { MapFlag, O, Overcommit, PageSize, Personality, Prot } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { File } from '../vfs/file.js';
import { EACCES, EEXIST, EINVAL, ENOMEM, EOPNOTSUPP, EOVERFLOW, EPERM, ETXTBSY } from '../errno.js';
import { checkCanMlock, checkMlockFuture, commitMemory, mayExpandVm, statAccount, uncommitMemory } from './account.js';
import { traceMm, tracedFile } from '../trace/mm-trace.js';
import { Trace } from '../trace/tracer.js';
import { Vma, type Mm } from './mm.js';
import { doMunmap } from './munmap.js';
import { isNoExec } from './noexec.js';
import { pageAlign, pageBase } from './page.js';
import { populate } from './populate.js';
import { shmemZeroSetup } from './shmem.js';
import { getUnmappedArea } from './unmapped-area.js';
import { findIntersection, findVmaIndex, holdFile, insertVma } from './vma.js';
import { mergeVma, setVmaFlags } from './vma-merge.js';
import { isAccountable, Vm, vmFlagsOfMap, vmFlagsOfProt } from './vm-flags.js';

export { doMunmap } from './munmap.js';

/** Flags that plain MAP_SHARED lets through silently and MAP_SHARED_VALIDATE accepts (LEGACY_MAP_MASK). */
const LEGACY_MAP_MASK =
  MapFlag.Shared |
  MapFlag.Private |
  MapFlag.Fixed |
  MapFlag.Anonymous |
  MapFlag.DenyWrite |
  MapFlag.Executable |
  MapFlag.Uninitialized |
  MapFlag.GrowsDown |
  MapFlag.Locked |
  MapFlag.NoReserve |
  MapFlag.Populate |
  MapFlag.NonBlock |
  MapFlag.Stack |
  MapFlag.HugeTlb |
  MapFlag.Bit32 |
  // MAP_HUGE_2MB, MAP_HUGE_1GB: together all bits of the size
  (0x1f << MapFlag.HugeShift);

/** Pages of the largest file (MAX_LFS_FILESIZE, which is a byte less than 2^63). */
const MAX_FILE_PAGES = 2 ** 51 - 1;

/**
 * mm/mmap.c: do_mmap. Maps `length` bytes; pgoff in pages. Returns the address. Populates where MAP_POPULATE or locking asks for it.
 * @throws EINVAL ENOMEM EOVERFLOW EEXIST EPERM EAGAIN EACCES ENODEV EOPNOTSUPP ETXTBSY
 */
export function doMmap(
  k: Kernel,
  mm: Mm,
  file: File | null,
  addr: number,
  length: number,
  prot: number,
  flags: number,
  pgoff: number,
): number {
  if (length === 0) throw EINVAL;
  if (prot & Prot.Read && k.current.personality & Personality.ReadImpliesExec && !(file && isNoExec(file))) prot |= Prot.Exec;
  if (flags & MapFlag.FixedNoReplace) flags |= MapFlag.Fixed;
  if (!(flags & MapFlag.Fixed)) addr = roundHint(k, addr);
  length = pageAlign(length);
  if (length >= 2 ** 64) throw ENOMEM;
  if (flags & MapFlag.HugeTlb && !file) length = hugeLength(addr, length, flags);
  const pages = length / PageSize.Bytes;
  if (mm.vmas.length > k.vm.maxMapCount) throw ENOMEM;
  const va = getUnmappedArea(k, mm, addr, length, flags);
  if (flags & MapFlag.FixedNoReplace && findIntersection(mm, va, va + length)) throw EEXIST;
  let vmFlags = vmFlagsOfProt(prot) | vmFlagsOfMap(flags) | mm.defFlags | Vm.May;
  if (flags & MapFlag.Locked) checkCanMlock(k);
  checkMlockFuture(k, mm, vmFlags, pages);
  if (file) vmFlags = fileFlags(k, file, prot, flags, vmFlags, pgoff, pages);
  else {
    vmFlags = anonymousFlags(flags, vmFlags);
    pgoff = vmFlags & Vm.Shared ? 0 : va / PageSize.Bytes;
  }
  if (flags & MapFlag.NoReserve && k.vm.overcommitMemory !== Overcommit.Never) vmFlags |= Vm.NoReserve;
  if (flags & MapFlag.HugeTlb && !file) {
    doMunmapIfAny(k, mm, va, length);
    // hugetlb_reserve_pages: the pools are empty.
    throw ENOMEM;
  }
  vmFlags = mmapRegion(k, mm, file, va, length, vmFlags, pgoff);
  if (k.trace.on(Trace.Mm)) traceMmap(k, va, va + length, prot, flags, vmFlags, file, pgoff);
  if (vmFlags & Vm.Locked || (flags & (MapFlag.Populate | MapFlag.NonBlock)) === MapFlag.Populate) populate(k, mm, va, length);
  return va;
}

/** Apart from doMmap, which stays small enough to be compiled into its callers. */
function traceMmap(
  k: Kernel,
  start: number,
  end: number,
  prot: number,
  flags: number,
  vmFlags: number,
  file: File | null,
  pgoff: number,
): void {
  traceMm(k, 'mm:mmap', { start, end, prot, flags, vm_flags: vmFlags >>> 0, file: tracedFile(k, file), pgoff });
}

/** round_hint_to_min */
function roundHint(k: Kernel, hint: number): number {
  const va = pageBase(hint);
  return va !== 0 && va < k.vm.mmapMinAddr ? pageAlign(k.vm.mmapMinAddr) : va;
}

/** MAP_HUGETLB: whole huge pages, of 1 GiB or (the default) 2 MiB. @throws EINVAL a fixed address between them */
function hugeLength(addr: number, length: number, flags: number): number {
  const size = ((flags >>> MapFlag.HugeShift) & MapFlag.HugeMask) === 30 ? 2 ** 30 : 2 ** 21;
  if (flags & MapFlag.Fixed && addr % size !== 0) throw EINVAL;
  return Math.ceil(length / size) * size;
}

/** The checks of a file mapping; returns vm_flags. */
function fileFlags(k: Kernel, file: File, prot: number, flags: number, vmFlags: number, pgoff: number, pages: number): number {
  if (pgoff > MAX_FILE_PAGES - pages) throw EOVERFLOW;
  const mode = file.flags & O.ACCMODE;
  const writable = mode === O.WRONLY || mode === O.RDWR;
  const type = flags & MapFlag.Type;
  if (type === MapFlag.Shared || type === MapFlag.SharedValidate) {
    if (type === MapFlag.SharedValidate && flags & ~LEGACY_MAP_MASK) throw EOPNOTSUPP;
    if (prot & Prot.Write && !writable) throw EACCES;
    vmFlags |= Vm.Shared | Vm.MayShare;
    if (!writable) vmFlags &= ~(Vm.MayWrite | Vm.Shared);
  } else if (type !== MapFlag.Private) throw EINVAL;
  if (mode === O.WRONLY) throw EACCES;
  if (isNoExec(file)) {
    if (vmFlags & Vm.Exec) throw EPERM;
    vmFlags &= ~Vm.MayExec;
  }
  file.mmap(k, prot, flags);
  if (vmFlags & Vm.GrowsDown) throw EINVAL;
  return vmFlags;
}

function anonymousFlags(flags: number, vmFlags: number): number {
  switch (flags & MapFlag.Type) {
    case MapFlag.Shared:
      if (vmFlags & Vm.GrowsDown) throw EINVAL;
      return vmFlags | Vm.Shared | Vm.MayShare;
    case MapFlag.Private:
      return vmFlags;
    default:
      throw EINVAL;
  }
}

/** count_vma_pages_range: pages of [start, end) that are mapped now. */
function mappedPages(mm: Mm, start: number, end: number): number {
  let bytes = 0;
  for (let i = findVmaIndex(mm, start); i < mm.vmas.length && mm.vmas[i]!.start < end; i++) {
    bytes += Math.min(mm.vmas[i]!.end, end) - Math.max(mm.vmas[i]!.start, start);
  }
  return bytes / PageSize.Bytes;
}

/**
 * mm/mmap.c: mmap_region. Replaces what [va, va + length) holds by a new mapping, merged with its neighbours where they are alike.
 * Returns the flags that it got.
 */
function mmapRegion(k: Kernel, mm: Mm, file: File | null, va: number, length: number, vmFlags: number, pgoff: number): number {
  const pages = length / PageSize.Bytes;
  const end = va + length;
  if (!mayExpandVm(k, mm, vmFlags, pages) && !mayExpandVm(k, mm, vmFlags, pages - mappedPages(mm, va, end))) throw ENOMEM;
  doMunmapIfAny(k, mm, va, length);
  let charged = 0;
  if (isAccountable(vmFlags)) {
    commitMemory(k, mm, pages);
    charged = pages;
    vmFlags |= Vm.Account;
  }
  const prev = mm.vmas[findVmaIndex(mm, va) - 1];
  const merged = mergeVma(k, mm, prev, va, end, { flags: vmFlags, anonVma: 0, file, pgoff });
  // A new or grown vma counts as written, so that who looks for changes sees it.
  if (merged) setVmaFlags(merged, merged.flags | Vm.SoftDirty);
  else {
    try {
      vmFlags = insertNew(k, mm, file, va, end, vmFlags, pgoff);
    } catch (error) {
      if (charged) uncommitMemory(k, charged);
      throw error;
    }
  }
  statAccount(mm, vmFlags, pages);
  if (vmFlags & Vm.Locked) mm.lockedVm += pages;
  return vmFlags;
}

function doMunmapIfAny(k: Kernel, mm: Mm, va: number, length: number): void {
  if (findIntersection(mm, va, va + length)) doMunmap(k, mm, va, length);
}

/** Whoever may be mapped and has no page cache is /dev/zero: its shared mappings get memory of their own. Linux: mmap_zero. */
function isZeroDevice(file: File): boolean {
  return file.inode.mapping === null;
}

/** Returns the flags that the file left. */
function insertNew(k: Kernel, mm: Mm, file: File | null, va: number, end: number, vmFlags: number, pgoff: number): number {
  const vma = new Vma(va, end, vmFlags | Vm.SoftDirty);
  vma.pgoff = pgoff;
  if (file && !(isZeroDevice(file) && vmFlags & Vm.Shared)) {
    if (vmFlags & Vm.DenyWrite && file.inode.writeCount > 0) throw ETXTBSY;
    vma.flags = file.inode.mapping?.mappedFlags(vma.flags) ?? vma.flags;
    holdFile(file);
    vma.file = file;
  } else if (vmFlags & Vm.Shared) vma.file = shmemZeroSetup(k, end - va, vmFlags);
  insertVma(mm, vma);
  return vma.flags;
}
