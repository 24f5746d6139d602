import { Ei, Sht, Stt } from '@ring3/abi';
import type { ElfFile, Section } from '../elf-file.js';
import { addressText } from '../header-fields.js';
import { sectionIndexName, symbolBindingName, symbolTypeName, VISIBILITIES } from '../names/symbols.js';
import { dynamicSymbols, type ElfSymbol, sectionSymbols, symbolBinding, symbolType, symbolVisibility } from '../symbols.js';
import { hex, plural, printable, symbolSize } from '../text.js';
import { type SymbolVersion, versionsOf } from '../versions.js';
import type { Printer } from './printer.js';

/** '@@GLIBC_2.4', '@GLIBC_2.4'; with its number where another file defines it. */
function versionText(version: SymbolVersion | null): string {
  if (!version) return '';
  if (version.kind === 'needed') return `@${version.name} (${version.index})`;
  return `${version.kind === 'public' ? '@@' : '@'}${version.name}`;
}

/** A symbol's name as tables show it: a section symbol without one has its section's. */
export function symbolName(file: ElfFile, symbol: ElfSymbol): string {
  if (symbol.st_name === 0 && symbolType(symbol) === Stt.Section) return file.sections[symbol.sectionIndex]?.name ?? '';
  return symbol.name;
}

function row(file: ElfFile, symbol: ElfSymbol, version: SymbolVersion | null): string {
  const osAbi = file.ident[Ei.OsAbi]!;
  const { e_machine } = file.header;
  const other = symbol.st_other ^ symbolVisibility(symbol);
  const index = sectionIndexName(symbol.sectionIndex, e_machine, file.sections.length, symbol.sectionIndex !== symbol.st_shndx);
  return (
    `${String(symbol.index).padStart(6)}: ${addressText(file, symbol.st_value)} ${symbolSize(symbol.st_size)}` +
    ` ${symbolTypeName(symbolType(symbol), osAbi).padEnd(7)} ${symbolBindingName(symbolBinding(symbol), osAbi).padEnd(6)}` +
    ` ${VISIBILITIES[symbolVisibility(symbol)]!.padEnd(7)}${other ? ` ${`[<other>: ${hex(other)}]`.padEnd(10)} ` : ''}` +
    ` ${index.padStart(4)} ${printable(symbolName(file, symbol))}${printable(versionText(version))}\n`
  );
}

function heading(file: ElfFile): string {
  return file.is64
    ? '   Num:    Value          Size Type    Bind   Vis      Ndx Name\n'
    : '   Num:    Value  Size Type    Bind   Vis      Ndx Name\n';
}

function printTable(file: ElfFile, section: Section, { write, warn }: Printer): void {
  if (section.sh_entsize === 0n) {
    write(`\nSymbol table '${printable(section.name)}' has a sh_entsize of zero!\n`);
    return;
  }
  const table = sectionSymbols(file, section);
  write(`\nSymbol table '${printable(section.name)}' contains ${table.length} ${plural(table.length, 'entry', 'entries')}:\n`);
  if (BigInt(file.data(section).length) < section.sh_size) warn(`the symbol table '${printable(section.name)}' ends beyond the file`);
  write(heading(file));
  const versions = section.sh_type === Sht.DynSym ? versionsOf(file, section) : null;
  for (const symbol of table) write(row(file, symbol, versions && versions.of(symbol)));
}

/** -s (all tables), --dyn-syms */
export function printSymbols(file: ElfFile, printer: Printer, dynamicOnly: boolean): void {
  if (file.sections.length === 0) {
    if (!dynamicOnly) printer.write('\nDynamic symbol information is not available for displaying symbols.\n');
    return;
  }
  for (const section of file.sections)
    if (section.sh_type === Sht.DynSym || (section.sh_type === Sht.SymTab && !dynamicOnly)) printTable(file, section, printer);
}

/** -D -s: what the dynamic segment leads to. */
export function printDynamicSymbols(file: ElfFile, { write }: Printer): void {
  const table = dynamicSymbols(file);
  if (table.length === 0) {
    write('\nDynamic symbol information is not available for displaying symbols.\n');
    return;
  }
  const section = file.sectionOfType(Sht.DynSym);
  const versions = section ? versionsOf(file, section) : null;
  write(`\nSymbol table for image contains ${table.length} ${plural(table.length, 'entry', 'entries')}:\n${heading(file)}`);
  for (const symbol of table) write(row(file, symbol, versions && versions.of(symbol)));
}
