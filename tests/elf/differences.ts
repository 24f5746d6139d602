import { ElfType, Pf } from '@ring3/abi';
import type { Family } from './families.js';
import { isStaticPie, mutatedElf, pageEnd, pageStart, parse, type MutatedElf } from './headers.js';
import type { Mutation } from './mutations.js';

/** Where newer kernels treat an ELF file otherwise than 5.4. */
export const REASONS = {
  table: 'a program-header table of more than a page is refused (load_elf_phdrs); since 5.10 up to 64 KiB are read',
  bss: 'bss is one range behind the last segment and must be writable where the file ends; since 6.6 each segment has its own (elf_load)',
  total: 'the size of the image goes by the first and the last PT_LOAD (total_mapping_size); since 5.18 by the lowest and highest address',
  align: 'p_align is not looked at, and ELF_ET_DYN_BASE is no page start; since 5.10 a PIE, since 6.10 a static PIE too, is aligned to it',
  empty:
    'a segment without bytes in the file whose address is not at a page start is mapped all the same, and refused; since 6.6 it is bss',
  rounded: 'AT_ENTRY or AT_PHDR above 2^53, which are no addresses: here they are rounded',
  low: 'mmap_min_addr is 65536, the kernel that recorded has 4096',
  huge: 'an image of 2 MiB and more is not aligned for huge pages, as newer kernels do where the file system asks for it',
  keys: 'execute-only memory can be read here; this processor has protection keys',
  garbage: 'the program runs on wrong bytes, and how far it gets depends on the processor',
} as const;

export type Reason = keyof typeof REASONS;

/** Indices of the words in what the small programs report. */
const enum Word {
  Brk = 1,
  Phdr = 3,
  Entry = 9,
}

const MASK = (1n << 64n) - 1n;

/**
 * An outcome of the newer kernel with two values as 5.4 gives them, everywhere:
 *
 * AT_PHDR is load address + e_phoff in 5.4; since 5.18 it is where a PT_LOAD has the table.
 * The brk of a static PIE lies behind it in 5.4 without random addresses; since 6.10 or so at ELF_ET_DYN_BASE.
 */
export function as54(family: Family, mutation: Mutation, outcome: string): string {
  const [status, report = ''] = outcome.split(' ');
  if (report.length !== 13 * 16) return outcome;
  const words = Buffer.from(report, 'hex');
  const program = family.target === family.program ? mutatedElf(family, mutation) : parse(family.files[family.program]!);
  const bias = program.type === ElfType.Dyn ? words.readBigUInt64LE(Word.Entry * 8) - program.entry : 0n;
  const first = program.loads[0];
  const loadAddress = first ? first.vaddr - first.offset + bias : 0n;
  words.writeBigUInt64LE((loadAddress + program.phoff) & MASK, Word.Phdr * 8);
  if (isStaticPie(program)) {
    const end = program.loads.reduce((highest, { vaddr, memsz }) => (vaddr + memsz > highest ? vaddr + memsz : highest), 0n);
    words.writeBigUInt64LE(pageEnd(end + bias) & MASK, Word.Brk * 8);
  }
  return `${status} ${words.toString('hex')}`;
}

/** As a signed number: does it lose bits in a Number? */
const isRounded = (value: bigint): boolean => value > 1n << 53n && value < (1n << 64n) - (1n << 53n);

/** Is the bss anywhere but in one piece behind the last segment, or does its first page refuse to be cleared? */
function oddBss({ loads }: MutatedElf): boolean {
  const last = loads.at(-1);
  return loads.some((load, i) => {
    const next = loads[i + 1];
    if (load.memsz > load.filesz && (load !== last || !(load.flags & Pf.W))) return true;
    if (load.filesz === 0n) return true;
    return next !== undefined && pageStart(next.vaddr) < pageEnd(load.vaddr + load.memsz);
  });
}

function oddTotal({ type, loads }: MutatedElf): boolean {
  const first = loads[0];
  const last = loads.at(-1);
  if (type !== ElfType.Dyn || !first || !last) return false;
  return loads.some(({ vaddr, memsz }) => vaddr + memsz > last.vaddr + last.memsz || pageStart(vaddr) < pageStart(first.vaddr));
}

/** Why an outcome here differs from the newer kernel's, judged by the headers alone; null: nobody knows. */
export function reasonFor(family: Family, mutation: Mutation, native: string, ours: string): Reason | null {
  const elf = mutatedElf(family, mutation);
  if (elf.phnum * 56 > 4096 && (ours === 'E8' || ours === 'E80')) return 'table';
  if (elf.loads.some(({ filesz, vaddr, offset }) => filesz === 0n && ((vaddr ^ offset) & 0xfffn) !== 0n) && ours === 'S11') return 'empty';
  if (elf.loads.some(({ align }) => align > 4096n) && elf.type === ElfType.Dyn) return 'align';
  if (elf.type === ElfType.Dyn && elf.interpreted && elf.loads.length > 0 && (elf.loads[0]!.vaddr & 0xfffn) !== 0n) return 'align';
  if (native.startsWith('X') && [elf.entry, elf.phoff, ...elf.loads.map(({ offset }) => offset)].some(isRounded)) return 'rounded';
  if (elf.loads.some(({ vaddr }) => vaddr < 0x1_0000n) && elf.type === ElfType.Exec) return 'low';
  if (oddTotal(elf)) return 'total';
  if (oddBss(elf)) return 'bss';
  if (elf.loads.some(({ flags }) => (flags & 7) === Pf.X)) return 'keys';
  if (elf.type === ElfType.Dyn && elf.loads.some(({ memsz }) => memsz >= 1n << 21n)) return 'huge';
  if (family.name === 'hello' && native[0] === 'S' && ours[0] === 'S') return 'garbage';
  return null;
}
