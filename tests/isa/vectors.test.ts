import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rows, type Row } from '@ring3/isa';
import { afterAll, describe, expect, test } from 'vitest';
import { shapeOf } from '../../packages/isa/src/shape.js';
import { casesOf, isTestable, undefinedFlags } from './oracle/cases.js';
import { Emulator } from './oracle/emulator.js';
import { Processor } from './oracle/processor.js';
import { difference, normalise } from './oracle/state.js';
import { changesOf, hashOf, pack, resultsOf, unpack, type RowVectors } from './oracle/vectors.js';

/**
 * Every row that can run alone, against what a real processor did with the same registers, flags and memory. The results lie in
 * vectors/; RING3_ORACLE=record makes them anew on this processor, RING3_ORACLE=live compares with it directly, with
 * RING3_SEED=n for other operands and RING3_CASES=n for their number. They were recorded on an AMD EPYC (Zen 5): rcpps and
 * rsqrtps, and flags and C1 where the SDM leaves them open, are that processor's.
 */
const mode = process.env['RING3_ORACLE'];
const perForm = mode === 'live' ? Number(process.env['RING3_CASES'] ?? 100) : 40;
const seed = mode === 'live' ? Number(process.env['RING3_SEED'] ?? 1) : 1;
const folder = new URL('vectors/', import.meta.url);

const testable = rows.filter((row) => row.exec !== null).map((row) => ({ row, shape: shapeOf(row) }));
const families = new Map<string, typeof testable>();
for (const entry of testable.filter(({ row, shape }) => isTestable(row, shape))) {
  const { feature } = entry.row;
  families.set(feature, [...(families.get(feature) ?? []), entry]);
}

const keyOf = (row: Row): string => `${row.opcode} ${row.mnemonic} ${row.operands}`;
const fileOf = (feature: string): URL => new URL(`${feature}.bin.gz`, folder);

const emulator = new Emulator();
const processor = mode === 'record' || mode === 'live' ? new Processor() : null;
afterAll(() => processor?.close());

describe.each([...families])('%s', (feature, entries) => {
  test.runIf(mode === 'record')('record', { timeout: 300_000 }, () => {
    const vectors = new Map<string, RowVectors>();
    for (const { row, shape } of entries) {
      const cases = casesOf(row, shape, perForm, seed);
      const inputs = hashOf(cases);
      const results = processor!.run(cases);
      const bits = undefinedFlags(row);
      const before = cases.map(({ state }) => state.slice());
      for (const state of [...before, ...results]) normalise(state, bits);
      vectors.set(keyOf(row), { inputs, changes: changesOf(before, results) });
    }
    mkdirSync(folder, { recursive: true });
    writeFileSync(fileOf(feature), pack(vectors));
  });

  test('as the processor', { timeout: 300_000 }, () => {
    const recorded = processor || !existsSync(fileOf(feature)) ? new Map<string, RowVectors>() : unpack(readFileSync(fileOf(feature)));
    const failures: string[] = [];
    for (const { row, shape } of entries) {
      const cases = casesOf(row, shape, perForm, seed);
      const bits = undefinedFlags(row);
      const before = cases.map(({ state }) => state.slice());
      for (const state of before) normalise(state, bits);
      const vectors = recorded.get(keyOf(row));
      if (!processor && vectors?.inputs !== hashOf(cases)) {
        failures.push(`${keyOf(row)}: ${vectors ? 'the inputs have changed' : 'not recorded'}; run with RING3_ORACLE=record`);
        continue;
      }
      const results = processor ? processor.run(cases) : [...resultsOf(before, vectors!)];
      const seen = new Map<string, { count: number; first: string }>();
      cases.forEach((one, i) => {
        const actual = emulator.run(one);
        const expected = results[i]!;
        normalise(actual, bits);
        normalise(expected, bits);
        const text = difference(actual, expected, one.state);
        if (!text) return;
        const failure = seen.get(one.form) ?? { count: 0, first: `${Buffer.from(one.bytes).toString('hex')}: ${text}` };
        seen.set(one.form, { ...failure, count: failure.count + 1 });
      });
      for (const [form, { count, first }] of seen) failures.push(`${form}: ${count} of ${perForm}, first ${first}`);
    }
    expect(failures).toEqual([]);
  });
});
