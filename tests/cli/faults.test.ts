import { describe, expect, test, vi } from 'vitest';
import { ring3, root } from '../support/run.js';

vi.setConfig({ testTimeout: 60_000 });

const HELLO = `${root}.cache/guest/hello.static`;
const FAULTS = `${root}.cache/guest/faults.static`;

interface Fault {
  address: number;
  access: string;
  user: boolean;
  result: string;
  kind: string | null;
  start: number | null;
  end: number | null;
  file: string | null;
  offset: number | null;
  pages: number;
}

interface Counts {
  minor: number;
  major: number;
  signals: number;
  pages: number;
}

async function faultsOf(options: string[], program: string): Promise<{ faults: Fault[]; total: Counts; kinds: Record<string, Counts> }> {
  const { stdout, stderr } = await ring3(['faults', '--json', ...options, '--root', '/', program]);
  expect(stdout).not.toContain('"address"');
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Fault);
  const { summary } = lines.pop() as unknown as { summary: { total: Counts; kinds: Record<string, Counts> } };
  return { faults: lines, ...summary };
}

describe('ring3 faults', () => {
  test('lists each fault, and its summary counts them', async () => {
    const { faults, total } = await faultsOf([], HELLO);
    expect(faults.length).toBeGreaterThan(10);
    expect(faults.filter(({ result }) => result === 'minor')).toHaveLength(total.minor);
    expect(faults.filter(({ result }) => result === 'major')).toHaveLength(total.major);
    expect(faults.reduce((sum, { pages }) => sum + pages, 0)).toBe(total.pages);
    for (const { address, start, end, result } of faults) {
      if (result === 'minor' || result === 'major') expect(address >= start! && address < end!).toBe(true);
    }
    const text = faults.find(({ kind, access }) => kind === 'file_map' && access === 'fetch');
    expect(text?.file).toBe(HELLO);
    expect(text?.offset).toBeTypeOf('number');
    expect(faults.some(({ kind, file }) => kind === 'anon' && file === '[heap]')).toBe(true);
  });

  test('says which ended in a signal', async () => {
    const { faults } = await faultsOf([], FAULTS);
    const results = new Set(faults.map(({ result }) => result));
    expect(results).toEqual(new Set(['minor', 'major', 'sigsegv', 'sigbus']));
    expect(faults.find(({ result, address }) => result === 'sigsegv' && address === 0)?.start).toBeNull();
  });

  test('for people: sentences on stderr, the program’s own output on stdout, its status', async () => {
    const { stdout, stderr, status } = await ring3(['faults', '--root', '/', '/bin/sh', '-c', 'echo out; exit 3']);
    expect([stdout, status]).toEqual(['out\n', 3]);
    expect(stderr).toMatch(/minor +0x[0-9a-f]+ w {2}first write: a new page of zeros/);
    expect(stderr).toMatch(/cached pages of the file +\/\S*libc\S*\+0x/);
    expect(stderr).toMatch(/\n +minor +major signals +pages\n/);
  });

  test('-c is the summary alone', async () => {
    const { stderr } = await ring3(['faults', '-c', '--root', '/', HELLO]);
    expect(stderr.replaceAll(HELLO, '')).not.toContain('0x');
    expect(stderr).toMatch(/^ +minor +major signals +pages\n/);
  });

  test('policies make a difference, but not to the program', async () => {
    const demand = await faultsOf(['--paging', 'demand:1'], HELLO);
    const eager = await faultsOf(['--paging', 'eager'], HELLO);
    expect((demand.kinds['file_map']?.pages ?? 0) + (demand.kinds['file_cow']?.pages ?? 0)).toBeGreaterThan(10);
    // Everything of a static program is there before it begins; the kernel itself had to clear the start of bss.
    expect(eager.faults.filter(({ kind, user }) => user && kind?.startsWith('file_'))).toEqual([]);
    const alone = demand.faults.filter(({ kind }) => kind === 'file_map');
    expect(alone.every(({ pages }) => pages === 1)).toBe(true);
    const hybrid = await faultsOf(['--paging', 'hybrid:4'], HELLO);
    const mapped = hybrid.faults.filter(({ kind }) => kind === 'file_map').map(({ pages }) => pages);
    expect(Math.max(...mapped)).toBe(5);
    expect(mapped.length).toBeLessThan(alone.length);
  });

  test('--compare: a line for each policy, the program’s output nowhere', async () => {
    const { stdout, stderr, status } = await ring3(['faults', '--compare', '--root', '/', '/bin/sh', '-c', 'echo out; exit 3']);
    expect([stderr, status]).toEqual(['', 3]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^policy +minor +major +mapped +never used +peak KiB +CPU s +instructions$/);
    expect(lines.slice(1).map((line) => line.split(' ')[0])).toEqual(['demand', 'demand:1', 'hybrid:4', 'hybrid:16', 'eager']);
    const json = await ring3(['faults', '--compare', '--json', '--policies', 'demand:1,hybrid:16', '--root', '/', HELLO]);
    const [one, many] = JSON.parse(json.stdout) as { minor: number; major: number; mapped: number; unused: number; instructions: number }[];
    expect(one!.unused).toBeLessThan(5);
    expect(many!.unused).toBeGreaterThan(one!.unused);
    expect(many!.mapped).toBeGreaterThan(one!.mapped);
    expect(many!.instructions).toBe(one!.instructions);
  });

  test.each([
    { args: ['run', '--paging', 'lazy', '/bin/true'], error: "paging 'lazy' is not demand[:N], eager or hybrid[:N]" },
    { args: ['run', '--paging', 'demand:3', '/bin/true'], error: "paging 'demand:3'" },
    { args: ['run', '--paging', 'hybrid:0', '/bin/true'], error: "paging 'hybrid:0'" },
    { args: ['faults', '--policies', 'eager', '/bin/true'], error: '--policies goes with --compare' },
    { args: ['faults', '--compare', '-c', '/bin/true'], error: '--compare goes with neither -o nor -c' },
  ])('refuses $args', async ({ args, error }) => {
    const { stderr, status } = await ring3(args);
    expect(status).toBe(125);
    expect(stderr).toContain(error);
  });
});
