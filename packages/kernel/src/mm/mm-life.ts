import type { Kernel } from '../kernel.js';
import { ENOMEM } from '../errno.js';
import { fput, getFile } from '../vfs/file-table.js';
import { commitMemory, noteRss, statAccount, uncommitMemory, vmaPages } from './account.js';
import { forkAnonVma, wipeAnonVma } from './anon-vma.js';
import { unlinkAnonVmas } from './anon-vma-chain.js';
import { makeRoom } from './frames.js';
import { layoutOf } from './layout.js';
import { traceMm } from '../trace/mm-trace.js';
import { Trace } from '../trace/tracer.js';
import { Mm, type Vma } from './mm.js';
import { countFile } from './pte.js';
import { copyVma, dropVma, linkFile } from './vma.js';
import { isCowMapping, Vm } from './vm-flags.js';
import { zapRange } from './zap.js';

/** kernel/fork.c: mm_alloc. An empty address space with one user. @throws ENOMEM */
export function mmAlloc(k: Kernel): Mm {
  const mm = new Mm();
  let pgd = k.core.createPageTable();
  if (pgd === 0 && makeRoom(k)) pgd = k.core.createPageTable();
  if (pgd === 0) throw ENOMEM;
  mm.pgd = pgd;
  const { taskSize } = layoutOf(k);
  mm.taskSize = taskSize;
  mm.mmapBase = taskSize;
  // MMF_INIT_MASK
  if (k.current.mm) {
    mm.coredumpFilter = k.current.mm.coredumpFilter;
    mm.thpDisabled = k.current.mm.thpDisabled;
  }
  return mm;
}

export function mmGet(mm: Mm): Mm {
  mm.users++;
  return mm;
}

/** mmput: the last user tears the address space down (exit_mmap). It must not be the active one of a task that goes on. */
export function mmPut(k: Kernel, mm: Mm): void {
  if (--mm.users > 0) return;
  exitMmap(k, mm);
  if (mm.exeFile) fput(k, mm.exeFile);
  mm.exeFile = null;
}

/** mm/mmap.c: exit_mmap */
function exitMmap(k: Kernel, mm: Mm): void {
  k.vm.peakRss = Math.max(k.vm.peakRss, mm.hiwaterRss);
  if (k.trace.on(Trace.Mm)) {
    const rss = mm.rssAnon + mm.rssFile + mm.rssShmem;
    traceMm(k, 'mm:exit_mmap', { vmas: mm.vmas.length, pages: mm.totalVm, rss });
  }
  for (const vma of mm.vmas) {
    zapRange(k, mm, vma, vma.start, vma.end);
    if (vma.flags & Vm.Account) uncommitMemory(k, vmaPages(vma));
    dropVma(k, vma);
  }
  mm.vmas = [];
  k.core.destroyPageTable(mm.pgd);
  mm.pgd = 0;
}

/** switch_mm: its page table becomes the processor's. */
export function activateMm(k: Kernel, mm: Mm): void {
  k.core.activate(mm.pgd);
}

/** What a fork's child takes over unchanged. */
function copyLayout(to: Mm, from: Mm): void {
  to.mmapBase = from.mmapBase;
  to.taskSize = from.taskSize;
  to.mmapLegacyBase = from.mmapLegacyBase;
  to.legacyLayout = from.legacyLayout;
  to.startCode = from.startCode;
  to.endCode = from.endCode;
  to.startData = from.startData;
  to.endData = from.endData;
  to.startBrk = from.startBrk;
  to.brk = from.brk;
  to.startStack = from.startStack;
  to.argStart = from.argStart;
  to.argEnd = from.argEnd;
  to.envStart = from.envStart;
  to.envEnd = from.envEnd;
  to.auxv = from.auxv.map(([type, value]) => [type, value]);
  to.vdsoBase = from.vdsoBase;
  to.dumpable = from.dumpable;
  to.coredumpFilter = from.coredumpFilter;
  to.binfmt = from.binfmt;
  to.membarrier = from.membarrier;
  to.hasLazyFree = from.hasLazyFree;
  to.pkeyTaken = from.pkeyTaken;
  to.totalVm = from.totalVm;
  to.dataVm = from.dataVm;
  to.execVm = from.execVm;
  to.stackVm = from.stackVm;
}

/** kernel/fork.c: dup_mm, dup_mmap. A child's address space: private pages become copy-on-write in both. @throws ENOMEM */
export function dupMm(k: Kernel, from: Mm): Mm {
  const to = mmAlloc(k);
  copyLayout(to, from);
  if (from.exeFile) to.exeFile = getFile(from.exeFile);
  try {
    for (const vma of from.vmas) dupVma(k, to, from, vma);
  } catch (error) {
    mmPut(k, to);
    throw error;
  }
  to.hiwaterRss = to.rssAnon + to.rssFile + to.rssShmem;
  to.hiwaterVm = to.totalVm;
  return to;
}

function dupVma(k: Kernel, to: Mm, from: Mm, vma: Vma): void {
  if (vma.flags & Vm.DontCopy) {
    statAccount(to, vma.flags, -vmaPages(vma));
    return;
  }
  if (vma.flags & Vm.Account) commitMemory(k, to, vmaPages(vma));
  const copy = copyVma(vma, vma.start, vma.end, vma.pgoff);
  copy.flags &= ~(Vm.LockedMask | Vm.UffdMissing | Vm.UffdWp);
  copy.userfault = null;
  unlinkAnonVmas(copy);
  if (vma.flags & Vm.WipeOnFork) wipeAnonVma(k, copy, from, vma);
  else forkAnonVma(k, copy, vma);
  copy.mm = to;
  to.vmas.push(copy);
  linkFile(copy);
  if (!(vma.flags & Vm.WipeOnFork)) copyPages(k, to, from, vma, copy);
}

/** mm/memory.c: copy_page_range. File pages without private copies are not copied: the child faults them in. */
function copyPages(k: Kernel, to: Mm, from: Mm, vma: Vma, copy: Vma): void {
  if (vma.anonVma === 0 && !(vma.flags & Vm.PfnMap)) return;
  const cow = isCowMapping(vma.flags);
  let done = k.core.copyRange(to.pgd, from.pgd, vma.start, vma.end, cow);
  if (!done && makeRoom(k)) {
    k.core.zapRange(to.pgd, vma.start, vma.end);
    done = k.core.copyRange(to.pgd, from.pgd, vma.start, vma.end, cow);
  }
  to.rssAnon += k.core.zappedAnon();
  countFile(to, copy, k.core.zappedFile());
  noteRss(to);
  if (!done) throw ENOMEM;
}
