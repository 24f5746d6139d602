import { baseState, memoryImage, type Kind } from '../../../tools/oracle/src/bases.js';
import { Word } from '../../../tools/oracle/src/layout.js';
import { double, Random, single } from '../../../tools/oracle/src/random.js';
import { Image, Place } from './layout.js';
import { ADDRESSES, dataAddress } from './operands.js';

/** States that programs start from, and contents of the data pages: special values of the oracle's kinds. */

const KINDS: readonly Kind[] = ['integer', 'single', 'double', 'extended', 'integer', 'double', 'single', 'integer'];
const PAGE = 0x1000;

export interface States {
  readonly states: readonly BigUint64Array[];
  /** Image.Pages pages each. */
  readonly images: readonly Uint8Array[];
}

/** Numbers as programs have them: of similar size, sometimes zero, far away or special. `size`: the exponent that they are around. */
function calmDouble(r: Random, size: number): bigint {
  const kind = r.below(64);
  if (kind === 0) return double(r);
  if (kind < 4) return BigInt(r.below(2)) << 63n;
  const exponent = kind < 8 ? r.pick([-1021, -600, -340, -289, -288, -255, 334, 335, 336, 511, 1022]) : size + r.below(16) - 8;
  const fraction = r.below(2) ? 0n : (BigInt(r.next()) << 20n) | BigInt(r.below(1 << 20));
  return (BigInt(r.below(2)) << 63n) | (BigInt(exponent + 1023) << 52n) | fraction;
}

function calmSingle(r: Random, size: number): bigint {
  const kind = r.below(64);
  if (kind === 0) return BigInt(single(r));
  if (kind < 4) return BigInt(r.below(2)) << 31n;
  const exponent = kind < 8 ? r.pick([-125, -102, -101, -100, -64, 64, 119, 120, 121, 126]) : size + r.below(8) - 4;
  return (BigInt(r.below(2)) << 31n) | (BigInt(exponent + 127) << 23n) | (r.below(2) ? 0n : BigInt(r.below(1 << 23)));
}

/** Fills with them. */
function calm(words: BigUint64Array, r: Random): void {
  if (r.below(5) < 3) {
    const size = r.pick([0, 0, 0, -100, -200, -240, -279, -279, 200, 326, 326]);
    for (let i = 0; i < words.length; i++) words[i] = calmDouble(r, size);
  } else {
    const size = r.pick([0, 0, 0, -20, -40, -60, -95, -95, 40, 115, 115]);
    for (let i = 0; i < words.length; i++) words[i] = (calmSingle(r, size) << 32n) | calmSingle(r, size);
  }
}

function stateOf(r: Random): BigUint64Array {
  const { state } = baseState(r.pick(KINDS), KINDS, r.below(4) === 0, r);
  for (const register of ADDRESSES) state[register] = BigInt(dataAddress(r, false));
  state[Word.Rsp] = BigInt(Place.StackTop - 0x400 - 16 * r.below(32) - (r.below(16) ? 0 : r.below(16)));
  state[14] = BigInt.asUintN(64, BigInt(-(r.below(8) ? 16 * r.below(4) : r.below(64))));
  state[15] = BigInt(r.below(8) ? 16 * r.below(4) : r.below(64));
  if (r.below(2)) state[Word.Mxcsr] = 0x1fa0n;
  if (r.below(2)) {
    state[Word.Mxcsr] = 0x1fa0n;
    calm(state.subarray(Word.Xmm, Word.Xmm + 32), r);
  }
  // Neither TF nor AC.
  state[Word.Rflags]! &= 0xed7n;
  return state;
}

export function makeStates(seed: number, count: number): States {
  const r = new Random(seed);
  const states = Array.from({ length: count }, () => stateOf(r));
  const images = Array.from({ length: count >> 2 }, (_, i) => {
    const image = new Uint8Array(Image.Pages * PAGE);
    if (i & 1) {
      const words = new BigUint64Array(image.buffer);
      for (let at = 0; at < words.length; at += 64) calm(words.subarray(at, at + 64), r);
      return image;
    }
    image.set(memoryImage(KINDS, r));
    image.set(memoryImage(KINDS, r).subarray(0, (Image.Pages - 3) * PAGE), 3 * PAGE);
    return image;
  });
  return { states, images };
}
