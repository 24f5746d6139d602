import { Cpu, MapFlag, Membarrier, Mfd, PageSize, Sys } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EINVAL, ENAMETOOLONG, ENODEV, ENOMEM, ENOSPC, EPERM } from '../errno.js';
import { doBrk } from '../mm/brk.js';
import { doMadvise } from '../mm/madvise.js';
import { doMincore } from '../mm/mincore.js';
import { applyLockAll, doMlock, doMlockAll, doMunlock } from '../mm/mlock.js';
import { doMmap, doMunmap } from '../mm/mmap.js';
import type { Mm } from '../mm/mm.js';
import { doMprotect } from '../mm/mprotect.js';
import { doMremap } from '../mm/mremap.js';
import { doMsync } from '../mm/msync.js';
import { doRemapFilePages } from '../mm/remap-file-pages.js';
import { createMemfd } from '../mm/shmem.js';
import { strncpyFromUser } from '../mm/uaccess.js';
import { getRegHigh } from '../task/regs.js';
import { fdInstall, fget, fput } from '../vfs/file-table.js';
import { processVm } from './process-vm.js';
import type { SyscallRow } from './row.js';

function mmOf(k: Kernel): Mm {
  return k.current.mm!;
}

/** Bits that none of these calls has a meaning for, in prot as in flags. */
const UNKNOWN_BIT = 0x40_0000;

/**
 * prot and flags are unsigned long here. Their low 32 bits, as the handlers get them; any set bit above them is as good as one unknown
 * bit below, and becomes it. `register` is the argument's.
 */
function ulongFlags(k: Kernel, low: number, register: number): number {
  return getRegHigh(k, register) === 0 ? low : low | UNKNOWN_BIT;
}

/** Sizes of huge pages as MAP_HUGE_* codes them: the default's, 2 MiB, 1 GiB. */
const HugeSizeLogs: readonly number[] = [0, 21, 30];

/** ksys_mmap_pgoff */
function mmap(k: Kernel, addr: number, length: number, prot: number, flags: number, fd: number, offset: number): number {
  if (offset % PageSize.Bytes !== 0) throw EINVAL;
  const pgoff = offset / PageSize.Bytes;
  // DenyWrite and Executable are the kernel's own since long ago.
  const mapFlags = ulongFlags(k, flags, Cpu.R10) & ~(MapFlag.DenyWrite | MapFlag.Executable);
  if (flags & MapFlag.Anonymous) {
    if (flags & MapFlag.HugeTlb) {
      if (!HugeSizeLogs.includes((flags >>> MapFlag.HugeShift) & MapFlag.HugeMask)) throw EINVAL;
    }
    return doMmap(k, mmOf(k), null, addr, length, prot, mapFlags, pgoff);
  }
  const file = fget(k, fd);
  if (flags & MapFlag.HugeTlb) throw EINVAL;
  return doMmap(k, mmOf(k), file, addr, length, prot, mapFlags, pgoff);
}

/** NAME_MAX less 'memfd:', with the NUL. */
const MEMFD_NAME_MAX = 250;

function memfdCreate(k: Kernel, nameVa: number, flags: number): number {
  const known = Mfd.CLOEXEC | Mfd.ALLOW_SEALING;
  // A huge page's size may be coded above MFD_HUGE_SHIFT.
  if (flags & ~(flags & Mfd.HUGETLB ? known | Mfd.HUGETLB | (-1 << Mfd.HUGE_SHIFT) : known)) throw EINVAL;
  let name: string;
  try {
    name = strncpyFromUser(k, nameVa, MEMFD_NAME_MAX);
  } catch (error) {
    throw error === ENAMETOOLONG ? EINVAL : error;
  }
  if (flags & Mfd.HUGETLB) throw HugeSizeLogs.includes((flags >>> Mfd.HUGE_SHIFT) & MapFlag.HugeMask) ? ENOMEM : ENODEV;
  const file = createMemfd(k, name, (flags & Mfd.ALLOW_SEALING) !== 0);
  try {
    return fdInstall(k, file, (flags & Mfd.CLOEXEC) !== 0);
  } catch (error) {
    fput(k, file);
    throw error;
  }
}

/** kernel/sched/membarrier.c. With one processor every switch is a barrier; only registration has to be right. */
function membarrier(k: Kernel, command: number, flags: number): number {
  if (flags !== 0) throw EINVAL;
  const mm = mmOf(k);
  switch (command) {
    case Membarrier.Query:
      return Membarrier.All;
    case Membarrier.Global:
    case Membarrier.GlobalExpedited:
    case Membarrier.RegisterGlobalExpedited:
      return 0;
    case Membarrier.RegisterPrivateExpedited:
    case Membarrier.RegisterPrivateExpeditedSyncCore:
      mm.membarrier |= command;
      return 0;
    case Membarrier.PrivateExpedited:
    case Membarrier.PrivateExpeditedSyncCore:
      // The registration's bit is the one above its command's.
      if (!(mm.membarrier & (command << 1))) throw EPERM;
      return 0;
    default:
      throw EINVAL;
  }
}

/**
 * mm/mprotect.c: pkey_alloc. Without protection keys in the processor there is key 0 alone, and it can be given no rights: the first
 * call takes it and fails, the later ones find none left.
 */
function pkeyAlloc(mm: Mm, flags: number, rights: number): number {
  if (flags !== 0 || rights > 3) throw EINVAL;
  if (mm.pkeyTaken) throw ENOSPC;
  mm.pkeyTaken = true;
  throw EINVAL;
}

