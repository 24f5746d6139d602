import { Ehdr, ElfType, MapFlag, Phdr, Pf, Pt } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { File } from '../vfs/file.js';
import { EINVAL, ENOEXEC } from '../errno.js';
import { vmBrkFlags } from '../mm/brk.js';
import { pageAlign, pageBase, pageOffset } from '../mm/page.js';
import { isOurMachine, parseElfHeader, parseProgramHeaders } from './elf-header.js';
import { elfMap, padZero } from './elf-map.js';
import { kernelRead } from './kernel-read.js';

/**
 * uselib(2)'s loader: a library at fixed addresses (ET_EXEC) with one PT_LOAD, mapped into the current task read, write and execute.
 * Linux: fs/binfmt_elf.c: load_elf_library. @throws ENOEXEC @throws EEXIST the place is taken
 * @throws EINVAL an empty segment, or one whose offset and address do not agree @throws EFAULT
 */
export function loadElfLibrary(k: Kernel, file: File): void {
  const start = new Uint8Array(Ehdr.Bytes);
  if (kernelRead(k, file, start, 0) !== start.length) throw ENOEXEC;
  const header = parseElfHeader(start);
  if (!header || header.type !== ElfType.Exec || header.phnum > 2 || !isOurMachine(header) || !file.inode.mapping) throw ENOEXEC;
  const table = new Uint8Array(header.phnum * Phdr.Bytes);
  if (header.phoff < 0 || !Number.isSafeInteger(header.phoff) || kernelRead(k, file, table, header.phoff) !== table.length) throw ENOEXEC;
  const loads = parseProgramHeaders(table).filter((segment) => segment.type === Pt.Load);
  const segment = loads[0];
  const { mm } = k.current;
  if (!segment || loads.length !== 1 || !mm) throw ENOEXEC;

  // elf_map leaves an empty segment alone; here mmap itself sees its length.
  if (pageAlign(segment.filesz + pageOffset(segment.vaddr)) === 0) throw EINVAL;
  const all = { ...segment, flags: Pf.R | Pf.W | Pf.X };
  const at = elfMap(k, mm, file, segment.vaddr, all, MapFlag.FixedNoReplace | MapFlag.Private | MapFlag.DenyWrite, 0);
  if (at !== pageBase(segment.vaddr)) throw ENOEXEC;
  padZero(k, segment.vaddr + segment.filesz);
  const fileEnd = pageAlign(segment.vaddr + segment.filesz);
  const memoryEnd = pageAlign(segment.vaddr + segment.memsz);
  if (memoryEnd > fileEnd) vmBrkFlags(k, mm, fileEnd, memoryEnd - fileEnd, false);
}
