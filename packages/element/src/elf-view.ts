// What <ring3-elf> loads with its first file.
export { hexRows, moved, rowsSeen, scrollFor } from './elf-hex-view.js';
export { useLit } from './elf-lit.js';
export { ElfError, openElf } from './elf-model.js';
export { elfTable, tabOf } from './elf-tables.js';
export { elfViewStyles } from './elf-view-styles.js';
