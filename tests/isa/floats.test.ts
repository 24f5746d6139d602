import { describe, expect, test } from 'vitest';
import { Image, Place, Word } from '../../tools/oracle/src/layout.js';
import type { Outcome, Vector } from '../../tools/oracle/src/vectors.js';
import { difference, Replay } from './replay.js';

/**
 * Translated floating-point instructions on special values under several MXCSRs, against the interpreter: registers, flags and MXCSR must be the
 * same. What is usual must not leave the region either, or it were slow.
 */
const doubles = [
  0n,
  1n << 63n, // -0
  0x3ff0_0000_0000_0000n, // 1
  0xbff8_0000_0000_0000n, // -1.5
  0x3fd5_5555_5555_5555n, // 1/3
  0x41df_ffff_ffc0_0000n, // 2^31 - 1
  0xc1e0_0000_0020_0000n, // -2^31 - 1
  0x4340_0000_0000_0001n, // 2^53 + 2
  0x7fef_ffff_ffff_ffffn, // the greatest
  0x0010_0000_0000_0000n, // the smallest normal
  0x8020_0000_0000_0001n, // in the second binade
  0x2000_0000_0000_0000n, // its square is tiny
  0x000f_ffff_ffff_ffffn, // denormal
  0x7ff0_0000_0000_0000n,
  0xfff0_0000_0000_0000n,
  0x7ff8_0000_0000_0001n, // quiet NaN
  0xfff4_0000_0000_0000n, // signaling NaN
  0x3fef_ffff_ffff_ffffn, // its product with the smallest normal is tiny, and rounded to that
];
const singles = [
  0, 0x8000_0000, 0x3f80_0000, 0xbfc0_0000, 0x3eaa_aaab, 0x4eff_ffff, 0xcf00_0001, 0x4b80_0001, 0x7f7f_ffff, 0x0080_0000, 0x8100_0001,
  0x2000_0000, 0x007f_ffff, 0x7f80_0000, 0xff80_0000, 0x7fc0_0001, 0xffa0_0000, 0x3f7f_ffff,
].map(BigInt);

const Mxcsr = {
  initial: 0x1f80n,
  inexact: 0x1fa0n,
  allFlags: 0x1fbfn,
  /** FTZ and DAZ. */
  flushing: 0x9fe0n,
  down: 0x3fa0n,
  truncating: 0x7fa0n,
  /** PE is not masked. */
  unmasked: 0x0fa0n,
  /** IM and DM are not masked. */
  trapping: 0x1e20n,
} as const;

/** op xmm, xmm. */
function between(prefix: number, op: number, to: number, from: number, ...immediate: number[]): number[] {
  return [...(prefix ? [prefix] : []), 0x0f, op, 0xc0 | (to << 3) | from, ...immediate];
}
/** The same with [rdi]. */
function fromMemory(prefix: number, op: number, to: number, ...immediate: number[]): number[] {
  return [...(prefix ? [prefix] : []), 0x0f, op, (to << 3) | 7, ...immediate];
}

const PREFIX = { ps: 0, ss: 0xf3, pd: 0x66, sd: 0xf2 } as const;
type Suffix = keyof typeof PREFIX;
const arithmetic = { sqrt: 0x51, add: 0x58, mul: 0x59, sub: 0x5c, min: 0x5d, div: 0x5e, max: 0x5f } as const;

function state(mxcsr: bigint, ...xmm: [low: bigint, high: bigint][]): BigUint64Array {
  const words = new BigUint64Array(Word.Count);
  words[Word.Mxcsr] = mxcsr;
  // fcw; all of the x87 stack is empty.
  words[Word.X87] = 0x37fn;
  words[Word.Rdi] = BigInt(Place.Data);
  xmm.forEach(([low, high], i) => {
    words[Word.Xmm + 2 * i] = low;
    words[Word.Xmm + 2 * i + 1] = high;
  });
  return words;
}

const nothing = { memory: new Uint8Array(Image.Bytes), bases: [], cases: [] };
const interpreting = new Replay(nothing);
/** With near checks, and with plain ones alone. */
const near = new Replay(nothing);
const plain = new Replay(nothing, false);

