import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ring3 } from '../support/run.js';

vi.setConfig({ testTimeout: 60_000 });

interface Vma {
  start: number;
  end: number;
  perms: string;
  offset: number;
  name: string;
}

interface Step {
  number: number;
  event: string;
  function: string;
  source: string;
  depth: number;
  text: string;
  fields: Record<string, number | string | boolean | null>;
  details: { event: string; fields: Record<string, number | string>; text: string }[];
  vmas: { kind: string; vma: Vma; before: Vma | null }[];
  commits: boolean;
}

interface Trace {
  pid: number;
  path: string;
  result: string;
  errno: string | null;
  refusedBy: string | null;
  committed: boolean;
  steps: Step[];
}

let folder = '';

function file(name: string, bytes: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  chmodSync(path, 0o755);
  return path;
}

async function traced(...args: string[]): Promise<Trace[]> {
  const { stdout } = await ring3(['exec-trace', '--json', '--root', '/', ...args]);
  return JSON.parse(stdout) as Trace[];
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'exec-trace-'));
  file('program.c', 'int table[4000]; int main(void) { return table[3]; }\n');
  const compile = (...args: string[]) =>
    expect(spawnSync('gcc', [join(folder, 'program.c'), ...args], { encoding: 'utf8' }).stderr).toBe('');
  compile('-static', '-no-pie', '-o', join(folder, 'static'));
  compile('-c', '-o', join(folder, 'object.o'));
  chmodSync(join(folder, 'object.o'), 0o755);
});

afterAll(() => rmSync(folder, { recursive: true }));

/** The function names of a trace, indented by depth. */
const outline = ({ steps }: Trace) => steps.map((step) => `${'  '.repeat(step.depth)}${step.function}`);

/** What the changes add up to: the mappings at the end, as lines of /proc/PID/maps without device and inode. */
function mappings({ steps }: Trace): string[] {
  const key = (vma: Vma) => `${vma.start.toString(16)}-${vma.end.toString(16)} ${vma.perms} ${vma.offset.toString(16)} ${vma.name}`;
  const now = new Set<string>();
  for (const { kind, vma, before } of steps.flatMap((step) => step.vmas)) {
    if (kind === 'removed') expect(now.delete(key(vma))).toBe(true);
    else {
      if (before) expect(now.delete(key(before))).toBe(true);
      now.add(key(vma));
    }
  }
  return [...now].toSorted((a, b) => parseInt(a, 16) - parseInt(b, 16));
}

describe('a program with an interpreter', () => {
  it('passes every stage of the path, in the order of 5.4', async () => {
    const [trace] = await traced('/bin/ls');
    expect(trace).toMatchObject({ path: '/bin/ls', result: 'started', errno: null, refusedBy: null, committed: true });
    const functions = trace!.steps.map((step) => step.function);
    const order = [
      'getname',
      'do_execve',
      '__do_execve_file',
      'unshare_files',
      'prepare_bprm_creds',
      'check_unsafe_exec',
      'do_open_execat',
      'bprm_mm_init',
      'prepare_arg_pages',
      'prepare_binprm',
      'copy_strings',
      'exec_binprm',
      'search_binary_handler',
      'load_elf_binary',
      'load_elf_phdrs',
      'open_exec',
      'flush_old_exec',
      'de_thread',
      'exec_mmap',
      'flush_thread',
      'do_close_on_exec',
      'setup_new_exec',
      'arch_pick_mmap_layout',
      'flush_signal_handlers',
      'install_exec_creds',
      'setup_arg_pages',
      'elf_map',
      'set_brk',
      'load_elf_interp',
      'arch_setup_additional_pages',
      'create_elf_tables',
      'finalize_exec',
      'start_thread',
    ];
    const places = order.map((name) => functions.indexOf(name));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(functions.filter((name) => name === 'copy_strings')).toHaveLength(3);
    expect(trace!.steps.map((step) => step.number)).toEqual(trace!.steps.map((_, i) => i + 1));
    expect(trace!.steps.filter((step) => step.commits).map((step) => step.function)).toEqual(['exec_mmap']);
    expect(trace!.steps.filter((step) => step.vmas.length > 0).map((step) => step.function)).not.toContain('flush_thread');
    for (const step of trace!.steps) {
      expect(step.text).toMatch(/\S.*[.)]$/);
      expect(step.text).not.toMatch(/undefined|NaN/);
      expect(step.source).toMatch(/^\S+\.[ch]$/);
    }
  });

  it('shows the program headers and the auxiliary vector as they are', async () => {
    const [trace] = await traced('/bin/ls');
    const headers = trace!.steps.find((step) => step.event === 'exec:load_elf_phdrs')!.details;
    const readelf = spawnSync('readelf', ['-lW', '/bin/ls'], { encoding: 'utf8' }).stdout;
    const offsets = [...readelf.matchAll(/^ {2}([A-Z_]+) +0x([0-9a-f]+) 0x([0-9a-f]+) 0x[0-9a-f]+ 0x([0-9a-f]+) 0x([0-9a-f]+)/gm)];
    expect(offsets.length).toBeGreaterThan(8);
    expect(headers.map(({ fields }) => [fields['offset'], fields['vaddr'], fields['filesz'], fields['memsz']])).toEqual(
      offsets.map(([, , ...numbers]) => numbers.map((hex) => parseInt(hex, 16))),
    );
    expect(headers.map(({ text }) => text.split(' ')[0])).toEqual(offsets.map(([, type]) => type));
    const auxv = trace!.steps.find((step) => step.event === 'exec:create_elf_tables')!.details.map(({ text }) => text.split(' ')[0]);
    expect(auxv.slice(0, 3)).toEqual(['AT_SYSINFO_EHDR', 'AT_HWCAP', 'AT_PAGESZ']);
    expect(auxv.at(-1)).toBe('AT_NULL');
  });

  it.each([
    ['compact', '/bin/cat'],
    ['linux', '/bin/cat'],
    ['compact', '/usr/bin/python3'],
  ])('its changes add up to the maps that it starts with: layout %s, %s', async (layout, program) => {
    const [trace] = await traced('--layout', layout, program);
    const { stdout } = await ring3(['maps', '--at', 'entry', '--json', '--root', '/', '--layout', layout, program, '--version']);
    const [{ maps }] = JSON.parse(stdout) as [{ maps: { start: string; end: string; access: string; offset: number; name: string }[] }];
    const atEntry = maps.map(
      ({ start, end, access, offset, name }) => `${start.slice(2)}-${end.slice(2)} ${access} ${offset.toString(16)} ${name}`,
    );
    expect(mappings(trace!)).toEqual(atEntry.filter((line) => !line.endsWith('[vsyscall]')));
  });
});

