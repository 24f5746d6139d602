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
  /** v128: the xmm registers. */
  Xmm = 35,
  // f64
  D = 51,
  D2 = 52,
  // v128
  V = 53,
  /** i32: the bits that range checks of singles look at; 0 where an inexact result would change MXCSR. */
  Mask32 = 54,
  // f64
  D3 = 55,
  // f32
  S = 56,
  S2 = 57,
  S3 = 58,
  // v128
  V2 = 59,
  V3 = 60,
  /** i32: operands and result of an operation of up to 32 bits. */
  Left = 61,
  Right = 62,
  Result = 63,
  /** i64: the same for doubles; the lowest bit of their exponent. */
  Mask64 = 64,
  Step64 = 65,
  /** v128: range checks of packed floats. */
  LimitV = 66,
  LowF32 = 67,
  LowF64 = 68,
  /** i64: Header.PlaceMask. */
  PlaceMask = 69,
  /** i32: HotReason, where the region is left at an instruction that failed; else 0. */
  Failed = 70,
  /** i64: near checks of doubles (sse/near.ts): what is added to their bits without the sign, and the first sum that is too great. */
  NearLow = 71,
  NearLimit = 72,
  /** v128: the same of packed ones, but that it is subtracted. */
  NearLowF32 = 73,
  NearLimitF32 = 74,
  NearLowF64 = 75,
  NearLimitF64 = 76,
  /** f64 and f32: the low elements of the xmm registers, where they are known as such. */
  Doubles = 77,
  Singles = 93,
  /** i32: host addresses, less TLB_BIAS, of places whose accesses are checked together. */
  Group = 109,
  /** i32: CF, where CcRot has it among others. */
  Carry = 117,
}

/** Places that can be checked for at the same time. */
export const GROUPS = 8;

/** Their types, in order. */
export const localTypes: readonly { count: number; type: number }[] = [
  { count: 26, type: 0x7e },
  { count: 9, type: 0x7f },
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
  { count: 9, type: 0x7f },
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
