import { Ehdr, ElfMachine, ElfType, PageSize, Phdr, Pt } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { File } from '../vfs/file.js';
import { kernelRead } from './kernel-read.js';
import { execTraced, stage } from './stage.js';

/** Elf64_Ehdr, the fields that the loader reads. 64-bit ones as Numbers: what 2^53 rounds is no valid address or size anyway. */
export interface ElfHeader {
  type: number;
  machine: number;
  entry: number;
  phoff: number;
  phentsize: number;
  phnum: number;
}

/** Elf64_Phdr. */
export interface ProgramHeader {
  type: number;
  flags: number;
  offset: number;
  vaddr: number;
  filesz: number;
  memsz: number;
}

const PHDRS_MAX = PageSize.Bytes;

function u64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);
}

/** Offsets and what is added to a load address: a sum that wraps around in C comes out right where they are negative. */
function s64(view: DataView, at: number): number {
  return view.getInt32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);
}

/**
 * The header in `bytes` (64 or more), if it has the magic number. 5.4 looks at neither EI_CLASS, EI_DATA nor e_version: a 32-bit file
 * of the right e_machine is parsed as if it were a 64-bit one.
 */
export function parseElfHeader(bytes: Uint8Array): ElfHeader | null {
  if (bytes.length < Ehdr.Bytes || bytes[0] !== 0x7f || bytes[1] !== 0x45 || bytes[2] !== 0x4c || bytes[3] !== 0x46) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    type: view.getUint16(Ehdr.Type, true),
    machine: view.getUint16(Ehdr.Machine, true),
    entry: s64(view, Ehdr.Entry),
    phoff: s64(view, Ehdr.PhOff),
    phentsize: view.getUint16(Ehdr.PhEntSize, true),
    phnum: view.getUint16(Ehdr.PhNum, true),
  };
}

/** Can it be run: an executable or a shared object (ET_REL and ET_CORE cannot)? */
export function isLoadable(header: ElfHeader): boolean {
  return header.type === ElfType.Exec || header.type === ElfType.Dyn;
}

/** elf_check_arch */
export function isOurMachine(header: ElfHeader): boolean {
  return header.machine === ElfMachine.X86_64;
}

/**
 * The program headers, or null when they are unusable: entries of another size, none, more than a page, cut short.
 * Linux: fs/binfmt_elf.c: load_elf_phdrs.
 */
export function loadElfPhdrs(k: Kernel, file: File, header: ElfHeader, of: 'program' | 'interpreter'): ProgramHeader[] | null {
  const result = readProgramHeaders(k, file, header);
  const headers = typeof result === 'string' ? null : result;
  if (execTraced(k)) traceHeaders(k, of, header, headers, headers ? null : (result as string));
  return headers;
}

/** The headers, or which check refused them. */
function readProgramHeaders(k: Kernel, file: File, header: ElfHeader): ProgramHeader[] | 'phentsize' | 'phnum' | 'size' | 'read' {
  if (header.phentsize !== Phdr.Bytes) return 'phentsize';
  const size = header.phnum * Phdr.Bytes;
  if (size === 0) return 'phnum';
  if (size > PHDRS_MAX) return 'size';
  const bytes = new Uint8Array(size);
  if (header.phoff < 0 || !Number.isSafeInteger(header.phoff) || kernelRead(k, file, bytes, header.phoff) !== size) return 'read';
  return parseProgramHeaders(bytes);
}

function traceHeaders(k: Kernel, of: string, header: ElfHeader, headers: ProgramHeader[] | null, refused: string | null): void {
  const { phoff, phentsize, phnum } = header;
  stage(k, 'load_elf_phdrs', { of, phoff, phentsize, phnum, refused });
  headers?.forEach((each, index) => stage(k, 'program_header', { of, index, ...each }));
}

export function parseProgramHeaders(bytes: Uint8Array): ProgramHeader[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headers: ProgramHeader[] = [];
  for (let at = 0; at + Phdr.Bytes <= bytes.length; at += Phdr.Bytes) {
    headers.push({
      type: view.getUint32(at + Phdr.Type, true),
      flags: view.getUint32(at + Phdr.Flags, true),
      offset: s64(view, at + Phdr.Offset),
      vaddr: u64(view, at + Phdr.Vaddr),
      filesz: u64(view, at + Phdr.FileSz),
      memsz: u64(view, at + Phdr.MemSz),
    });
  }
  return headers;
}

/** Bytes from the first PT_LOAD's page to the last one's end; 0 without any. Linux: fs/binfmt_elf.c: total_mapping_size. */
export function totalMappingSize(headers: readonly ProgramHeader[]): number {
  const loads = headers.filter((header) => header.type === Pt.Load);
  const first = loads[0];
  const last = loads[loads.length - 1];
  if (!first || !last) return 0;
  return last.vaddr + last.memsz - (first.vaddr - (first.vaddr % PageSize.Bytes));
}
