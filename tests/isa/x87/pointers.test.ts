import { expect, it } from 'vitest';
import { Cpu, ExitReason, Vector } from '@ring3/abi';
import { CODE, DATA, Machine } from './machine.js';

const FDIV_M64 = [0xdc, 0x32];
const FDIVP = [0xde, 0xf9];
const FLD1 = [0xd9, 0xe8];
const FNSTENV = [0xd9, 0x32];

function pointers(machine: Machine): { fop: number; fip: number; fdp: number } {
  const view = new DataView(machine.save().buffer);
  return { fop: view.getUint16(6, true), fip: view.getUint32(8, true), fdp: view.getUint32(16, true) };
}

it('keeps the instruction and data pointers, and the opcode of an unmasked exception', () => {
  const machine = new Machine();
  const image = new Uint8Array(512);
  new DataView(image.buffer).setUint16(0, 0x37b, true);
  machine.restore(image);
  machine.setRegister(Cpu.Rdx, BigInt(DATA));
  machine.load(FLD1);
  machine.step();
  expect(pointers(machine)).toEqual({ fop: 0, fip: CODE, fdp: 0 });

  // With FS and REX prefixes: the opcode is found behind them.
  machine.load([0x64, 0x48, ...FDIV_M64]);
  expect(machine.step()).toBe(ExitReason.Budget);
  expect(pointers(machine)).toEqual({ fop: 0x432, fip: CODE, fdp: DATA });

  machine.load(FDIVP);
  expect([machine.step(), machine.vector]).toEqual([ExitReason.Exception, Vector.MF]);
  expect(machine.register(Cpu.Rip)).toBe(BigInt(CODE));

  // A control instruction does not wait, changes no pointer, and masks all exceptions.
  machine.load(FNSTENV);
  expect(machine.step()).toBe(ExitReason.Budget);
  const stored = new DataView(machine.read(DATA, 28).buffer);
  expect([0, 4, 8, 12, 16, 20, 24].map((at) => stored.getUint32(at, true))).toEqual([
    0xffff037b,
    0xffffb884,
    0xffff3fff,
    CODE,
    0x432_0000,
    DATA,
    0xffff_0000,
  ]);
  machine.load(FDIVP);
  expect(machine.step()).toBe(ExitReason.Budget);
});
