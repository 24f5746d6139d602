import { Ehdr, ElfType, Limit, MapFlag, Prot, Pt } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { File } from '../vfs/file.js';
import type { Mm } from '../mm/mm.js';
import { EINVAL, EIO, ELIBBAD, ENOEXEC, ENOMEM, EPERM } from '../errno.js';
import { vmBrkFlags } from '../mm/brk.js';
import { pageAlign, pageBase } from '../mm/page.js';
import { openExec } from '../vfs/open.js';
import type { LinuxBinprm } from './bprm.js';
import {
  isLoadable,
  isOurMachine,
  loadElfPhdrs,
  parseElfHeader,
  totalMappingSize,
  type ElfHeader,
  type ProgramHeader,
} from './elf-header.js';
import { elfMap, isBadAddress, overflowsTask, padZero, protOf } from './elf-map.js';
import { closeExec } from './exec-file.js';
import { kernelRead } from './kernel-read.js';
import { wouldDump } from './new-exec.js';
import { execTraced, stage } from './stage.js';

/** The program interpreter (ld.so) of an ELF file: open, its first bytes read, not yet checked. */
export interface Interpreter {
  file: File;
  path: string;
  start: Uint8Array;
}

/**
 * Opens the interpreter that the first PT_INTERP names; null without one. Linux: the first loop of load_elf_binary.
 * @throws ENOEXEC name too short, too long or without NUL; EIO bytes missing; what open_exec throws
 */
export function openInterpreter(k: Kernel, bprm: LinuxBinprm, headers: readonly ProgramHeader[]): Interpreter | null {
  const segment = headers.find((header) => header.type === Pt.Interp);
  if (!segment || !bprm.file) return null;
  bprm.at = 'load_elf_binary';
  if (segment.filesz > Limit.PATH_MAX || segment.filesz < 2) throw ENOEXEC;
  const name = new Uint8Array(segment.filesz);
  if (kernelRead(k, bprm.file, name, segment.offset) !== name.length) throw EIO;
  if (name[name.length - 1] !== 0) throw ENOEXEC;
  const path = String.fromCharCode(...name.subarray(0, name.indexOf(0)));

  if (execTraced(k)) stage(k, 'open_exec', { interpreter: path, offset: segment.offset, size: segment.filesz });
  bprm.at = 'open_exec';
  const file = openExec(k, path);
  wouldDump(k, bprm, file);
  const start = new Uint8Array(Ehdr.Bytes);
  try {
    if (kernelRead(k, file, start, 0) !== start.length) throw EIO;
  } catch (error) {
    closeExec(k, file);
    throw error;
  }
  bprm.at = 'load_elf_binary';
  return { file, path, start };
}

/** The interpreter must be ELF of this machine with usable program headers. @throws ELIBBAD */
export function checkInterpreter(k: Kernel, interpreter: Interpreter): { header: ElfHeader; headers: ProgramHeader[] } {
  const header = parseElfHeader(interpreter.start);
  if (execTraced(k)) {
    const { type = 0, machine = 0, phnum = 0 } = header ?? {};
    const refused = !header ? 'magic' : isOurMachine(header) ? null : 'machine';
    stage(k, 'check_interpreter', { magic: header !== null, type, machine, phnum, refused });
  }
  if (!header || !isOurMachine(header)) throw ELIBBAD;
  const headers = loadElfPhdrs(k, interpreter.file, header, 'interpreter');
  if (!headers) throw ELIBBAD;
  return { header, headers };
}

/**
 * Maps the interpreter. `noBase`: the program itself lies at an address of its own choice, so the interpreter goes wherever mmap puts
 * it; otherwise its own addresses are a hint. Returns the distance of its addresses from those in the file.
 * Linux: fs/binfmt_elf.c: load_elf_interp.
 */
export function loadElfInterp(
  k: Kernel,
  mm: Mm,
  interpreter: Interpreter,
  { header, headers }: { header: ElfHeader; headers: readonly ProgramHeader[] },
  noBase: boolean,
): number {
  if (execTraced(k)) stage(k, 'load_elf_interp', { interpreter: interpreter.path, type: header.type, anywhere: noBase });
  // −1 in Linux, which reads as EPERM; nobody sees it but the tracer, past the point of no return.
  if (!isLoadable(header)) throw EPERM;
  let totalSize = totalMappingSize(headers);
  if (execTraced(k)) stage(k, 'total_mapping_size', { of: 'interpreter', total_size: totalSize });
  if (totalSize === 0) throw EINVAL;

  let loadAddress = 0;
  let loadAddressSet = false;
  let fileEnd = 0;
  let memoryEnd = 0;
  let bssProt = 0;
  for (const segment of headers) {
    if (segment.type !== Pt.Load) continue;
    let flags = MapFlag.Private | MapFlag.DenyWrite;
    if (header.type === ElfType.Exec || loadAddressSet) flags |= MapFlag.Fixed;
    else if (noBase) loadAddress = -segment.vaddr;

    const at = elfMap(k, mm, interpreter.file, loadAddress + segment.vaddr, segment, flags, totalSize);
    totalSize = 0;
    if (isBadAddress(at)) throw EINVAL;
    if (!loadAddressSet && header.type === ElfType.Dyn) {
      loadAddress = at - pageBase(segment.vaddr);
      loadAddressSet = true;
    }
    const start = loadAddress + segment.vaddr;
    if (overflowsTask(start, segment)) throw ENOMEM;
    fileEnd = Math.max(fileEnd, start + segment.filesz);
    if (start + segment.memsz > memoryEnd) {
      memoryEnd = start + segment.memsz;
      bssProt = protOf(segment.flags);
    }
  }

  padZero(k, fileEnd);
  const bss = pageAlign(fileEnd);
  const end = pageAlign(memoryEnd);
  if (end > bss) vmBrkFlags(k, mm, bss, end - bss, (bssProt & Prot.Exec) !== 0);
  return loadAddress;
}
