import { beforeAll, describe, expect, test } from 'vitest';
import { encodingsOf, randomBytes } from '../test/encodings.js';
import { type Fields, expectedMicroOp, readMicroOp } from '../test/micro-op.js';
import { reference } from '../test/reference.js';
import { compileDecoder } from '../tools/decoder-module.mjs';
import { disassemble } from './disassemble.js';
import { generate, type Generated } from './generate.js';
import { decodeInstruction, DecodeError } from './instruction.js';
import { rows } from './rows/index.js';
import { shapeOf } from './shape.js';
import { buildTrees } from './tree.js';

const CODE = 0x1000;
const UOP = 0x2000;
/** rsm is #UD outside SMM; sysenter in 64-bit mode and 0F 0D with a register are #UD on AMD, which this processor follows. */
const UNDEFINED_HERE = /^(rsm|sysenter|nop .*)$/;
const INVALID_OPCODE = 256;
const TOO_LONG = 257;

/** The core's decoder for every row that names a function, whether or not that is written yet. */
let generated: Generated;
let decode: (host: number, avail: number, pageOffset: number, out: number) => number;
let bytesView: Uint8Array;
let view: DataView;
const written = rows.filter((row) => row.exec !== null);
const { maps } = buildTrees(written.map(shapeOf));

beforeAll(async () => {
  generated = generate(rows, { hasFunction: () => true, hasHotOp: () => false });
  const memory = new WebAssembly.Memory({ initial: 16 });
  const module = await WebAssembly.compile(await compileDecoder(generated.files));
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  decode = instance.exports['decode'] as typeof decode;
  bytesView = new Uint8Array(memory.buffer);
  view = new DataView(memory.buffer);
}, 60_000);

interface Outcome {
  readonly length: number;
  readonly what: string;
  readonly fields?: Fields;
}

function byCore(bytes: Uint8Array, available: number, pageOffset: number): Outcome {
  bytesView.set(bytes, CODE);
  const length = decode(CODE, available, pageOffset, UOP);
  if (length === 0) return { length, what: 'truncated' };
  const op = view.getUint16(UOP, true);
  if (op === INVALID_OPCODE) return { length, what: 'invalid' };
  if (op === TOO_LONG) return { length, what: 'too long' };
  const known = generated.ops[op - TOO_LONG - 1]!;
  return { length, what: `${known.shape.row.opcode} ${known.shape.row.mnemonic} ${known.size}`, fields: readMicroOp(view, UOP) };
}

function byTwin(bytes: Uint8Array, pageOffset: number): Outcome {
  try {
    const instruction = decodeInstruction(bytes, 0, maps);
    const { shape, operandSize } = instruction;
    const { row, sizes } = shape;
    let size: number | null = null;
    if (sizes.length === 1) size = sizes[0]!;
    else if (sizes.length > 1) size = sizes.includes(operandSize) ? operandSize : operandSize === 16 ? sizes[0]! : sizes.at(-1)!;
    return { length: instruction.length, what: `${row.opcode} ${row.mnemonic} ${size}`, fields: expectedMicroOp(instruction, pageOffset) };
  } catch (error) {
    if (error instanceof DecodeError) return { length: error.kind === 'truncated' ? 0 : error.length, what: error.kind };
    throw error;
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The first few disagreements, as text: one expectation per ten thousand cases is quick, one per case is not. */
function differences(cases: Iterable<Uint8Array>, compare: (bytes: Uint8Array) => string | null): string[] {
  const found: string[] = [];
  for (const bytes of cases) {
    const difference = compare(bytes);
    if (difference !== null && found.push(`${hex(bytes)}: ${difference}`) >= 10) break;
  }
  return found;
}

function againstTwin(bytes: Uint8Array): string | null {
  const pageOffset = bytes[15]! * 16;
  const core = byCore(bytes, bytes.length, pageOffset);
  const twin = byTwin(bytes, pageOffset);
  const same = core.what === twin.what && core.length === twin.length && JSON.stringify(core.fields) === JSON.stringify(twin.fields);
  return same ? null : `core ${JSON.stringify(core)} twin ${JSON.stringify(twin)}`;
}

function againstIced(bytes: Uint8Array): string | null {
  const core = byCore(bytes, bytes.length, 0);
  const iced = reference(bytes);
  if (core.fields)
    return iced.valid && iced.length === core.length ? null : `core ${core.what}, ${core.length}; iced ${iced.text}, ${iced.length}`;
  if (core.what === 'too long') return iced.valid ? `too long, but iced has ${iced.text}` : null;
  if (!iced.valid || !iced.known) return null;
  // What a row without a function decodes to is no instruction here.
  const { row } = disassemble(bytes, 0, 0);
  return row?.exec === null || UNDEFINED_HERE.test(iced.text) ? null : `invalid, but iced has ${iced.text}`;
}

/** Fewer bytes than its length must not be enough, its length must. */
function againstItsParts(bytes: Uint8Array): string | null {
  const whole = byCore(bytes, 16, 0xff8);
  if (!whole.fields) return null;
  if (byCore(bytes, whole.length, 0xff8).what !== whole.what) return 'does not decode from its own bytes';
  for (let available = 0; available < whole.length; available++) {
    if (byCore(bytes, available, 0xff8).length !== 0) return `decodes from ${available} bytes`;
  }
  return null;
}

/** A nop behind `count` operand size prefixes. */
function padded(count: number): Uint8Array {
  return Uint8Array.from([...new Uint8Array(count).fill(0x66), 0x90, ...new Uint8Array(16)].slice(0, 16));
}

function* everyEncoding(): Generator<Uint8Array> {
  for (const row of rows) yield* encodingsOf(row);
}

describe("the core's decoder", () => {
  test('makes the micro-op that its TypeScript twin expects of every encoding', () => {
    expect(differences(everyEncoding(), againstTwin)).toEqual([]);
  }, 60_000);

  test('and of random bytes', () => {
    expect(differences(randomBytes(30_000, 1), againstTwin)).toEqual([]);
  }, 60_000);

  test('agrees with iced-x86 about length and validity of random bytes', () => {
    expect(differences(randomBytes(30_000, 2), againstIced)).toEqual([]);
  }, 60_000);

  test('asks for more bytes exactly when there are too few', () => {
    expect(differences(randomBytes(5_000, 3), againstItsParts)).toEqual([]);
  }, 60_000);

  test('refuses more than fifteen bytes', () => {
    expect(byCore(padded(14), 16, 0)).toMatchObject({ length: 15 });
    expect(byCore(padded(14), 16, 0).fields).toBeDefined();
    expect(byCore(padded(15), 16, 0)).toEqual({ length: 15, what: 'too long' });
    expect(byCore(padded(15), 15, 0)).toEqual({ length: 15, what: 'too long' });
    expect(byCore(padded(15), 14, 0)).toEqual({ length: 0, what: 'truncated' });
  });
});
