import { readFileSync } from 'node:fs';
import { Errno, getReg, type Kernel, runSlice, sendFromOutside, takeExits } from '@ring3/kernel';
import { Cpu, Header, MemoryMap } from '@ring3/abi';
import { describe, expect, test, vi } from 'vitest';
import { bootSmall, haveHello, hello, putFile, start } from './programs.js';

vi.setConfig({ testTimeout: 120_000 });

const RUNS = 320;
/** What a mutated program may execute before it is killed; hello needs a tenth of it. */
const MAX_INSTRUCTIONS = 300_000;

/** mulberry32: the same mutations in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const interesting = [
  0n,
  1n,
  2n,
  0x7fn,
  0xffn,
  0xfffn,
  0x1000n,
  0xffffn,
  0x7fff_ffffn,
  0xffff_ffffn,
  0x7fff_ffff_f000n,
  0x8000_0000_0000n,
  1n << 63n,
  (1n << 64n) - 1n,
];

/** Bytes of the ELF header and the program headers, now and then code, changed; sometimes the end cut off. */
function mutate(original: Uint8Array, seed: number): Uint8Array {
  const below = random(seed);
  const bytes = original.slice();
  const view = new DataView(bytes.buffer);
  const headers = 64 + 56 * view.getUint16(56, true);
  for (let n = 1 + below(5); n > 0; n--) {
    const reach = below(8) === 0 ? bytes.length : headers;
    const at = 4 + below(reach - 12);
    const value = below(3) === 0 ? BigInt(below(2 ** 31)) : interesting[below(interesting.length)]!;
    switch (below(5)) {
      case 0:
        bytes[at]! ^= 1 << below(8);
        break;
      case 1:
        view.setUint16(at & ~1, Number(value & 0xffffn), true);
        break;
      case 2:
        view.setUint32(at & ~3, Number(value & 0xffff_ffffn), true);
        break;
      default:
        view.setBigUint64(at & ~7, value, true);
    }
  }
  return below(10) === 0 ? bytes.subarray(0, below(bytes.length)) : bytes;
}

/** Runs /prog to its end or to the limit: the errno of execve, or the wait status. */
function attempt(k: Kernel): string | number {
  let task;
  try {
    task = start(k, '/prog', ['prog']);
  } catch (error) {
    if (error instanceof Errno) return error.name;
    throw error;
  }
  const end = getReg(k, Cpu.Icount) + MAX_INSTRUCTIONS;
  let killed = false;
  for (let slices = 0; slices < 200; slices++) {
    runSlice(k, MAX_INSTRUCTIONS / 10);
    const exit = takeExits(k).find((record) => record.pid === task.tid);
    if (exit) return exit.status;
    if (!killed && getReg(k, Cpu.Icount) >= end) {
      killed = true;
      sendFromOutside(k, task, 9);
    }
  }
  throw new Error('the program does not die');
}

const freeFrames = (k: Kernel): number => k.core.u32[(MemoryMap.Header + Header.FreeFrames) >>> 2]!;

describe.skipIf(!haveHello)('damaged ELF files', () => {
  test(`${RUNS} of them end in an errno, a signal or an exit, and the machine stays whole`, () => {
    const original = new Uint8Array(readFileSync(hello));
    const { k, platform } = bootSmall();
    const healthy = (): { status: string | number; output: string | undefined } => {
      platform.output.clear();
      putFile(k, '/prog', original);
      return { status: attempt(k), output: platform.output.get(1) };
    };
    const before = healthy();
    const free = freeFrames(k);
    const outcomes = new Map<string, number>();
    for (let seed = 1; seed <= RUNS; seed++) {
      putFile(k, '/prog', mutate(original, seed));
      const outcome = attempt(k);
      const kind = typeof outcome === 'string' ? outcome : outcome & 0x7f ? `signal ${outcome & 0x7f}` : 'exit';
      outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
    }
    expect(healthy()).toEqual(before);
    expect(freeFrames(k)).toBe(free);
    // The mutations reach all the ways to end.
    for (const kind of ['ENOEXEC', 'signal 11', 'exit']) expect(outcomes.get(kind) ?? 0, kind).toBeGreaterThan(0);
  });
});
