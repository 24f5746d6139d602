import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { native, type Outcome, ring3 } from '../support/run.js';

vi.setConfig({ testTimeout: 60_000 });

const dir = mkdtempSync(join(tmpdir(), 'ring3-inspect-'));
const program = join(dir, 'cow');

const source = `
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
int counter = 5;
static volatile char untouched[8192];
int main(int argc, char **argv) {
  struct timespec t;
  for (int i = 0; i < 100; i++) clock_gettime(CLOCK_REALTIME, &t);
  counter = 6;
  if (fork() == 0) {
    counter = 7;
    _exit(0);
  }
  wait(0);
  printf("the guest's own output %s\\n", argc > 1 ? argv[1] : "");
  return untouched[argc ? 4096 : 0];
}`;

beforeAll(() => {
  writeFileSync(`${program}.c`, source);
  execFileSync('gcc', ['-O1', '-o', program, `${program}.c`]);
  execFileSync('gcc', ['-O1', '-static', '-o', `${program}.static`, `${program}.c`]);
});
afterAll(() => rmSync(dir, { recursive: true }));

interface Mapping {
  start: string;
  end: string;
  access: string;
  offset: number;
  name: string;
  kind: string;
  rss: number;
  anonymous: number;
}
interface Entry {
  level: number;
  index: number;
  raw: string;
  bits: string[];
  present: boolean;
  frame: string;
}
interface Walk {
  address: string;
  mapping: Mapping | null;
  entries: Entry[];
  frame: { count: number; mapCount: number; flags: string[]; address: string } | null;
  physical: string | null;
}

async function run(...args: string[]): Promise<Outcome> {
  const outcome = await ring3(args, {});
  return { ...outcome, stdout: Buffer.from(outcome.stdout, 'latin1').toString() };
}

