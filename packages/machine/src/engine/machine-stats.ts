import { Cpu, Header, MemoryMap, RegionExit, Stat } from '@ring3/abi';
import type { JitStats, LiveCode } from '@ring3/jit';
import { getReg, type Kernel } from '@ring3/kernel';

export interface MachineStats {
  instructions: number;
  /** Seconds spent running the guest: of CPU time where the host tells it for this thread, else of wall time. */
  hostSeconds: number;
  /** Millions of instructions a second while hardly any of them were translated, the kernel's work included; null: too few were not. */
  interpreterMips: number | null;
  minorFaults: number;
  majorFaults: number;
  /** Pages that faults, populating and eager loading mapped. */
  pagesMapped: number;
  /** Of those that countUnusedPages has watched: unmapped without ever having been touched. */
  pagesUnused: number;
  /** The largest resident set of a process that has ended, in pages. */
  maxRss: number;
  contextSwitches: number;
  /** Frames of 4 KiB in use. */
  framesUsed: number;
  /** Bytes of host memory that the machine has: the guest's frames, the processor's tables. Grows as the guest touches memory. */
  memoryBytes: number;
  /** Processes that were killed because memory was used up. */
  oomKills: number;
  /** Counters of the core, by name. */
  core: Record<string, number>;
  /** What was translated; null: nothing. */
  jit: TranslationStats | null;
}

export interface TranslationStats extends JitStats {
  /** Retired in translated code. */
  instructions: number;
  /** Of those: what has no translation, and was done by the interpreter's functions from inside. */
  steps: number;
  /** Times that control went from the interpreter to translated code. */
  runs: number;
  /**
   * And why it came back. `fuel`: so many instructions were used up; `ended`: there is no translated code where it went; `failed`: it
   * could not do an instruction, nearly always an access that is not in the TLB or crosses a page; `undecoded`: nothing is decoded where
   * it went; `refused`: the address space has other code there than was translated, or its first instruction could not be done.
   */
  exits: { fuel: number; ended: number; failed: number; undecoded: number; refused: number };
  /** What of it is installed now. */
  live: LiveCode;
}

/** What has been measured of slices of a run. */
export interface SliceTimes {
  seconds: number;
  /** Of those in which hardly anything ran in translated code. */
  interpretedSeconds: number;
  interpretedInstructions: number;
}

/** Fewer instructions say nothing of the interpreter's speed. */
const LEAST_INTERPRETED = 2e6;

export function counter(k: Kernel, stat: Stat): number {
  return getReg(k, Cpu.Stats + 8 * stat);
}

export function machineStats(k: Kernel, times: SliceTimes, translated: { stats: JitStats; live: LiveCode } | null): MachineStats {
  const header = (field: Header): number => k.core.u32[(MemoryMap.Header + field) >>> 2]!;
  const { interpretedInstructions, interpretedSeconds } = times;
  return {
    instructions: getReg(k, Cpu.Icount),
    hostSeconds: times.seconds,
    interpreterMips:
      interpretedInstructions < LEAST_INTERPRETED ? null : interpretedInstructions / 1e6 / Math.max(interpretedSeconds, 1e-6),
    minorFaults: k.vm.pgFault - k.vm.pgMajFault,
    majorFaults: k.vm.pgMajFault,
    pagesMapped: k.vm.pagesMapped,
    pagesUnused: k.vm.pagesUnused,
    maxRss: k.vm.peakRss,
    contextSwitches: k.scheduler.switches,
    memoryBytes: k.core.u8.byteLength,
    oomKills: k.vm.oomKills,
    framesUsed: header(Header.FrameCount) - header(Header.FreeFrames),
    core: {
      'TLB misses fetching': counter(k, Stat.TlbMiss),
      'TLB misses reading': counter(k, Stat.SlowReads),
      'TLB misses writing': counter(k, Stat.SlowWrites),
      'page walks': counter(k, Stat.PageWalks),
      'page-crossing reads': counter(k, Stat.CrossingReads),
      'page-crossing writes': counter(k, Stat.CrossingWrites),
      'decoded instructions': counter(k, Stat.DecodedInstructions),
      'decoded pages': counter(k, Stat.DecodedPages),
      'code pages dropped': counter(k, Stat.CodeDrops),
      'code cache flushes': counter(k, Stat.CodeFlushes),
    },
    jit: translated && translationStats(k, translated.stats, translated.live),
  };
}

function translationStats(k: Kernel, stats: JitStats, live: LiveCode): TranslationStats {
  const exits = (why: RegionExit): number => counter(k, Stat.RegionExits + why - 1);
  return {
    ...stats,
    instructions: counter(k, Stat.RegionInstructions),
    steps: counter(k, Stat.RegionSteps),
    runs: counter(k, Stat.RegionRuns),
    exits: {
      fuel: exits(RegionExit.Fuel),
      ended: exits(RegionExit.Ended),
      failed: exits(RegionExit.Failed),
      undecoded: exits(RegionExit.Undecoded),
      refused: exits(RegionExit.Refused),
    },
    live,
  };
}
