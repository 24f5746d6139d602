import { Overcommit } from '@ring3/abi';
import type { PageWait } from './page-read.js';
import { registerState } from '../state.js';

/** What is global in mm/: sysctls under vm.*, the commit counter, event counts (/proc/vmstat). */
export class VmState {
  overcommitMemory: number = Overcommit.Guess;
  overcommitRatio = 50;
  overcommitKbytes = 0;
  maxMapCount = 65530;
  mmapMinAddr = 65536;
  /** Of memory with overcommit_memory 2: what stays for the administrator, and for the user to recover with. */
  adminReserveKbytes = 8192;
  userReserveKbytes = 131072;
  /** Mappings grow upwards, as for a process with ADDR_COMPAT_LAYOUT. */
  legacyVaLayout = 0;
  /** 0: addresses are always the same · 1: but for the heap's they are random · 2: all are. */
  randomizeVaSpace = 2;
  /** Whoever asks for memory in vain is killed, rather than the largest. */
  oomKillAllocatingTask = 0;
  /** What was last written to drop_caches. */
  dropCaches = 0;
  /** vm_committed_as, pages. */
  committed = 0;
  /** The shared page of zeros; 0 until first used. */
  zeroFrame = 0;
  /** Identity of anon_vmas, which vma merging compares. */
  nextAnonVma = 1;
  /** Faults that found a vma, and those of them that had to read (pgfault, pgmajfault). */
  pgFault = 0;
  pgMajFault = 0;
  /** Pages read from and written to where files really are (pgpgin, pgpgout). */
  pagesIn = 0;
  pagesOut = 0;
  /** Pages that MADV_FREE gave up, and those of them that went because memory was short (pglazyfree, pglazyfreed). */
  pagesLazyFree = 0;
  pagesLazyFreed = 0;
  /** Pages that faults and populating mapped; those of them that were unmapped without ever being touched, where somebody counts. */
  pagesMapped = 0;
  pagesUnused = 0;
  countUnused = false;
  /** Most pages that an address space which is gone had in memory. */
  peakRss = 0;
  /** May kernel code that needs a page wait for it (PageWait)? Only where it can be run again from its start. */
  mayWait = false;
  /** Files with slow pages and userfaultfds that there are or were: 0 = nothing ever has to wait. */
  slowSources = 0;
  /** A transfer came to a page that it has to wait for after it had moved something: the call goes on there. */
  stalled: PageWait | null = null;
  /** vm.unprivileged_userfaultfd */
  unprivilegedUserfaultfd = 1;
  /** Processes that the OOM killer chose (oom_kill). */
  oomKills = 0;
  /** Next frame that eviction looks at (a clock hand over mem_map), as an index. */
  evictHand = 0;
  /** Pages of shmem (tmpfs, memfd, shared anonymous memory) and of the page cache at all: /proc/meminfo. */
  shmemPages = 0;
  cachedPages = 0;
}
registerState('VmState', VmState);
