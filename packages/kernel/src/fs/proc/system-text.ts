import { Cpuid, Header, MemoryMap, PageSize } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { commitLimit, totalRamPages } from '../../mm/account.js';
import { TaskState } from '../../task/task.js';
import { NsPerSec } from '../../time/clock.js';
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

/** fs/proc/meminfo.c: meminfo_proc_show. Counts that this kernel has no notion of are 0. */
export function meminfoText(k: Kernel): string {
  const total = totalRamPages(k);
  const free = freePages(k);
  const { cachedPages, shmemPages, committed } = k.vm;
  let anon = 0;
  const seen = new Set<object>();
  for (const { mm } of k.pids.tasks()) {
    if (!mm || seen.has(mm)) continue;
    seen.add(mm);
    anon += mm.rssAnon;
  }
  const rows: [string, number][] = [
    ['MemTotal', total],
    ['MemFree', free],
    ['MemAvailable', Math.min(total, free + Math.max(0, cachedPages - shmemPages))],
    ['Buffers', 0],
    ['Cached', cachedPages],
    ['SwapCached', 0],
    ['Active', anon + cachedPages],
    ['Inactive', 0],
    ['Active(anon)', anon + shmemPages],
    ['Inactive(anon)', 0],
    ['Active(file)', Math.max(0, cachedPages - shmemPages)],
    ['Inactive(file)', 0],
    ['Unevictable', 0],
    ['Mlocked', 0],
    ['SwapTotal', 0],
    ['SwapFree', 0],
    ['Dirty', 0],
    ['Writeback', 0],
    ['AnonPages', anon],
    ['Mapped', Math.max(0, cachedPages - shmemPages)],
    ['Shmem', shmemPages],
    ['KReclaimable', 0],
    ['Slab', 0],
    ['SReclaimable', 0],
    ['SUnreclaim', 0],
    ['KernelStack', 0],
    ['PageTables', 0],
    ['NFS_Unstable', 0],
    ['Bounce', 0],
    ['WritebackTmp', 0],
    ['CommitLimit', commitLimit(k)],
    ['Committed_AS', committed],
  ];
  return rows.map(([name, pages]) => line(name, pages * KIB_PER_PAGE)).join('') + line('VmallocTotal', 34359738367) + line('VmallocUsed', 0);
}

function runnable(k: Kernel): number {
  let n = 0;
  for (const task of k.pids.tasks()) if (task.state === TaskState.Running) n++;
  return n;
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
  let switches = 0;
  for (const task of k.pids.tasks()) switches += task.nvcsw + task.nivcsw;
  return (
    `cpu  ${ticks}\ncpu0 ${ticks}\nintr 0\nctxt ${switches}\nbtime ${k.clock.bootTime}\nprocesses ${k.pids.lastPid}\n` +
    `procs_running ${runnable(k)}\nprocs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n`
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

/** fs/proc/loadavg.c. No averages are kept: the machine's load is not decayed over time. */
export function loadavgText(k: Kernel): string {
  return `0.00 0.00 0.00 ${runnable(k)}/${threadCount(k)} ${k.pids.lastPid}\n`;
}

/** fs/proc/version.c */
export function versionText(): string {
  return `${UTS.sysname} version ${UTS.release} (ring3@ring3) (AssemblyScript and TypeScript) ${UTS.version}\n`;
}

/** fs/filesystems.c: filesystems_proc_show */
export function filesystemsText(): string {
  return ['tmpfs', 'proc', 'pipefs', 'devpts', 'overlay'].map((name) => `nodev\t${name}\n`).join('');
}

/** fs/proc/devices.c */
export function devicesText(): string {
  const characters: [number, string][] = [
    [1, 'mem'],
    [4, 'tty'],
    [5, '/dev/tty'],
    [5, '/dev/console'],
    [5, '/dev/ptmx'],
    [128, 'ptm'],
    [136, 'pts'],
  ];
  return `Character devices:\n${characters.map(([major, name]) => `${String(major).padStart(3)} ${name}\n`).join('')}\nBlock devices:\n`;
}

/** mm/vmstat.c, the counters that are kept. */
export function vmstatText(k: Kernel): string {
  const { pgFault, pgMajFault, shmemPages } = k.vm;
  return `nr_free_pages ${freePages(k)}\nnr_shmem ${shmemPages}\npgfault ${pgFault}\npgmajfault ${pgMajFault}\n`;
}
