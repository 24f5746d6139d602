import { shapeOf } from '../src/shape.js';
import type { Row } from '../src/row.js';

const MANDATORY = [[], [0x66], [0xf3], [0xf2]];
const MAPS = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]];
const PREFIXES = [[], [0x66], [0x67], [0x64], [0x65, 0x2e], [0x3e], [0xf0], [0xf2], [0xf3], [0x66, 0x67]];
const REX = [[], [0x40], [0x48], [0x4f], [0x45]];
/** mod and rm, with the SIB byte where there is one. */
const ADDRESSES = [
  [0x00],
  [0x04, 0x24],
  [0x04, 0x25],
  [0x04, 0xe5],
  [0x04, 0x8b],
  [0x05],
  [0x43],
  [0x44, 0x5d],
  [0x45],
  [0x83],
  [0x84, 0xe4],
  [0xc0],
  [0xc3],
  [0xc6],
];
/** Displacement and immediate bytes; negative as a byte, as 16 and as 32 bits. */
const TAIL = [0xf1, 0x32, 0x54, 0x96, 0x78, 0x9a, 0xbc, 0xde, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88];

function modRmBytes(row: Row): number[][] {
  const { pattern, hasModRm, form } = shapeOf(row);
  if (!hasModRm) return [[]];
  if (pattern.modrm !== null) return [[pattern.modrm]];
  const fields = pattern.digit !== null ? [pattern.digit] : [0, 3, 6];
  return ADDRESSES.filter(([byte]) => form === null || (form === 'reg') === byte! >= 0xc0).flatMap((address) =>
    fields.map((field) => [address[0]! | (field << 3), ...address.slice(1)]),
  );
}

function bytes(...parts: number[][]): Uint8Array {
  return Uint8Array.from([...parts.flat(), ...TAIL].slice(0, 16));
}

/** Byte strings (16 bytes, the instruction first) that use the row's opcode with prefixes, REX and every addressing form. */
export function* encodingsOf(row: Row): Generator<Uint8Array> {
  const { pattern } = shapeOf(row);
  const opcode = (register: number): number[] => [...MAPS[pattern.map]!, pattern.opcode + (pattern.plusR ? register : 0)];
  const mandatory = MANDATORY[pattern.prefix ?? 0]!;
  const forms = modRmBytes(row);
  for (const form of forms) for (const rex of [[], [0x4f]]) yield bytes(mandatory, rex, opcode(3), form);
  for (const prefix of PREFIXES) {
    for (const rex of REX) {
      yield bytes(prefix, mandatory, rex, opcode(0), forms[0]!);
      yield bytes(prefix, mandatory, rex, opcode(5), forms.at(-1)!);
    }
  }
}

/** The row's encodings without prefixes that say nothing: its addressing forms, and REX.W where an operand heeds it. */
export function* plainEncodingsOf(row: Row): Generator<Uint8Array> {
  const { pattern, operands } = shapeOf(row);
  const heedsSize =
    operands.some(({ types }) => types.some((type) => /^(v|y|yy)$/.test(type))) &&
    !row.attributes?.some((attribute) => attribute !== 'lock');
  for (const form of modRmBytes(row)) {
    for (const rex of heedsSize ? [[], [0x48]] : [[]]) {
      yield bytes(MANDATORY[pattern.prefix ?? 0]!, rex, MAPS[pattern.map]!, [pattern.opcode + (pattern.plusR ? 3 : 0)], form);
    }
  }
}

const RANDOM_PREFIXES = [0x66, 0xf2, 0xf3, 0x67, 0xf0, 0x2e, 0x64, 0x65, 0x3e, 0x26, 0x36];

/** `count` random strings of 16 bytes that look like instructions: some prefixes, perhaps REX, an opcode of any map. Same seed, same bytes. */
export function* randomBytes(count: number, seed: number): Generator<Uint8Array> {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let i = 0; i < count; i++) {
    const string: number[] = [];
    for (let prefixes = [0, 0, 0, 1, 1, 2, 3, 6][random(8)]!; prefixes > 0; prefixes--)
      string.push(RANDOM_PREFIXES[random(random(2) === 0 ? RANDOM_PREFIXES.length : 3)]!);
    if (random(3) === 0) string.push(0x40 + random(16));
    if (random(40) === 0) string.push(RANDOM_PREFIXES[random(RANDOM_PREFIXES.length)]!);
    string.push(...MAPS[[0, 0, 0, 1, 1, 1, 1, 2, 3][random(9)]!]!);
    while (string.length < 16) string.push(random(256));
    yield Uint8Array.from(string.slice(0, 16));
  }
}