it('a static program has neither interpreter nor load_bias', async () => {
  const [trace] = await traced(join(folder, 'static'));
  const functions = trace!.steps.map((step) => step.function);
  expect(functions).not.toContain('load_elf_interp');
  expect(trace!.steps.find((step) => step.event === 'exec:load_bias')!.fields).toMatchObject({ type: 2, base: 0 });
  expect(trace!.steps.find((step) => step.event === 'exec:elf_entry')!.fields['interpreter_base']).toBeNull();
});

it('a script starts over with its interpreter, one level deeper', async () => {
  const inner = file('inner', '#!/bin/sh -e\necho hi\n');
  const outer = file('outer', `#!${inner}\n`);
  const [trace] = await traced(outer, 'x');
  const lines = outline(trace!);
  const searches = trace!.steps.filter((step) => step.event === 'exec:search_binary_handler' && step.fields['format'] === 'script');
  expect(searches.map((step) => step.fields['depth'])).toEqual([0, 1, 2]);
  expect(searches.map((step) => step.fields['interp'])).toEqual([outer, inner, '/bin/sh']);
  expect(searches[1]!.depth - searches[0]!.depth).toBe(2);
  expect(trace!.steps.filter((step) => step.event === 'exec:load_script').map((step) => step.fields['argument'])).toEqual([
    null,
    '-e',
    null,
  ]);
  // Each level's answer stands where its search does.
  const answers = trace!.steps.filter((step) => step.event === 'exec:load_binary' && step.fields['errno'] === null);
  expect(answers.map((step) => step.fields['depth'])).toEqual([2, 1, 0]);
  expect(answers.map((step) => step.depth)).toEqual(answers.map((step) => 4 + 2 * Number(step.fields['depth'])));
  expect(lines.at(-1)).toBe('execve returns');
});

