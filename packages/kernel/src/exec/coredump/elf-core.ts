import { Ehdr, ElfMachine, ElfType, PageSize, Pf, Phdr, PN_XNUM, Pt, Shdr } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { gateVma } from '../../mm/gate-vma.js';
import { pageAlign } from '../../mm/page.js';
import type { Vma } from '../../mm/mm.js';
import { Vm } from '../../mm/vm-flags.js';
import { execTraced, stage } from '../stage.js';
import type { CoredumpParams } from './core-file.js';
import { dumpPage, vmaDumpSize } from './dump-pages.js';
import { encodeNotes, putText, putWord } from './notes.js';
import { coreNotes } from './process-notes.js';

const IDENT = '\x7fELF\x02\x01\x01';

/** A PT_LOAD of the file. */
interface Segment {
  vma: Vma;
  filesz: number;
}

/**
 * Writes the current task's core file. Returns whether there is one: a file that the limit cut short is one.
 * Linux: fs/binfmt_elf.c: elf_core_dump.
 *
 *   | ELF header | PT_NOTE | PT_LOAD per mapping | notes | to a page | pages of the mappings … | section 0 for PN_XNUM |
 */
export function elfCoreDump(k: Kernel, params: CoredumpParams): boolean {
  const { mm } = k.current;
  if (!mm) return false;
  const notes = encodeNotes(coreNotes(k, mm, params));
  const segments = [...mm.vmas, gateVma()].map((vma) => ({ vma, filesz: vmaDumpSize(k, mm, vma, params.filter) }));
  const notesAt = Ehdr.Bytes + (segments.length + 1) * Phdr.Bytes;
  const dataAt = pageAlign(notesAt + notes.length);
  if (execTraced(k)) stage(k, 'elf_core_dump', { segments: segments.length, notes: notes.length, data: dataAt });

  const extended = segments.length + 1 >= PN_XNUM;
  const sectionAt = dataAt + segments.reduce((total, { filesz }) => total + filesz, 0);
  const headers = [elfHeader(segments.length + 1, extended ? sectionAt : 0), programHeaders(segments, notesAt, notes.length, dataAt)];
  for (const part of [...headers, notes]) if (!params.emit(k, part)) return true;
  params.skip(dataAt - params.pos);

  for (const { vma, filesz } of segments) {
    for (let va = vma.start; va < vma.start + filesz; va += PageSize.Bytes) {
      const page = dumpPage(k, mm, vma, va);
      if (!page) params.skip(PageSize.Bytes);
      else if (!params.emit(k, page)) return true;
    }
  }
  params.truncate(k);
  if (extended) params.emit(k, sectionHeader(segments.length + 1));
  return true;
}

/** `sectionAt`: of the one section header, which holds the number of program headers; 0: e_phnum can say it. Linux: fill_elf_header. */
function elfHeader(phnum: number, sectionAt: number): Uint8Array {
  const bytes = new Uint8Array(Ehdr.Bytes);
  const view = new DataView(bytes.buffer);
  putText(bytes, Ehdr.Ident, IDENT);
  view.setUint16(Ehdr.Type, ElfType.Core, true);
  view.setUint16(Ehdr.Machine, ElfMachine.X86_64, true);
  view.setUint32(Ehdr.Version, 1, true);
  putWord(view, Ehdr.PhOff, Ehdr.Bytes);
  view.setUint16(Ehdr.EhSize, Ehdr.Bytes, true);
  view.setUint16(Ehdr.PhEntSize, Phdr.Bytes, true);
  view.setUint16(Ehdr.PhNum, Math.min(phnum, PN_XNUM), true);
  if (sectionAt === 0) return bytes;
  putWord(view, Ehdr.ShOff, sectionAt);
  view.setUint16(Ehdr.ShEntSize, Shdr.Bytes, true);
  view.setUint16(Ehdr.ShNum, 1, true);
  return bytes;
}

function programHeaders(segments: readonly Segment[], notesAt: number, notesLength: number, dataAt: number): Uint8Array {
  const bytes = new Uint8Array((segments.length + 1) * Phdr.Bytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(Phdr.Type, Pt.Note, true);
  putWord(view, Phdr.Offset, notesAt);
  putWord(view, Phdr.FileSz, notesLength);
  let offset = dataAt;
  segments.forEach(({ vma, filesz }, i) => {
    const at = (i + 1) * Phdr.Bytes;
    view.setUint32(at + Phdr.Type, Pt.Load, true);
    view.setUint32(at + Phdr.Flags, accessOf(vma), true);
    putWord(view, at + Phdr.Offset, offset);
    putWord(view, at + Phdr.Vaddr, vma.start);
    putWord(view, at + Phdr.FileSz, filesz);
    putWord(view, at + Phdr.MemSz, vma.end - vma.start);
    putWord(view, at + Phdr.Align, PageSize.Bytes);
    offset += filesz;
  });
  return bytes;
}

function accessOf({ flags }: Vma): number {
  return (flags & Vm.Read ? Pf.R : 0) | (flags & Vm.Write ? Pf.W : 0) | (flags & Vm.Exec ? Pf.X : 0);
}

/** Linux: fill_extnum_info. */
function sectionHeader(phnum: number): Uint8Array {
  const bytes = new Uint8Array(Shdr.Bytes);
  const view = new DataView(bytes.buffer);
  putWord(view, Shdr.Size, 1);
  view.setUint32(Shdr.Info, phnum, true);
  return bytes;
}
