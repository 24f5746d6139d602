import { DynTag, Sht, Stt } from '@ring3/abi';
import { dynamicEntries, dynamicValue } from '../dynamic.js';
import type { ElfFile, Section } from '../elf-file.js';
import { addressText } from '../header-fields.js';
import { relocationName } from '../names/relocations.js';
import { type Relocation, relocations, relrAddresses } from '../relocations.js';
import { type ElfSymbol, sectionSymbols, symbolType } from '../symbols.js';
import { hex, plural, printable, signedHex } from '../text.js';
import { type SymbolVersions, versionsOf } from '../versions.js';
import type { Printer } from './printer.js';

/** The symbols that the relocations of a section refer to, with their versions. */
class Targets {
  private readonly symbols: readonly ElfSymbol[];
  private readonly versions: SymbolVersions | null;

  constructor(
    private readonly file: ElfFile,
    table: Section | undefined,
  ) {
    const isTable = table && (table.sh_type === Sht.SymTab || table.sh_type === Sht.DynSym);
    this.symbols = isTable ? sectionSymbols(file, table) : [];
    this.versions = isTable && table.sh_type === Sht.DynSym ? versionsOf(file, table) : null;
  }

  get(index: number): ElfSymbol | undefined {
    return this.symbols[index];
  }

  /** With '@@version' or '@version'. */
  name(symbol: ElfSymbol): string {
    if (symbol.st_name === 0) return this.unnamed(symbol);
    if (symbol.name === '<corrupt>') return '';
    const version = this.versions?.of(symbol);
    return printable(symbol.name) + (version ? `${version.kind === 'public' ? '@@' : '@'}${printable(version.name)}` : '');
  }

  private unnamed(symbol: ElfSymbol): string {
    if (symbolType(symbol) !== Stt.Section) return '<null>';
    const section = this.file.sections[symbol.sectionIndex];
    if (section) return printable(section.name);
    if (symbol.st_shndx === 0xfff1) return 'ABS';
    return symbol.st_shndx === 0xfff2 ? 'COMMON' : `<section 0x${hex(symbol.st_shndx)}>`;
  }
}

/** A function that finds the address when it is called (STT_GNU_IFUNC): its name stands instead of a value. */
function indirectValue(file: ElfFile, name: string): string {
  const width = file.is64 ? 14 : 8;
  return `${name}()${' '.repeat(name.length <= width ? width + 1 - name.length : 1)}`;
}

function addendText(addend: bigint | null): string {
  if (addend === null) return '';
  return addend < 0n ? ` - ${hex(-addend)}` : ` + ${hex(addend)}`;
}

function row(file: ElfFile, relocation: Relocation, targets: Targets): string {
  const { offset, info, type, addend } = relocation;
  const name = relocationName(file.header.e_machine, type)?.padEnd(22) ?? `unrecognized: ${hex(type).padEnd(7)}`;
  const start = `${addressText(file, offset)}  ${addressText(file, info)} ${name}`;
  if (relocation.symbol === 0) return `${start}${addend === null ? '' : ' '.repeat(file.is64 ? 20 : 12) + signedHex(addend)}\n`;
  const symbol = targets.get(relocation.symbol);
  if (!symbol) return `${start}\n`;
  const text = targets.name(symbol);
  const value =
    symbolType(symbol) === Stt.GnuIfunc ? indirectValue(file, text) : `${addressText(file, symbol.st_value)}${file.is64 ? ' ' : '   '}`;
  return `${start} ${value}${text}${addendText(addend)}\n`;
}

function heading(file: ElfFile, isRela: boolean): string {
  const columns = file.is64
    ? "    Offset             Info             Type               Symbol's Value  Symbol's Name"
    : " Offset     Info    Type                Sym. Value  Symbol's Name";
  return `${columns}${isRela ? ' + Addend' : ''}\n`;
}

function printSection(file: ElfFile, section: Section, { write, warn }: Printer): void {
  const isRelr = section.sh_type === Sht.Relr;
  const list = isRelr ? [] : relocations(file, section);
  const count = isRelr ? Math.floor(Number(section.sh_size) / (file.is64 ? 8 : 4)) : list.length;
  const title = `\nRelocation section '${printable(section.name)}' at offset 0x${hex(section.sh_offset)} contains ${count} ${plural(count, 'entry', 'entries')}:\n`;
  write(title);
  if (BigInt(file.data(section).length) < section.sh_size) warn(`the relocations '${printable(section.name)}' end beyond the file`);
  if (isRelr) {
    const addresses = [...relrAddresses(file, file.data(section))];
    write(`  ${addresses.length} ${plural(addresses.length, 'offset', 'offsets')}\n`);
    for (const address of addresses) write(`${addressText(file, address)}\n`);
    return;
  }
  write(heading(file, section.sh_type === Sht.Rela));
  const targets = new Targets(file, file.sections[section.sh_link]);
  for (const relocation of list) {
    if (relocation.symbol !== 0 && !targets.get(relocation.symbol)) warn(`bad symbol index: ${hex(relocation.symbol, 8)} in reloc`);
    write(row(file, relocation, targets));
  }
}

/** -r */
export function printRelocations(file: ElfFile, printer: Printer): void {
  const types: number[] = [Sht.Rela, Sht.Rel, Sht.Relr];
  const sections = file.sections.filter(({ sh_type, sh_size }) => types.includes(sh_type) && sh_size !== 0n);
  for (const section of sections) printSection(file, section, printer);
  if (sections.length > 0) return;
  const entries = dynamicEntries(file);
  const isDynamic = [DynTag.RelSz, DynTag.RelaSz, DynTag.PltRelSz, DynTag.RelrSz].some((tag) => (dynamicValue(entries, tag) ?? 0n) !== 0n);
  printer.write(
    isDynamic
      ? '\nThere are no static relocations in this file.\nTo see the dynamic relocations add --use-dynamic to the command line.\n'
      : '\nThere are no relocations in this file.\n',
  );
}