describe('what is refused', () => {
  const cases: [name: string, make: () => string, expected: Partial<Trace>, last: string][] = [
    ['text without #!', () => file('plain', 'hello\n'), { errno: 'ENOEXEC', refusedBy: 'load_elf_binary' }, 'magic'],
    ['an empty file', () => file('empty', ''), { errno: 'ENOEXEC', refusedBy: 'load_elf_binary' }, 'magic'],
    ['a relocatable object', () => join(folder, 'object.o'), { errno: 'ENOEXEC', refusedBy: 'load_elf_binary' }, 'type'],
    [
      'an ELF file cut off in its header',
      () => file('cut', readFileSync('/bin/ls').subarray(0, 100)),
      { errno: 'ENOEXEC', refusedBy: 'load_elf_phdrs' },
      'read',
    ],
    [
      'an ELF file of another machine',
      () => {
        const bytes = readFileSync('/bin/ls');
        bytes.writeUInt16LE(183, 18);
        return file('arm', bytes);
      },
      { errno: 'ENOEXEC', refusedBy: 'load_elf_binary' },
      'machine',
    ],
    [
      'program headers of another size',
      () => {
        const bytes = readFileSync('/bin/ls');
        bytes.writeUInt16LE(55, 54);
        return file('phentsize', bytes);
      },
      { errno: 'ENOEXEC', refusedBy: 'load_elf_phdrs' },
      'phentsize',
    ],
  ];

  it.each(cases)('%s', async (_name, make, expected, refused) => {
    const path = make();
    const [trace, more] = await traced(path);
    expect(more).toBeUndefined();
    expect(trace).toMatchObject({ ...expected, result: 'refused', committed: false });
    const reasons = trace!.steps.map((step) => step.fields['refused']).filter((value) => typeof value === 'string');
    expect(reasons.at(-1)).toBe(refused);
    const { status } = await ring3(['exec-trace', '--root', '/', path]);
    expect(status).toBe(126);
  });

  it('an interpreter that is not there: open_exec, ENOENT', async () => {
    const bytes = readFileSync('/bin/ls');
    bytes.write('/lib99', bytes.indexOf('/lib64/ld'));
    const path = file('lost', bytes);
    const [trace] = await traced(path);
    expect(trace).toMatchObject({ errno: 'ENOENT', refusedBy: 'open_exec', committed: false });
  });

  it('a file without x permission: do_open_execat, EACCES', async () => {
    const path = file('noexec', 'x');
    chmodSync(path, 0o644);
    const [trace] = await traced(path);
    expect(trace).toMatchObject({ errno: 'EACCES', refusedBy: 'do_open_execat', committed: false });
  });

  it('a segment that cannot be mapped, past the point of no return', async () => {
    const bytes = readFileSync(join(folder, 'static'));
    const table = Number(bytes.readBigUInt64LE(32));
    for (let i = 0, loads = 0; i < bytes.readUInt16LE(56); i++) {
      const at = table + 56 * i;
      // The second PT_LOAD goes where no user address is.
      if (bytes.readUInt32LE(at) === 1 && ++loads === 2) bytes.writeBigUInt64LE(0xffff_8000_0000_0000n, at + 16);
    }
    const [trace] = await traced(file('far', bytes));
    expect(trace).toMatchObject({ result: 'refused', committed: true });
    expect(trace!.steps.map((step) => step.function)).toContain('force_sigsegv');
    expect(trace!.steps.some((step) => step.event === 'exec:elf_map' && step.fields['errno'] !== null)).toBe(true);
  });
});

it('for people: at most 110 columns, numbered, the point of no return marked, nothing of the guest', async () => {
  const { stdout: bytes, stderr, status } = await ring3(['exec-trace', '--root', '/', '/bin/echo', 'from the guest']);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  const stdout = Buffer.from(bytes, 'latin1').toString();
  const lines = stdout.split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110);
  expect(lines.filter((line) => line.startsWith('════'))).toHaveLength(1);
  expect(lines[0]).toMatch(/^ {2}1 {2}getname +fs\/namei\.c$/);
  expect(lines.at(-2)).toBe('/bin/echo is loaded.');
  for (const absent of ['\u001b', 'from the guest']) expect(stdout).not.toContain(absent);
});

it('-f: every execve of the run, on stderr; the guest runs', async () => {
  const { stdout, stderr, status } = await ring3([
    'exec-trace',
    '-f',
    '--root',
    '/',
    '--',
    '/bin/sh',
    '-c',
    '/bin/echo one; /bin/no-such; exit 3',
  ]);
  expect({ stdout, status }).toEqual({ stdout: 'one\n', status: 3 });
  const headings = stderr.split('\n').filter((line) => line.startsWith('pid '));
  expect(headings.map((line) => line.replace(/^pid \d+: /, ''))).toEqual(['/bin/sh', '/bin/echo', '/bin/no-such']);
  expect(stderr).toContain('/bin/no-such was refused: ENOENT, by do_open_execat. The caller goes on as it was.');
});

it('-f --json -o FILE: one array; an exec by a thread ends its process’s others', async () => {
  const program = 'import os,threading; threading.Thread(target=lambda: os.execv("/bin/true", ["true"])).start(); threading.Event().wait()';
  const out = join(folder, 'out.json');
  const { status } = await ring3(['exec-trace', '-f', '--json', '-o', out, '--root', '/', '/usr/bin/python3', '-c', program]);
  expect(status).toBe(0);
  const traces = JSON.parse(readFileSync(out, 'utf8')) as Trace[];
  expect(traces.map(({ path, result }) => [path, result])).toEqual([
    ['/usr/bin/python3', 'started'],
    ['/bin/true', 'started'],
  ]);
  const thread = traces[1]!.steps.find((step) => step.event === 'exec:de_thread')!;
  expect(thread.fields).toMatchObject({ killed: 1, new_leader: true });
});
