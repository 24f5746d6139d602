import { Pt, Sht } from '@ring3/abi';
import type { Section, Segment } from './elf-file.js';
import { isAlloc, isTls } from './header-fields.js';

/** .tbss: takes no room in any segment but the template of thread-local storage. */
function isTbssElsewhere(section: Section, { p_type }: Segment): boolean {
  return isTls(section) && section.sh_type === Sht.NoBits && p_type !== Pt.Tls;
}

const minusOne = (value: bigint): bigint => BigInt.asUintN(64, value - 1n);

/** Is [start, start + size) within [from, from + length), its first byte not at the end? */
function isWithin(start: bigint, size: bigint, from: bigint, length: bigint): boolean {
  return start >= from && start - from <= minusOne(length) && start - from + size <= length;
}

/** Types of segment that hold only sections that are mapped. */
function hasMappedOnly(type: number): boolean {
  const types: number[] = [Pt.Load, Pt.Dynamic, Pt.GnuEhFrame, Pt.GnuStack, Pt.GnuRelro, 0x6474e554];
  return types.includes(type) || (type >= 0x6474e555 && type <= 0x6474f554);
}

/** Does `segment` contain `section`? The rule of GNU's ELF_SECTION_IN_SEGMENT_STRICT (include/elf/internal.h). */
export function isInSegment(section: Section, segment: Segment): boolean {
  const { p_type, p_offset, p_filesz, p_vaddr, p_memsz } = segment;
  const { sh_type, sh_offset, sh_addr } = section;
  if (isTbssElsewhere(section, segment)) return false;
  if (isTls(section) ? p_type !== Pt.Tls && p_type !== Pt.GnuRelro && p_type !== Pt.Load : p_type === Pt.Tls || p_type === Pt.Phdr)
    return false;
  if (!isAlloc(section) && hasMappedOnly(p_type)) return false;
  const inFile = sh_type !== Sht.NoBits;
  if (inFile && !isWithin(sh_offset, section.sh_size, p_offset, p_filesz)) return false;
  if (isAlloc(section) && !isWithin(sh_addr, section.sh_size, p_vaddr, p_memsz)) return false;
  // An empty section at either end of a dynamic or note segment is not of it.
  if ((p_type !== Pt.Dynamic && p_type !== Pt.Note) || section.sh_size !== 0n || p_memsz === 0n) return true;
  const insideFile = !inFile || (sh_offset > p_offset && sh_offset - p_offset < p_filesz);
  return insideFile && (!isAlloc(section) || (sh_addr > p_vaddr && sh_addr - p_vaddr < p_memsz));
}
