export { type DynamicEntry, dynamicEntries, dynamicValue } from './dynamic.js';
export { ElfError, ElfFile, isRelocatable, parseElf, type Section, type Segment } from './elf-file.js';
export type { Field } from './layout.js';
export { type ElfSymbol, findSymbol, sectionSymbols, symbolBinding, type SymbolPlace, symbols, symbolType } from './symbols.js';