/** @returns 0: these calls answer nothing else */
function done(_result: void): number {
  return 0;
}

export const mmSyscalls: readonly SyscallRow[] = [
  {
    nr: Sys.mmap,
    name: 'mmap',
    args: ['addr', 'size', 'flags:PROT_', 'flags:MAP_', 'fd', 'ulong'],
    call: mmap,
    done: 'huge pages refused',
    result: 'addr',
  },
  {
    nr: Sys.mprotect,
    name: 'mprotect',
    args: ['addr', 'size', 'flags:PROT_'],
    call: (k, a, n, prot) => done(doMprotect(k, mmOf(k), a, n, ulongFlags(k, prot, Cpu.Rdx))),
    done: 'full',
  },
  { nr: Sys.munmap, name: 'munmap', args: ['addr', 'size'], call: (k, a, n) => done(doMunmap(k, mmOf(k), a, n)), done: 'full' },
  { nr: Sys.brk, name: 'brk', args: ['addr'], call: (k, a) => doBrk(k, mmOf(k), a), done: 'full', result: 'addr' },
  {
    nr: Sys.mremap,
    name: 'mremap',
    args: ['addr', 'size', 'size', 'flags:MREMAP_', 'addr'],
    call: (k, a, from, to, flags, target) => doMremap(k, mmOf(k), a, from, to, ulongFlags(k, flags, Cpu.R10), target),
    done: 'full',
    result: 'addr',
  },
  {
    nr: Sys.msync,
    name: 'msync',
    args: ['addr', 'size', 'flags:MS_'],
    call: (k, a, n, flags) => done(doMsync(k, mmOf(k), a, n, flags)),
    done: 'full',
  },
  {
    nr: Sys.mincore,
    name: 'mincore',
    args: ['addr', 'size', 'ptr'],
    call: (k, a, n, out) => done(doMincore(k, mmOf(k), a, n, out)),
    done: 'full',
  },
  {
    nr: Sys.madvise,
    name: 'madvise',
    args: ['addr', 'size', 'flags:MADV_'],
    call: (k, a, n, advice) => done(doMadvise(k, mmOf(k), a, n, advice)),
    done: 'no memory failures (HWPOISON)',
  },
  { nr: Sys.mlock, name: 'mlock', args: ['addr', 'size'], call: (k, a, n) => done(doMlock(k, mmOf(k), a, n, 0)), done: 'full' },
  {
    nr: Sys.mlock2,
    name: 'mlock2',
    args: ['addr', 'size', 'flags:MLOCK_'],
    call: (k, a, n, flags) => done(doMlock(k, mmOf(k), a, n, flags)),
    done: 'full',
  },
  { nr: Sys.munlock, name: 'munlock', args: ['addr', 'size'], call: (k, a, n) => done(doMunlock(k, mmOf(k), a, n)), done: 'full' },
  { nr: Sys.mlockall, name: 'mlockall', args: ['flags:MCL_'], call: (k, flags) => done(doMlockAll(k, mmOf(k), flags)), done: 'full' },
  { nr: Sys.munlockall, name: 'munlockall', args: [], call: (k) => done(applyLockAll(k, mmOf(k), 0)), done: 'full' },
  {
    nr: Sys.remap_file_pages,
    name: 'remap_file_pages',
    args: ['addr', 'size', 'ulong', 'ulong', 'flags:MAP_'],
    call: (k, a, n, prot, pgoff, flags) => done(doRemapFilePages(k, mmOf(k), a, n, ulongFlags(k, prot, Cpu.Rdx), pgoff, flags)),
    done: 'full',
  },
  {
    nr: Sys.memfd_create,
    name: 'memfd_create',
    args: ['str', 'flags:MFD_'],
    call: memfdCreate,
    done: 'huge pages refused',
    result: 'fd',
  },
  { nr: Sys.membarrier, name: 'membarrier', args: ['int', 'flags:MEMBARRIER_'], call: membarrier, done: 'full' },
  {
    nr: Sys.pkey_mprotect,
    name: 'pkey_mprotect',
    args: ['addr', 'size', 'flags:PROT_', 'int'],
    call: (k, a, n, prot, key) => done(doMprotect(k, mmOf(k), a, n, ulongFlags(k, prot, Cpu.Rdx), key)),
    done: 'as a processor without protection keys',
  },
  {
    nr: Sys.pkey_alloc,
    name: 'pkey_alloc',
    args: ['ulong', 'ulong'],
    call: (k, flags, rights) => pkeyAlloc(mmOf(k), flags, rights),
    done: 'as a processor without protection keys',
  },
  {
    nr: Sys.pkey_free,
    name: 'pkey_free',
    args: ['int'],
    call: () => {
      throw EINVAL;
    },
    done: 'as a processor without protection keys',
  },
  {
    nr: Sys.process_vm_readv,
    name: 'process_vm_readv',
    args: ['pid', 'ptr', 'ulong', 'ptr', 'ulong', 'ulong'],
    call: (k, pid, local, localCount, remote, remoteCount, flags) =>
      processVm(k, false, pid, local, localCount, remote, remoteCount, flags),
    done: 'full',
  },
  {
    nr: Sys.process_vm_writev,
    name: 'process_vm_writev',
    args: ['pid', 'ptr', 'ulong', 'ptr', 'ulong', 'ulong'],
    call: (k, pid, local, localCount, remote, remoteCount, flags) => processVm(k, true, pid, local, localCount, remote, remoteCount, flags),
    done: 'full',
  },
];
