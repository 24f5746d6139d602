import { At, Cpu, ElfMachine, ElfType, ExitReason, O, PageSize, Pf, Phdr, Prot, Pt, Sys } from '@ring3/abi';
import { beforeEach, describe, expect, it } from 'vitest';
import { EIO, EINVAL, ENOENT, ENOEXEC, Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { readRemote } from '../mm/remote-access.js';
import { findVma } from '../mm/vma.js';
import { Vm } from '../mm/vm-flags.js';
import { getReg, setReg } from '../task/regs.js';
import { fput } from '../vfs/file-table.js';
import { openAt } from '../vfs/open.js';
import { LinuxBinfmt } from './binfmt.js';
import { doExecve } from './exec.js';
import { searchBinaryHandler } from './search.js';
import type { LinuxBinprm } from './bprm.js';
import { elfFile, type ElfOptions } from './testing/elf.js';
import { makeMachine, putFile } from './testing/machine.js';

let k: Kernel;
beforeEach(() => {
  k = makeMachine();
});

function errorOf(action: () => unknown): string {
  try {
    action();
    return 'ok';
  } catch (error) {
    if (error instanceof Errno) return error.name;
    throw error;
  }
}

/** Notes that it was asked, and says what it was made to say. */
class Probe extends LinuxBinfmt {
  constructor(
    name: string,
    private readonly asked: string[],
    private readonly answer: (k: Kernel, bprm: LinuxBinprm) => void,
    private readonly libraries: Errno | null = ENOEXEC,
  ) {
    super(name);
  }
  loadBinary(kernel: Kernel, bprm: LinuxBinprm): void {
    this.asked.push(this.name);
    this.answer(kernel, bprm);
  }
  override loadShlib(): void {
    this.asked.push(this.name);
    if (this.libraries) throw this.libraries;
  }
}

const refuse = (error: Errno) => () => {
  throw error;
};

describe('the list of formats', () => {
  it('is tried in order: insert goes before all, register behind all; ENOEXEC falls through', () => {
    const asked: string[] = [];
    k.binfmts.register(new Probe('last', asked, refuse(ENOEXEC)));
    k.binfmts.insert(new Probe('first', asked, refuse(ENOEXEC)));
    expect(k.binfmts.formats.map(({ name }) => name)).toEqual(['first', 'misc', 'script', 'elf', 'last']);
    putFile(k, '/prog', 'no format');
    expect(errorOf(() => doExecve(k, '/prog', ['prog'], []))).toBe('ENOEXEC');
    expect(asked).toEqual(['first', 'last']);
  });

  it('ends at the first other answer', () => {
    const asked: string[] = [];
    k.binfmts.insert(new Probe('second', asked, () => {}));
    k.binfmts.insert(new Probe('first', asked, refuse(EIO)));
    putFile(k, '/prog', 'anything');
    expect(errorOf(() => doExecve(k, '/prog', ['prog'], []))).toBe('EIO');
    expect(asked).toEqual(['first']);
    k.binfmts.turn('first', false);
    expect(errorOf(() => doExecve(k, '/prog', ['prog'], []))).toBe('ok');
    expect(asked).toEqual(['first', 'second']);
  });

  it('passes over what is off, which keeps its place', () => {
    putFile(k, '/prog', '#!/none\n');
    expect(errorOf(() => doExecve(k, '/prog', ['prog'], []))).toBe('ENOENT');
    k.binfmts.turn('script', false);
    expect(errorOf(() => doExecve(k, '/prog', ['prog'], []))).toBe('ENOEXEC');
    k.binfmts.turn('script', true);
    expect(errorOf(() => doExecve(k, '/prog', ['prog'], []))).toBe('ENOENT');
    expect(k.binfmts.formats.map(({ name }) => name)).toEqual(['misc', 'script', 'elf']);
  });

  it('unregister takes one away, and off is forgotten; no formats at all: ENOENT', () => {
    putFile(k, '/prog', 'anything');
    k.binfmts.turn('script', false);
    const script = k.binfmts.unregister('script');
    expect(errorOf(() => k.binfmts.unregister('script'))).toBe('EINVAL');
    expect(errorOf(() => k.binfmts.turn('script', true))).toBe('EINVAL');
    k.binfmts.register(script);
    expect(k.binfmts.inUse().map(({ name }) => name)).toEqual(['misc', 'elf', 'script']);
    expect(() => k.binfmts.register(script)).toThrow('registered already');
    for (const name of ['misc', 'elf', 'script']) k.binfmts.unregister(name);
    expect(errorOf(() => doExecve(k, '/prog', ['prog'], []))).toBe('ENOENT');
  });

  it('a format may search again with another file, five times over', () => {
    const asked: string[] = [];
    const depths: number[] = [];
    const again = (kernel: Kernel, bprm: LinuxBinprm): void => {
      depths.push(bprm.recursionDepth);
      searchBinaryHandler(kernel, bprm);
    };
    k.binfmts.insert(new Probe('again', asked, again));
    putFile(k, '/prog', 'anything');
    expect(errorOf(() => doExecve(k, '/prog', ['prog'], []))).toBe('ELOOP');
    expect(depths).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('only elf dumps core, from a page on', () => {
    expect(k.binfmts.formats.map(({ name, dumpsCore, minCoredump }) => [name, dumpsCore, minCoredump])).toEqual([
      ['misc', false, 0],
      ['script', false, 0],
      ['elf', true, PageSize.Bytes],
    ]);
  });
});

const LIBRARY = 0x6000_0000;
const TEXT = 0x200;
/** mov eax, 231; mov edi, [rip + …]: the word behind the code; syscall; then that word. */
const CODE = 'b8e70000008b3d020000000f055d000000';

/** A shared library in the sense of uselib(2): fixed addresses, one PT_LOAD with code, data, and a bss of two pages. */
function library({ headers = [{ type: Pt.Load }], ...options }: Partial<ElfOptions> = {}): Buffer {
  const place = { vaddr: LIBRARY, filesz: 0x300, memsz: 0x2100 };
  // Read only: uselib maps everything readable, writable and executable.
  const segments = headers.map((header) => ({ flags: Pf.R, ...place, ...header }));
  const file = Buffer.from(elfFile({ ...options, size: 0x400, headers: segments }));
  file.fill(0xee, TEXT).write(CODE, TEXT, 'hex');
  return file;
}

/** An executable that lies elsewhere, for a process to load libraries into. */
const program = (): Buffer => library({ headers: [{ type: Pt.Load, vaddr: 0x40_0000, memsz: 0x300, filesz: 0x300 }] });

describe('load_shlib', () => {
  const use = (bytes: Uint8Array, path = '/lib'): string => {
    putFile(k, path, bytes);
    const file = openAt(k, At.FDCWD, path, O.RDONLY, 0);
    try {
      return errorOf(() => k.binfmts.loadShlib(k, file));
    } finally {
      fput(k, file);
    }
  };
  beforeEach(() => {
    const writable = program();
    writable.writeUInt32LE(Pf.R | Pf.W, 64 + Phdr.Flags);
    putFile(k, '/prog', writable);
    doExecve(k, '/prog', ['prog'], []);
  });

  it('maps a library at its address, clears its bss, and its code runs', () => {
    expect(use(library())).toBe('ok');
    const mm = k.current.mm!;
    const mapped = Buffer.from(readRemote(k, mm, LIBRARY, 0x3000));
    expect(mapped.subarray(0, 0x300)).toEqual(library().subarray(0, 0x300));
    expect(mapped.subarray(0x300).every((byte) => byte === 0)).toBe(true);
    const vma = findVma(mm, LIBRARY)!;
    expect([vma.start, vma.end, vma.flags & (Vm.Read | Vm.Write | Vm.Exec)]).toEqual([
      LIBRARY,
      LIBRARY + 0x1000,
      Prot.Read | Prot.Write | Prot.Exec,
    ]);
    const bss = findVma(mm, LIBRARY + 0x1000)!;
    expect([bss.start, bss.end, bss.file]).toEqual([LIBRARY + 0x1000, LIBRARY + 0x3000, null]);

    setReg(k, Cpu.Rip, LIBRARY + TEXT);
    expect(k.core.run(100)).toBe(ExitReason.Syscall);
    expect([getReg(k, Cpu.Rax), getReg(k, Cpu.Rdi)]).toEqual([Sys.exit_group, 0x5d]);
  });

  it('leaves what is there alone: EEXIST; nobody may write to a library in use', () => {
    expect(use(library())).toBe('ok');
    expect(use(library(), '/other')).toBe('EEXIST');
    expect(errorOf(() => putFile(k, '/lib', 'x'))).toBe('ETXTBSY');
    expect(errorOf(() => putFile(k, '/other', 'x'))).toBe('ok');
  });

  const cases: [string, () => Uint8Array, string][] = [
    ['cut within the header', () => library().subarray(0, 63), 'ENOEXEC'],
    ['not ELF', () => Buffer.alloc(100, 'x'), 'ENOEXEC'],
    ['shared object', () => library({ type: ElfType.Dyn }), 'ENOEXEC'],
    ['another machine', () => library({ machine: ElfMachine.I386 }), 'ENOEXEC'],
    ['e_phentsize is not looked at', () => library({ phentsize: 1 }), 'ok'],
    ['no program headers', () => library({ headers: [] }), 'ENOEXEC'],
    ['three program headers', () => library({ headers: [{ type: Pt.Load }, { type: Pt.Note }, { type: Pt.Note }] }), 'ENOEXEC'],
    ['program headers cut off', () => library().subarray(0, 100), 'ENOEXEC'],
    ['no PT_LOAD', () => library({ headers: [{ type: Pt.Note }, { type: Pt.Note }] }), 'ENOEXEC'],
    ['two PT_LOADs', () => library({ headers: [{ type: Pt.Load }, { type: Pt.Load }] }), 'ENOEXEC'],
    ['PT_LOAD second', () => library({ headers: [{ type: Pt.Note }, { type: Pt.Load }] }), 'ok'],
    ['empty segment', () => library({ headers: [{ type: Pt.Load, filesz: 0 }] }), 'EINVAL'],
    ['offset and address that do not agree', () => library({ headers: [{ type: Pt.Load, offset: 8 }] }), 'EINVAL'],
    ['in kernel space', () => library({ headers: [{ type: Pt.Load, vaddr: 0x7fff_ffff_f000 }] }), 'ENOMEM'],
  ];
  for (const [name, bytes, expected] of cases) it(`${name}: ${expected}`, () => expect(use(bytes())).toBe(expected));

  it('asks the formats in order, up to an answer that is not ENOEXEC', () => {
    const asked: string[] = [];
    k.binfmts.register(new Probe('takes', asked, refuse(ENOEXEC), null));
    k.binfmts.register(new Probe('never', asked, refuse(ENOEXEC)));
    expect(use(Buffer.from('text'))).toBe('ok');
    expect(asked).toEqual(['takes']);
    k.binfmts.insert(new Probe('fails', asked, refuse(ENOENT), EINVAL));
    expect(use(Buffer.from('text'))).toBe('EINVAL');
    k.binfmts.turn('fails', false);
    k.binfmts.turn('takes', false);
    expect(use(Buffer.from('text'))).toBe('ENOEXEC');
    expect(asked).toEqual(['takes', 'fails', 'never']);
  });
});
