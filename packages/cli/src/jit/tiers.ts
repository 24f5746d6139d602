import { setFlagsFromString } from 'node:v8';

/** Which of V8's compilers has made the code of functions of WebAssembly. */
export interface Tiers {
  /** Compiled when they are called for the first time. */
  none: number;
  liftoff: number;
  turbofan: number;
}

export type Tier = keyof Tiers;

/** Asks V8's own test functions, which are no part of any contract; null: it has other ones. At the end of a run: flags change for a moment. */
export function tiersOf(functions: readonly unknown[]): Tier[] | null {
  try {
    setFlagsFromString('--allow-natives-syntax');
    const ask = new Function('f', 'return %IsTurboFanFunction(f) ? "turbofan" : %IsLiftoffFunction(f) ? "liftoff" : "none"') as (
      f: unknown,
    ) => Tier;
    return functions.map((f) => ask(f));
  } catch {
    return null;
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
}

export function countTiers(tiers: readonly Tier[]): Tiers {
  const counts: Tiers = { none: 0, liftoff: 0, turbofan: 0 };
  for (const tier of tiers) counts[tier]++;
  return counts;
}
