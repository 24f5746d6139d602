import { ElfMachine } from '@ring3/abi';
import type { ElfFile } from '../elf-file.js';
import { machineName } from '../file-header.js';
import { printDynamic } from './dynamic.js';
import { printHexDump, printStringDump, sectionsNamed } from './dump.js';
import { printFileHeader, printGroups, printSectionDetails, printSections, printSegments } from './headers.js';
import { printHistogram } from './histogram.js';
import { printNotes } from './notes.js';
import type { Printer } from './printer.js';
import { printRelocations } from './relocations.js';
import { printDynamicSymbols, printSymbols } from './symbols.js';
import { printVersions } from './versions.js';

/** What to show, by readelf's letters. */
export interface DumpOptions {
  fileHeader: boolean;
  segments: boolean;
  sections: boolean;
  sectionDetails: boolean;
  groups: boolean;
  symbols: boolean;
  dynamicSymbols: boolean;
  /** -D: symbols by the dynamic segment. */
  useDynamic: boolean;
  relocations: boolean;
  dynamic: boolean;
  versions: boolean;
  notes: boolean;
  unwind: boolean;
  histogram: boolean;
  /** Sections by number or name. */
  hexDumps: readonly string[];
  stringDumps: readonly string[];
}

function printUnwind({ header, sections }: ElfFile, { write }: Printer): void {
  const { e_machine } = header;
  if (e_machine === ElfMachine.X86_64 || e_machine === ElfMachine.I386) write('No processor specific unwind information to decode\n');
  else if (e_machine === ElfMachine.Arm && !sections.some(({ sh_type }) => sh_type === 0x70000001))
    write('\nThere are no unwind sections in this file.\n');
  else write(`\nThe decoding of unwind sections for machine type ${machineName(e_machine)} is not currently supported.\n`);
}

function printDumps(file: ElfFile, { hexDumps, stringDumps }: DumpOptions, printer: Printer): void {
  const hex = new Set(hexDumps.flatMap((name) => sectionsNamed(file, name)));
  const strings = new Set(stringDumps.flatMap((name) => sectionsNamed(file, name)));
  for (const section of file.sections) {
    if (hex.has(section)) printHexDump(file, section, printer);
    if (strings.has(section)) printStringDump(file, section, printer);
  }
  for (const name of [...hexDumps, ...stringDumps])
    if (sectionsNamed(file, name).length === 0) {
      const which = /^\d+$/.test(name) ? `Section ${name}` : `Section '${name}'`;
      printer.warn(`${which} was not dumped because it does not exist${/^\d+$/.test(name) ? '!' : ''}`);
    }
}

/** A file's tables can name the same bytes again and again: so many times its own length is more than any real file shows. */
const MOST_PER_BYTE = 512;
const ALWAYS_SHOWN = 1 << 20;

class TooLong extends Error {}

/** Everything that `options` ask for, in readelf -W's words and order. What goes on without an end is cut off with a warning. */
export function printElf(file: ElfFile, options: DumpOptions, printer: Printer): void {
  let left = ALWAYS_SHOWN + MOST_PER_BYTE * file.bytes.length;
  const count = (text: string): string => {
    left -= text.length;
    if (left < 0) throw new TooLong();
    return text;
  };
  try {
    printAll(file, options, { write: (text) => printer.write(count(text)), warn: (text) => printer.warn(count(text)) });
  } catch (error) {
    if (!(error instanceof TooLong)) throw error;
    printer.warn('the file refers to the same bytes too often: the rest is not shown');
  }
}

function printAll(file: ElfFile, options: DumpOptions, printer: Printer): void {
  for (const warning of file.warnings) printer.warn(warning);
  const alone = !options.fileHeader;
  if (options.fileHeader) printFileHeader(file, printer);
  if (options.sectionDetails) printSectionDetails(file, printer, alone);
  else if (options.sections) printSections(file, printer, alone);
  if (options.groups) printGroups(file, printer);
  if (options.segments) printSegments(file, printer, alone);
  if (options.dynamic) printDynamic(file, printer);
  if (options.relocations) printRelocations(file, printer);
  if (options.unwind) printUnwind(file, printer);
  if (options.symbols || options.dynamicSymbols) {
    if (options.useDynamic) printDynamicSymbols(file, printer);
    else printSymbols(file, printer, !options.symbols);
  }
  if (options.histogram) printHistogram(file, printer);
  if (options.versions) printVersions(file, printer);
  printDumps(file, options, printer);
  if (options.notes) printNotes(file, printer);
}