function vectorOf(code: number[], start: BigUint64Array, memory: readonly bigint[] = []): Vector {
  const bytes = new Uint8Array(BigUint64Array.from(memory).buffer);
  const runs = memory.length > 0 ? [{ offset: 0, bytes }] : [];
  const outcome: Outcome = { vector: 0, error: 0, rip: 0, cr2: 0n, state: start, runs: [] };
  return { base: 0, code: Uint8Array.from(code), words: [], runs, undefinedFlags: 0, ignored: [], start, outcome };
}

const differences: string[] = [];
function compare(name: string, vector: Vector): void {
  const interpreted = interpreting.run(vector);
  for (const translating of [near, plain]) {
    const translated = translating.runTranslated(vector);
    if (!translated) throw new Error(`${name} is not translated`);
    const found = difference({ ...vector, outcome: interpreted }, translated);
    if (found && differences.length < 12) differences.push(`${name} mxcsr ${vector.start[Word.Mxcsr]!.toString(16)}: ${found}`);
  }
}

/** Every pair of the special values; packed operands have the pair in one element, other values in the others. */
function* pairs(suffix: Suffix): Generator<[a: [bigint, bigint], b: [bigint, bigint]]> {
  const values = suffix.endsWith('d') ? doubles : singles;
  const width = suffix.endsWith('d') ? 64n : 32n;
  const one = values[2]!;
  for (const a of values) {
    for (const b of values) {
      if (suffix === 'sd')
        yield [
          [a, b],
          [b, a],
        ];
      else if (suffix === 'ss')
        yield [
          [a | (b << width), b],
          [b | (a << width), a],
        ];
      else if (suffix === 'pd')
        yield [
          [one, a],
          [one, b],
        ];
      else
        yield [
          [one | (one << width), one | (a << width)],
          [one | (one << width), one | (b << width)],
        ];
    }
  }
}

function inAll(name: string, suffix: Suffix, register: number[], memory: number[]): void {
  for (const mxcsr of Object.values(Mxcsr)) {
    for (const [a, b] of pairs(suffix)) compare(name, vectorOf(register, state(mxcsr, a, b)));
    for (const [a, b] of pairs(suffix)) compare(`${name} memory`, vectorOf(memory, state(mxcsr, a), b));
  }
  expect(differences.splice(0)).toEqual([]);
  // Every case begins with a region.
  for (const translating of [near, plain]) {
    expect(translating.entered).toBeGreaterThan(2000);
    translating.entered = 0;
  }
}

