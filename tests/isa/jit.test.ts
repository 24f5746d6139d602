import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { disassemble, type Row } from '@ring3/isa';
import { describe, expect, test } from 'vitest';
import { unpack, type Vector } from '../../tools/oracle/src/vectors.js';
import { Place } from '../../tools/oracle/src/layout.js';
import { difference, Replay } from './replay.js';

/** The recorded cases again, with the code translated. */
const folder = process.env['RING3_VECTORS'] || fileURLToPath(new URL('vectors/', import.meta.url));
const files = readdirSync(folder);
function rowOf({ code }: Vector): Row | null {
  return disassemble(code, 0, Place.Start).row;
}
describe.each(files.map((file) => [file.replace('.bin.gz', ''), file] as const))('%s translated', (_, file) => {
  test('as the processor', { timeout: 600_000 }, () => {
    const family = unpack(readFileSync(join(folder, file)));
    const replay = new Replay(family);
    const failures = new Map<string, { count: number; first: string }>();
    let total = 0;
    for (const vector of family.cases) {
      const outcome = replay.runTranslated(vector);
      if (!outcome) continue;
      total++;
      const text = difference(vector, outcome);
      if (!text) continue;
      const row = rowOf(vector);
      const key = row ? `${row.opcode} ${row.mnemonic} ${row.operands}` : 'none';
      const { count = 0, first = `${Buffer.from(vector.code).toString('hex')} ${disassemble(vector.code, 0, Place.Start).text}: ${text}` } = failures.get(key) ?? {};
      failures.set(key, { count: count + 1, first });
    }
    const told = [...failures].map(([row, { count, first }]) => `${row}: ${count} wrong, first ${first}`);
    console.log(file, total, family.cases.length, failures.size, replay.counts);
    expect(told.slice(0, 30)).toEqual([]);
  });
});
