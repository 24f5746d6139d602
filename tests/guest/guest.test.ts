import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { emulated, native, root } from '../support/run.js';

/** Every program that tools/build-guest.mjs built from a source here, natively and in Ring3. */
const programs = readdirSync(`${root}.cache/guest`).filter((name) => !name.startsWith('hello.')).sort();

describe('guest tests agree with their native run', () => {
  for (const program of programs) {
    test(program, { timeout: 120_000 }, async () => {
      const argv = [`${root}.cache/guest/${program}`];
      const expected = await native(argv);
      expect(await emulated(argv)).toEqual(expected);
    });
  }
});
