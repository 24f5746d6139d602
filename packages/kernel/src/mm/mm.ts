import { CoredumpFilter } from '@ring3/abi';
import type { LinuxBinfmt } from '../exec/binfmt.js';
import type { File } from '../vfs/file.js';
import type { Userfaultfd } from './userfaultfd.js';
import type { AnonVma } from './anon-vma-chain.js';
import { registerState } from '../state.js';

/** struct vm_area_struct: [start, end) with one set of attributes. */
export class Vma {
  /** Offset in the file, in pages; for anonymous memory start >> 12, as in Linux. */
  pgoff = 0;
  file: File | null = null;
  /** '[heap]'-like names are derived in proc; this one is for special mappings: '[vdso]', '[vvar]'. */
  name: string | null = null;
  /** Frames of a special mapping, by page; null: anonymous memory or file. */
  frames: number[] | null = null;
  /** vm_userfaultfd_ctx: who is told of its missing pages. */
  userfault: Userfaultfd | null = null;
  /** Where its last fault was, for the paging policy that predicts. */
  lastFault = 0;
  /** vm_mm: set while it is in an address space. */
  mm: Mm | null = null;
  /**
   * Identity of its anon_vma, 0 before its first anonymous page, and its anon_vma_chain from the root on. There is no reverse map
   * behind them; whether two vmas may merge depends on both.
   */
  anonVma = 0;
  anonChain: readonly AnonVma[] = [];
  constructor(
    public start: number,
    public end: number,
    /** Vm.* (vm-flags.ts). */
    public flags: number,
  ) {}
}
registerState('Vma', Vma);

/** struct mm_struct. */
export class Mm {
  /** mm_users: tasks that share it. */
  users = 1;
  /** Sorted by start, never overlapping. */
  vmas: Vma[] = [];
  /** Top-level page table: its frame. */
  pgd = 0;
  /** Search start of mmap areas (top-down) and the lowest and highest user address of this layout. */
  mmapBase = 0;
  taskSize = 0;
  /** Start of bottom-up searches, and whether all searches are (ADDR_COMPAT_LAYOUT). */
  mmapLegacyBase = 0;
  legacyLayout = false;
  startCode = 0;
  endCode = 0;
  startData = 0;
  endData = 0;
  startBrk = 0;
  brk = 0;
  startStack = 0;
  argStart = 0;
  argEnd = 0;
  envStart = 0;
  envEnd = 0;
  /** Saved auxiliary vector, [type, value] pairs; values are addresses or small numbers. */
  auxv: [number, number][] = [];
  exeFile: File | null = null;
  vdsoBase = 0;
  /** Pages: total_vm, locked, data, exec, stack; resident by kind (Linux: rss_stat). */
  totalVm = 0;
  lockedVm = 0;
  dataVm = 0;
  execVm = 0;
  stackVm = 0;
  rssAnon = 0;
  rssFile = 0;
  rssShmem = 0;
  hiwaterRss = 0;
  hiwaterVm = 0;
  /** def_flags (mlockall MCL_FUTURE). */
  defFlags = 0;
  dumpable = 1;
  /** Which mappings a core dump holds (CoredumpFilter bits); a new program's is that of the old one. */
  coredumpFilter: number = CoredumpFilter.Default;
  /** The format of the program, whose core_dump writes core files. */
  binfmt: LinuxBinfmt | null = null;
  /** The OOM killer took its private memory (MMF_OOM_SKIP). */
  oomReaped = false;
  /** Commands that membarrier(2) has registered (Membarrier bits). */
  membarrier = 0;
  /** pkey_alloc took the only key that there is without hardware for them. */
  pkeyTaken = false;
  /** MADV_FREE may have left pages that can be dropped. */
  hasLazyFree = false;
  /** No huge pages for it (MMF_DISABLE_THP): a new program's is that of the old one. */
  thpDisabled = false;
}
registerState('Mm', Mm);
