import { ExitReason, Vector } from '@ring3/abi';
import { describe, expect, test } from 'vitest';
import { BareMachine } from '../../packages/core/src/bare-machine.js';

/** Segment registers and descriptors as a Linux x86-64 process sees them: what a real processor did with each selector. */
const selectors = [
  0, 1, 2, 3, 4, 7, 8, 0x10, 0x13, 0x20, 0x23, 0x28, 0x2b, 0x30, 0x33, 0x38, 0x40, 0x43, 0x60, 0x63, 0x78, 0x7b, 0x88, 0x1000, 0xfff8,
];

const MOV_DS_ECX = [0x8e, 0xd9];
const MOV_SS_ECX = [0x8e, 0xd1];
const MOV_EAX_DS = [0x8c, 0xd8];
const MOV_EAX_SS = [0x8c, 0xd0];
const INT3 = 0xcc;

function run(code: readonly number[], selector: number): BareMachine {
  const m = new BareMachine(1 << 20);
  m.load([...code, INT3]);
  m.set('rcx', selector);
  expect(m.run()).toBe(ExitReason.Exception);
  return m;
}

/** The selector that the register has then, or the error code of the #GP. */
function load(code: readonly number[], selector: number): string {
  const m = run(code, selector);
  const { vector, error } = m.exception;
  if (vector === Vector.BP) return `has ${m.get('rax').toString(16)}`;
  return vector === Vector.GP ? `#GP(${error.toString(16)})` : `vector ${vector}`;
}

describe('loading a segment register', () => {
  test.each(selectors)('ds, %i', (selector) => {
    const allowed = [0, 0x20, 0x28, 0x30, 0x78].includes(selector & ~3);
    const expected = allowed ? `has ${selector.toString(16)}` : `#GP(${(selector & ~3).toString(16)})`;
    expect(load([...MOV_DS_ECX, ...MOV_EAX_DS], selector)).toBe(expected);
  });

  test.each(selectors)('ss, %i', (selector) => {
    expect(load([...MOV_SS_ECX, ...MOV_EAX_SS], selector)).toBe(selector === 0x2b ? 'has 2b' : `#GP(${(selector & ~3).toString(16)})`);
  });
});

/** Access rights, limit, readable, writable. The limit of 0x78 is the number of the CPU. */
const visible = new Map([
  [0x20, [0xcffb00, 0xffffffff, 1, 0]],
  [0x28, [0xcff300, 0xffffffff, 1, 1]],
  [0x30, [0xaffb00, 0xffffffff, 1, 0]],
  [0x78, [0x40f500, 0, 1, 0]],
]);

const LAR_EAX_ECX = [0x0f, 0x02, 0xc1];
const LSL_EDX_ECX = [0x0f, 0x03, 0xd1];
const VERR_CX_SETZ_BL = [0x0f, 0x00, 0xe1, 0x0f, 0x94, 0xc3];
const VERW_CX_SETZ_BH = [0x0f, 0x00, 0xe9, 0x0f, 0x94, 0xc7];

test.each(selectors)('lar, lsl, verr, verw, %i', (selector) => {
  const m = run([...LAR_EAX_ECX, ...LSL_EDX_ECX, ...VERR_CX_SETZ_BL, ...VERW_CX_SETZ_BH], selector);
  const rbx = Number(m.get('rbx'));
  expect([Number(m.get('rax')), Number(m.get('rdx')), rbx & 0xff, rbx >> 8]).toEqual(visible.get(selector & ~3) ?? [0, 0, 0, 0]);
});