describe('special values', () => {
  for (const suffix of Object.keys(PREFIX) as Suffix[]) {
    const prefix = PREFIX[suffix];
    test.each(Object.entries(arithmetic))(`%s${suffix}`, (name, op) =>
      inAll(name + suffix, suffix, between(prefix, op, 0, 1), fromMemory(prefix, op, 0)),
    );
    test.each([0, 1, 2, 3, 4, 5, 6, 7])(`cmp${suffix}, predicate %i`, (predicate) =>
      inAll(`cmp${suffix} ${predicate}`, suffix, between(prefix, 0xc2, 0, 1, predicate), fromMemory(prefix, 0xc2, 0, predicate)),
    );
  }
  test.each([
    ['ucomisd', 'sd', 0x66, 0x2e],
    ['comisd', 'sd', 0x66, 0x2f],
    ['ucomiss', 'ss', 0, 0x2e],
    ['comiss', 'ss', 0, 0x2f],
    ['cvtsd2ss', 'sd', 0xf2, 0x5a],
    ['cvtss2sd', 'ss', 0xf3, 0x5a],
    ['cvtpd2ps', 'pd', 0x66, 0x5a],
    ['cvtps2pd', 'ss', 0, 0x5a],
    ['cvttsd2si', 'sd', 0xf2, 0x2c],
    ['cvtsd2si', 'sd', 0xf2, 0x2d],
    ['cvttss2si', 'ss', 0xf3, 0x2c],
    ['cvtss2si', 'ss', 0xf3, 0x2d],
    ['cvtps2dq', 'ps', 0x66, 0x5b],
    ['cvttps2dq', 'ps', 0xf3, 0x5b],
    ['cvtdq2ps', 'ps', 0, 0x5b],
    ['cvtpd2dq', 'pd', 0xf2, 0xe6],
    ['cvttpd2dq', 'pd', 0x66, 0xe6],
    ['cvtdq2pd', 'ss', 0xf3, 0xe6],
  ] as const)('%s', (name, suffix, prefix, op) => inAll(name, suffix, between(prefix, op, 0, 1), fromMemory(prefix, op, 0)));

  test('integers of all sizes to doubles and singles', () => {
    const integers = [
      0n,
      1n,
      -1n,
      2n ** 24n,
      2n ** 24n + 1n,
      2n ** 31n - 1n,
      -(2n ** 31n),
      2n ** 53n,
      2n ** 53n + 1n,
      2n ** 63n - 1n,
      -(2n ** 63n),
    ];
    for (const mxcsr of Object.values(Mxcsr)) {
      for (const integer of integers) {
        for (const prefix of [0xf2, 0xf3]) {
          for (const rex of [[], [0x48]]) {
            const start = state(mxcsr, [5n, 7n]);
            start[Word.Rcx] = BigInt.asUintN(64, integer);
            compare('cvtsi2', vectorOf([prefix, ...rex, 0x0f, 0x2a, 0xc1], start));
            compare('cvtsi2 memory', vectorOf([prefix, ...rex, 0x0f, 0x2a, 0x07], start, [BigInt.asUintN(64, integer)]));
          }
        }
      }
    }
    expect(differences.splice(0)).toEqual([]);
  });

  /** What one instruction has looked at, the next does not: the whole must still be right. */
  test.each<[string, Suffix, number[][]]>([
    [
      'results as operands',
      'sd',
      [between(0xf2, 0x59, 0, 1), between(0xf2, 0x58, 0, 1), between(0xf2, 0x5d, 1, 0), between(0xf2, 0x5e, 0, 1)],
    ],
    ['compared operands', 'sd', [between(0x66, 0x2f, 0, 1), between(0xf2, 0x5c, 0, 1), between(0xf2, 0x51, 2, 0)]],
    ['unordered operands', 'sd', [between(0x66, 0x2e, 0, 1), between(0xf2, 0x58, 0, 1), between(0xf2, 0x59, 1, 1)]],
    ['moved results', 'sd', [between(0xf2, 0x58, 0, 1), between(0x66, 0x28, 3, 0), between(0xf2, 0x10, 1, 3), between(0xf2, 0x59, 3, 1)]],
    ['doubled results', 'sd', [between(0xf2, 0x58, 0, 1), between(0x66, 0x14, 0, 0), between(0x66, 0x59, 0, 0), between(0x66, 0x15, 0, 0)]],
    ['halves of what is known', 'sd', [between(0xf2, 0x58, 0, 1), between(0x66, 0x14, 0, 1), between(0x66, 0x58, 0, 0)]],
    [
      'high halves',
      'pd',
      [
        between(0x66, 0x58, 0, 1),
        between(0x66, 0x15, 1, 0),
        between(0xf2, 0x59, 1, 1),
        between(0x66, 0x15, 2, 1),
        between(0xf2, 0x58, 2, 0),
      ],
    ],
    ['changed as integers', 'sd', [between(0xf2, 0x58, 0, 1), between(0x66, 0x57, 0, 1), between(0xf2, 0x59, 0, 1)]],
    [
      'shifted as integers',
      'sd',
      [between(0x66, 0x28, 3, 0), between(0xf2, 0x58, 3, 1), between(0x66, 0x73, 2, 3, 12), between(0xf2, 0x58, 1, 3)],
    ],
    [
      'narrowed and widened',
      'sd',
      [between(0xf2, 0x5a, 0, 1), between(0xf3, 0x58, 0, 0), between(0xf3, 0x5a, 0, 0), between(0xf2, 0x5e, 0, 1)],
    ],
    ['other elements', 'ss', [between(0xf3, 0x58, 0, 1), between(0, 0x58, 0, 1), between(0xf3, 0x10, 1, 0), between(0, 0x59, 1, 1)]],
    [
      'shuffled elements',
      'ps',
      [
        between(0, 0x58, 0, 1),
        between(0, 0xc6, 0, 0, 0x1b),
        between(0, 0x5e, 0, 1),
        between(0x66, 0x70, 2, 0, 0xff),
        between(0xf3, 0x51, 2, 2),
      ],
    ],
    [
      'zeros',
      'sd',
      [
        between(0x66, 0x57, 2, 2),
        between(0xf2, 0x58, 2, 0),
        between(0xf2, 0x5c, 2, 2),
        between(0xf2, 0x59, 2, 1),
        between(0xf2, 0x5e, 1, 2),
      ],
    ],
  ])('in a row: %s', (name, suffix, instructions) => {
    const code = instructions.flat();
    for (const mxcsr of Object.values(Mxcsr)) for (const [a, b] of pairs(suffix)) compare(name, vectorOf(code, state(mxcsr, a, b)));
    expect(differences.splice(0)).toEqual([]);
  });
});

