import { Cpu, ExitReason, MemoryMap, Vector } from '@ring3/abi';
import { describe, expect, test } from 'vitest';
import { BareMachine, registers } from './bare-machine.js';

/** The architectural state, for comparing runs. */
function state(m: BareMachine): string {
  return [...registers.map((r) => m.get(r)), m.rip, m.icount, m.core.getEflags()].join(' ');
}

/** xor eax,eax; mov ecx,300; l: add rax,rcx; push rax; pop rbx; test cl,1; jz s; imul rax,rax,3; s: call f; dec ecx; jnz l; ud2; f: ror rax,7; ret */
const program = [
  0x31, 0xc0, 0xb9, 0x2c, 1, 0, 0, 0x48, 0x01, 0xc8, 0x50, 0x5b, 0xf6, 0xc1, 0x01, 0x74, 0x04, 0x48, 0x6b, 0xc0, 0x03, 0xe8, 0x06, 0, 0, 0,
  0xff, 0xc9, 0x75, 0xe9, 0x0f, 0x0b, 0x48, 0xc1, 0xc8, 0x07, 0xc3,
];

function start(at = 0x40_0000): BareMachine {
  const m = new BareMachine();
  m.load(program, at);
  m.map(0x7000_0000, 0x1000);
  m.set('rsp', 0x7000_0800);
  return m;
}

describe('budget', () => {
  test('is kept exactly, and the way a run is cut does not show', () => {
    const whole = start();
    expect(whole.run()).toBe(ExitReason.Exception);
    expect(whole.exception.vector).toBe(Vector.UD);
    const total = whole.icount;
    for (const sizes of [[1], [2, 3], [7, 300, 1, 19], [255, 256, 257]]) {
      const m = start();
      for (let i = 0, reason: ExitReason = ExitReason.Budget; reason === ExitReason.Budget; i++) {
        const budget = sizes[i % sizes.length] ?? 1;
        const before = m.icount;
        reason = m.run(budget);
        expect(m.icount - before).toBe(reason === ExitReason.Budget ? budget : total - before);
      }
      expect(state(m)).toBe(state(whole));
    }
  });

  test('an instruction over a page end counts once', () => {
    // The five bytes of the mov begin three bytes before the page's end.
    const m = start(0x40_1000 - 5);
    const reference = start();
    expect(m.run()).toBe(ExitReason.Exception);
    reference.run();
    expect(m.icount).toBe(reference.icount);
    expect(m.get('rax')).toBe(reference.get('rax'));
  });

  test('an interrupt request ends the run', () => {
    const m = start();
    m.core.view.setUint32(MemoryMap.Header + 0x0c, 1, true);
    expect(m.run()).toBe(ExitReason.Interrupt);
    expect(m.icount).toBe(0);
  });
});

describe('exceptions', () => {
  test('single step traps behind each instruction', () => {
    const m = start();
    m.core.setEflags(0x302);
    for (let i = 1; i <= 12; i++) {
      expect(m.run()).toBe(ExitReason.Exception);
      expect(m.exception.vector).toBe(Vector.DB);
      expect(m.icount).toBe(i);
    }
  });

  test('popf that sets TF: the next instruction traps', () => {
    const m = start();
    m.load([0x68, 0x02, 3, 0, 0, 0x9d, 0x90, 0x90, 0x90], 0x50_0000);
    expect(m.run()).toBe(ExitReason.Exception);
    expect(m.rip).toBe(0x50_0007);
  });

  test.each([
    ['int3', [0xcc], Vector.BP, 0, 1],
    ['ud2', [0x0f, 0x0b], Vector.UD, 0, 0],
    ['hlt', [0xf4], Vector.GP, 0, 0],
    ['int 0x81', [0xcd, 0x81], Vector.GP, 0x81 * 8 + 2, 0],
    ['div by zero', [0x31, 0xc9, 0xf7, 0xf1], Vector.DE, 0, 2],
    ['mov ds, 0x38', [0xb8, 0x38, 0, 0, 0, 0x8e, 0xd8], Vector.GP, 0x38, 5],
    ['mov ss, 0x28', [0xb8, 0x28, 0, 0, 0, 0x8e, 0xd0], Vector.GP, 0x28, 5],
    ['sixteen bytes', [...Array<number>(15).fill(0x66), 0x90], Vector.GP, 0, 0],
    ['lock on a register', [0xf0, 0x01, 0xc0], Vector.UD, 0, 0],
    ['non-canonical load', [0x48, 0xb8, 0, 0, 0, 0, 0, 0x80, 0, 0, 0x48, 0x8b, 0x00], Vector.GP, 0, 10],
    ['non-canonical rbp', [0x48, 0xbd, 0, 0, 0, 0, 0, 0x80, 0, 0, 0x48, 0x8b, 0x45, 0], Vector.SS, 0, 10],
    ['non-canonical push', [0x48, 0xbc, 0, 0, 0, 0, 0, 0x80, 0xff, 0, 0x50], Vector.SS, 0, 10],
    ['non-canonical ret', [0x48, 0xb8, 0, 0, 0, 0, 0, 0x80, 0, 0, 0x50, 0xc3], Vector.GP, 0, 11],
  ])('%s', (_name, code, vector, error, offset) => {
    const m = start();
    m.load(code, 0x50_0000);
    expect(m.run()).toBe(ExitReason.Exception);
    expect(m.exception.vector).toBe(vector);
    expect(m.exception.error).toBe(error);
    expect(m.rip).toBe(0x50_0000 + offset);
  });

  test('syscall leaves rip behind it, rcx and r11 set', () => {
    const m = start();
    m.load([0xf9, 0x0f, 0x05], 0x50_0000);
    expect(m.run()).toBe(ExitReason.Syscall);
    expect(m.rip).toBe(0x50_0003);
    expect(m.get('rcx')).toBe(0x50_0003n);
    expect(m.get('r11') & 1n).toBe(1n);
  });

  test('int 0x80', () => {
    const m = start();
    m.load([0xcd, 0x80], 0x50_0000);
    expect(m.run()).toBe(ExitReason.Int80);
    expect(m.rip).toBe(0x50_0002);
  });
});

