/** Prints every row with its state, the counts per feature, and the total. Runs on the compiled package. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { coverage } from '../dist/coverage.js';
import { rows } from '../dist/rows/index.js';
import { coreNames } from './core-names.mjs';

const assembly = join(dirname(fileURLToPath(import.meta.url)), '../../core/assembly');
process.stdout.write(coverage(rows, coreNames(assembly)));