describe('what is usual stays in the region', () => {
  const one = doubles[2]!;
  const third = doubles[4]!;
  const infinite = doubles[13]!;
  const nan = doubles[15]!;
  test.each<[string, bigint, number[], bigint, bigint]>([
    ['inexact sum', Mxcsr.inexact, between(0xf2, 0x58, 0, 1), one, third],
    ['a zero product', Mxcsr.inexact, between(0xf2, 0x59, 0, 1), 0n, third],
    ['a zero sum', Mxcsr.inexact, between(0xf2, 0x58, 0, 1), 0n, 0n],
    ['a zero divided', Mxcsr.inexact, between(0xf2, 0x5e, 0, 1), 0n, third],
    ['an infinite sum', Mxcsr.inexact, between(0xf2, 0x58, 0, 1), infinite, third],
    ['flushing', Mxcsr.flushing, between(0xf2, 0x59, 0, 1), third, third],
    ['an exact sum before anything was inexact', Mxcsr.initial, between(0xf2, 0x58, 0, 1), one, doubles[5]!],
    ['an exact product before anything was inexact', Mxcsr.initial, between(0xf2, 0x59, 0, 1), doubles[3]!, doubles[5]!],
    ['an exact quotient before anything was inexact', Mxcsr.initial, between(0xf2, 0x5e, 0, 1), doubles[3]!, one],
    ['exact packed products before anything was inexact', Mxcsr.initial, between(0x66, 0x59, 0, 1), doubles[3]!, one],
    ['comparison with infinity', Mxcsr.initial, between(0x66, 0x2f, 0, 1), infinite, one],
    ['comparison with a NaN', Mxcsr.initial, between(0x66, 0x2e, 0, 1), nan, one],
    ['the lesser of zero and infinity', Mxcsr.initial, between(0xf2, 0x5d, 0, 1), 0n, infinite],
  ])('%s', (_, mxcsr, code, a, b) => {
    plain.runTranslated(vectorOf(code, state(mxcsr, [a, one], [b, one])));
    expect(plain.retired).toBe(1);
    expect(plain.failed).toBe(false);
  });
  test.each<[string, number[], bigint, bigint]>([
    ['an inexact sum', between(0xf2, 0x58, 0, 1), one, third],
    ['a zero product', between(0xf2, 0x59, 0, 1), 0n, third],
    ['a zero sum', between(0xf2, 0x58, 0, 1), 0n, 0n],
    ['a zero divided', between(0xf2, 0x5e, 0, 1), 0n, third],
    ['the root of zero', between(0xf2, 0x51, 0, 1), one, 0n],
    ['packed zeros', between(0x66, 0x59, 0, 1), 0n, third],
    ['a comparison with zero', between(0x66, 0x2f, 0, 1), 0n, one],
  ])('with near checks: %s', (_, code, a, b) => {
    near.runTranslated(vectorOf(code, state(Mxcsr.inexact, [a, one], [b, one])));
    expect(near.retired).toBe(1);
    expect(near.failed).toBe(false);
  });
  test.each([
    ['plain', plain],
    ['near', near],
  ] as const)('overflow does not, with %s checks', (_, translating) => {
    const greatest = doubles[8]!;
    translating.runTranslated(vectorOf(between(0xf2, 0x58, 0, 1), state(Mxcsr.inexact, [greatest, 0n], [greatest, 0n])));
    expect(translating.failed).toBe(true);
  });
});
