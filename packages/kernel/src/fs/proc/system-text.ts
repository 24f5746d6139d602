import { Cpuid, Header, MemoryMap, PageFlag, PageSize, PageStruct } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { commitLimit, totalRamPages } from '../../mm/account.js';
import type { Mm } from '../../mm/mm.js';
import { pageTableBytes } from '../../mm/page-tables.js';
import { LOAD_ONE } from '../../sched/load-average.js';
import { NsPerSec } from '../../time/clock.js';
import { charDevices } from '../../vfs/device-drivers.js';
import { UTS } from '../../uts.js';

/** Texts of the files in /proc that describe the machine, as 5.4 prints them. */

const KIB_PER_PAGE = PageSize.Bytes / 1024;
const NS_PER_TICK = NsPerSec / 100;

/** Names of the feature bits that CPUID can claim here (arch/x86/include/asm/cpufeatures.h), in the order of their words. */
const FEATURE_NAMES: readonly (readonly [bits: number, names: readonly [bit: number, name: string][]])[] = [
  [
    Cpuid.Features1Edx,
    [
      [0, 'fpu'],
      [4, 'tsc'],
      [8, 'cx8'],
      [15, 'cmov'],
      [19, 'clflush'],
      [23, 'mmx'],
      [24, 'fxsr'],
      [25, 'sse'],
      [26, 'sse2'],
    ],
  ],
  [
    Cpuid.FeaturesExtEdx,
    [
      [11, 'syscall'],
      [20, 'nx'],
      [27, 'rdtscp'],
      [29, 'lm'],
    ],
  ],
  [
    Cpuid.Features1Ecx,
    [
      [0, 'pni'],
      [13, 'cx16'],
      [23, 'popcnt'],
    ],
  ],
  [Cpuid.FeaturesExtEcx, [[0, 'lahf_lm']]],
];

function cpuFlags(): string {
  const flags: string[] = [];
  for (const [bits, names] of FEATURE_NAMES) for (const [bit, name] of names) if (bits & (1 << bit)) flags.push(name);
  return flags.join(' ');
}

/** arch/x86/kernel/cpu/proc.c: show_cpuinfo */
export function cpuinfoText(): string {
  const lines: [string, string | number][] = [
    ['processor\t', 0],
    ['vendor_id\t', 'GenuineIntel'],
    ['cpu family\t', Cpuid.Family],
    ['model\t\t', Cpuid.Model],
    ['model name\t', 'Ring3 virtual x86-64 processor'],
    ['stepping\t', Cpuid.Stepping],
    // rdtsc counts nanoseconds; bogomips follow from the time-stamp counter's frequency, as where it is known.
    ['cpu MHz\t\t', '1000.000'],
    ['cache size\t', `${Cpuid.CacheKib} KB`],
    ['fpu\t\t', 'yes'],
    ['fpu_exception\t', 'yes'],
    ['cpuid level\t', Cpuid.MaxLeaf],
    ['wp\t\t', 'yes'],
    ['flags\t\t', cpuFlags()],
    ['bugs\t\t', ''],
    ['bogomips\t', '2000.00'],
    ['clflush size\t', Cpuid.ClflushBytes],
    ['cache_alignment\t', Cpuid.ClflushBytes],
    ['address sizes\t', `${Cpuid.PhysicalBits} bits physical, ${Cpuid.LinearBits} bits virtual`],
  ];
  return `${lines.map(([name, value]) => `${name}: ${value}\n`).join('')}power management:\n\n`;
}

function freePages(k: Kernel): number {
  return k.core.u32[(MemoryMap.Header + Header.FreeFrames) >>> 2]!;
}

const line = (name: string, kib: number): string => `${`${name}:`.padEnd(16)}${String(kib).padStart(8)} kB\n`;

/** What the frames of the machine are used for, in pages. */
interface FrameUse {
  /** Mapped anonymous memory, and mapped pages of files and shared memory; each counts once, however often it is mapped. */
  anon: number;
  mapped: number;
}

function frameUse(k: Kernel): FrameUse {
  const { u32 } = k.core;
  const use: FrameUse = { anon: 0, mapped: 0 };
  const frames = totalRamPages(k);
  for (let i = 0; i < frames; i++) {
    const page = (MemoryMap.MemMap + i * PageStruct.Bytes) >>> 2;
    if (u32[page + (PageStruct.MapCount >>> 2)] === 0) continue;
    const flags = u32[page + (PageStruct.Flags >>> 2)]!;
    if (flags & PageFlag.Anon) use.anon++;
    else if (flags & PageFlag.PageCache) use.mapped++;
  }
  return use;
}

/** Sums over all address spaces, in pages. */
function addressSpaces(k: Kernel): { locked: number; tables: number } {
  const seen = new Set<Mm>();
  let locked = 0;
  let tables = 0;
  for (const { mm } of k.pids.tasks()) {
    if (!mm || seen.has(mm)) continue;
    seen.add(mm);
    locked += mm.lockedVm;
    tables += pageTableBytes(k, mm) / PageSize.Bytes;
  }
  return { locked, tables };
}

