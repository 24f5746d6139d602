import { Overcommit } from '@ring3/abi';
import { registerState } from '../state.js';

/** What is global in mm/: sysctls under vm.*, the commit counter, event counts (/proc/vmstat). */
export class VmState {
  overcommitMemory: number = Overcommit.Guess;
  overcommitRatio = 50;
  overcommitKbytes = 0;
  maxMapCount = 65530;
  mmapMinAddr = 65536;
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
  /** Processes that the OOM killer chose (oom_kill). */
  oomKills = 0;
  /** Next frame that eviction looks at (a clock hand over mem_map), as an index. */
  evictHand = 0;
  /** Pages of shmem (tmpfs, memfd, shared anonymous memory) and of the page cache at all: /proc/meminfo. */
  shmemPages = 0;
  cachedPages = 0;
}
registerState('VmState', VmState);
