/** Numbers of a region function's locals. 0–15 are the general registers. */
export const enum L {
  /** i64: address of the page. */
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
  // i32
  CcOp = 25,
  CcBase = 26,
  CcRot = 27,
  /** Instructions retired since the region was entered. */
  Count = 28,
  Fuel = 29,
  /** The TLB's R table. */
  Table = 30,
  Low = 31,
  Entry = 32,
  /** Host address of the access, less TLB_BIAS. */
  P = 33,
  /** v128: the xmm registers. */
  Xmm = 34,
  // f64
  D = 50,
  D2 = 51,
  // v128
  V = 52,
  /** i32: the bits that range checks of singles look at; 0 where an inexact result would change MXCSR. */
  Mask32 = 53,
  // f64
  D3 = 54,
  // f32
  S = 55,
  S2 = 56,
  S3 = 57,
  // v128
  V2 = 58,
  V3 = 59,
  /** i32: operands and result of an operation of up to 32 bits. */
  Left = 60,
  Right = 61,
  Result = 62,
  /** i64: the same for doubles; the lowest bit of their exponent. */
  Mask64 = 63,
  Step64 = 64,
  /** v128: range checks of packed floats. */
  LimitV = 65,
  LowF32 = 66,
  LowF64 = 67,
}

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

/** TlbLayout of core/assembly/mmu/tlb.ts. */
export const TLB_BIAS = 0xfff;
export const TLB_WRITE = 0x40_0000;
