import type { Row } from '../row.js';
import { integer } from './integer.js';
import { later } from './later.js';
import { mmx } from './mmx.js';
import { sse } from './sse.js';
import { sse2 } from './sse2.js';
import { x87 } from './x87.js';

/** Every row that the project knows, implemented or not. */
export const rows: readonly Row[] = [...integer, ...x87, ...mmx, ...sse, ...sse2, ...later];
