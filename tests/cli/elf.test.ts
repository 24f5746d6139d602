import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { have, native, ring3 } from '../support/run.js';

vi.setConfig({ testTimeout: 60_000 });

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ring3-elf-'));
  writeFileSync(join(folder, 'text'), 'no ELF file, but long enough to hold the header of one: ................');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('ring3 elf', () => {
  test.skipIf(!have('readelf')).each([
    ['-a', '/bin/ls'],
    ['-hlS', '/bin/sh'],
    ['-e', '/usr/lib/x86_64-linux-gnu/libc.so.6'],
    ['-sV', '/usr/lib/x86_64-linux-gnu/libc.so.6'],
    ['-d', '-r', '-n', '/lib64/ld-linux-x86-64.so.2'],
    ['--dyn-syms', '-I', '/bin/sh'],
    ['-x.interp', '-p', '.interp', '/bin/ls'],
    ['-h', '/bin/ls', '/bin/sh'],
  ])('%s %s %s is what readelf -W says', async (...args) => {
    const [ours, theirs] = await Promise.all([ring3(['elf', '--root', '/', ...args]), native(['readelf', '-W', ...args])]);
    expect(ours).toEqual(theirs);
  });

  test('without --root a file of the host', async () => {
    const path = join(folder, 'copy');
    writeFileSync(path, readFileSync('/bin/true'));
    expect((await ring3(['elf', '-h', path])).stdout).toContain('Machine:                           Advanced Micro Devices X86-64\n');
  });

  test('a file of the base image', async () => {
    const { stdout, status } = await ring3(['elf', '-h', '--root', '.cache/base-image', '/bin/busybox']);
    expect(stdout).toMatch(/^ELF Header:\n {2}Magic: {3}7f 45 4c 46/);
    expect(status).toBe(0);
  });

  test('a core file of ours', async () => {
    const script = 'ulimit -c unlimited; cd /tmp; sh -c "kill -SEGV \\$\\$"; cat core*';
    const path = join(folder, 'core');
    const { stdout } = await ring3(['run', '--root', '/', 'sh', '-c', script]);
    writeFileSync(path, Buffer.from(stdout, 'latin1'));
    const shown = (await ring3(['elf', '-hln', path])).stdout;
    expect(shown).toContain('CORE (Core file)');
    expect(shown).toContain('NT_PRSTATUS (prstatus structure)');
    expect(shown).toMatch(/NT_FILE \(mapped files\)\t {4}Page size: \d+\n/);
    expect(shown).toMatch(/ {8}\/usr\/bin\/dash\n/);
  });

  test('--json has every field with its place', async () => {
    const { stdout } = await ring3(['elf', '--json', '-hl', '/bin/ls']);
    const { header, segments } = JSON.parse(stdout) as {
      header: { name: string; offset: number; size: number; value: number; text: string }[];
      segments: { sections: string[] }[];
    };
    expect(header.find(({ name }) => name === 'e_machine')).toEqual({
      name: 'e_machine',
      offset: 18,
      size: 2,
      value: 62,
      text: 'Advanced Micro Devices X86-64',
    });
    expect(segments[1]!.sections).toEqual(['.interp']);
    const all = JSON.parse((await ring3(['elf', '--json', '/bin/ls'])).stdout) as Record<string, unknown>;
    expect(Object.keys(all)).toEqual(['file', 'header', 'segments', 'sections', 'dynamic', 'symbols', 'relocations', 'notes', 'warnings']);
  });

  test.each([
    {
      name: 'no ELF file',
      args: ['-h', 'text'],
      stderr: /^ring3: text: Not an ELF file - it has the wrong magic bytes at the start\n$/,
      status: 1,
    },
    { name: 'no such file', args: ['-h', '/no/such'], stderr: /^ring3: \/no\/such: no such file.*\n$/, status: 1 },
    { name: 'a folder', args: ['-h', '.'], stderr: /^ring3: '\.' is not an ordinary file\n$/, status: 1 },
    { name: 'no letter', args: ['text'], stderr: /^ring3: nothing to show: .*\(see ring3 --help\)\n$/, status: 125 },
    { name: 'no file', args: ['-h'], stderr: /^ring3: no FILE \(see ring3 --help\)\n$/, status: 125 },
    { name: 'an unknown letter', args: ['-h', '-Q', 'text'], stderr: /^ring3: Unknown option '-Q'.*\n$/, status: 125 },
  ])('$name', async ({ args, stderr, status }) => {
    const outcome = await ring3(['elf', ...args], { cwd: folder });
    expect(outcome.stderr).toMatch(stderr);
    expect(outcome.stdout).toBe('');
    expect(outcome.status).toBe(status);
  });

  test('a section that is not there is a warning', async () => {
    const { stdout, stderr, status } = await ring3(['elf', '-x', '.nope', '/bin/ls']);
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
    expect(stderr).toBe("ring3: /bin/ls: warning: Section '.nope' was not dumped because it does not exist\n");
  });
});
