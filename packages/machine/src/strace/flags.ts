/** A named bit or bits, or a named value. */
export type Named = readonly [value: number, name: string];

/** Numbers with names: `unknown` is what strace says of others, as 'O_???'. */
export interface NameTable {
  readonly names: readonly Named[];
  readonly unknown: string;
}

export function table(unknown: string, ...names: Named[]): NameTable {
  return { names, unknown };
}

/** One of several values: its name, or the number with a hint. */
export function oneOf(value: number, { names, unknown }: NameTable): string {
  const found = names.find(([each]) => each === value);
  return found ? found[1] : `0x${(value >>> 0).toString(16)} /* ${unknown} */`;
}

/** Bits joined by |, in the table's order; what has no name follows as a number. */
export function bits(value: number, { names, unknown }: NameTable): string {
  let rest = value >>> 0;
  const parts: string[] = [];
  if (rest === 0) return names.find(([each]) => each === 0)?.[1] ?? '0';
  for (const [mask, name] of names) {
    const bit = mask >>> 0;
    if (bit === 0 || (rest & bit) >>> 0 !== bit) continue;
    parts.push(name);
    rest = (rest & ~bit) >>> 0;
  }
  if (rest === 0) return parts.join('|');
  const number = `0x${rest.toString(16)}`;
  return parts.length === 0 ? `${number} /* ${unknown} */` : `${parts.join('|')}|${number}`;
}
