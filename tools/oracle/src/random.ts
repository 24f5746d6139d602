/** Deterministic operands: random numbers, and the values at which instructions change their mind. */

/** xorshift128. */
export class Random {
  #x: number;
  #y: number;
  #z = 0x1234567;
  #w = 0x89abcdef | 0;

  constructor(seed: number) {
    this.#x = seed | 1;
    this.#y = Math.imul(seed, 0x9e3779b1) | 0;
    for (let i = 0; i < 32; i++) this.next();
  }

  /** 32 bits. */
  next(): number {
    const t = this.#x ^ (this.#x << 11);
    this.#x = this.#y;
    this.#y = this.#z;
    this.#z = this.#w;
    this.#w = (this.#w ^ (this.#w >>> 19) ^ t ^ (t >>> 8)) | 0;
    return this.#w >>> 0;
  }

  /** 64 bits. */
  wide(): bigint {
    return (BigInt(this.next()) << 32n) | BigInt(this.next());
  }

  below(n: number): number {
    return this.next() % n;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

const INTEGERS = [
  0n,
  1n,
  2n,
  31n,
  32n,
  63n,
  64n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x7fffffffffffffffn,
  0x8000000000000000n,
  0xffffffffffffffffn,
  0x8080808080808080n,
  0x7fff80007fff8000n,
];

const SINGLES = [
  0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00000, 0x7f800001, 0xff812345, 0x7fd54321, 1, 0x80000001,
  0x7fffff, 0x800000, 0x80800000, 0x7f7fffff, 0xff7fffff, 0x800001, 0x4f000000, 0xcf000000, 0x5f000000, 0xdf000000, 0x4effffff, 0x3f000000,
  0xbf000000, 0x3fc00000, 0x40490fdb, 0xffffff, 0x1000000, 0x1f800000, 0x3f7fffff, 0x4b000001,
];

const DOUBLES = [
  0n,
  0x8000000000000000n,
  0x3ff0000000000000n,
  0xbff0000000000000n,
  0x7ff0000000000000n,
  0xfff0000000000000n,
  0x7ff8000000000000n,
  0xfff8000000000000n,
  0x7ff0000000000001n,
  0xfff0123456789abcn,
  0x7ffa123456789abcn,
  1n,
  0xfffffffffffffn,
  0x10000000000000n,
  0x7fefffffffffffffn,
  0x10000000000001n,
  0x41e0000000000000n,
  0xc1e0000000000000n,
  0x43e0000000000000n,
  0xc3e0000000000000n,
  0x41dfffffffe00000n,
  0xc1e0000000100000n,
  0x3fe0000000000000n,
  0x3ff8000000000000n,
  0x400921fb54442d18n,
  0x36a0000000000000n,
  0x3690000000000001n,
  0x380fffffe0000000n,
  0x3810000000000000n,
  0x47efffffe0000000n,
  0x47effffff0000000n,
];

export function integer(r: Random): bigint {
  switch (r.below(4)) {
    case 0:
      return r.pick(INTEGERS);
    case 1:
      return BigInt.asUintN(64, r.pick(INTEGERS) + BigInt(r.below(5) - 2));
    case 2:
      return r.wide() >> BigInt(r.below(64));
    default:
      return r.wide();
  }
}

/** First biased exponent and how many: the denormal edge, overflow, about 1, about the integers' limits. */
const SINGLE_RANGES = [
  [0, 4],
  [250, 5],
  [107, 40],
  [123, 70],
] as const;

export function single(r: Random): number {
  const kind = r.below(8);
  if (kind < 3) return r.pick(SINGLES);
  if (kind === 3) return r.next();
  const [first, span] = SINGLE_RANGES[kind - 4]!;
  return ((r.next() & 0x80000000) | ((first + r.below(span)) << 23) | (r.next() & r.pick([0x7fffff, 0x7ff000, 0x700000]))) >>> 0;
}

const DOUBLE_RANGES = [
  [0, 4],
  [2042, 5],
  [980, 90],
  [870, 60],
] as const;

export function double(r: Random): bigint {
  const kind = r.below(8);
  if (kind < 3) return r.pick(DOUBLES);
  if (kind === 3) return r.wide();
  const [first, span] = DOUBLE_RANGES[kind - 4]!;
  const mask = r.pick([0xfffffffffffffn, 0xfffff80000000n, 0xfffffe0000000n, 0xf000000000000n]);
  return (BigInt(r.below(2)) << 63n) | (BigInt(first + r.below(span)) << 52n) | (r.wide() & mask);
}

/** An 80-bit number: significand, and sign with exponent. */
export function extended(r: Random): { significand: bigint; exponent: number } {
  const sign = r.below(2) << 15;
  const one = 1n << 63n;
  switch (r.below(10)) {
    case 0:
      return { significand: 0n, exponent: sign };
    case 1:
      return { significand: one, exponent: sign | r.pick([0x3fff, 0x3ffe, 0x4000, 0x4001]) };
    case 2:
      return { significand: one, exponent: sign | 0x7fff };
    case 3:
      return { significand: one | (r.wide() >> 1n), exponent: sign | 0x7fff };
    case 4:
      return { significand: r.wide() >> BigInt(1 + r.below(62)), exponent: sign };
    case 5:
      return { significand: r.wide(), exponent: r.next() & 0xffff };
    case 6:
      return { significand: one | (BigInt(r.below(4096)) << 51n), exponent: sign | (0x3ffb + r.below(20)) };
    default:
      return { significand: one | r.wide(), exponent: sign | (0x3fff + r.below(140) - 70) };
  }
}
