import { Auxv, PageFlag, PageSize, Pte } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { frameFlags } from '../mm/frames.js';
import { gateVma } from '../mm/gate-vma.js';
import { TASK_SIZE_MAX } from '../mm/layout.js';
import type { Mm, Vma } from '../mm/mm.js';
import { vmaName } from '../mm/proc-maps.js';
import { pteFrame, pteHasFrame, readPteLow } from '../mm/pte.js';
import { flagNames } from '../mm/smaps.js';
import { vmaAt } from '../mm/vma.js';
import { Vm } from '../mm/vm-flags.js';
import { majorOf, minorOf } from '../vfs/dev-number.js';

/** One mapping: the row of /proc/PID/maps, what it is for, and how much of it is there. Addresses and sizes in bytes. */
export interface MappingView {
  start: number;
  end: number;
  /** 'r-xp' */
  access: string;
  /** In the file. */
  offset: number;
  /** 'MAJOR:MINOR' in hexadecimal. */
  device: string;
  inode: number;
  /** A path, '[heap]' and the like, or '': a byte string. */
  name: string;
  /** What it is for, in a few words: 'program code', 'library data', 'heap', 'anonymous memory'. */
  kind: string;
  /** VmFlags of /proc/PID/smaps: 'rd', 'ex' … */
  flags: string[];
  /** Bytes in memory; of these: private pages, and pages written to. Pages of zeros and of [vvar] count as nobody's, as in Linux. */
  rss: number;
  anonymous: number;
  dirty: number;
}

/** All mappings of an address space in rising order, [vsyscall] last. Nothing is faulted in, no bit changes. */
export function inspectMaps(k: Kernel, mm: Mm): MappingView[] {
  return [...mm.vmas, gateVma()].map((vma) => inspectMapping(k, mm, vma));
}

export function inspectMapping(k: Kernel, mm: Mm, vma: Vma): MappingView {
  const { flags, file } = vma;
  const device = file ? file.inode.sb.dev : 0;
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  return {
    start: vma.start,
    end: vma.end,
    access: `${flags & Vm.Read ? 'r' : '-'}${flags & Vm.Write ? 'w' : '-'}${flags & Vm.Exec ? 'x' : '-'}${flags & Vm.MayShare ? 's' : 'p'}`,
    offset: file ? vma.pgoff * PageSize.Bytes : 0,
    device: `${hex(majorOf(device))}:${hex(minorOf(device))}`,
    inode: file ? file.inode.ino : 0,
    name: vmaName(k, mm, vma),
    kind: kindOf(k, mm, vma),
    flags: flagNames(flags).split(' ').filter(Boolean),
    ...residentOf(k, mm, vma),
  };
}

function residentOf(k: Kernel, mm: Mm, vma: Vma): Pick<MappingView, 'rss' | 'anonymous' | 'dirty'> {
  const sum = { rss: 0, anonymous: 0, dirty: 0 };
  if (vma.start >= TASK_SIZE_MAX) return sum;
  for (let va = vma.start; va < vma.end; va += PageSize.Bytes) {
    const slot = k.core.pteSlot(mm.pgd, va, false);
    if (slot === 0) {
      // No table: none of the 512 pages that it would map.
      const span = 512 * PageSize.Bytes;
      va = va - (va % span) + span - PageSize.Bytes;
      continue;
    }
    const low = readPteLow(k, slot);
    if (!pteHasFrame(low) || low & Pte.SPECIAL) continue;
    const flags = frameFlags(k, pteFrame(low));
    sum.rss += PageSize.Bytes;
    if (flags & PageFlag.Anon) sum.anonymous += PageSize.Bytes;
    if (low & Pte.D || flags & PageFlag.Dirty) sum.dirty += PageSize.Bytes;
  }
  return sum;
}

/** What a mapping is for, as far as the kernel can tell. */
function kindOf(k: Kernel, mm: Mm, vma: Vma): string {
  switch (vmaName(k, mm, vma)) {
    case '[heap]':
      // 5.4 shows the bss as [heap], too, where it ends at the brk's start or is one mapping with it.
      if (vma.start >= mm.startBrk) return 'heap';
      return vma.end > mm.startBrk ? 'program bss and heap' : 'program bss';
    case '[stack]':
      return 'stack';
    case '[vvar]':
      return 'clock data of the kernel';
    case '[vdso]':
      return 'code of the kernel';
    case '[vsyscall]':
      return 'calls of old, emulated';
  }
  const owner = ownerOf(mm, vma);
  if (owner) return `${owner} ${partOf(vma)}`;
  if (!(vma.flags & Vm.Access)) return 'reserved, no access';
  if (vma.flags & Vm.MayShare) return vma.file ? 'shared file' : 'shared memory';
  if (vma.file?.inode.mapping) return 'file';
  const before = vmaAt(mm, vma.start - 1);
  const image = before && vma.flags & Vm.Write ? ownerOf(mm, before) : null;
  return image ? `${image} bss` : 'anonymous memory';
}

/** Whose image a file mapping belongs to: a file that some mapping executes. */
function ownerOf(mm: Mm, vma: Vma): string | null {
  const inode = vma.file?.inode;
  if (!inode || vma.flags & Vm.MayShare) return null;
  if (inode === mm.exeFile?.inode) return 'program';
  const base = mm.auxv.find(([type]) => type === Auxv.Base)?.[1] ?? 0;
  if (base !== 0 && vmaAt(mm, base)?.file?.inode === inode) return 'interpreter';
  return mm.vmas.some(({ file, flags }) => file?.inode === inode && flags & Vm.Exec) ? 'library' : null;
}

function partOf({ flags }: Vma): string {
  if (flags & Vm.Exec) return 'code';
  if (flags & Vm.Write) return 'data';
  return flags & Vm.Read ? 'read-only data' : 'gap';
}
