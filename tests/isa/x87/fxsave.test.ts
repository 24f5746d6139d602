import { describe, expect, it } from 'vitest';
import { Cpu, ExitReason, Vector } from '@ring3/abi';
import { DATA, Machine } from './machine.js';

const MXCSR = 24;
const USED = 416;
const FXSAVE = [0x0f, 0xae, 0x02];
const FXRSTOR = [0x0f, 0xae, 0x0a];
const REX_W = 0x48;

/** An image of a valid state: every byte that means something differs from its neighbours. */
function someImage(): Uint8Array {
  const image = Uint8Array.from({ length: 512 }, (_, i) => (i * 37 + 11) & 0xff);
  const view = new DataView(image.buffer);
  view.setUint16(0, 0x37f, true);
  view.setUint16(2, 0x2800, true);
  image[5] = 0;
  view.setUint16(6, 0x5d8, true);
  view.setUint32(MXCSR, 0x9fc0, true);
  view.setUint32(MXCSR + 4, 0xffff, true);
  for (let i = 0; i < 8; i++) image.fill(0, 32 + 16 * i + 10, 48 + 16 * i);
  return image;
}

describe('FXSAVE and FXRSTOR', () => {
  const machine = new Machine();

  function run(bytes: number[], va: number): ExitReason {
    machine.load(bytes);
    machine.setRegister(Cpu.Rdx, BigInt(va));
    return machine.step();
  }

  it.each([DATA, DATA + 0x1000 - 256, DATA + 0x1000 - 16])('loads and stores 416 bytes at %i, across pages too', (va) => {
    const image = someImage();
    machine.write(va, image);
    expect(run([REX_W, ...FXRSTOR], va)).toBe(ExitReason.Budget);
    expect(machine.save().subarray(0, USED)).toEqual(image.subarray(0, USED));
    machine.write(va, new Uint8Array(512).fill(0xaa));
    expect(run([REX_W, ...FXSAVE], va)).toBe(ExitReason.Budget);
    const stored = machine.read(va, 512);
    expect(stored.subarray(0, USED)).toEqual(image.subarray(0, USED));
    expect(stored.subarray(USED)).toEqual(new Uint8Array(96).fill(0xaa));
  });

  it('keeps 32 bits of the pointers without REX.W', () => {
    const image = someImage();
    machine.restore(image);
    expect(run(FXSAVE, DATA)).toBe(ExitReason.Budget);
    const stored = machine.read(DATA, 32);
    expect([...stored.subarray(8, 24)]).toEqual([...image.subarray(8, 12), 0, 0, 0, 0, ...image.subarray(16, 20), 0, 0, 0, 0]);
  });

  it('raises #GP for a misaligned image and for reserved MXCSR bits, and changes nothing', () => {
    machine.restore(someImage());
    const state = machine.save();
    for (const instruction of [FXSAVE, FXRSTOR]) {
      expect(run(instruction, DATA + 8)).toBe(ExitReason.Exception);
      expect(machine.vector).toBe(Vector.GP);
    }
    const image = new Uint8Array(512);
    new DataView(image.buffer).setUint32(MXCSR, 0x1_0000, true);
    machine.write(DATA, image);
    expect(run(FXRSTOR, DATA)).toBe(ExitReason.Exception);
    expect(machine.vector).toBe(Vector.GP);
    expect(machine.restore(image)).toBe(false);
    expect(machine.save()).toEqual(state);
  });

  it('recomputes the exception summary', () => {
    const image = someImage();
    const view = new DataView(image.buffer);
    view.setUint16(0, 0x37b, true);
    view.setUint16(2, 0x2804, true);
    machine.restore(image);
    expect(new DataView(machine.save().buffer).getUint16(2, true)).toBe(0xa884);
    machine.load([0x9b]);
    expect([machine.step(), machine.vector]).toEqual([ExitReason.Exception, Vector.MF]);
  });
});
