import type { Row } from '../row.js';

export const later: readonly Row[] = [];
