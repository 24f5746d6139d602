import { Sht } from '@ring3/abi';
import type { ElfFile, Section } from '../elf-file.js';
import { hex, printable } from '../text.js';
import type { Printer } from './printer.js';

/** The sections that a -x or -p argument means: a number, or all of a name. */
export function sectionsNamed({ sections }: ElfFile, argument: string): Section[] {
  if (/^\d+$/.test(argument)) return sections.filter(({ index }) => index === Number(argument));
  return sections.filter(({ name }) => name === argument);
}

function dataOf(file: ElfFile, section: Section, { write, warn }: Printer): Uint8Array | null {
  if (section.sh_size === 0n || section.sh_type === Sht.NoBits) {
    write(`Section '${printable(section.name)}' has no data to dump.\n`);
    return null;
  }
  const data = file.data(section);
  if (BigInt(data.length) < section.sh_size) warn(`section '${printable(section.name)}' ends beyond the file`);
  return data;
}

function isRelocated({ sections }: ElfFile, { index }: Section): boolean {
  return sections.some(
    ({ sh_type, sh_info, sh_size, sh_link }) =>
      (sh_type === Sht.Rela || sh_type === Sht.Rel) && sh_info === index && sh_size !== 0n && sh_link < sections.length,
  );
}

const isPrinting = (byte: number): boolean => byte >= 0x20 && byte < 0x7f;

/** -x */
export function printHexDump(file: ElfFile, section: Section, printer: Printer): void {
  const data = dataOf(file, section, printer);
  if (!data) return;
  const { write } = printer;
  write(`\nHex dump of section '${printable(section.name)}':\n`);
  if (isRelocated(file, section)) write(' NOTE: This section has relocations against it, but these have NOT been applied to this dump.\n');
  for (let at = 0; at < data.length; at += 16) {
    const bytes = data.subarray(at, at + 16);
    let digits = '';
    for (let index = 0; index < 16; index++) digits += (index < bytes.length ? hex(bytes[index]!, 2) : '  ') + (index % 4 === 3 ? ' ' : '');
    const text = [...bytes].map((byte) => (isPrinting(byte) ? String.fromCharCode(byte) : '.')).join('');
    write(`  0x${hex(section.sh_addr + BigInt(at), 8)} ${digits}${text}\n`);
  }
  write('\n');
}

/** -p: what starts with a printing character goes to the next NUL. */
export function printStringDump(file: ElfFile, section: Section, printer: Printer): void {
  const data = dataOf(file, section, printer);
  if (!data) return;
  const { write } = printer;
  write(`\nString dump of section '${printable(section.name)}':\n`);
  let found = false;
  for (let at = 0; at < data.length;) {
    if (!isPrinting(data[at]!)) {
      at++;
      continue;
    }
    const nul = data.indexOf(0, at);
    const end = nul < 0 ? data.length : nul;
    write(`  [${hex(at).padStart(6)}]  ${escaped(data.subarray(at, end))}\n`);
    found = true;
    at = end + 1;
  }
  if (!found) write('  No strings found in this section.');
  write('\n');
}

/** Where the text behind an end of line goes on. */
const CONTINUED = `\n${' '.repeat(12)}`;

function escaped(bytes: Uint8Array): string {
  return [...bytes]
    .map((byte, at) => {
      if (byte === 0x0a) return at + 1 < bytes.length ? `\\n${CONTINUED}` : '\\n';
      return byte < 0x20 || byte === 0x7f ? `^${String.fromCharCode(byte ^ 0x40)}` : String.fromCharCode(byte);
    })
    .join('');
}