/**
 * fs/proc/meminfo.c: meminfo_proc_show. There is no swap, no block device whose buffers would be cached, and no kernel memory in the
 * machine's frames except page tables; pages have no second, inactive list.
 */
export function meminfoText(k: Kernel): string {
  const total = totalRamPages(k);
  const free = freePages(k);
  const { cachedPages, shmemPages, committed } = k.vm;
  const { anon, mapped } = frameUse(k);
  const { locked, tables } = addressSpaces(k);
  const filePages = cachedPages - shmemPages;
  const rows: [string, number][] = [
    ['MemTotal', total],
    ['MemFree', free],
    ['MemAvailable', Math.min(total, free + filePages)],
    ['Buffers', 0],
    ['Cached', cachedPages],
    ['SwapCached', 0],
    ['Active', anon + cachedPages],
    ['Inactive', 0],
    ['Active(anon)', anon + shmemPages],
    ['Inactive(anon)', 0],
    ['Active(file)', filePages],
    ['Inactive(file)', 0],
    ['Unevictable', locked],
    ['Mlocked', locked],
    ['SwapTotal', 0],
    ['SwapFree', 0],
    ['Dirty', k.pageCache.dirtyPages],
    ['Writeback', 0],
    ['AnonPages', anon],
    ['Mapped', mapped],
    ['Shmem', shmemPages],
    ['KReclaimable', 0],
    ['Slab', 0],
    ['SReclaimable', 0],
    ['SUnreclaim', 0],
    ['KernelStack', 0],
    ['PageTables', tables],
    ['NFS_Unstable', 0],
    ['Bounce', 0],
    ['WritebackTmp', 0],
    ['CommitLimit', commitLimit(k)],
    ['Committed_AS', committed],
  ];
  return (
    rows.map(([name, pages]) => line(name, pages * KIB_PER_PAGE)).join('') + line('VmallocTotal', 34359738367) + line('VmallocUsed', 0)
  );
}

function threadCount(k: Kernel): number {
  let n = 0;
  for (const _ of k.pids.tasks()) n++;
  return n;
}

/** CPU time of everything so far, ns: user, system, and what is left of the time since boot. */
function cpuTimes(k: Kernel): { user: number; system: number; idle: number } {
  let user = 0;
  let system = 0;
  for (const task of k.pids.tasks()) {
    user += task.utime;
    system += task.stime;
    if (task.groupLeader === task) {
      user += task.signal.deadUtime + task.signal.cutime;
      system += task.signal.deadStime + task.signal.cstime;
    }
  }
  return { user, system, idle: Math.max(0, k.clock.monotonic(k) - user - system) };
}

/** fs/proc/stat.c: show_stat */
export function statText(k: Kernel): string {
  const { user, system, idle } = cpuTimes(k);
  const ticks = [user, 0, system, idle, 0, 0, 0, 0, 0, 0].map((ns) => Math.floor(ns / NS_PER_TICK)).join(' ');
  const { switches, forks } = k.scheduler;
  return (
    `cpu  ${ticks}\ncpu0 ${ticks}\nintr 0\nctxt ${switches}\nbtime ${k.clock.bootTime}\nprocesses ${forks}\n` +
    `procs_running ${k.scheduler.runnable(k)}\nprocs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n`
  );
}

function centiseconds(ns: number): string {
  const hundredths = Math.floor(ns / NS_PER_TICK);
  return `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`;
}

/** fs/proc/uptime.c */
export function uptimeText(k: Kernel): string {
  return `${centiseconds(k.clock.monotonic(k))} ${centiseconds(cpuTimes(k).idle)}\n`;
}

/** fs/proc/loadavg.c */
export function loadavgText(k: Kernel): string {
  const averages = k.load.read(k).map((load) => {
    const rounded = load + LOAD_ONE / 200;
    return `${Math.floor(rounded / LOAD_ONE)}.${String(Math.floor(((rounded % LOAD_ONE) * 100) / LOAD_ONE)).padStart(2, '0')}`;
  });
  return `${averages.join(' ')} ${k.scheduler.runnable(k)}/${threadCount(k)} ${k.pids.lastPid}\n`;
}

/** fs/proc/version.c */
export function versionText(): string {
  return `${UTS.sysname} version ${UTS.release} (ring3@ring3) (AssemblyScript and TypeScript) ${UTS.version}\n`;
}

/** fs/proc/devices.c */
export function devicesText(): string {
  const rows = charDevices().map(({ major, name }) => `${String(major).padStart(3)} ${name}\n`);
  return `Character devices:\n${rows.join('')}\nBlock devices:\n`;
}

/** mm/vmstat.c, the counters that are kept. */
export function vmstatText(k: Kernel): string {
  const { pgFault, pgMajFault, shmemPages, oomKills } = k.vm;
  return `nr_free_pages ${freePages(k)}\nnr_shmem ${shmemPages}\npgfault ${pgFault}\npgmajfault ${pgMajFault}\noom_kill ${oomKills}\n`;
}
