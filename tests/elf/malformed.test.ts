import { writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { afterAll, describe, expect, test } from 'vitest';
import { have } from '../support/run.js';
import { as54, reasonFor, REASONS, type Reason } from './differences.js';
import { helloFamily, smallFamilies, type Family } from './families.js';
import { fingerprint, pack, readRecordings, RECORDED, unpack, type Recording } from './recorded.js';
import { emulated, native } from './run.js';

/**
 * Damaged ELF files, thousands of them: what execve makes of each, and what the program then sees, as Linux has it. The native results
 * are in recorded.json; RING3_RECORD_ELF=1 records them again. Where the recording kernel differs from 5.4 the case is listed there with
 * the reason. hello.c, which every compiler translates otherwise, is recorded anew in the test where it is not the recorded one.
 */

const record = process.env.RING3_RECORD_ELF === '1';
const recordings = readRecordings();
const families = [...smallFamilies(), helloFamily()].filter((family) => family !== null);

/** A native recording of a family: the file's, or a fresh one. */
async function recordingOf(family: Family, ours: readonly string[]): Promise<Recording> {
  const sha256 = fingerprint(family);
  const known = recordings[family.name];
  if (!record && known?.sha256 === sha256) return known;
  const theirs = await native(family);
  const differences: Recording['differences'] = {};
  family.mutations.forEach((mutation, i) => {
    if (as54(family, mutation, theirs[i]!) === ours[i]) return;
    const reason = reasonFor(family, mutation, theirs[i]!, ours[i]!);
    if (reason) (differences[reason] ??= {})[mutation.name] = ours[i]!;
  });
  const fresh = { sha256, kernel: release(), ...pack(theirs), differences };
  if (record) recordings[family.name] = fresh;
  return fresh;
}

describe.skipIf(!have('gcc')).each(families.map((family) => [family.name, family] as const))('malformed ELF files: %s', (_, family) => {
  test('each ends as it does on Linux', { timeout: 120_000 }, async () => {
    const { outcomes, exit } = await emulated(family, { layout: 'linux', clock: 'virtual', memory: 256 << 20 });
    expect(exit).toMatchObject({ code: 0 });
    expect(outcomes.length).toBe(family.mutations.length);
    const recording = await recordingOf(family, outcomes);
    const theirs = unpack(recording);
    const listed = new Map<string, string>();
    for (const [reason, cases] of Object.entries(recording.differences)) {
      expect(REASONS[reason as Reason]).toBeTypeOf('string');
      for (const [name, outcome] of Object.entries(cases)) listed.set(name, outcome);
    }
    const wrong = family.mutations.flatMap((mutation, i) => {
      const expected = listed.get(mutation.name) ?? as54(family, mutation, theirs[i]!);
      return outcomes[i] === expected ? [] : [`${mutation.name}: ${outcomes[i]}, not ${expected}`];
    });
    expect(wrong).toEqual([]);
  });

  test('the compact layout, random addresses: none brings the machine down', { timeout: 120_000 }, async () => {
    const { outcomes, exit } = await emulated(family, { layout: 'compact', aslr: true, clock: 'virtual', seed: 7, memory: 256 << 20 });
    expect(exit).toMatchObject({ code: 0 });
    expect(outcomes.length).toBe(family.mutations.length);
  });
});

afterAll(() => {
  if (!record) return;
  const order = Object.entries(recordings).map(([name, recording]) => `${JSON.stringify(name)}: ${JSON.stringify(recording)}`);
  writeFileSync(RECORDED, `{\n${order.join(',\n')}\n}\n`);
});
