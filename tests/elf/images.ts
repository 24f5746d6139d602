import { Ehdr, ElfMachine, ElfType, Pf, Phdr, Pt } from '@ring3/abi';

/**
 * The small ELF files that are mutated, made here byte by byte:
 *
 *   file       memory        base + …
 *   0x0000     0x0000  r--   ELF header, program headers, the interpreter's name
 *   0x1000     0x1000  r-x   code
 *   0x2000     0x2000  rw-   0x100 bytes of data, then bss up to 0x5000
 *   0x2100                   bytes in the file that must not show up in the bss
 *   0x2800                   end of the file
 */
const TEXT = 0x1000;
const DATA = 0x2000;
const DATA_BYTES = 0x100;
const DATA_MEMORY = 0x3000;
const FILE_BYTES = 0x2800;
const NAME = 0x300;
/** Where ET_EXEC images lie. */
export const EXEC_BASE = 0x40_0000;

/**
 *   lea  rbx, [rip − 0x1007]                  base of the image
 *   lea  rsi, [rsp + 8];  sub rsp, 192;  mov rdi, rsp;  cld
 *   lodsq … twice to a null                   argv, envp
 *   lodsq … to AT_NULL                        values of the auxiliary vector with types up to 10 go to rdi[type]
 *   rdi[0] = rbx;  rdi[1] = brk(0);  rdi[2] = [rbx + 0x2000];
 *   rdi[10] = [rbx + 0x2100];  rdi[11] = [rbx + 0x2ff8];  rdi[12] = [rbx + 0x4ff8];  [rbx + 0x4ff8] = rbx
 *   write(3, rdi, 104);  exit(42)
 */
const CODE =
  '488d1df9efffff488d7424084881ecc00000004889e7fc48ad4885c075f948ad4885c075f948ad4885c074114889c148ad4883f90a77ee488904cfebe8' +
  '48891fb80c0000005731ff0f055f48894708488b830020000048894710488b830021000048894750488b83f82f000048894758488b83f84f0000488947' +
  '6048899bf84f00004889febf03000000ba68000000b8010000000f05b83c000000bf2a0000000f05';

interface Segment {
  type: number;
  flags: number;
  offset: number;
  vaddr: number;
  filesz: number;
  memsz: number;
  align: number;
}

/** An image of e_type `type`; with `interpreter`, a PT_INTERP of that name. */
export function smallElf(type: ElfType.Exec | ElfType.Dyn, interpreter?: string): Buffer {
  const base = type === ElfType.Exec ? EXEC_BASE : 0;
  const load = (flags: number, offset: number, filesz: number, memsz = filesz): Segment => ({
    type: Pt.Load,
    flags,
    offset,
    vaddr: base + offset,
    filesz,
    memsz,
    align: 0x1000,
  });
  const segments = [
    load(Pf.R, 0, 0x400),
    load(Pf.R | Pf.X, TEXT, CODE.length / 2),
    load(Pf.R | Pf.W, DATA, DATA_BYTES, DATA_MEMORY),
    { type: Pt.GnuStack, flags: Pf.R | Pf.W, offset: 0, vaddr: 0, filesz: 0, memsz: 0, align: 16 },
  ];
  const file = Buffer.alloc(FILE_BYTES, 0xee).fill(0, 0, DATA);
  if (interpreter !== undefined) {
    const size = file.write(`${interpreter}\0`, NAME, 'latin1');
    segments.unshift({ type: Pt.Interp, flags: Pf.R, offset: NAME, vaddr: base + NAME, filesz: size, memsz: size, align: 1 });
  }

  file.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  file.writeUInt16LE(type, Ehdr.Type);
  file.writeUInt16LE(ElfMachine.X86_64, Ehdr.Machine);
  file.writeUInt32LE(1, Ehdr.Version);
  file.writeBigUInt64LE(BigInt(base + TEXT), Ehdr.Entry);
  file.writeBigUInt64LE(BigInt(Ehdr.Bytes), Ehdr.PhOff);
  file.writeUInt16LE(Ehdr.Bytes, Ehdr.EhSize);
  file.writeUInt16LE(Phdr.Bytes, Ehdr.PhEntSize);
  file.writeUInt16LE(segments.length, Ehdr.PhNum);
  segments.forEach((segment, i) => {
    const at = Ehdr.Bytes + i * Phdr.Bytes;
    file.writeUInt32LE(segment.type, at + Phdr.Type);
    file.writeUInt32LE(segment.flags, at + Phdr.Flags);
    file.writeBigUInt64LE(BigInt(segment.offset), at + Phdr.Offset);
    file.writeBigUInt64LE(BigInt(segment.vaddr), at + Phdr.Vaddr);
    file.writeBigUInt64LE(BigInt(segment.vaddr), at + Phdr.Paddr);
    file.writeBigUInt64LE(BigInt(segment.filesz), at + Phdr.FileSz);
    file.writeBigUInt64LE(BigInt(segment.memsz), at + Phdr.MemSz);
    file.writeBigUInt64LE(BigInt(segment.align), at + Phdr.Align);
  });
  file.write(CODE, TEXT, 'hex');
  for (let i = 0; i < DATA_BYTES; i++) file[DATA + i] = 0x80 + (i & 0x7f);
  return file;
}
