/**
 * Writes the core's generated files from the rows (`--check`: only tells whether they are current, exit status 1 when not).
 * Runs on the compiled package: `tsc -b packages/isa` first.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { coreNames } from './core-names.mjs';
import { generate } from '../dist/generate.js';
import { rows } from '../dist/rows/index.js';

const assembly = join(dirname(fileURLToPath(import.meta.url)), '../../core/assembly');
const check = process.argv.includes('--check');
const { files, ops, problems } = generate(rows, coreNames(assembly));
for (const problem of problems) console.error(problem);
let stale = problems.length > 0 && check;
for (const [path, content] of files) {
  const file = join(assembly, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === content) continue;
  if (check) {
    console.error(`${path} is out of date: run npm run generate`);
    stale = true;
    continue;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  console.log(`wrote ${path}`);
}
console.log(`${rows.length} rows, ${ops.length} micro-ops`);
if (stale) process.exitCode = 1;
