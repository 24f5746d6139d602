// Records testing/maps.json on a native Linux: node record-maps.mjs (needs gcc). Scripts are random, but the same every time.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const base = 0x20000000;
const pages = 24;
const scripts = 200;
/** From here on scripts call mremap too. */
const firstWithMremap = 140;

/** Marsaglia's xorshift32. */
function random(seed) {
  let state = seed * 2654435761 + 1;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}

function script(seed) {
  const next = random(seed);
  const pick = (list) => list[next(list.length)];
  const prots = [0, 1, 3, 3, 3, 5, 7, 2];
  // Newer kernels merge private memory that was written with memory that was not: all of it is at once (MAP_POPULATE), or none ever.
  const written = seed % 2 === 1;
  const populate = written ? 0x8000 : 0;
  const kinds = written
    ? [0xc022, 0xc022, 0xc022, 0xc022, 0x21, 0xc002, 0xc002, 0x01, 0xc022, 0xc122]
    : [0x4022, 0x4022, 0x4022, 0x4022, 0x21, 0x4002, 0x4002, 0x01, 0x4022];
  const lines = [];
  for (let i = 0, count = 8 + next(33); i < count; i++) {
    const page = next(pages);
    const a = base + page * 4096;
    const n = (1 + next(Math.min(8, pages - page))) * 4096;
    const kind = next(100);
    const line = (...fields) => lines.push([fields[0], ...fields.slice(1).map((v) => v.toString(16))].join(' '));
    if (kind < 30) {
      // Without reserve: newer kernels drop charges where 5.4 keeps them, which decides about merging.
      const flags = pick(kinds);
      const file = flags & 0x20 ? 0 : 1;
      line('m', a, n, flags & populate ? 3 : pick(prots), flags | 0x10, file, file ? (next(10) < 6 ? a - base : next(32) * 4096) : 0);
    } else if (kind < 35) line('m', a, n, 3, 0x104022 | populate, 0, 0);
    else if (kind < 45) line('u', a, n);
    else if (kind < 65) line('p', a, n, pick(prots));
    else if (kind < 80) line(written ? pick(['w', 'w', 'r']) : 'r', a + next(n));
    else if (kind < 88) line('a', a, n, pick([0, 1, 2, 3, 4, 8, 10, 11, 14, 15, 16, 17, 18, 19]));
    else if (kind < 92) line(written ? pick(['l', 'n']) : 'n', a, n);
    else if (kind < 93) line('s', a, n, 4);
    else if (seed >= firstWithMremap) line('M', a, n, n + next(5) * 4096, pick([0, 3, 3]), base + (pages + next(16)) * 4096);
  }
  return lines;
}

const directory = mkdtempSync(join(tmpdir(), 'record-maps-'));
const program = join(directory, 'record-maps');
execFileSync('gcc', ['-O1', '-o', program, new URL('record-maps.c', import.meta.url).pathname]);
const recordings = [];
for (let seed = 0; seed < scripts; seed++) {
  const ops = script(seed + 1);
  const output = execFileSync(program, [join(directory, 'data')], { input: `${ops.join('\n')}\n`, encoding: 'latin1' })
    .trimEnd()
    .split('\n');
  const end = output.indexOf('end');
  const kept = ops.map((op, i) => [op, output[i]]).filter(([, result]) => result !== 'skip');
  recordings.push({ seed, ops: kept.map(([op]) => op), results: kept.map(([, result]) => result), maps: output.slice(end + 1) });
}
rmSync(directory, { recursive: true });
writeFileSync(new URL('maps.json', import.meta.url), `[\n${recordings.map((r) => JSON.stringify(r)).join(',\n')}\n]\n`);
