import { ElfType, NoteType } from '@ring3/abi';
import type { ElfFile } from '../elf-file.js';
import { CORE_NOTES, GNU_NOTES, NOTES } from '../names/notes.js';
import { type Note, noteTables } from '../notes.js';
import { byteString } from '../reader.js';
import { hex, printable } from '../text.js';
import { propertiesText } from './gnu-properties.js';
import type { Printer } from './printer.js';

const OPERATING_SYSTEMS = ['Linux', 'Hurd', 'Solaris', 'FreeBSD', 'NetBSD', 'Syllable', 'NaCl'];

/** What systemd's package notes are. */
const PACKAGING_METADATA = 0xcafe1a7e;

const hexBytes = (bytes: Uint8Array): string => [...bytes].map((byte) => `${hex(byte, 2)} `).join('');

function viewOf({ desc }: Note): DataView {
  return new DataView(desc.buffer, desc.byteOffset, desc.byteLength);
}

function typeName(file: ElfFile, { owner, type }: Note): string {
  const names = owner === 'GNU' ? GNU_NOTES : file.header.e_type === ElfType.Core ? CORE_NOTES : NOTES;
  if (owner === 'FDO' && type === PACKAGING_METADATA) return 'FDO_PACKAGING_METADATA';
  if (owner === 'stapsdt' && type === 3) return 'NT_STAPSDT (SystemTap probe descriptors)';
  return names[type] ?? `Unknown note type: (0x${hex(type, 8)})`;
}

function gnuNoteText(file: ElfFile, note: Note): string {
  const { type, desc } = note;
  const { littleEndian } = file.reader;
  switch (type) {
    case 1: {
      if (desc.length < 16) return '    <corrupt GNU_ABI_TAG>\n';
      const word = (index: number): number => viewOf(note).getUint32(4 * index, littleEndian);
      return `    OS: ${OPERATING_SYSTEMS[word(0)] ?? 'Unknown'}, ABI: ${word(1)}.${word(2)}.${word(3)}\n`;
    }
    case 2:
      if (desc.length < 8) return '      Hardware Capabilities: <corrupt GNU_HWCAP>\n';
      return `      Hardware Capabilities: num entries: ${viewOf(note).getUint32(0, littleEndian)}, enabled mask: ${hex(viewOf(note).getUint32(4, littleEndian))}\n`;
    case 3:
      return `    Build ID: ${hexBytes(desc).replaceAll(' ', '')}\n`;
    case 4:
      return `    Version: ${printable(byteString(desc, 0))}\n`;
    case 5:
      return `      Properties: ${propertiesText(file, desc)}\n`;
    default:
      return `    Description data: ${hexBytes(desc)}\n`;
  }
}

/** SystemTap's probes: location, base, semaphore, then provider, name, arguments. */
function probeText(file: ElfFile, note: Note): string {
  const { desc } = note;
  const bytes = file.is64 ? 8 : 4;
  if (desc.length < 3 * bytes) return '  <corrupt - note is too small>\n';
  const view = viewOf(note);
  const { littleEndian } = file.reader;
  const address = (index: number): string =>
    `0x${hex(file.is64 ? view.getBigUint64(8 * index, littleEndian) : view.getUint32(4 * index, littleEndian), 2 * bytes)}`;
  const texts: string[] = [];
  for (let at = 3 * bytes; texts.length < 3; at += texts.at(-1)!.length + 1) texts.push(at < desc.length ? byteString(desc, at) : '');
  const [provider, name, args] = texts.map(printable);
  return (
    `    Provider: ${provider}\n    Name: ${name}\n    Location: ${address(0)}, Base: ${address(1)}, Semaphore: ${address(2)}\n` +
    `    Arguments: ${args}\n`
  );
}

/** NT_FILE: count and page size, then start, end and page offset of each mapping, then their names. */
function mappedFilesText(file: ElfFile, note: Note): string {
  const { desc } = note;
  const bytes = file.is64 ? 8 : 4;
  const view = viewOf(note);
  const word = (index: number): bigint =>
    file.is64 ? view.getBigUint64(8 * index, file.reader.littleEndian) : BigInt(view.getUint32(4 * index, file.reader.littleEndian));
  if (desc.length < 2 * bytes || desc.length < (2 + 3 * Number(word(0))) * bytes || desc.at(-1) !== 0)
    return '    <Malformed note - does not fit its size>\n';
  const count = Number(word(0));
  const column = (title: string): string => title.padStart(2 * bytes + 2);
  const lines = [`    Page size: ${word(1)}\n`, `    ${column('Start')}  ${column('End')}  ${column('Page Offset')}\n`];
  let nameAt = (2 + 3 * count) * bytes;
  for (let index = 0; index < count; index++) {
    const values = [0, 1, 2].map((field) => `0x${hex(word(2 + 3 * index + field), 2 * bytes)}`);
    const name = nameAt < desc.length ? byteString(desc, nameAt) : '';
    lines.push(`    ${values.join('  ')}\n        ${printable(name)}\n`);
    nameAt += name.length + 1;
  }
  return lines.join('');
}

function noteText(file: ElfFile, note: Note): string {
  if (note.owner === 'GNU') return gnuNoteText(file, note);
  if (note.owner === 'FDO' && note.type === PACKAGING_METADATA) return `    Packaging Metadata: ${printable(byteString(note.desc, 0))}\n`;
  if (note.owner === 'stapsdt') return probeText(file, note);
  if (note.owner === 'CORE' && file.header.e_type === ElfType.Core) return note.type === NoteType.File ? mappedFilesText(file, note) : '\n';
  return note.desc.length > 0 ? `   description data: ${hexBytes(note.desc)}\n` : '\n';
}

/** -n */
export function printNotes(file: ElfFile, { write, warn }: Printer): void {
  for (const { section, offset, size, notes, corruptAt } of noteTables(file)) {
    write(
      section === null
        ? `\nDisplaying notes found at file offset 0x${hex(offset, 8)} with length 0x${hex(size, 8)}:\n`
        : `\nDisplaying notes found in: ${printable(section)}\n`,
    );
    write('  Owner                Data size \tDescription\n');
    for (const note of notes)
      write(`  ${printable(note.owner).padEnd(20)} 0x${hex(note.desc.length, 8)}\t${typeName(file, note)}\t${noteText(file, note)}`);
    if (corruptAt !== null) warn(`note with invalid namesz and/or descsz found at offset 0x${hex(corruptAt)}`);
  }
}
