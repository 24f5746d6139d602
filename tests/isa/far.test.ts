import { ExitReason, Vector } from '@ring3/abi';
import { describe, expect, test } from 'vitest';
import { BareMachine } from '../../packages/core/src/bare-machine.js';

/** Far returns to selectors of Linux's GDT and others: what a real processor did in a 64-bit process. 0x23 would lead to 32-bit code. */
const selectors = [0, 3, 4, 7, 8, 0x10, 0x13, 0x20, 0x28, 0x2b, 0x30, 0x31, 0x32, 0x33, 0x38, 0x40, 0x43, 0x60, 0x63, 0x7b, 0x88, 0x1000];

const CODE = 0x40_0000;
const TARGET = 0x40_0080;
const NOT_CANONICAL = 0x8000_0000_0000n;
const STACK = 0x7000_0000;
const RSP = STACK + 0x800;
const NEW_RSP = 0x1234_5678n;
const USER_CS = 0x33n;
const USER_DS = 0x2bn;

const RETFQ = [0x48, 0xcb];
const IRETQ = [0x48, 0xcf];

/** Runs an instruction with these words on the stack: where it went, or the error code of the #GP. */
function run(code: readonly number[], words: readonly bigint[]): string {
  const m = new BareMachine(1 << 20);
  m.load([...code, ...Array.from({ length: 0x200 }, () => 0xcc)], CODE);
  m.map(STACK, 0x1000);
  m.set('rsp', RSP);
  const frame = new Uint8Array(BigUint64Array.from(words).buffer);
  m.write(RSP, frame);
  expect(m.run()).toBe(ExitReason.Exception);
  const { vector, error } = m.exception;
  if (vector === Vector.BP) return `at ${(m.rip - 1).toString(16)}, rsp ${m.get('rsp').toString(16)}`;
  expect([vector, m.rip, m.get('rsp')]).toEqual([Vector.GP, CODE, BigInt(RSP)]);
  return `#GP(${error.toString(16)})`;
}

const fault = (selector: number): string => `#GP(${(selector & ~3).toString(16)})`;

describe('retf', () => {
  test.each(selectors)('to %i', (selector) => {
    const expected = selector === 0x33 ? `at ${TARGET.toString(16)}, rsp ${(RSP + 16).toString(16)}` : fault(selector);
    expect(run(RETFQ, [BigInt(TARGET), BigInt(selector)])).toBe(expected);
  });

  test('the selector is looked at before the target', () => {
    expect(run(RETFQ, [NOT_CANONICAL, USER_CS])).toBe('#GP(0)');
    expect(run(RETFQ, [NOT_CANONICAL, 0x10n])).toBe('#GP(10)');
  });
});

describe('iret', () => {
  const went = `at ${TARGET.toString(16)}, rsp ${NEW_RSP.toString(16)}`;

  test.each(selectors)('to cs %i', (selector) => {
    const frame = [BigInt(TARGET), BigInt(selector), 0x202n, NEW_RSP, USER_DS];
    expect(run(IRETQ, frame)).toBe(selector === 0x33 ? went : fault(selector));
  });

  test.each(selectors)('to ss %i', (selector) => {
    const frame = [BigInt(TARGET), USER_CS, 0x202n, NEW_RSP, BigInt(selector)];
    expect(run(IRETQ, frame)).toBe(selector === 0x2b ? went : fault(selector));
  });

  test('the target is looked at before ss', () => {
    expect(run(IRETQ, [NOT_CANONICAL, USER_CS, 0x202n, NEW_RSP, 0x10n])).toBe('#GP(0)');
  });
});
