import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { disassemble, rows, type Row } from '@ring3/isa';
import { describe, expect, test } from 'vitest';
import { exclusion } from '../../tools/oracle/src/excluded.js';
import { unpack, type Vector } from '../../tools/oracle/src/vectors.js';
import { Place } from '../../tools/oracle/src/layout.js';
import { difference, Replay } from './replay.js';

/**
 * Every recorded case (tools/oracle) in the interpreter: the registers, flags, memory and faults of the real processor.
 * RING3_VECTORS: another folder of recordings.
 */
const folder = process.env['RING3_VECTORS'] || fileURLToPath(new URL('vectors/', import.meta.url));
/** So many failures are told; the rest is counted by instruction. */
const SHOWN = 12;
/** One case of so many also runs instruction by instruction. */
const STEPPED = 8;
const files = readdirSync(folder);

function nameOf({ opcode, mnemonic, operands }: Row): string {
  return `${opcode} ${mnemonic} ${operands}`;
}

function rowOf({ code }: Vector): Row | null {
  return disassemble(code, 0, Place.Start).row;
}

function textOf({ code }: Vector): string {
  return `${Buffer.from(code).toString('hex')} ${disassemble(code, 0, Place.Start).text}`;
}

describe.each(files.map((file) => [file.replace('.bin.gz', ''), file] as const))('%s', (_, file) => {
  test('as the processor', { timeout: 120_000 }, () => {
    const family = unpack(readFileSync(join(folder, file)));
    const replay = new Replay(family);
    const failures = new Map<string, { count: number; first: string }>();
    let total = 0;
    for (const vector of family.cases) {
      total++;
      let text = difference(vector, replay.run(vector));
      if (!text && total % STEPPED === 0) text = difference(vector, replay.run(vector, 1));
      if (!text) continue;
      const row = rowOf(vector);
      const key = row ? nameOf(row) : 'no instruction';
      const { count = 0, first = `${textOf(vector)}: ${text}` } = failures.get(key) ?? {};
      failures.set(key, { count: count + 1, first });
    }
    const told = [...failures].map(([row, { count, first }]) => `${row}: ${count} wrong, first ${first}`);
    expect(told.slice(0, Number(process.env['RING3_SHOWN'] ?? SHOWN))).toEqual([]);
    expect(total).toBeGreaterThan(10_000);
  });
});

test('every row has been recorded, or has a reason not to be', { timeout: 60_000 }, () => {
  const seen = new Set<Row | null>();
  for (const file of files) {
    let last = '';
    for (const vector of unpack(readFileSync(join(folder, file))).cases) {
      // Cases of a row follow one another; its operands do not matter here.
      const head = Buffer.from(vector.code.subarray(0, 3)).toString('latin1');
      if (head !== last) seen.add(rowOf(vector));
      last = head;
    }
  }
  const missing = rows.filter((row) => exclusion(row) === null && !seen.has(row)).map(nameOf);
  expect(missing, 'npm run oracle').toEqual([]);
});
