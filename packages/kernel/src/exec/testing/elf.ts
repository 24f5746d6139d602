import { Ehdr, ElfMachine, ElfType, Phdr } from '@ring3/abi';

export interface ElfSegment {
  type: number;
  flags?: number;
  offset?: number;
  vaddr?: number;
  filesz?: number;
  memsz?: number;
}

export interface ElfOptions {
  type?: ElfType;
  machine?: number;
  entry?: number;
  phentsize?: number;
  headers: readonly ElfSegment[];
  /** Bytes of the file. */
  size: number;
}

/** A 64-bit ELF file of zeros behind its header and program headers. */
export function elfFile({
  type = ElfType.Exec,
  machine = ElfMachine.X86_64,
  entry = 0,
  phentsize = 56,
  headers,
  size,
}: ElfOptions): Buffer {
  const file = Buffer.alloc(size);
  file.write('\x7fELF', 0, 'latin1');
  file.writeUInt16LE(type, Ehdr.Type);
  file.writeUInt16LE(machine, Ehdr.Machine);
  file.writeBigUInt64LE(BigInt(entry), Ehdr.Entry);
  file.writeBigUInt64LE(64n, Ehdr.PhOff);
  file.writeUInt16LE(phentsize, Ehdr.PhEntSize);
  file.writeUInt16LE(headers.length, Ehdr.PhNum);
  headers.forEach(({ type: kind, flags = 0, offset = 0, vaddr = 0, filesz = 0, memsz = filesz }, i) => {
    const at = 64 + i * Phdr.Bytes;
    file.writeUInt32LE(kind, at + Phdr.Type);
    file.writeUInt32LE(flags, at + Phdr.Flags);
    file.writeBigUInt64LE(BigInt(offset), at + Phdr.Offset);
    file.writeBigUInt64LE(BigInt(vaddr), at + Phdr.Vaddr);
    file.writeBigUInt64LE(BigInt(filesz), at + Phdr.FileSz);
    file.writeBigUInt64LE(BigInt(memsz), at + Phdr.MemSz);
  });
  return file;
}
