import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Auxv, Cpu, Ehdr, ElfType, ExitReason, Phdr, Pt, Sig, Sys } from '@ring3/abi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { mapsText } from '../mm/proc-maps.js';
import { readRemote } from '../mm/remote-access.js';
import { getReg } from '../task/regs.js';
import { Trace } from '../trace/tracer.js';
import { parseInterpreterLine } from './binfmt-script.js';
import { doExecve } from './exec.js';
import { makeMachine, putFile } from './testing/machine.js';

/** Writes its stack pointer and its stack, from there to the top, to standard output. */
const DUMPER = `
static long call(long n, long a, long b, long c) {
  long r;
  __asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return r;
}
__attribute__((used)) void dump(long *sp) {
  long *p = sp + 1 + *sp + 1;
  while (*p++);
  char *end = 0;
  for (; *p; p += 2) if (*p == 31) end = (char *)p[1];
  while (*end++);
  end += 8;
  call(1, 1, (long)&sp, 8);
  call(1, 1, (long)sp, end - (char *)sp);
  call(231, 0, 0, 0);
}
__asm__(".globl _start\\n_start: mov %rsp, %rdi\\n and $-16, %rsp\\n call dump\\n");
`;

let dir = '';
let dumper = new Uint8Array(0);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ring3-exec-'));
  writeFileSync(join(dir, 'dump.c'), DUMPER);
  execFileSync('gcc', ['-O1', '-static', '-nostdlib', '-fno-stack-protector', '-o', join(dir, 'dump'), join(dir, 'dump.c')]);
  dumper = readFileSync(join(dir, 'dump'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Stack {
  rsp: number;
  bytes: Buffer;
}

function auxvOf({ bytes }: Stack): Map<number, number> {
  const word = (i: number): number => Number(bytes.readBigUInt64LE(i * 8));
  let at = word(0) + 2;
  while (word(at++) !== 0);
  const auxv = new Map<number, number>();
  for (; word(at) !== 0; at += 2) auxv.set(word(at), word(at + 1));
  return auxv;
}

function ourStack(k: Kernel): Stack {
  const { mm } = k.current;
  const rsp = getReg(k, Cpu.Rsp);
  const end = mm!.vmas.find((vma) => vma.start <= rsp && rsp < vma.end)!.end;
  return { rsp, bytes: Buffer.from(readRemote(k, mm!, rsp, end - rsp)) };
}

describe('initial stack', () => {
  const cases: [string, string[], Record<string, string>][] = [
    ['no environment', ['one'], {}],
    ['some of both', ['a', '', 'ccc'], { HOME: '/root', X: 'y', EMPTY: '' }],
    [
      'many',
      Array.from({ length: 777 }, (_, i) => `argument-${i}`),
      Object.fromEntries(Array.from({ length: 91 }, (_, i) => [`V${i}`, 'x'.repeat(i)])),
    ],
  ];
  for (const [name, args, env] of cases) {
    for (const layout of ['compact', 'linux'] as const) {
      it(`${name}, layout ${layout}: as the native kernel lays it`, () => {
        const path = join(dir, 'dump');
        const output = execFileSync('setarch', ['-R', path, ...args], { env, maxBuffer: 1 << 24 });
        const native: Stack = { rsp: Number(output.readBigUInt64LE(0)), bytes: output.subarray(8) };

        const k = makeMachine(layout);
        putFile(k, '/dump', dumper);
        const filename = path;
        mkdirs(k, dir);
        putFile(k, filename, dumper);
        doExecve(
          k,
          filename,
          [path, ...args],
          Object.entries(env).map(([key, value]) => `${key}=${value}`),
        );
        const ours = ourStack(k);

        const nativeEnd = native.rsp + native.bytes.length;
        const oursEnd = ours.rsp + ours.bytes.length;
        expect(ours.rsp % 16).toBe(0);
        // argc, argv, envp: the same distances from the top.
        const pointers = args.length + 1 + 1 + Object.keys(env).length + 1;
        for (let i = 1; i <= pointers; i++) {
          const theirs = Number(native.bytes.readBigUInt64LE(i * 8));
          const mine = Number(ours.bytes.readBigUInt64LE(i * 8));
          expect(mine === 0 ? 0 : oursEnd - mine).toBe(theirs === 0 ? 0 : nativeEnd - theirs);
        }
        // From the platform string up everything is equal.
        const nativeAuxv = auxvOf(native);
        const auxv = auxvOf(ours);
        const platform = nativeEnd - nativeAuxv.get(Auxv.Platform)!;
        expect(oursEnd - auxv.get(Auxv.Platform)!).toBe(platform);
        expect(oursEnd - auxv.get(Auxv.Random)!).toBe(nativeEnd - nativeAuxv.get(Auxv.Random)!);
        expect(oursEnd - auxv.get(Auxv.ExecFn)!).toBe(nativeEnd - nativeAuxv.get(Auxv.ExecFn)!);
        expect(ours.bytes.subarray(-platform).equals(native.bytes.subarray(-platform))).toBe(true);
        // The auxiliary vector: 5.4's entries, in the same order; values that are no addresses equal.
        const newer = new Set([27, 28, 29, 51]);
        expect([...auxv.keys()]).toEqual([...nativeAuxv.keys()].filter((type) => !newer.has(type)));
        for (const type of [Auxv.PageSz, Auxv.ClkTck, Auxv.Phdr, Auxv.PhEnt, Auxv.PhNum, Auxv.Base, Auxv.Flags, Auxv.Entry, Auxv.Secure]) {
          expect(auxv.get(type)).toBe(nativeAuxv.get(type));
        }
      });
    }
  }
});

function mkdirs(k: Kernel, path: string): void {
  let at = k.current.fs.root.inode;
  for (const part of path.split('/').filter(Boolean)) at = at.lookup(k, part) ?? at.mkdir(k, part, 0o40755, k.current.cred);
}

function errorOf(action: () => unknown): string {
  try {
    action();
    return 'ok';
  } catch (error) {
    if (error instanceof Errno) return error.name;
    throw error;
  }
}

describe('load_elf_binary', () => {
  const change = (edit: (view: DataView) => void, from: Uint8Array = dumper): Uint8Array => {
    const bytes = Uint8Array.from(from);
    edit(new DataView(bytes.buffer));
    return bytes;
  };
  /** Checks of the headers come before the point of no return: an errno, and the old program goes on. */
  const cases: [string, () => Uint8Array, string][] = [
    ['unchanged', () => dumper, 'ok'],
    ['another magic', () => change((v) => v.setUint8(1, 0x46)), 'ENOEXEC'],
    ['class 32 is not looked at', () => change((v) => v.setUint8(4, 1)), 'ok'],
    ['big-endian is not looked at', () => change((v) => v.setUint8(5, 2)), 'ok'],
    ['version is not looked at', () => change((v) => v.setUint32(Ehdr.Version, 99, true)), 'ok'],
    ['e_ehsize is not looked at', () => change((v) => v.setUint16(Ehdr.EhSize, 1, true)), 'ok'],
    ['relocatable', () => change((v) => v.setUint16(Ehdr.Type, ElfType.Rel, true)), 'ENOEXEC'],
    ['core', () => change((v) => v.setUint16(Ehdr.Type, ElfType.Core, true)), 'ENOEXEC'],
    ['aarch64', () => change((v) => v.setUint16(Ehdr.Machine, 183, true)), 'ENOEXEC'],
    ['phentsize', () => change((v) => v.setUint16(Ehdr.PhEntSize, 32, true)), 'ENOEXEC'],
    ['no program headers', () => change((v) => v.setUint16(Ehdr.PhNum, 0, true)), 'ENOEXEC'],
    ['more than a page of them', () => change((v) => v.setUint16(Ehdr.PhNum, 74, true)), 'ENOEXEC'],
    ['program headers beyond the end', () => change((v) => v.setUint32(Ehdr.PhOff, 1 << 20, true)), 'ENOEXEC'],
    ['cut within the header', () => dumper.slice(0, 40), 'ENOEXEC'],
    ['empty', () => new Uint8Array(0), 'ENOEXEC'],
    ['text', () => Uint8Array.from([104, 105, 10]), 'ENOEXEC'],
  ];
  for (const [name, file, expected] of cases) {
    it(`${name}: ${expected}`, () => {
      const k = makeMachine();
      putFile(k, '/prog', file());
      expect(errorOf(() => doExecve(k, '/prog', ['prog'], []))).toBe(expected);
      expect(k.current.mm !== null).toBe(expected === 'ok');
    });
  }

  const interpreter = (edit: (view: DataView, at: number) => void): Uint8Array =>
    change((view) => {
      // The first program header becomes a PT_INTERP.
      const at = view.getUint32(Ehdr.PhOff, true);
      view.setUint32(at + Phdr.Type, Pt.Interp, true);
      edit(view, at);
    });
  const place = (text: string, size = text.length) =>
    interpreter((view, at) => {
      const end = view.byteLength - 64;
      for (let i = 0; i < text.length; i++) view.setUint8(end + i, text.charCodeAt(i));
      view.setBigUint64(at + Phdr.Offset, BigInt(end), true);
      view.setBigUint64(at + Phdr.FileSz, BigInt(size), true);
    });
  const interpreters: [string, () => Uint8Array, string][] = [
    ['missing', () => place('/lib/none\0'), 'ENOENT'],
    ['name without NUL', () => place('/ld.so', 6), 'ENOEXEC'],
    ['name of one byte', () => place('\0', 1), 'ENOEXEC'],
    ['name too long', () => place('/ld.so\0', 4097), 'ENOEXEC'],
    ['name cut off by the end of the file', () => place('/ld.so\0', 4096), 'EIO'],
    ['not ELF', () => place('/text\0'), 'ELIBBAD'],
    ['another machine', () => place('/arm\0'), 'ELIBBAD'],
    ['too short for a header', () => place('/short\0'), 'EIO'],
    ['not executable', () => place('/plain\0'), 'EACCES'],
    ['a directory', () => place('/\0'), 'EACCES'],
  ];
  for (const [name, file, expected] of interpreters) {
    it(`interpreter ${name}: ${expected}`, () => {
      const k = makeMachine();
      putFile(k, '/text', 'x'.repeat(100));
      putFile(k, '/short', 'x'.repeat(10));
      putFile(k, '/plain', dumper, 0o644);
      putFile(
        k,
        '/arm',
        change((v) => v.setUint16(Ehdr.Machine, 183, true)),
      );
      putFile(k, '/prog', file());
      expect(errorOf(() => doExecve(k, '/prog', ['prog'], []))).toBe(expected);
    });
  }

  it('a failure past the point of no return is SIGSEGV', () => {
    const k = makeMachine();
    const bad = change((view) => {
      const at = view.getUint32(Ehdr.PhOff, true);
      for (let i = 0; i < view.getUint16(Ehdr.PhNum, true); i++) {
        const header = at + i * Phdr.Bytes;
        if (view.getUint32(header, true) === Pt.Load) view.setBigUint64(header + Phdr.MemSz, 1n << 50n, true);
      }
    });
    putFile(k, '/prog', bad);
    expect(errorOf(() => doExecve(k, '/prog', ['prog'], []))).not.toBe('ok');
    expect(k.current.pending.set | k.current.signal.shared.set).toBe(1n << BigInt(Sig.SEGV - 1));
  });

  it('maps a dynamic program and its ld.so, and says so stage by stage', () => {
    const k = makeMachine();
    const stages: string[] = [];
    k.trace.attach(Trace.Exec, { record: ({ event }) => void stages.push(event) });
    for (const path of ['/lib64/ld-linux-x86-64.so.2', '/bin/true']) {
      mkdirs(k, path.slice(0, path.lastIndexOf('/')));
      putFile(k, path, readFileSync(path));
    }
    doExecve(k, '/bin/true', ['true'], []);
    const maps = mapsText(k, k.current.mm!);
    expect(maps).toMatch(/^10000000-\S+ r--p 00000000 \S+ \d+ +\/bin\/true$/m);
    expect(maps).toMatch(/r-xp \S+ \S+ \d+ +\/lib64\/ld-linux-x86-64.so.2$/m);
    expect(maps).toContain('[stack]');
    expect(k.current.comm).toBe('true');
    expect([...new Set(stages)]).toEqual([
      'exec:getname',
      'exec:do_execve',
      'exec:__do_execve_file',
      'exec:unshare_files',
      'exec:prepare_bprm_creds',
      'exec:check_unsafe_exec',
      'exec:do_open_execat',
      'exec:bprm_mm_init',
      'exec:prepare_arg_pages',
      'exec:prepare_binprm',
      'exec:copy_strings',
      'exec:exec_binprm',
      'exec:search_binary_handler',
      'exec:load_misc_binary',
      'exec:load_binary',
      'exec:load_script',
      'exec:load_elf_binary',
      'exec:load_elf_phdrs',
      'exec:program_header',
      'exec:open_exec',
      'exec:pt_gnu_stack',
      'exec:check_interpreter',
      'exec:flush_old_exec',
      'exec:de_thread',
      'exec:exec_mmap',
      'exec:flush_thread',
      'exec:do_close_on_exec',
      'exec:setup_new_exec',
      'exec:arch_pick_mmap_layout',
      'exec:flush_signal_handlers',
      'exec:install_exec_creds',
      'exec:setup_arg_pages',
      'exec:total_mapping_size',
      'exec:elf_map',
      'exec:load_bias',
      'exec:set_brk',
      'exec:padzero',
      'exec:load_elf_interp',
      'exec:elf_entry',
      'exec:arch_setup_additional_pages',
      'exec:create_elf_tables',
      'exec:auxv_entry',
      'exec:mm_layout',
      'exec:finalize_exec',
      'exec:start_thread',
      'exec:execve_return',
    ]);
  });
});

describe('start_thread', () => {
  it('the program runs up to its first system call, static or through ld.so', () => {
    const k = makeMachine();
    putFile(k, '/prog', dumper);
    doExecve(k, '/prog', ['prog'], []);
    const rsp = getReg(k, Cpu.Rsp);
    for (const register of [Cpu.Rax, Cpu.Rbx, Cpu.Rcx, Cpu.Rdx, Cpu.Rsi, Cpu.Rdi, Cpu.Rbp, Cpu.R8, Cpu.R15, Cpu.FsBase]) {
      expect(getReg(k, register)).toBe(0);
    }
    expect(k.core.run(100_000)).toBe(ExitReason.Syscall);
    expect(getReg(k, Cpu.Rax)).toBe(Sys.write);
    expect(Buffer.from(readRemote(k, k.current.mm!, getReg(k, Cpu.Rsi), 8)).readBigUInt64LE(0)).toBe(BigInt(rsp));

    mkdirs(k, '/lib64');
    putFile(k, '/lib64/ld-linux-x86-64.so.2', readFileSync('/lib64/ld-linux-x86-64.so.2'));
    putFile(k, '/true', readFileSync('/bin/true'));
    doExecve(k, '/true', ['true'], []);
    expect(k.core.run(10_000_000)).toBe(ExitReason.Syscall);
    expect(getReg(k, Cpu.Rax)).toBe(Sys.brk);
  });
});

describe('arguments', () => {
  it('E2BIG for a string of more than 32 pages with its NUL, and for more than a quarter of the stack limit', () => {
    const k = makeMachine();
    putFile(k, '/prog', dumper);
    expect(errorOf(() => doExecve(k, '/prog', ['x'.repeat(131071)], []))).toBe('ok');
    expect(errorOf(() => doExecve(k, '/prog', ['x'.repeat(131072)], []))).toBe('E2BIG');
    expect(errorOf(() => doExecve(k, '/prog', Array<string>(15).fill('x'.repeat(131000)), []))).toBe('ok');
    expect(errorOf(() => doExecve(k, '/prog', Array<string>(17).fill('x'.repeat(131000)), []))).toBe('E2BIG');
  });
  it('argc 0 is allowed', () => {
    const k = makeMachine();
    putFile(k, '/prog', dumper);
    doExecve(k, '/prog', [], []);
    expect(ourStack(k).bytes.readBigUInt64LE(0)).toBe(0n);
  });
});

describe('load_script', () => {
  const cases: [string, string, string[] | null][] = [
    ['plain', '#!/bin/sh\n', ['/bin/sh']],
    ['one argument, blanks kept inside', '#! /bin/sh \t-x  -y \t\n', ['/bin/sh', '-x  -y']],
    ['no newline', '#!/bin/sh', ['/bin/sh']],
    ['CR belongs to the name', '#!/bin/sh\r\n', ['/bin/sh\r']],
    ['blank line', '#!  \t \n', null],
    ['nothing', '#!\n', null],
    ['nothing, and no newline', '#!', null],
    ['blanks, and no newline', '#! \t ', null],
    ['NUL first', '#!\0/bin/sh\n', null],
    ['NUL ends it', '#!/bin/sh\0 -x\n', ['/bin/sh']],
    ['name fills the buffer without newline', `#!/${'x'.repeat(300)}`, null],
    ['argument is cut at the buffer', `#!/bin/sh ${'y'.repeat(300)}\n`, ['/bin/sh', 'y'.repeat(245)]],
  ];
  for (const [name, text, expected] of cases) {
    it(name, () => {
      const buf = new Uint8Array(256);
      for (let i = 0; i < Math.min(256, text.length); i++) buf[i] = text.charCodeAt(i);
      const line = parseInterpreterLine(buf);
      expect(line && [line.interpreter, ...(line.argument === null ? [] : [line.argument])]).toEqual(expected);
    });
  }
  it('puts interpreter and argument before the script; nests to a depth, then ELOOP', () => {
    const k = makeMachine();
    putFile(k, '/prog', dumper);
    putFile(k, '/s1', '#!/prog -a\n');
    putFile(k, '/s2', '#!/s1 -b\n');
    doExecve(k, '/s2', ['zero', 'one'], []);
    const { bytes, rsp } = ourStack(k);
    const argv = [1, 2, 3, 4, 5, 6].map((i) => {
      const at = Number(bytes.readBigUInt64LE(i * 8)) - rsp;
      return bytes.toString('latin1', at, bytes.indexOf(0, at));
    });
    expect(Number(bytes.readBigUInt64LE(0))).toBe(6);
    expect(argv).toEqual(['/prog', '-a', '/s1', '-b', '/s2', 'one']);
    expect(k.current.comm).toBe('s2');

    for (let i = 1; i <= 8; i++) putFile(k, `/n${i}`, `#!/n${i + 1}\n`);
    putFile(k, '/n9', '#!/prog\n');
    expect(errorOf(() => doExecve(k, '/n5', ['x'], []))).toBe('ok');
    expect(errorOf(() => doExecve(k, '/n4', ['x'], []))).toBe('ELOOP');
    putFile(k, '/self', '#!/self\n');
    expect(errorOf(() => doExecve(k, '/self', ['x'], []))).toBe('ELOOP');
  });
});
