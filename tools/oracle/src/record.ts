import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rows, type Row } from '@ring3/isa';
import { shapeOf } from '../../../packages/isa/dist/shape.js';
import { baseState, memoryImage, type Kind } from './bases.js';
import { casesOf } from './cases.js';
import { exclusion } from './excluded.js';
import { normalise, Place, Word } from './layout.js';
import { Processor } from './processor.js';
import { Random } from './random.js';
import { sequencesOf } from './sequences.js';
import { pack, startOf, type Input, type Outcome, type Vector } from './vectors.js';

/**
 * Records vectors of all rows on this processor: <family>.bin.gz in tests/isa/vectors. Arguments, all optional: the seed, how many
 * times the usual number of cases, another folder.
 */
interface Plan {
  readonly name: string;
  /** Cases per micro-op and place of its operand. */
  readonly perForm: number;
  readonly kinds: readonly Kind[];
  readonly states: number;
  /** Short programs besides single instructions. */
  readonly sequences?: number;
  readonly includes: (row: Row) => boolean;
}

const from = (folder: string) => (row: Row) => row.from?.startsWith(folder) === true;

const plans: readonly Plan[] = [
  { name: 'integer', perForm: 80, kinds: ['integer'], states: 256, sequences: 12_000, includes: from('execute/integer/') },
  {
    name: 'sse',
    perForm: 200,
    kinds: ['single', 'integer'],
    states: 256,
    includes: (row) => from('execute/sse/')(row) && row.feature === 'sse',
  },
  {
    name: 'sse2',
    perForm: 200,
    kinds: ['double', 'single', 'integer'],
    states: 256,
    includes: (row) => from('execute/sse/')(row) && row.feature !== 'sse',
  },
  { name: 'mmx', perForm: 120, kinds: ['integer', 'single', 'double'], states: 192, includes: from('execute/mmx/') },
  { name: 'x87', perForm: 250, kinds: ['extended'], states: 256, includes: from('fpu/x87/') },
];

const [seed = 1, times = 1] = process.argv.slice(2, 4).map(Number);
const folder = process.argv[4] ?? fileURLToPath(new URL('../../../tests/isa/vectors/', import.meta.url));

/** Faults behind the edges of what native.c maps depend on what else there is, and where rip leaves the page, on more. */
function isPortable({ vector, error, rip, cr2 }: Outcome): boolean {
  if (vector === 14 && (cr2 < BigInt(Place.Code) || cr2 >= 0x7002_0000n)) return false;
  return error < 256 && Math.abs(rip) < 0x8000;
}

function vectorsOf(plan: Plan, processor: Processor): { file: Buffer; count: number; dropped: number } {
  const r = new Random(seed * 1000 + plan.name.length * 31 + plan.name.charCodeAt(0));
  const memory = memoryImage(plan.kinds, r);
  const bases = Array.from({ length: plan.states }, (_, i) =>
    baseState(plan.kinds[i % plan.kinds.length]!, plan.kinds, plan.name === 'integer', r),
  );
  const states = bases.map(({ state }) => state);
  const setting = { memory, bases, perForm: Math.ceil(plan.perForm * times), seed };
  const inputs: Input[] = rows
    .filter((row) => plan.includes(row) && exclusion(row) === null)
    .flatMap((row) => casesOf(shapeOf(row), setting));
  if (plan.sequences) inputs.push(...sequencesOf(rows, plan.sequences * times, setting));
  const outcomes = processor.run(memory, states, inputs);
  states.forEach(normalise);
  const cases: Vector[] = inputs
    .map((input, i) => ({ ...input, start: startOf(states, input), outcome: outcomes[i]! }))
    .filter(({ outcome }) => isPortable(outcome));
  for (const { start, outcome, undefinedFlags } of cases) {
    // What is undefined is not recorded.
    const bits = BigInt(undefinedFlags);
    outcome.state[Word.Rflags] = (outcome.state[Word.Rflags]! & ~bits) | (start[Word.Rflags]! & bits);
  }
  return { file: pack({ memory, bases: states, cases }), count: cases.length, dropped: inputs.length - cases.length };
}

mkdirSync(folder, { recursive: true });
const processor = new Processor();
for (const plan of plans) {
  const { file, count, dropped } = vectorsOf(plan, processor);
  writeFileSync(join(folder, `${plan.name}.bin.gz`), file);
  process.stdout.write(`${plan.name}: ${count} cases, ${file.length} bytes, ${dropped} left out\n`);
}
processor.close();
for (const row of rows) {
  const reason = exclusion(row);
  if (reason && row.exec !== null) process.stdout.write(`not recorded: ${row.opcode} ${row.mnemonic}: ${reason}\n`);
}
