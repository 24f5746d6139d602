import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { disassemble } from '@ring3/isa';
import { describe, expect, test } from 'vitest';
import { unpack } from '../../tools/oracle/src/vectors.js';
import { Place } from '../../tools/oracle/src/layout.js';
import { difference, Replay } from './replay.js';

/** Recorded cases of the real processor (vectors.test.ts), with their code translated by @ring3/jit. */
const folder = fileURLToPath(new URL('vectors/', import.meta.url));
/** One code of so many is translated; RING3_ALL_TRANSLATED=1: all (some minutes). */
const TRANSLATED = process.env['RING3_ALL_TRANSLATED'] ? 1 : 5;
/** So many failures are told. */
const SHOWN = 12;

describe.each(['integer', 'sse', 'sse2'])('%s', (family) => {
  test('translated, as the processor', { timeout: 600_000 }, () => {
    const replay = new Replay(unpack(readFileSync(`${folder}${family}.bin.gz`)));
    const failures: string[] = [];
    let codes = 0;
    let last: Uint8Array | null = null;
    for (const vector of replay.family.cases) {
      if (!last || Buffer.compare(last, vector.code) !== 0) codes++;
      last = vector.code;
      if (codes % TRANSLATED !== 0) continue;
      const outcome = replay.runTranslated(vector);
      const text = outcome && difference(vector, outcome);
      if (text) failures.push(`${Buffer.from(vector.code).toString('hex')} ${disassemble(vector.code, 0, Place.Start).text}: ${text}`);
    }
    expect(failures.slice(0, SHOWN)).toEqual([]);
    expect(replay.entered).toBeGreaterThan(1000);
  });
});
