import { Ehdr, ElfType, Phdr, Pt } from '@ring3/abi';
import type { Family } from './families.js';
import type { Mutation } from './mutations.js';

export interface Load {
  flags: number;
  offset: bigint;
  vaddr: bigint;
  filesz: bigint;
  memsz: bigint;
  align: bigint;
}

/** The headers of a mutated file as far as they are needed to say what Linux makes of it. */
export interface MutatedElf {
  type: number;
  entry: bigint;
  phoff: bigint;
  phnum: number;
  interpreted: boolean;
  loads: Load[];
}

export const PAGE = 4096n;
export const pageStart = (at: bigint): bigint => at & ~(PAGE - 1n);
export const pageEnd = (at: bigint): bigint => pageStart(at + PAGE - 1n);

export function mutatedElf(family: Family, { patches, size }: Mutation): MutatedElf {
  const file = Buffer.from(family.files[family.target]!);
  for (const { offset, bytes } of patches) file.set(bytes, offset);
  return parse(size === undefined ? file : Buffer.concat([file.subarray(0, size), Buffer.alloc(Ehdr.Bytes)]));
}

export function parse(file: Buffer): MutatedElf {
  const elf: MutatedElf = {
    type: file.readUInt16LE(Ehdr.Type),
    entry: file.readBigUInt64LE(Ehdr.Entry),
    phoff: file.readBigUInt64LE(Ehdr.PhOff),
    phnum: file.readUInt16LE(Ehdr.PhNum),
    interpreted: false,
    loads: [],
  };
  for (let i = 0; i < elf.phnum; i++) {
    const at = Number(elf.phoff) + i * Phdr.Bytes;
    if (at + Phdr.Bytes > file.length) break;
    const type = file.readUInt32LE(at + Phdr.Type);
    if (type === Pt.Interp) elf.interpreted = true;
    if (type !== Pt.Load) continue;
    elf.loads.push({
      flags: file.readUInt32LE(at + Phdr.Flags),
      offset: file.readBigUInt64LE(at + Phdr.Offset),
      vaddr: file.readBigUInt64LE(at + Phdr.Vaddr),
      filesz: file.readBigUInt64LE(at + Phdr.FileSz),
      memsz: file.readBigUInt64LE(at + Phdr.MemSz),
      align: file.readBigUInt64LE(at + Phdr.Align),
    });
  }
  return elf;
}

export const isStaticPie = (elf: MutatedElf): boolean => elf.type === ElfType.Dyn && !elf.interpreted;
