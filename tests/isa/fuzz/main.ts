import { parseArgs } from 'node:util';
import { Fuzz, rowCount, unreached } from './fuzz.js';

/** npm run fuzz:jit -- --sequences N --seed S [--flavours A,B]: random programs in interpreter and translated code at once. */

const { values } = parseArgs({
  options: {
    sequences: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    rows: { type: 'string', default: '1' },
    failures: { type: 'string', default: '10' },
    first: { type: 'string', default: '0' },
    code: { type: 'string' },
    flavours: { type: 'string' },
  },
});
const sequences = Number(values.sequences);
const seed = Number(values.seed);
const most = Number(values.failures);
const PROGRESS = 5000;

const fuzz = new Fuzz(seed, 3, values.flavours?.split(',') ?? null);
const began = performance.now();
let told = began;
let shown = 0;

function line(): string {
  const seconds = (performance.now() - began) / 1000;
  const { runs, instructions, translated, entered, stops, exceptions, hazards } = fuzz.counts;
  const { jit } = fuzz;
  return (
    `${fuzz.sequences} sequences, ${runs} runs, ${stops} stops, ${exceptions} exceptions, ${hazards} hazards, ` +
    `${(instructions / 1e6).toFixed(1)} M instructions (${((100 * translated) / instructions).toFixed(0)} % translated), ` +
    `${jit.regions} regions of ${jit.insns} instructions entered ${entered} times, rows ${fuzz.reached.size} of ${rowCount}, ${fuzz.failures.length} failures, ` +
    `${seconds.toFixed(0)} s (translating ${(jit.time / 1000).toFixed(0)} s), ${(fuzz.sequences / seconds).toFixed(0)} a second`
  );
}

function show(): void {
  for (const failure of fuzz.failures.slice(shown)) console.log(`\nFAILURE seed ${failure.seed}\n${failure.text}\n`);
  shown = fuzz.failures.length;
}

if (values.code !== undefined) fuzz.code(Buffer.from(values.code.replaceAll(' ', ''), 'hex'), sequences);
else if (Number(values.rows) > 0) fuzz.everyRow(Number(values.rows), most);
show();
for (let number = Number(values.first); values.code === undefined && fuzz.sequences < sequences && fuzz.failures.length < most; number++) {
  fuzz.batch(number);
  show();
  if (performance.now() - told > PROGRESS) {
    told = performance.now();
    console.log(line());
  }
}
console.log(line());
const missing = unreached(fuzz.reached);
if (missing.length > 0 && values.code === undefined) console.log(`rows that were not reached: ${missing.join('; ')}`);
process.exitCode = fuzz.failures.length > 0 ? 1 : 0;
