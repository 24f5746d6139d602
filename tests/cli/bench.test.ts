import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { native, ring3, root } from '../support/run.js';

const scratch = mkdtempSync(join(tmpdir(), 'ring3-bench-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** The command as it is installed from the registry: no apps beside it. */
function installed(): string {
  const folder = join(scratch, 'node_modules/@ring3/cli');
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    for (const name of ['bin', 'dist', 'package.json']) cpSync(`${root}packages/cli/${name}`, join(folder, name), { recursive: true });
    for (const name of ['abi', 'core', 'elf', 'image', 'isa', 'jit', 'kernel', 'machine'])
      symlinkSync(`${root}packages/${name}`, join(scratch, 'node_modules/@ring3', name));
  }
  return join(folder, 'bin/ring3.js');
}

test('outside a checkout: one clear line', async () => {
  const run = await native([process.execPath, installed(), 'bench', '--quick'], { env: { HOME: scratch } });
  expect(run).toEqual({
    stdout: '',
    stderr: 'ring3: bench: only in a checkout of Ring3: the programs that it measures are not in the package\n',
    status: 125,
  });
  const help = await native([process.execPath, installed(), 'bench', '--help'], { env: { HOME: scratch } });
  expect(help.stdout).toMatch(/^usage: ring3 bench /);
  expect(help.status).toBe(0);
});

test('in a checkout: options and errors of the bench itself', async () => {
  const help = await ring3(['bench', '--help']);
  expect(help.stdout).toContain('--compare FILE');
  expect(help.status).toBe(0);
  expect(await ring3(['bench', '--filter', 'nosuchthing'])).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/bench: --filter nosuchthing: nothing has such a name\n$/),
  });
  expect(await ring3(['bench', '--compare', '/nonexistent'])).toMatchObject({
    status: 2,
    stderr: 'bench: --compare /nonexistent: no such file\n',
  });
  const other = join(scratch, 'other.json');
  writeFileSync(other, '{}');
  expect(await ring3(['bench', '--compare', other])).toMatchObject({
    status: 2,
    stderr: `bench: --compare ${other}: not what --json wrote\n`,
  });
});
