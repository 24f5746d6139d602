import { Sht, VerNdx } from '@ring3/abi';
import type { ElfFile, Section } from '../elf-file.js';
import { addressText } from '../header-fields.js';
import { hex, plural, prefixedHex, printable } from '../text.js';
import { sectionSymbols } from '../symbols.js';
import { versionsOf, versionDefinitions, versionNeeds } from '../versions.js';
import type { Printer } from './printer.js';

function title(file: ElfFile, section: Section, kind: string, count: number): string {
  const link = file.sections[section.sh_link];
  return (
    `\nVersion ${kind} section '${printable(section.name)}' contains ${count} ${plural(count, 'entry', 'entries')}:\n` +
    ` Addr: 0x${addressText(file, section.sh_addr)}  Offset: 0x${hex(section.sh_offset, 8)}  Link: ${section.sh_link} (${link ? printable(link.name) : '<corrupt>'})\n`
  );
}

/** VER_FLG_BASE, VER_FLG_WEAK, VER_FLG_INFO */
function flagsText(flags: number): string {
  if (flags === 0) return 'none';
  const names = [...(flags & 1 ? ['BASE'] : []), ...(flags & 2 ? ['WEAK'] : []), ...(flags & 4 ? ['INFO'] : [])];
  if (flags & ~7) names.push('<unknown>');
  return names.join(' | ');
}

function printDefinitions(file: ElfFile, section: Section, { write }: Printer): void {
  write(title(file, section, 'definition', section.sh_info));
  for (const { offset, vd_version, vd_flags, vd_ndx, vd_cnt, names } of versionDefinitions(file, section)) {
    const [first, ...parents] = names;
    write(
      `  ${prefixedHex(offset, 6)}: Rev: ${vd_version}  Flags: ${flagsText(vd_flags)}  Index: ${vd_ndx}  Cnt: ${vd_cnt}  ` +
        (first ? `Name: ${printable(first.name)}\n` : 'Name index: 0\n'),
    );
    for (const [index, parent] of parents.entries())
      write(`  ${prefixedHex(parent.offset, 6)}: Parent ${index + 1}: ${printable(parent.name)}\n`);
  }
}

function printNeeds(file: ElfFile, section: Section, { write }: Printer): void {
  write(title(file, section, 'needs', section.sh_info));
  for (const { offset, vn_version, vn_cnt, file: library, names } of versionNeeds(file, section)) {
    write(`  ${prefixedHex(offset, 6)}: Version: ${vn_version}  File: ${printable(library)}  Cnt: ${vn_cnt}\n`);
    for (const { offset: at, name, vna_flags, vna_other } of names)
      write(`  ${prefixedHex(at, 6)}:   Name: ${printable(name)}  Flags: ${flagsText(vna_flags)}  Version: ${vna_other}\n`);
  }
}

/** One of the four columns of a VERSYM section: at least 18 characters. */
function symbolColumn(index: number, name: string | null): string {
  if (index === VerNdx.Local) return '   0 (*local*)    ';
  if (index === VerNdx.Global) return '   1 (*global*)   ';
  const shown = `${hex(index & VerNdx.Mask).padStart(4)}${index & VerNdx.Hidden ? 'h' : ' '}`;
  return `${shown}(${name ?? '*invalid*'}${')'.padEnd(Math.abs(12 - (name ?? '*invalid*').length))}`.padEnd(18);
}

function printSymbolVersions(file: ElfFile, section: Section, { write, warn }: Printer): void {
  const data = file.data(section);
  const count = Math.floor(data.length / 2);
  write(title(file, section, 'symbols', count));
  const table = file.sections[section.sh_link];
  if (!table) {
    warn(`'${printable(section.name)}' refers to no symbol table`);
    return;
  }
  const versions = versionsOf(file, table);
  const list = sectionSymbols(file, table);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let start = 0; start < count; start += 4) {
    write(`  ${hex(start, 3)}:`);
    for (let at = start; at < Math.min(start + 4, count); at++) {
      const index = view.getUint16(2 * at, file.reader.littleEndian);
      write(symbolColumn(index, versions.nameOf(index, list[at] ?? null)));
    }
    write('\n');
  }
}

/** -V */
export function printVersions(file: ElfFile, printer: Printer): void {
  let found = false;
  for (const section of file.sections) {
    if (section.sh_type === Sht.GnuVerdef) printDefinitions(file, section, printer);
    else if (section.sh_type === Sht.GnuVerneed) printNeeds(file, section, printer);
    else if (section.sh_type === Sht.GnuVersym) printSymbolVersions(file, section, printer);
    else continue;
    found = true;
  }
  if (!found) printer.write('\nNo version information found in this file.\n');
}
