import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ehdr, ElfType, Phdr } from '@ring3/abi';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emulated, native } from '../support/run.js';
import { smallElf } from './images.js';

/** A program that fails behind execve's point of no return has no errno to give: it has been killed. */

const folder = mkdtempSync(join(tmpdir(), 'ring3-spawn-'));

beforeAll(() => {
  const file = smallElf(ElfType.Exec);
  // The code's segment: more bytes in the file than in memory.
  file.writeBigUInt64LE(1n, Ehdr.Bytes + Phdr.Bytes + Phdr.MemSz);
  writeFileSync(join(folder, 'damaged'), file, { mode: 0o755 });
  const refused = smallElf(ElfType.Exec);
  refused.writeUInt16LE(ElfType.Rel, Ehdr.Type);
  writeFileSync(join(folder, 'object'), refused, { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true }));

test('run: SIGSEGV, 139, as natively', { timeout: 30_000 }, async () => {
  const path = join(folder, 'damaged');
  expect((await native([path])).status).toBe(139);
  const ours = await emulated([path]);
  expect([ours.status, ours.stdout]).toEqual([139, '']);
});

test('found in PATH: the search ends there', { timeout: 30_000 }, async () => {
  const { status } = await emulated(['damaged'], { env: { PATH: `${folder}:/bin` } });
  expect(status).toBe(139);
});

test('by a shell, which goes on', { timeout: 30_000 }, async () => {
  const command = ['/bin/sh', '-c', `${folder}/damaged; echo $?`];
  const [ours, theirs] = await Promise.all([emulated(command), native(command)]);
  expect([ours.stdout, theirs.stdout]).toEqual(['139\n', '139\n']);
});

test('before that point there is an errno', { timeout: 30_000 }, async () => {
  const { status, stderr } = await emulated([join(folder, 'object')]);
  expect(status).toBe(126);
  expect(stderr).toContain('relocatable');
});
