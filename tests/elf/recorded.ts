import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { root } from '../support/run.js';
import type { Reason } from './differences.js';
import type { Family } from './families.js';

export const RECORDED = `${root}tests/elf/recorded.json`;

/** What a newer kernel did with a family's files. */
export interface Recording {
  /** Of the files and the cases; another compiler makes another hello. */
  sha256: string;
  /** uname -r */
  kernel: string;
  /** Each outcome once. */
  outcomes: string[];
  /** Index into outcomes and how many cases have it, in turn. */
  runs: number[];
  /** Outcomes here that differ by design: by reason, by the mutation's name. */
  differences: Partial<Record<Reason, Record<string, string>>>;
}

export function fingerprint({ files, mutations }: Family): string {
  const hash = createHash('sha256');
  for (const [name, bytes] of Object.entries(files)) hash.update(name).update(bytes);
  hash.update(JSON.stringify(mutations.map(({ name }) => name)));
  return hash.digest('hex');
}

export function pack(all: readonly string[]): Pick<Recording, 'outcomes' | 'runs'> {
  const outcomes = [...new Set(all)];
  const runs: number[] = [];
  for (let i = 0; i < all.length;) {
    let end = i;
    while (all[end] === all[i]) end++;
    runs.push(outcomes.indexOf(all[i]!), end - i);
    i = end;
  }
  return { outcomes, runs };
}

export function unpack({ outcomes, runs }: Pick<Recording, 'outcomes' | 'runs'>): string[] {
  const all: string[] = [];
  for (let i = 0; i < runs.length; i += 2) for (let n = runs[i + 1]!; n > 0; n--) all.push(outcomes[runs[i]!]!);
  return all;
}

export function readRecordings(): Record<string, Recording> {
  return existsSync(RECORDED) ? (JSON.parse(readFileSync(RECORDED, 'utf8')) as Record<string, Recording>) : {};
}
