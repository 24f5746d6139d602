import { ExitReason } from '@ring3/abi';
import { expect, test } from 'vitest';
import { BareMachine } from './bare-machine.js';

test('a loop that sums', () => {
  const m = new BareMachine();
  // xor eax,eax; mov ecx,1000; l: add rax,rcx; dec ecx; jnz l; syscall
  m.load([0x31, 0xc0, 0xb9, 0xe8, 3, 0, 0, 0x48, 0x01, 0xc8, 0xff, 0xc9, 0x75, 0xf9, 0x0f, 0x05]);
  expect(m.run()).toBe(ExitReason.Syscall);
  expect(m.get('rax')).toBe(500500n);
  expect(m.icount).toBe(3003);
});
