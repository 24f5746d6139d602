/** Numbers of a region function's locals. 0–15 are the general registers. */
export const enum L {
  /** i64: address of the region's first page. */
  PageVa = 16,
  /** Lazy flags, as the interpreter keeps them (core/assembly/cpu/flags.ts). */
  CcR = 17,
  CcA = 18,
  CcB = 19,
  /** Where to go on when the region is left. */
  Rip = 20,
  /** Address of the access at hand. */
  Ea = 21,
  T = 22,
  T2 = 23,
  T3 = 24,
  /** Which instruction is left at: its offset in the low half, how many of its block have retired before it in the high one. */
  Site = 25,
  // i32
  CcOp = 26,
  CcBase = 27,
  CcRot = 28,
  /** Instructions that may still retire. */
  Fuel = 29,
  /** Which dispatch target is next. */
  Go = 30,
  /** The TLB's R table. */
  Table = 31,
  Low = 32,
  Entry = 33,
  /** Host address of the access, less TLB_BIAS. */
  P = 34,
  /** The same of base registers whose accesses are checked together. */
  Group = 35,
  /** v128: the xmm registers. */
  Xmm = 39,
  // f64
  D = 55,
  D2 = 56,
  // v128
  V = 57,
  /** i32: the bits that range checks of singles look at; 0 where an inexact result would change MXCSR. */
  Mask32 = 58,
  // f64
  D3 = 59,
  // f32
  S = 60,
  S2 = 61,
  S3 = 62,
  // v128
  V2 = 63,
  V3 = 64,
  /** i32: operands and result of an operation of up to 32 bits. */
  Left = 65,
  Right = 66,
  Result = 67,
  /** i64: the same for doubles; the lowest bit of their exponent. */
  Mask64 = 68,
  Step64 = 69,
  /** v128: range checks of packed floats. */
  LimitV = 70,
  LowF32 = 71,
  LowF64 = 72,
  /** i64: Header.PlaceMask. */
  PlaceMask = 73,
  /** i32: HotReason, where the region is left at an instruction that failed; else 0. */
  Failed = 74,
  /** i64: near checks of doubles (sse/near.ts): what is added to their bits without the sign, and the first sum that is too great. */
  NearLow = 75,
  NearLimit = 76,
  /** v128: the same of packed ones, but that it is subtracted. */
  NearLowF32 = 77,
  NearLimitF32 = 78,
  NearLowF64 = 79,
  NearLimitF64 = 80,
  /** f64 and f32: the low elements of the xmm registers, where they are known as such. */
  Doubles = 81,
  Singles = 97,
}

/** Base registers that can be checked for at the same time. */
export const GROUPS = 4;

/** Their types, in order. */
export const localTypes: readonly { count: number; type: number }[] = [
  { count: 26, type: 0x7e },
  { count: 13, type: 0x7f },
  { count: 16, type: 0x7b },
  { count: 2, type: 0x7c },
  { count: 1, type: 0x7b },
  { count: 1, type: 0x7f },
  { count: 1, type: 0x7c },
  { count: 3, type: 0x7d },
  { count: 2, type: 0x7b },
  { count: 3, type: 0x7f },
  { count: 2, type: 0x7e },
  { count: 3, type: 0x7b },
  { count: 1, type: 0x7e },
  { count: 1, type: 0x7f },
  { count: 2, type: 0x7e },
  { count: 4, type: 0x7b },
  { count: 16, type: 0x7c },
  { count: 16, type: 0x7d },
];

/** What left the flags: core/assembly/cpu/flags.ts. */
export const CcOp = {
  Logic: 0,
  Add: 1,
  Sub: 2,
  Adc1: 3,
  Sbb1: 4,
  Inc: 5,
  Dec: 6,
  Shl: 7,
  Shr: 8,
  Sar: 9,
  Mul: 10,
  Explicit: 11,
  Rotated: 12,
} as const;

/** The operation differs from way to way: it is in L.CcOp. */
export const DYNAMIC = -1;
/** The flags are in the CPU state alone, not in locals. */
export const MEMORY = -2;

/** TlbLayout of core/assembly/mmu/tlb.ts. */
export const TLB_BIAS = 64;
export const TLB_WRITE = 0x40_0000;
