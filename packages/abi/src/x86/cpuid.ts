/**
 * What CPUID claims, which is what is implemented: SSE2 and below for now. The core answers with it; the kernel shows it as AT_HWCAP
 * (leaf 1 EDX) and in /proc/cpuinfo. Feature bits: SDM volume 2A, CPUID, tables 3-10 and 3-11.
 */
export const enum Cpuid {
  /** Leaf 1 EDX: fpu, tsc, cx8, cmov, clflush, mmx, fxsr, sse, sse2. */
  Features1Edx = 1 << 0 | 1 << 4 | 1 << 8 | 1 << 15 | 1 << 19 | 1 << 23 | 1 << 24 | 1 << 25 | 1 << 26,
  /** Leaf 1 ECX: cx16. */
  Features1Ecx = 1 << 13,
  /** Leaf 0x8000_0001 EDX: syscall, nx, lm. */
  FeaturesExtEdx = 1 << 11 | 1 << 20 | 1 << 29,
  /** Leaf 0x8000_0001 ECX: lahf_lm. */
  FeaturesExtEcx = 1 << 0,
  Family = 15,
  Model = 6,
  Stepping = 1,
  ClflushBytes = 64,
}
