import { describe, expect, test } from 'vitest';
import { emulated, have, native } from '../support/run.js';
import { programCases } from './cases.js';

describe('programs agree with their native run', () => {
  for (const { name, needs, argv, stdin } of programCases) {
    const missing = needs.filter((command) => !have(command));
    // Jobs in the background may overtake each other on a busy machine, natively too.
    test.skipIf(missing.length > 0)(name, { timeout: 120_000, retry: 1 }, async () => {
      const settings = stdin === undefined ? {} : { stdin };
      const [expected, actual] = [await native(argv, settings), await emulated(argv, settings)];
      expect(actual).toEqual(expected);
    });
  }
});
