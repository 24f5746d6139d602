/**
 * What CPUID claims (core/assembly/execute/integer/cpuid.ts answers with the same): SSE2 and below. The kernel shows it as AT_HWCAP
 * (leaf 1 EDX) and in /proc/cpuinfo. Feature bits: SDM volume 2A, CPUID, tables 3-10 and 3-11.
 */
export const enum Cpuid {
  /** Leaf 1 EDX: fpu tsc cx8 cmov clflush mmx fxsr sse sse2. */
  Features1Edx = (1 << 0) | (1 << 4) | (1 << 8) | (1 << 15) | (1 << 19) | (1 << 23) | (1 << 24) | (1 << 25) | (1 << 26),
  /** Leaf 1 ECX: cx16 popcnt. */
  Features1Ecx = (1 << 13) | (1 << 23),
  /** Leaf 0x8000_0001 EDX: syscall nx rdtscp lm. */
  FeaturesExtEdx = (1 << 11) | (1 << 20) | (1 << 27) | (1 << 29),
  /** Leaf 0x8000_0001 ECX: lahf_lm. */
  FeaturesExtEcx = 1 << 0,
  Family = 6,
  Model = 26,
  Stepping = 5,
  MaxLeaf = 0xd,
  ClflushBytes = 64,
  CacheKib = 4096,
  PhysicalBits = 32,
  LinearBits = 48,
}
