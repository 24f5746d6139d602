import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALL, hasTool, NOTHING, printed, readelf } from './readelf.js';

const LIBRARIES = '/usr/lib/x86_64-linux-gnu';

/** Notes that readelf explains and that are shown as bytes here: those of the annobin plugin. */
const isExplained = (text: string): boolean => /^ {2}GA[$*+!]/m.test(text);

/** Every file of a folder up to `limit` bytes, one of `step`. */
function some(folder: string, step: number, limit: number): string[] {
  return readdirSync(folder)
    .toSorted()
    .map((name) => join(folder, name))
    .filter((path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat?.isFile() && stat.size <= limit && stat.size >= 64 && readFileSync(path).subarray(0, 4).toString('latin1') === '\x7fELF';
    })
    .filter((_, index) => index % step === 0);
}

describe.skipIf(!hasTool('readelf'))('equal to readelf -aW', () => {
  const files = [
    ...some('/bin', 19, 2 << 20),
    ...some(LIBRARIES, 23, 1 << 20),
    '/bin/ls',
    '/lib64/ld-linux-x86-64.so.2',
    `${LIBRARIES}/libc.so.6`,
  ];

  test('there are files to look at', () => expect(files.length).toBeGreaterThan(20));

  test.each([...new Set(files)])('%s', (path) => {
    const expected = readelf(['-aW'], path);
    if (!isExplained(expected)) expect(printed(readFileSync(path), ALL)).toBe(expected);
  });
});

const PROGRAM = `#include <stdio.h>
__thread int local = 3; static int zeros[100]; const char *text = "hi"; int weak __attribute__((weak));
int hidden __attribute__((visibility("hidden"))) = 5; extern int elsewhere __attribute__((weak));
static int resolved(void) { return 1; }
static void *resolver(void) { return resolved; }
int chosen(void) __attribute__((ifunc("resolver")));
int main(int argc, char **argv) { return printf("%d %s\\n", argc + local + zeros[argc] + hidden + chosen(), text) + (&elsewhere != 0); }
`;

const CPP = `#include <string>
#include <vector>
inline int shared = 3;
template <class T> T square(T a) { return a * a; }
int main() { std::vector<std::string> v; v.push_back("a"); return square(3) + shared + v.size(); }
`;

const builds: readonly { name: string; compiler: string; source: string; args: string[] }[] = [
  { name: 'an object with debug information', compiler: 'gcc', source: 'program.c', args: ['-c', '-g'] },
  { name: 'an object with compressed sections', compiler: 'gcc', source: 'program.c', args: ['-c', '-g', '-gz', '-ffunction-sections'] },
  { name: 'an object with section groups', compiler: 'g++', source: 'program.cc', args: ['-c', '-g'] },
  { name: 'a position-independent program', compiler: 'gcc', source: 'program.c', args: ['-g'] },
  { name: 'one at a fixed place', compiler: 'gcc', source: 'program.c', args: ['-no-pie', '-Wl,-z,now'] },
  {
    name: 'a library',
    compiler: 'gcc',
    source: 'program.c',
    args: ['-shared', '-fPIC', '-Wl,-soname,libx.so.1,-rpath,/x', '-Wl,--hash-style=both'],
  },
  { name: 'a static program', compiler: 'gcc', source: 'program.c', args: ['-static'] },
  { name: 'a static position-independent program', compiler: 'gcc', source: 'program.c', args: ['-static-pie'] },
  { name: 'a program with packed relocations', compiler: 'gcc', source: 'program.c', args: ['-Wl,-z,pack-relative-relocs'] },
  { name: 'a program of C++', compiler: 'g++', source: 'program.cc', args: [] },
  { name: 'a stripped program', compiler: 'gcc', source: 'program.c', args: ['-s'] },
  { name: 'with control-flow properties', compiler: 'gcc', source: 'program.c', args: ['-fcf-protection=full', '-Wl,-z,ibt'] },
];

describe.skipIf(!hasTool('readelf') || !hasTool('gcc') || !hasTool('g++'))('of files that were built here', () => {
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ring3-elf-'));
    writeFileSync(join(folder, 'program.c'), PROGRAM);
    writeFileSync(join(folder, 'program.cc'), CPP);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const letters: readonly [letter: string, options: Partial<typeof NOTHING>][] = [
    ['-h', { fileHeader: true }],
    ['-l', { segments: true }],
    ['-S', { sections: true }],
    ['-t', { sectionDetails: true }],
    ['-g', { groups: true }],
    ['-s', { symbols: true }],
    ['--dyn-syms', { dynamicSymbols: true }],
    ['-r', { relocations: true }],
    ['-d', { dynamic: true }],
    ['-V', { versions: true }],
    ['-n', { notes: true }],
    ['-I', { histogram: true }],
    ['-u', { unwind: true }],
    ['-x.text', { hexDumps: ['.text'] }],
    ['-x3', { hexDumps: ['3'] }],
    ['-x.data', { hexDumps: ['.data'] }],
    ['-x.bss', { hexDumps: ['.bss'] }],
    ['-p.comment', { stringDumps: ['.comment'] }],
    ['-p.rodata', { stringDumps: ['.rodata'] }],
    ['-p.strtab', { stringDumps: ['.strtab'] }],
  ];

  test.each(builds)('$name', ({ compiler, source, args }) => {
    const path = join(folder, 'out');
    rmSync(path, { force: true });
    const built = spawnSync(compiler, [...args, source, '-o', path], { cwd: folder, encoding: 'utf8' });
    expect(built.status, built.stderr).toBe(0);
    const bytes = readFileSync(path);
    expect(printed(bytes, ALL)).toBe(readelf(['-aW'], path));
    for (const [letter, options] of letters) {
      const expected = readelf([letter, '-W'], path);
      // Bytes that are no characters are shown as the locale has them.
      if (letter === '-p.rodata' && /[\x80-\xff]/.test(expected)) continue;
      expect(`${letter}\n${printed(bytes, { ...NOTHING, ...options })}`).toBe(`${letter}\n${expected}`);
    }
    if (!args.some((arg) => /static$|^-c$/.test(arg)))
      expect(printed(bytes, { ...NOTHING, symbols: true, useDynamic: true })).toBe(readelf(['-s', '-D', '-W'], path));
  });
});
