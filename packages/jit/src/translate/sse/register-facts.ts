import { type Bounds, either, type Known, same, ZERO } from './bounds.js';

/** What is known of the numbers in an xmm register: of the doubles, the lowest single, and the three above that. */
export interface Register extends Facts {
  /** Registers of the same number hold the same; 0: that is not known. Numbers are for one block. */
  readonly value: number;
}

export interface Facts {
  readonly low: Known;
  readonly high: Known;
  readonly single: Known;
  readonly singles: Known;
}

const NO_FACTS: Facts = { low: null, high: null, single: null, singles: null };

export const NOTHING: Register = { ...NO_FACTS, value: 0 };
export const ZEROS: Register = { low: ZERO, high: ZERO, single: ZERO, singles: ZERO, value: 0 };

let values = 0;

/** The same, with a number for its value. */
export function numbered(register: Register): Register {
  return { low: register.low, high: register.high, single: register.single, singles: register.singles, value: ++values };
}

function unnumbered(low: Known, high: Known, single: Known, others: Known): Register {
  return { low, high, single, singles: others, value: 0 };
}

/** A register that has been set. */
export function fresh({ low = null, high = null, single = null, singles: others = null }: Partial<Facts>): Register {
  return unnumbered(low, high, single, others);
}

export function lowDouble(low: Known, { high }: Register): Register {
  return unnumbered(low, high, null, null);
}

export function lowSingle(single: Known, { singles }: Register): Register {
  return unnumbered(null, null, single, singles);
}

export function doubles(known: Known): Register {
  return unnumbered(known, known, null, null);
}

export function singles(known: Known): Register {
  return unnumbered(null, null, known, known);
}

export function bothDoubles({ low, high }: Register): Known {
  return either(low, high);
}

export function allSingles({ single, singles: others }: Register): Known {
  return either(single, others);
}

/** Element `element` of a register has been found within bounds, if not more was known of it. */
export function found(registers: Register[], number: number, element: keyof Facts, bounds: Bounds): void {
  const register = registers[number]!;
  const known = register[element];
  if (known && (known.top !== Infinity || bounds.top === Infinity)) return;
  const better = { ...register, [element]: bounds };
  if (register.value === 0) registers[number] = better;
  else registers.forEach((other, i) => other.value === register.value && (registers[i] = better));
}

export function eitherRegister(a: Register, b: Register): Register {
  if (a === b) return a;
  if (a === NOTHING || b === NOTHING) return NOTHING;
  return unnumbered(either(a.low, b.low), either(a.high, b.high), either(a.single, b.single), either(a.singles, b.singles));
}

/** What is the same in both, and stays; the rest is given up. */
export function settled(before: Register, now: Register): Register {
  const keep = (element: keyof Facts): Known => (same(before[element], now[element]) ? now[element] : null);
  return unnumbered(keep('low'), keep('high'), keep('single'), keep('singles'));
}

export function sameFacts(a: Facts, b: Facts): boolean {
  if (a === b) return true;
  return same(a.low, b.low) && same(a.high, b.high) && same(a.single, b.single) && same(a.singles, b.singles);
}

/** A 32-bit element: of which register, which of the four. */
export type Element = readonly [from: Register, index: number];

/** A register made of four elements of others. */
export function composed(elements: readonly [Element, Element, Element, Element]): Register {
  const single = ([from, index]: Element): Known => (index === 0 ? from.single : from.singles);
  const double = (a: Element, b: Element): Known => {
    if (a[0] !== b[0] || a[1] & 1 || b[1] !== a[1] + 1) return null;
    return a[1] === 0 ? a[0].low : a[0].high;
  };
  const [first, second, third, fourth] = elements;
  return fresh({
    low: double(first, second),
    high: double(third, fourth),
    single: single(first),
    singles: either(either(single(second), single(third)), single(fourth)),
  });
}
