import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { native, ring3, root } from '../support/run.js';

interface RegionJson {
  id: number;
  address: string;
  symbol: string;
  path: string;
  instructions: number;
  entries: string[];
  pages: string[];
  entered: number;
  retired: number;
  again: number;
  tier: string | null;
  exits: { why: string; address: string; count: number }[];
  code?: { address: string | null; x86: string | null; wasm: string[] }[];
}

const folder = mkdtempSync(join(tmpdir(), 'ring3-jit-'));
const hot = join(folder, 'hot');
beforeAll(() => {
  const done = spawnSync('gcc', ['-static', '-O1', '-o', hot, `${root}tests/e2e/programs/hot.c`], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function regions(...options: string[]): Promise<RegionJson[]> {
  const { stdout, stderr, status } = await ring3(['jit', '--root', '/', '--json', ...options, hot]);
  // The program's own output makes way.
  expect({ stdout: stderr, stderr: '', status }).toEqual(await native([hot]));
  return (JSON.parse(stdout) as { regions: RegionJson[] }).regions;
}

test('regions with their heat, and why they were left', async () => {
  const all = await regions();
  const hottest = all[0]!;
  expect(hottest.path).toBe(hot);
  expect(hottest.symbol).toMatch(/^(main|step)(\+0x[0-9a-f]+)?$/);
  expect(hottest.entries).toContain(hottest.address);
  for (const { address, entered, retired, exits, entries, pages, instructions } of all) {
    expect(
      exits.reduce((sum, { count }) => sum + count, 0),
      address,
    ).toBe(entered);
    expect(entries.length, address).toBeGreaterThan(0);
    expect(instructions, address).toBeGreaterThan(0);
    for (const entry of entries) expect(pages).toContain(`0x${(Number(entry) - (Number(entry) % 4096)).toString(16)}`);
    expect(retired, address).toBeLessThanOrEqual(hottest.retired);
  }
  // Of 12 million rounds of more than ten instructions each; the translator is loaded meanwhile.
  expect(all.reduce((sum, { retired }) => sum + retired, 0)).toBeGreaterThan(5e6);
  expect(hottest.exits.map(({ why }) => why)).toContain('fuel');
});

test('x86 and WebAssembly side by side', async () => {
  const [{ code, instructions }] = (await regions('--top', '1')) as [RegionJson];
  const listed = spawnSync('objdump', ['-d', '-M', 'intel', '--no-show-raw-insn', hot], { encoding: 'utf8', maxBuffer: 64 << 20 }).stdout;
  const x86 = new Map(
    [...listed.matchAll(/^ +([0-9a-f]+):\t([^<#\n]*)/gm)].map(([, at, text]) => [`0x${at}`, text!.replaceAll(/\s+/g, ' ').trim()]),
  );
  const seen = new Map<string, string>();
  for (const { address, x86: text, wasm } of code!) {
    expect(wasm.length).toBeGreaterThan(0);
    if (address !== null) seen.set(address, text!.replaceAll(/\s+/g, ' '));
  }
  expect(seen.size).toBe(instructions);
  for (const [address, text] of seen) {
    const expected = x86.get(address)!;
    // A branch's target is a bare number there, an address here.
    expect(text.replace(/ 0x([0-9a-f]+)$/, ' $1'), address).toBe(expected.replace(/ 0x([0-9a-f]+)$/, ' $1'));
  }
  // What an instruction does stands beside it.
  const added = code!.find(({ x86: text }) => /^add e\w+,0x1$/.test(text ?? ''))!;
  expect(added.wasm.some((line) => /i(32|64)\.add/.test(line))).toBe(true);
  expect(added.wasm.some((line) => /local\.(set|tee) \$r/.test(line))).toBe(true);
});

test('as text, by symbol, by address, all', async () => {
  const { stdout, status } = await ring3(['jit', '--root', '/', '--at', 'main', hot]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^region +heat +retired +entered +each +insns +pages +entries +tier +at\n +\d+ +\d+\.\d % /);
  expect(stdout).toMatch(/\nregion \d+: 0x[0-9a-f]+ main\+0x[0-9a-f]+ of /);
  expect(stdout).toMatch(/^ {2}[0-9a-f]{6} {2}\S.* \| +\S/m);
  const [first] = await regions();
  const [byAddress] = await regions('--at', first!.address);
  expect(byAddress!.code).toBeDefined();
  const all = await regions('--all');
  expect(all.every(({ code }) => code && code.length > 2)).toBe(true);
});

test.each([
  [['jit', '--root', '/', '--jit', 'off', 'true'], /--jit off/],
  [['jit', '--root', '/', '--at', 'no_such_symbol', 'true'], /--at no_such_symbol: no region/],
  [['jit', '--root', '/', '--top', 'many', 'true'], /--top/],
])('%j is refused', async (args, says) => {
  const { stderr, status } = await ring3(args);
  expect(status).toBe(125);
  expect(stderr).toMatch(says);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});

test('a caller is made again when what it calls was', async () => {
  // Too large to be copied into its caller; the way that it goes later has it translated again, and main does not know that.
  const source = `
    #include <stdio.h>
    #define MIX(k) x ^= x << k; x += 0x9e3779b9u * k; x ^= x >> (k + 3);
    __attribute__((noinline)) static unsigned turn(unsigned x, unsigned late) {
      for (int i = 0; i < 3; i++) {
        MIX(5) MIX(7) MIX(9) MIX(11) MIX(4)
        if (late) { MIX(3) MIX(6) MIX(8) }
      }
      return x;
    }
    int main(void) {
      unsigned x = 1;
      for (unsigned i = 0; i < 2000000; i++) x = turn(x, i > 500000);
      printf("%u\\n", x);
    }`;
  const program = join(folder, 'late');
  const done = spawnSync('gcc', ['-static', '-O1', '-xc', '-', '-o', program], { input: source, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
  const { stdout, stderr } = await ring3(['jit', '--root', '/', '--json', program]);
  expect(stderr).toBe((await native([program])).stdout);
  const again = (name: RegExp): number =>
    Math.max(...(JSON.parse(stdout) as { regions: RegionJson[] }).regions.map((region) => (name.test(region.symbol) ? region.again : 0)));
  expect(again(/^turn/)).toBeGreaterThan(0);
  expect(again(/^main/)).toBeGreaterThan(0);
});
