export { disassemble, type Disassembly } from './disassemble.js';
export type { Feature, Row } from './row.js';
export { rows } from './rows/index.js';
