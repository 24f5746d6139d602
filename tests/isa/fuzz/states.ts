import { baseState, memoryImage, type Kind } from '../../../tools/oracle/src/bases.js';
import { Word } from '../../../tools/oracle/src/layout.js';
import { Random } from '../../../tools/oracle/src/random.js';
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

function stateOf(r: Random): BigUint64Array {
  const { state } = baseState(r.pick(KINDS), KINDS, r.below(4) === 0, r);
  for (const register of ADDRESSES) state[register] = BigInt(dataAddress(r, false));
  state[Word.Rsp] = BigInt(Place.StackTop - 0x400 - 16 * r.below(32) - (r.below(16) ? 0 : r.below(16)));
  state[14] = BigInt.asUintN(64, BigInt(-(r.below(8) ? 16 * r.below(4) : r.below(64))));
  state[15] = BigInt(r.below(8) ? 16 * r.below(4) : r.below(64));
  if (r.below(2)) state[Word.Mxcsr] = 0x1fa0n;
  // Neither TF nor AC.
  state[Word.Rflags]! &= 0xed7n;
  return state;
}

export function makeStates(seed: number, count: number): States {
  const r = new Random(seed);
  const states = Array.from({ length: count }, () => stateOf(r));
  const images = Array.from({ length: count >> 2 }, () => {
    const image = new Uint8Array(Image.Pages * PAGE);
    image.set(memoryImage(KINDS, r));
    image.set(memoryImage(KINDS, r).subarray(0, (Image.Pages - 3) * PAGE), 3 * PAGE);
    return image;
  });
  return { states, images };
}
