import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { native, root } from '../support/run.js';

/**
 * Guest programs natively, and translated under stress (fuzz/stressed.mjs): random slices, translation at once, eviction. Some of them;
 * RING3_ALL_STRESSED=1: all.
 */
const SOME = /^(code|cow|faults|faults-signals|float|integer|jit-\w+|mappings|signals|strings|threads)\.static$/;
const SEED = process.env['RING3_FUZZ_SEED'] ?? '5';
const stressed = fileURLToPath(new URL('fuzz/stressed.mjs', import.meta.url));

const programs = readdirSync(`${root}.cache/guest`)
  .filter((name) => !name.startsWith('hello.') && (process.env['RING3_ALL_STRESSED'] ? true : SOME.test(name)))
  .sort();

describe('translated under stress as native', () => {
  // Programs with timing windows may miss one on a busy machine, natively too: the second try runs both sides again.
  test.each(programs)('%s', { timeout: 240_000, retry: 1 }, async (program) => {
    const path = `${root}.cache/guest/${program}`;
    const expected = await native([path]);
    const environment = ['-e', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', '-e', 'HOME=/'];
    const same = [...environment, '-e', 'TERM=dumb', '-e', 'LC_ALL=C.UTF-8', '-e', 'TZ=UTC'];
    const actual = await native([process.execPath, stressed, SEED, '--root', '/', ...same, '--', path], { timeout: 200_000 });
    expect(actual).toEqual(expected);
  });
});
