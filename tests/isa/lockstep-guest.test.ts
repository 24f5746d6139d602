import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { have, native, root, type Outcome } from '../support/run.js';

/**
 * Guest programs natively, and translated under stress (fuzz/stressed.mjs): random slices, translation at once, eviction. Some of them;
 * RING3_ALL_STRESSED=1: all.
 */
const SOME = /^(code|cow|faults|faults-signals|float|integer|jit-\w+|mappings|signals|strings|threads)\.static$/;
const SEED = process.env['RING3_FUZZ_SEED'] ?? '5';
const stressed = fileURLToPath(new URL('fuzz/stressed.mjs', import.meta.url));

const programs = readdirSync(`${root}.cache/guest`)
  .filter((name) => !name.startsWith('hello.') && (process.env['RING3_ALL_STRESSED'] ? true : SOME.test(name)))
  .toSorted();

const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/',
  TERM: 'dumb',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
};

function underStress(argv: readonly string[]): Promise<Outcome> {
  const env = Object.entries(environment).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  return native([process.execPath, stressed, SEED, '--root', '/', ...env, '--', ...argv], { timeout: 200_000 });
}

// Programs with timing windows may miss one on a busy machine, natively too: the second try runs both sides again.
const settings = { timeout: 240_000, retry: 1 };

describe('translated under stress as native', () => {
  test.each(programs)('%s', settings, async (program) => {
    const argv = [`${root}.cache/guest/${program}`];
    expect(await underStress(argv)).toEqual(await native(argv));
  });
});

/** Translators of their own: what they make is translated again. */
const translators = [
  ['tcc', '-run', '-lm', fileURLToPath(new URL('fuzz/programs/hot.c', import.meta.url)), 'word'],
  ['luajit', fileURLToPath(new URL('fuzz/programs/hot.lua', import.meta.url))],
];

describe('code that a program makes, translated under stress, as native', () => {
  for (const argv of translators) {
    test.skipIf(!have(argv[0]!))(argv[0]!, settings, async () => {
      const expected = await native(argv);
      expect(expected.stdout).toContain('\n');
      expect(await underStress(argv)).toEqual(expected);
    });
  }
});
