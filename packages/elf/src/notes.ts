import { ElfType, Pt, Sht } from '@ring3/abi';
import type { ElfFile } from './elf-file.js';
import { bytesToText } from './reader.js';
import { NHDR } from './structures.js';

export interface Note {
  /** Bytes from the start of the file. */
  readonly at: number;
  /** Without its NUL. */
  readonly owner: string;
  readonly type: number;
  readonly desc: Uint8Array;
}

/** The notes of one section or segment. */
export interface NoteTable {
  /** null for those of a segment. */
  readonly section: string | null;
  readonly offset: bigint;
  readonly size: bigint;
  readonly notes: readonly Note[];
  /** Where an entry does not fit, in bytes from the start of the table; null when all do. */
  readonly corruptAt: number | null;
}

const HEADER_BYTES = 12;

function readNotes(file: ElfFile, section: string | null, offset: bigint, size: bigint, alignment: bigint): NoteTable {
  const { reader } = file;
  const align = alignment === 8n ? 8 : 4;
  const up = (value: number): number => Math.ceil(value / align) * align;
  const length = file.range(offset, size).length;
  const start = Number(offset);
  const notes: Note[] = [];
  let corruptAt: number | null = null;
  for (let at = 0; at + HEADER_BYTES <= length;) {
    const { n_namesz, n_descsz, n_type } = NHDR.read(reader, start + at);
    const descAt = at + up(HEADER_BYTES + n_namesz);
    if (descAt + n_descsz > length) {
      corruptAt = at;
      break;
    }
    const name = bytesToText(file.bytes.subarray(start + at + HEADER_BYTES, start + at + HEADER_BYTES + n_namesz));
    notes.push({
      at: start + at,
      owner: name.split('\0')[0]!,
      type: n_type,
      desc: file.bytes.subarray(start + descAt, start + descAt + n_descsz),
    });
    at = descAt + up(n_descsz);
  }
  return { section, offset, size, notes, corruptAt };
}

/** The notes of a file: by its sections, or by its segments where it has none and in core files. */
export function noteTables(file: ElfFile): NoteTable[] {
  const { sections, segments, header } = file;
  if (header.e_type !== ElfType.Core && sections.length > 0)
    return sections
      .filter(({ sh_type, sh_size }) => sh_type === Sht.Note && sh_size !== 0n)
      .map(({ name, sh_offset, sh_size, sh_addralign }) => readNotes(file, name, sh_offset, sh_size, sh_addralign));
  return segments
    .filter(({ p_type, p_filesz }) => p_type === Pt.Note && p_filesz !== 0n)
    .map(({ p_offset, p_filesz, p_align }) => readNotes(file, null, p_offset, p_filesz, p_align));
}

/** NT_GNU_BUILD_ID as hexadecimal digits; null where the file has none. */
export function buildId(file: ElfFile): string | null {
  for (const { notes } of noteTables(file)) {
    const note = notes.find(({ owner, type }) => owner === 'GNU' && type === 3);
    if (note) return [...note.desc].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }
  return null;
}