describe('self-modifying code', () => {
  test('a store to the next instruction acts at once', () => {
    const m = new BareMachine();
    // mov byte [rip+1], 5; mov eax, 1; ud2
    m.load([0xc6, 0x05, 1, 0, 0, 0, 5, 0xb8, 1, 0, 0, 0, 0x0f, 0x0b]);
    m.run();
    expect(m.get('rax')).toBe(5n);
    expect(m.icount).toBe(2);
  });

  test('a loop that counts in its own immediate', () => {
    const m = new BareMachine();
    // l: mov eax, 0; inc dword [rip-10]; cmp eax, 100; jb l; ud2
    m.load([0xb8, 0, 0, 0, 0, 0xff, 0x05, 0xf6, 0xff, 0xff, 0xff, 0x83, 0xf8, 100, 0x72, 0xf0, 0x0f, 0x0b]);
    m.run();
    expect(m.get('rax')).toBe(100n);
  });

  test('an instruction over a page end, whose second half changes', () => {
    const m = new BareMachine();
    // At …ffd: mov eax, imm32 (its immediate's upper three bytes lie behind the page's end), then: add rbx, rax; dec ecx; jnz; ud2
    const at = 0x40_1000 - 2;
    m.load([0xb8, 1, 0, 0, 0, 0x48, 0x01, 0xc3, 0xff, 0xc9, 0x75, 0xf4, 0x0f, 0x0b], at);
    m.set('rcx', 1000);
    expect(m.run()).toBe(ExitReason.Exception);
    expect(m.get('rbx')).toBe(1000n);
    expect(m.icount).toBe(4000);
    m.write(at + 2, [1]);
    m.rip = at;
    m.set('rcx', 10);
    m.run();
    expect(m.get('rbx')).toBe(1000n + 10n * 0x101n);
  });

  test('what the kernel writes is seen', () => {
    const m = new BareMachine();
    m.load([0xb8, 1, 0, 0, 0, 0x0f, 0x0b]);
    m.run();
    m.write(0x40_0001, [7]);
    m.rip = 0x40_0000;
    m.run();
    expect(m.get('rax')).toBe(7n);
  });
});

test('the arena is emptied and goes on', () => {
  const m = start();
  m.core.run(500);
  m.core.codeFlush();
  expect(m.run()).toBe(ExitReason.Exception);
  expect(state(m)).toBe(
    state(
      (() => {
        const w = start();
        w.run();
        return w;
      })(),
    ),
  );
});

test('more code than the arena holds', () => {
  const m = new BareMachine();
  const pages = 2200;
  m.map(0x40_0000, pages * 4096, { execute: true });
  // Each page: inc eax; jmp to the next page. The last one: dec ecx; jnz to the first (a rel32 each); ud2
  for (let i = 0; i < pages - 1; i++) m.write(0x40_0000 + i * 4096, [0xff, 0xc0, 0xe9, 0xf9, 0x0f, 0, 0]);
  const last = 0x40_0000 + (pages - 1) * 4096;
  const back = new DataView(new ArrayBuffer(4));
  back.setInt32(0, 0x40_0000 - (last + 8), true);
  m.write(last, [0xff, 0xc9, 0x0f, 0x85, ...new Uint8Array(back.buffer), 0x0f, 0x0b]);
  m.set('rcx', 3);
  m.rip = 0x40_0000;
  expect(m.run()).toBe(ExitReason.Exception);
  expect(m.get('rax')).toBe(3n * BigInt(pages - 1));
  expect(m.icount).toBe(3 * (2 * (pages - 1) + 2));
});

test('rip-relative and far addresses above 4 GiB', () => {
  const m = start();
  // mov rax, [rip+1]; ud2; then data
  m.load([0x48, 0x8b, 0x05, 2, 0, 0, 0, 0x0f, 0x0b, 1, 2, 3, 4, 5, 6, 7, 8], 0x5555_5555_4000);
  m.run();
  expect(m.get('rax')).toBe(0x0807060504030201n);
  expect(m.rip).toBe(0x5555_5555_4007);
  expect(m.core.view.getBigUint64(MemoryMap.Cpu + Cpu.Rip, true)).toBe(0x5555_5555_4007n);
});
