import { Cpuid } from '@ring3/abi';

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
    ['physical id\t', 0],
    ['siblings\t', 1],
    ['core id\t\t', 0],
    ['cpu cores\t', 1],
    ['apicid\t\t', 0],
    ['initial apicid\t', 0],
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
