export { type DynamicEntry, dynamicEntries, dynamicValue } from './dynamic.js';
export { ElfError, ElfFile, isRelocatable, parseElf, type Section, type Segment } from './elf-file.js';
export { fileTypeText, headerFields, machineName } from './file-header.js';
export { hashTables, type HashTable } from './hash.js';
export { sectionFields, segmentFields } from './header-fields.js';
export type { Field } from './layout.js';
export { isInSegment } from './mapping.js';
export { relocationName } from './names/relocations.js';
export { buildId, type Note, noteTables } from './notes.js';
export { dynamicFields } from './print/dynamic.js';
export { interpreterOf } from './print/headers.js';
export type { Printer } from './print/printer.js';
export { type DumpOptions, printElf } from './print/readelf.js';
export { symbolName } from './print/symbols.js';
export { type Relocation, relocations, relrAddresses } from './relocations.js';
export {
  type ElfSymbol,
  findSymbol,
  sectionSymbols,
  symbolBinding,
  type SymbolPlace,
  symbols,
  symbolType,
} from './symbols.js';
export { type SymbolVersion, SymbolVersions, versionDefinitions, versionNeeds } from './versions.js';
