import type { Row } from '../row.js';

export const x87: readonly Row[] = [];
