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
}: ElfOptions): Uint8Array {
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46]);
  view.setUint16(Ehdr.Type, type, true);
  view.setUint16(Ehdr.Machine, machine, true);
  view.setBigUint64(Ehdr.Entry, BigInt(entry), true);
  view.setBigUint64(Ehdr.PhOff, BigInt(Ehdr.Bytes), true);
  view.setUint16(Ehdr.PhEntSize, phentsize, true);
  view.setUint16(Ehdr.PhNum, headers.length, true);
  headers.forEach(({ type: kind, flags = 0, offset = 0, vaddr = 0, filesz = 0, memsz = filesz }, i) => {
    const at = Ehdr.Bytes + i * Phdr.Bytes;
    view.setUint32(at + Phdr.Type, kind, true);
    view.setUint32(at + Phdr.Flags, flags, true);
    view.setBigUint64(at + Phdr.Offset, BigInt(offset), true);
    view.setBigUint64(at + Phdr.Vaddr, BigInt(vaddr), true);
    view.setBigUint64(at + Phdr.FileSz, BigInt(filesz), true);
    view.setBigUint64(at + Phdr.MemSz, BigInt(memsz), true);
  });
  return file;
}
