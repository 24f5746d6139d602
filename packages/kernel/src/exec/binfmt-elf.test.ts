import { Cpu, ElfType, Personality, Pf, Pt } from '@ring3/abi';
import { describe, expect, it } from 'vitest';
import type { Kernel } from '../kernel.js';
import { findVma } from '../mm/vma.js';
import { Vm } from '../mm/vm-flags.js';
import { getReg } from '../task/regs.js';
import { doExecve } from './exec.js';
import { elfFile, type ElfSegment } from './testing/elf.js';
import { makeMachine, putFile } from './testing/machine.js';

/** Code and data a page apart, bss up to 0x4000, then what a test adds. */
function image(type: ElfType, base: number, more: readonly ElfSegment[] = []): Buffer {
  const text = { type: Pt.Load, flags: Pf.R | Pf.X, offset: 0, vaddr: base, filesz: 0x1000 };
  const data = { type: Pt.Load, flags: Pf.R | Pf.W, offset: 0x1000, vaddr: base + 0x1000, filesz: 0x100, memsz: 0x3000 };
  const file = Buffer.from(elfFile({ type, entry: base + 0x800, headers: [...more, text, data], size: 0x2000 }));
  file.write('/ld\0', 0x700, 'latin1');
  return file;
}

const INTERP: ElfSegment = { type: Pt.Interp, offset: 0x700, filesz: 4 };
const stackHeader = (flags: number): ElfSegment => ({ type: Pt.GnuStack, flags });

function start(file: Buffer, personality = 0): Kernel {
  const k = makeMachine('linux');
  putFile(k, '/ld', image(ElfType.Dyn, 0));
  putFile(k, '/prog', file);
  k.current.personality = personality;
  doExecve(k, '/prog', ['prog'], []);
  return k;
}

const permissions = (k: Kernel, va: number): string => {
  const vma = findVma(k.current.mm!, va);
  if (!vma || vma.start > va) return 'none';
  return [
    [Vm.Read, 'r'],
    [Vm.Write, 'w'],
    [Vm.Exec, 'x'],
  ]
    .map(([flag, letter]) => (vma.flags & (flag as number) ? letter : '-'))
    .join('');
};

describe('PT_GNU_STACK', () => {
  const cases: [string, ElfSegment[], boolean, string, string][] = [
    ['without one: READ_IMPLIES_EXEC, all executable', [], true, 'rwx', 'rwx'],
    ['that asks for an executable stack: the same', [stackHeader(Pf.R | Pf.W | Pf.X)], true, 'rwx', 'rwx'],
    ['as usual', [stackHeader(Pf.R | Pf.W)], false, 'rw-', 'rw-'],
    ['the last one decides', [stackHeader(Pf.X), stackHeader(Pf.R)], false, 'rw-', 'rw-'],
  ];
  for (const [name, headers, implied, stack, data] of cases) {
    it(name, () => {
      const k = start(image(ElfType.Exec, 0x40_0000, headers));
      expect((k.current.personality & Personality.ReadImpliesExec) !== 0).toBe(implied);
      expect([permissions(k, getReg(k, Cpu.Rsp)), permissions(k, 0x40_1000), permissions(k, 0x40_2000)]).toEqual([stack, data, data]);
    });
  }
});

describe('where things lie', () => {
  it('ET_EXEC at its addresses, brk behind the bss', () => {
    const k = start(image(ElfType.Exec, 0x40_0000));
    const { startBrk, brk, startCode, endCode, startData, endData } = k.current.mm!;
    expect([startBrk, brk]).toEqual([0x40_4000, 0x40_4000]);
    expect([startCode, endCode, startData, endData]).toEqual([0x40_0000, 0x40_1000, 0x40_1000, 0x40_1100]);
    expect(getReg(k, Cpu.Rip)).toBe(0x40_0800);
    expect([permissions(k, 0x40_3fff), permissions(k, 0x40_4000)]).toEqual(['rwx', 'none']);
  });

  it('a PIE at two thirds of the address space, its interpreter below the mmap base', () => {
    const k = start(image(ElfType.Dyn, 0, [INTERP, stackHeader(0)]));
    const mm = k.current.mm!;
    expect([mm.startCode, mm.brk]).toEqual([0x5555_5555_4000, 0x5555_5555_8000]);
    expect(getReg(k, Cpu.Rip)).toBe(mm.mmapBase - 0x4000 + 0x800);
  });

  it('a PIE whose addresses do not start at a page', () => {
    // ELF_ET_DYN_BASE is 0x555555554aaa: less 0x100 that is the same page, less 0xb00 it is the one before.
    for (const [vaddr, page] of [
      [0x100, 0x5555_5555_4000],
      [0xb00, 0x5555_5555_3000],
    ] as const) {
      const load = { type: Pt.Load, flags: Pf.R | Pf.W | Pf.X, offset: vaddr, vaddr, filesz: 0x1000 };
      const file = Buffer.from(elfFile({ type: ElfType.Dyn, headers: [INTERP, load], size: 0x2000 }));
      file.write('/ld\0', 0x700, 'latin1');
      const k = start(file);
      expect(k.current.mm!.startCode).toBe(page + vaddr);
    }
  });

  it('a static PIE, or ld.so itself, below the mmap base', () => {
    const k = start(image(ElfType.Dyn, 0));
    const mm = k.current.mm!;
    expect(mm.startCode).toBe(mm.mmapBase - 0x4000);
    expect(mm.brk).toBe(mm.mmapBase);
    expect(getReg(k, Cpu.Rip)).toBe(mm.startCode + 0x800);
  });

  it('with MMAP_PAGE_ZERO there are zeros at address 0', () => {
    const personality = Personality.MmapPageZero;
    expect(permissions(start(image(ElfType.Exec, 0x40_0000, [stackHeader(0)]), personality), 0)).toBe('r-x');
    expect(permissions(start(image(ElfType.Exec, 0x40_0000, [stackHeader(0)])), 0)).toBe('none');
  });
});
