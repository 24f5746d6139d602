import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { have, native, ring3 } from '../support/run.js';

vi.setConfig({ testTimeout: 60_000 });

const SOURCE = `#include <stdio.h>
#include <string.h>
static double ratio(double a, int b) { return a / (b + 1); }
int find(const char *text, char wanted) { const char *at = strchr(text, wanted); return at ? (int)(at - text) : -1; }
int main(int argc, char **argv) {
  char copy[64];
  memset(copy, argc, sizeof copy);
  for (int i = 0; i < argc; i++) printf("%s %d %f\\n", argv[i], find(argv[i], copy[i & 63]), ratio(i, argc));
  return 0;
}
`;

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ring3-dis-'));
  writeFileSync(join(folder, 'program.c'), SOURCE);
});
afterAll(() => rmSync(folder, { recursive: true }));

function build(name: string, args: string[]): string {
  const { status, stderr } = spawnSync('gcc', [...args, 'program.c', '-o', name], { cwd: folder, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return name;
}

describe.skipIf(!have('objdump') || !have('gcc'))('ring3 dis', () => {
  test.each([
    { name: 'object', args: ['-c', '-O2'] },
    { name: 'program', args: ['-O2'] },
    { name: 'fixed', args: ['-O0', '-no-pie'] },
    { name: 'library', args: ['-O2', '-shared', '-fPIC'] },
    { name: 'sections', args: ['-c', '-O3', '-ffunction-sections'] },
  ])('$name is what objdump -d -w -M intel says', async ({ name, args }) => {
    const file = build(name, args);
    const [ours, theirs] = await Promise.all([
      ring3(['dis', file], { cwd: folder }),
      native(['objdump', '-d', '-w', '-M', 'intel', file], { cwd: folder }),
    ]);
    expect(ours).toEqual(theirs);
    const bare = await Promise.all([
      ring3(['dis', '--no-show-raw-insn', file], { cwd: folder }),
      native(['objdump', '-d', '-w', '-M', 'intel', '--no-show-raw-insn', file], { cwd: folder }),
    ]);
    expect(bare[0]).toEqual(bare[1]);
  });

  test('of /bin/bash all instructions and nearly all names are the same', async () => {
    const [ours, theirs] = await Promise.all([
      ring3(['dis', '--root', '/', '/bin/bash']),
      native(['objdump', '-d', '-w', '-M', 'intel', '/bin/bash']),
    ]);
    const [a, b] = [ours.stdout.split('\n'), theirs.stdout.split('\n')];
    expect(a.length).toBe(b.length);
    const instruction = (line: string): string => line.replace(/ *[#<].*/, '');
    expect(a.filter((line, index) => instruction(line) !== instruction(b[index]!))).toEqual([]);
    expect(a.filter((line, index) => line !== b[index]).length).toBeLessThan(b.length / 1000);
  });

  test('a vector instruction is (bad) in whole: those behind it are right', async () => {
    const code = [
      'vaddps %ymm1, %ymm2, %ymm3',
      'vzeroupper',
      'vpermq $0x4e, 8(%rax,%rcx,4), %ymm1',
      'vmovups %zmm1, 0x12345678(%rip)',
      'vpshufd $1, (%rsp), %xmm0',
      'vmovaps (,%rcx,8), %ymm9',
      'vfmadd213sd 0x40(%rbp), %xmm1, %xmm2',
      'vpblendd $3, %xmm1, %xmm2, %xmm3',
      'vmovq %xmm0, %fs:(%r13)',
    ];
    writeFileSync(join(folder, 'vector.s'), `${code.flatMap((line) => [line, 'xor %eax, %eax']).join('\n')}\nret\n`);
    expect(spawnSync('as', ['vector.s', '-o', 'vector.o'], { cwd: folder }).status).toBe(0);
    const [ours, theirs] = await Promise.all([
      ring3(['dis', 'vector.o'], { cwd: folder }),
      native(['objdump', '-d', '-w', '-M', 'intel', 'vector.o'], { cwd: folder }),
    ]);
    const addresses = (text: string): string[] => text.match(/^ +[0-9a-f]+:/gm)!;
    expect(addresses(ours.stdout)).toEqual(addresses(theirs.stdout));
    expect(ours.stdout.match(/\(bad\)/g)!.length).toBe(code.length);
    expect(ours.stdout.match(/xor {4}eax,eax/g)!.length).toBe(code.length);
  });

  test('one function, one section, a range', async () => {
    const file = build('program', ['-O2']);
    const run = async (...args: string[]): Promise<string> => (await ring3(['dis', ...args, file], { cwd: folder })).stdout;
    const symbol = await run('--symbol', 'find');
    expect(symbol.match(/^[0-9a-f]{16} <.*>:$/gm)).toEqual([expect.stringMatching(/<find>:$/)]);
    expect(symbol).toMatch(/\n[ 0-9a-f]+:\t.*\tret\n/);
    const section = await run('-j', '.plt');
    expect(section.match(/^Disassembly of section .*$/gm)).toEqual(['Disassembly of section .plt:']);
    const [, start] = /([0-9a-f]{16}) <find>/.exec(symbol)!;
    const range = await run('--start', `0x${start}`, '--stop', `0x${(BigInt(`0x${start}`) + 4n).toString(16)}`);
    expect(range.match(/^ +[0-9a-f]+:\t/gm)!.length).toBeLessThanOrEqual(4);
  });

  test('--json', async () => {
    const file = build('program', ['-O2']);
    const { stdout } = await ring3(['dis', '--json', '--symbol', 'main', file], { cwd: folder });
    const { sections } = JSON.parse(stdout) as {
      sections: { section: string; blocks: { label: string; instructions: { address: string; bytes: string; text: string }[] }[] }[];
    };
    expect(sections[0]!.section).toMatch(/^\.text/);
    expect(sections[0]!.blocks[0]!.label).toBe('main');
    expect(sections[0]!.blocks[0]!.instructions.at(-1)!.bytes.length % 2).toBe(0);
  });

  test('what it cannot do is said', async () => {
    const file = build('program', ['-O2']);
    expect((await ring3(['dis', '--symbol', 'nope', file], { cwd: folder })).stderr).toBe(
      'ring3: --symbol nope: the file has no such symbol\n',
    );
    expect((await ring3(['dis', '-j', '.nope', file], { cwd: folder })).stderr).toBe('ring3: -j .nope: the file has no such section\n');
    expect((await ring3(['dis', 'program.c'], { cwd: folder })).stderr).toMatch(/^ring3: program\.c: Not an ELF file/);
    expect((await ring3(['dis', '--start', 'x', file], { cwd: folder })).stderr).toMatch(/^ring3: --start: 'x' is not an address/);
  });
});
