/** WebAssembly opcodes of the vector instructions (behind 0xfd) that the translator uses, by their names. */
export const enum V128 {
  Load = 0x00,
  Store = 0x0b,
  Const = 0x0c,
  I8x16Shuffle = 0x0d,
  I32x4Splat = 0x11,
  I64x2Splat = 0x12,
  F32x4Splat = 0x13,
  F64x2Splat = 0x14,
  I16x8ExtractLaneU = 0x19,
  I16x8ReplaceLane = 0x1a,
  I32x4ExtractLane = 0x1b,
  I64x2ExtractLane = 0x1d,
  I64x2ReplaceLane = 0x1e,
  F32x4ExtractLane = 0x1f,
  F32x4ReplaceLane = 0x20,
  F64x2ExtractLane = 0x21,
  F64x2ReplaceLane = 0x22,
  I32x4GtS = 0x3b,
  I32x4LeU = 0x3e,
  I32x4GeU = 0x40,
  Not = 0x4d,
  And = 0x4e,
  AndNot = 0x4f,
  Or = 0x50,
  Xor = 0x51,
  AnyTrue = 0x53,
  Store32Lane = 0x5a,
  Store64Lane = 0x5b,
  Load32Zero = 0x5c,
  Load64Zero = 0x5d,
  F32x4DemoteF64x2Zero = 0x5e,
  F64x2PromoteLowF32x4 = 0x5f,
  I8x16Bitmask = 0x64,
  F32x4Trunc = 0x69,
  F32x4Nearest = 0x6a,
  I8x16Sub = 0x71,
  I8x16MinU = 0x77,
  I8x16MaxU = 0x79,
  F64x2Trunc = 0x7a,
  I16x8ExtaddPairwiseI8x16U = 0x7d,
  I32x4ExtaddPairwiseI16x8U = 0x7f,
  F64x2Nearest = 0x94,
  I32x4AllTrue = 0xa3,
  I32x4Bitmask = 0xa4,
  I32x4Shl = 0xab,
  I32x4ShrS = 0xac,
  I32x4Add = 0xae,
  I32x4Sub = 0xb1,
  I32x4MaxS = 0xb8,
  I32x4MaxU = 0xb9,
  I32x4ExtmulLowI16x8S = 0xbc,
  I32x4ExtmulHighI16x8S = 0xbd,
  I32x4ExtmulLowI16x8U = 0xbe,
  I32x4ExtmulHighI16x8U = 0xbf,
  I64x2AllTrue = 0xc3,
  I64x2Bitmask = 0xc4,
  I64x2Shl = 0xcb,
  I64x2ShrS = 0xcc,
  I64x2ShrU = 0xcd,
  I64x2Add = 0xce,
  I64x2Eq = 0xd6,
  I64x2ExtmulLowI32x4U = 0xde,
  I32x4TruncSatF32x4S = 0xf8,
  F32x4ConvertI32x4S = 0xfa,
  I32x4TruncSatF64x2SZero = 0xfc,
  F64x2ConvertLowI32x4S = 0xfe,
}

/** Scalar instructions on floating-point numbers that do not come in both precisions below. */
export const enum Scalar {
  F32DemoteF64 = 0xb6,
  F64PromoteF32 = 0xbb,
  F32ConvertI64S = 0xb4,
  F64ConvertI64S = 0xb9,
  I64TruncF64S = 0xb0,
  I32ReinterpretF32 = 0xbc,
  I64ReinterpretF64 = 0xbd,
  F64Trunc = 0x9d,
  F64Nearest = 0x9e,
}

/** i32 and i64 instructions that wasm-encoder.ts does not name. */
export const enum Int {
  I32GeU = 0x4f,
  I64Ctz = 0x7a,
}

/** What differs between the two precisions. Lanes are 4 or 8 bytes wide. */
export interface Precision {
  readonly bytes: 4 | 8;
  /** Locals of scalars: first and second operand, result. */
  readonly a: number;
  readonly b: number;
  readonly r: number;
  readonly load: number;
  readonly store: number;
  readonly loadZero: V128;
  readonly extractLane: V128;
  readonly replaceLane: V128;
  readonly splat: V128;
  readonly allTrue: V128;
  readonly scalar: FloatOps;
  readonly vector: VectorOps;
  /** Bytes of a constant. */
  constant(value: number): number[];
  /** The smallest normal number. */
  readonly min: number;
}

/** Opcodes of one precision: scalars plain, vectors behind 0xfd. */
export interface FloatOps {
  readonly eq: number;
  readonly ne: number;
  readonly lt: number;
  readonly gt: number;
  readonly le: number;
  readonly ge: number;
  readonly abs: number;
  readonly sqrt: number;
  readonly add: number;
  readonly sub: number;
  readonly mul: number;
  readonly div: number;
}

/** pmin(x, y) is y < x ? y : x, pmax(x, y) x < y ? y : x. */
export interface VectorOps extends FloatOps {
  readonly pmin: number;
  readonly pmax: number;
}

function scalarOps(compare: number, unary: number): FloatOps {
  const [eq, ne, lt, gt, le, ge] = [0, 1, 2, 3, 4, 5].map((i) => compare + i) as [number, number, number, number, number, number];
  return { eq, ne, lt, gt, le, ge, abs: unary, sqrt: unary + 6, add: unary + 7, sub: unary + 8, mul: unary + 9, div: unary + 10 };
}

function vectorOps(compare: number, unary: number): VectorOps {
  const arithmetic = { sqrt: unary + 3, add: unary + 4, sub: unary + 5, mul: unary + 6, div: unary + 7 };
  return { ...scalarOps(compare, unary), ...arithmetic, pmin: unary + 10, pmax: unary + 11 };
}

export const doubles: Omit<Precision, 'a' | 'b' | 'r'> = {
  bytes: 8,
  load: 0x2b,
  store: 0x39,
  loadZero: V128.Load64Zero,
  extractLane: V128.F64x2ExtractLane,
  replaceLane: V128.F64x2ReplaceLane,
  splat: V128.F64x2Splat,
  allTrue: V128.I64x2AllTrue,
  scalar: scalarOps(0x61, 0x99),
  vector: vectorOps(0x47, 0xec),
  constant: (value) => [0x44, ...new Uint8Array(new Float64Array([value]).buffer)],
  min: 2 ** -1022,
};

export const singles: Omit<Precision, 'a' | 'b' | 'r'> = {
  bytes: 4,
  load: 0x2a,
  store: 0x38,
  loadZero: V128.Load32Zero,
  extractLane: V128.F32x4ExtractLane,
  replaceLane: V128.F32x4ReplaceLane,
  splat: V128.F32x4Splat,
  allTrue: V128.I32x4AllTrue,
  scalar: scalarOps(0x5b, 0x8b),
  vector: vectorOps(0x41, 0xe0),
  constant: (value) => [0x43, ...new Uint8Array(new Float32Array([value]).buffer)],
  min: 2 ** -126,
};