async function json<T>(...args: string[]): Promise<T> {
  const { stdout, stderr, status } = await run(...args);
  expect({ stderr: stderr.replace(/^the guest's own output .*\n/, ''), status }).toEqual({ stderr: '', status: 0 });
  return JSON.parse(stdout) as T;
}

describe('ring3 maps', () => {
  test('at entry: the mappings that gdb sees natively at the first instruction', async () => {
    const print = 'python print(open("/proc/%d/maps" % gdb.selected_inferior().pid).read())';
    const gdb = execFileSync('gdb', ['-nx', '-batch', '-ex', 'starti', '-ex', print, program], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const lines = [...gdb.matchAll(/^([0-9a-f]+-[0-9a-f]+) (\S+) ([0-9a-f]+) \S+ \d+ *(.*)$/gm)].map((match) => match.slice(1, 5));
    const [{ maps }] = await json<[{ maps: Mapping[] }]>('maps', '--json', '--layout', 'linux', '--root', '/', program);
    const ours = maps.map(({ start, end, access, offset, name }) => [
      `${start.slice(2).padStart(8, '0')}-${end.slice(2)}`,
      access,
      offset.toString(16).padStart(8, '0'),
      name,
    ]);
    // A newer kernel's vdso has more pages; it lies below the interpreter on both sides. The stack's size depends on the environment.
    const shape = (rows: string[][]): string[][] => rows.filter(([, , , name]) => !/\[v(var|dso)|\[stack/.test(name!));
    // 5.4 calls the bss [heap] where it ends at the brk's start (tests/kernel-differences.md).
    const bss = ours.find(([, , , name]) => name === '[heap]')!;
    expect(maps.find(({ name }) => name === '[heap]')!.kind).toBe('program bss');
    bss[3] = '';
    expect(shape(ours)).toEqual(shape(lines));
    const names = (rows: string[][]): string[] =>
      rows.map(([, access, , name]) => `${access} ${name}`).filter((row) => !row.includes('vvar_vclock'));
    expect(names(ours)).toEqual(names(lines));
    const end = (rows: string[][]): string => rows.find(([, , , name]) => name === '[vdso]')![0]!.split('-')[1]!;
    expect(end(ours)).toBe(end(lines));
  });

  test('what each mapping is for, and how much of it is there', async () => {
    const [{ maps }] = await json<[{ maps: Mapping[] }]>('maps', '--json', '--at', 'exit', '--root', '/', program);
    const kinds = new Map(maps.map((mapping) => [mapping.kind, mapping]));
    for (const kind of [
      'program code',
      'program data',
      'library code',
      'library bss',
      'interpreter code',
      'program bss and heap',
      'stack',
      'code of the kernel',
    ])
      expect(kinds.has(kind), kind).toBe(true);
    for (const { start, end, rss, anonymous } of maps) {
      expect(rss).toBeLessThanOrEqual(Number(end) - Number(start));
      expect(anonymous).toBeLessThanOrEqual(rss);
    }
    expect(kinds.get('program data')!.anonymous).toBe(4096);
    expect(kinds.get('code of the kernel')).toMatchObject({ name: '[vdso]', rss: 4096, anonymous: 0 });
    expect(kinds.get('clock data of the kernel')).toMatchObject({ name: '[vvar]', access: 'r--p', rss: 0 });
    expect(maps.at(-1)).toMatchObject({ start: '0xffffffffff600000', end: '0xffffffffff601000', access: '--xp', name: '[vsyscall]' });
  });

  test("the guest's output goes to stderr, the tables to stdout; stops come in their order", async () => {
    const { stdout, stderr, status } = await run('maps', '--at', 'exit', '--at', 'entry', '--at', 'brk', '--root', '/', program, 'here');
    expect(stderr).toBe("the guest's own output here\n");
    expect(stdout.match(/^at [a-z]+/gm)).toEqual(['at entry', 'at brk', 'at exit']);
    expect(stdout).toMatch(/^ADDRESS +PERM +OFFSET +SIZE +RSS +PRIVATE +WHAT +NAME$/m);
    expect(stdout).not.toContain("the guest's own");
    expect(status).toBe(0);
  });

  test('a stop that is not reached, and one that cannot be', async () => {
    const missed = await run('maps', '--at', 'mkdir', '--root', '/', program);
    expect(missed).toMatchObject({ status: 125, stdout: '' });
    expect(missed.stderr).toContain('did not come to mkdir');
    const unknown = await run('maps', '--at', 'opne', '--root', '/', program);
    expect(unknown).toMatchObject({ status: 125, stdout: '' });
    expect(unknown.stderr).toMatch(/'opne' is no system call/);
    expect((await run('maps', '--root', '/', '/no/such')).status).toBe(127);
  });

  test('-f: the stops of children', async () => {
    const seen = await json<{ at: string; pid: number }[]>(
      'maps',
      '--json',
      '-f',
      '--at',
      'exit',
      '--at',
      'exit:2',
      '--root',
      '/',
      program,
    );
    expect(seen.map(({ at }) => at)).toEqual(['exit', 'exit:2']);
    expect(seen[0]!.pid).not.toBe(seen[1]!.pid);
  });
});

describe('ring3 pagetable', () => {
  const walks = async (place: string, ...args: string[]): Promise<(Walk | null)[]> =>
    (await json<{ walk: Walk | null }[]>('pagetable', '--json', ...args, '--root', '/', program, place)).map(({ walk }) => walk);

  test('four levels with the indices of the address', async () => {
    for (const layout of ['compact', 'linux']) {
      const [walk] = await walks('counter', '--layout', layout, '--at', 'fork');
      const address = BigInt(walk!.address);
      expect(walk!.entries.map(({ level, index }) => [level, index])).toEqual(
        [4, 3, 2, 1].map((level) => [level, Number((address >> BigInt(12 + 9 * (level - 1))) & 511n)]),
      );
      for (const { raw, frame } of walk!.entries) expect(BigInt(`0x${raw}`) & 0xf_ffff_ffff_f000n).toBe(BigInt(frame));
      expect(BigInt(walk!.physical!)).toBe(BigInt(walk!.frame!.address) + (address & 0xfffn));
      expect(walk!.mapping).toMatchObject({ kind: 'program data', access: 'rw-p' });
    }
  });

  test('copy-on-write: before the fork, after it, and when it is written', async () => {
    const [before, shared, copied] = await walks('counter', '--at', 'fork', '--after', 'fork', '--at', 'wait4');
    expect(before!.entries[3]!.bits).toEqual(expect.arrayContaining(['P', 'RW', 'US', 'A', 'D', 'NX']));
    expect(before!.frame).toMatchObject({ count: 1, mapCount: 1 });
    expect(shared!.entries[3]!.bits).not.toContain('RW');
    expect(shared!.frame).toMatchObject({ address: before!.frame!.address, count: 2, mapCount: 2 });
    // The child ran meanwhile; whoever wrote first has the copy.
    expect(copied!.entries[3]!.bits).toContain('RW');
    expect(copied!.frame).toMatchObject({ count: 1, mapCount: 1 });
    const text = await run('pagetable', '--after', 'fork', '--at', 'fork', '--root', '/', program, 'counter');
    expect(text.stdout).toMatch(/^L1 +PT .* −RW .*frame/m);
    expect(text.stdout).toContain('references 2* (was 1), mapped 2* (was 1)');
    expect(text.stdout).toContain('copies it (copy-on-write)');
  });

  test('demand paging: not there, then there', async () => {
    const [entry, exit] = await walks('untouched+0x1000', '--at', 'entry', '--at', 'exit');
    expect(entry!.entries.at(-1)!.present).toBe(false);
    expect(entry!.frame).toBe(null);
    expect(entry!.physical).toBe(null);
    expect(exit!.mapping!.kind).toBe('program bss and heap');
    expect(exit!.frame!.flags).toContain('reserved');
  });

  test('symbols of a static program lie where nm says', async () => {
    const nm = execFileSync('nm', [`${program}.static`], { encoding: 'utf8' });
    const address = /^([0-9a-f]+) D counter$/m.exec(nm)![1]!;
    const [seen] = await json<{ walk: Walk }[]>('pagetable', '--json', '--root', '/', `${program}.static`, 'counter');
    expect(BigInt(seen!.walk.address)).toBe(BigInt(`0x${address}`));
    const [same] = await json<{ walk: Walk }[]>('pagetable', '--json', '--root', '/', `${program}.static`, `0x${address}`);
    expect(same!.walk.address).toBe(seen!.walk.address);
  });

  test('words, registers and what has no page', async () => {
    const [stack] = await walks('stack');
    const [rsp] = await walks('rsp');
    expect(stack!.address).toBe(rsp!.address);
    expect(stack!.mapping!.name).toBe('[stack]');
    expect((await walks('vdso', '--at', 'exit'))[0]).toMatchObject({
      mapping: { name: '[vdso]' },
      frame: { flags: expect.arrayContaining(['decoded code']) as string[] },
    });
    expect((await walks('vvar', '--at', 'exit'))[0]!.entries[3]!.bits).toContain('SPECIAL');
    expect((await walks('0x7000'))[0]).toMatchObject({ mapping: null, frame: null, physical: null });
    expect((await walks('heap', '--at', 'entry', '--at', 'exit')).map((walk) => walk?.mapping?.name)).toEqual([undefined, '[heap]']);
    for (const bad of ['no_such_symbol', '0x800000000000', 'counter+x'])
      expect(await run('pagetable', '--root', '/', program, bad), bad).toMatchObject({ status: 125, stdout: '' });
    expect((await run('pagetable', '--root', '/', program)).stderr).toContain('which address?');
  });
});

describe('ring3 stack', () => {
  interface Item {
    address: string;
    bytes: number;
    kind: string;
    label: string;
    value: string | null;
    text: string | null;
  }

  test('every byte from rsp to the end, with the strings that the pointers name', async () => {
    const stack = await json<{ start: string; end: string; argc: number; envc: number; items: Item[] }>(
      'stack',
      '--json',
      '--root',
      '/',
      '-e',
      'NAME=vält',
      program,
      'one',
      '',
      'three',
    );
    let at = Number(stack.start);
    for (const { address, bytes } of stack.items) {
      expect(Number(address)).toBe(at);
      at += bytes;
    }
    expect(at).toBe(Number(stack.end));
    expect(Number(stack.start) % 16).toBe(0);
    expect(stack).toMatchObject({ argc: 4, envc: 4 });
    const strings = stack.items.filter(({ kind }) => kind === 'string');
    expect(strings.slice(0, 4).map(({ text }) => text)).toEqual([program, 'one', '', 'three']);
    expect(strings.map(({ text }) => text)).toContain('NAME=vält');
    for (const { label, address } of strings) {
      const pointer = stack.items.find((item) => item.label === label && item.kind !== 'string')!;
      expect(`0x${pointer.value}`).toBe(address);
    }
    const auxv = stack.items.filter(({ kind }) => kind === 'auxv').map(({ label }) => label);
    expect(auxv[0]).toBe('AT_SYSINFO_EHDR');
    expect(auxv.at(-1)).toBe('AT_NULL');
    const shown = await native(['/bin/sh', '-c', 'LD_SHOW_AUXV=1 /bin/true']);
    // 5.4's entries, in the order of the native kernel.
    const theirs = [...shown.stdout.matchAll(/^(AT_[A-Z0-9_]+):/gm)].map((match) => match[1]!).filter((name) => auxv.includes(name));
    expect(auxv.slice(0, -1)).toEqual(theirs);
    expect(stack.items.find(({ kind }) => kind === 'filename')!.text).toBe(program);
    expect(stack.items.find(({ kind }) => kind === 'platform')!.text).toBe('x86_64');
    expect(stack.items.find(({ kind }) => kind === 'random')!.text).toMatch(/^[0-9a-f]{32}$/);
  });

  test('as text; the program does not run', async () => {
    const { stdout, stderr, status } = await run('stack', '--root', '/', program, 'one');
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toMatch(/argc +2$/m);
    expect(stdout).toMatch(/argv\[1\] +0x[0-9a-f]+ → "one"$/m);
    expect(stdout).toMatch(/AT_PAGESZ +4096 +bytes of a page$/m);
  });
});

describe('the vdso', () => {
  test("glibc's clock_gettime is no system call", async () => {
    const { stderr } = await run('strace', '-f', '--root', '/', program);
    expect(stderr).toContain('wait4(');
    expect(stderr).not.toContain('clock_gettime');
  });

  test('ld.so knows it by name, gdb opens it in a core file', async () => {
    const ldd = await run('run', '--root', '/', '/lib64/ld-linux-x86-64.so.2', '--list', program);
    expect(ldd.stdout).toMatch(/^\tlinux-vdso\.so\.1 \(0x[0-9a-f]+\)$/m);
    const crash = join(dir, 'crash');
    // The fault is in the vdso: its unwind information leads back to main.
    writeFileSync(`${crash}.c`, '#include <sys/time.h>\nint main(void) { return gettimeofday((void *)8, 0); }\n');
    execFileSync('gcc', ['-O1', '-g', '-o', crash, `${crash}.c`]);
    const script = `ulimit -c unlimited; echo core > /proc/sys/kernel/core_pattern; ${crash}`;
    await ring3(['run', '--root', '/', '-v', `${dir}:${dir}`, '-w', dir, '--ulimit', 'core=unlimited', '/bin/sh', '-c', script], {});
    expect(readFileSync(join(dir, 'core')).subarray(1, 4).toString()).toBe('ELF');
    const { stdout } = spawnSync('gdb', ['-nx', '-batch', '-ex', 'bt', '-ex', 'x/2i $pc', crash, join(dir, 'core')], { encoding: 'utf8' });
    expect(stdout).toMatch(/#0 .* gettimeofday \(\)/);
    expect(stdout).toMatch(/#1 .* main \(\)/);
    expect(stdout).toMatch(/=> 0x[0-9a-f]+ <gettimeofday\+\d+>:\s+mov/);
  });
});
