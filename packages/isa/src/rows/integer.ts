import type { Row } from '../row.js';
import { integerArith } from './integer-arith.js';
import { integerControl } from './integer-control.js';
import { integerMove } from './integer-move.js';
import { integerShift } from './integer-shift.js';
import { integerString } from './integer-string.js';
import { integerSystem } from './integer-system.js';

/** Every one-byte and 0F-map row of the integer, system and hint instructions of 64-bit mode. */
export const integer: readonly Row[] = [
  ...integerArith,
  ...integerShift,
  ...integerMove,
  ...integerString,
  ...integerControl,
  ...integerSystem,
];
