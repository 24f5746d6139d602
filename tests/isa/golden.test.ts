import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cpu, ExitReason, MemoryMap, PageSize, Pte } from '@ring3/abi';
import { type Core, createCore, loadCoreModule } from '@ring3/core';
import { disassemble } from '@ring3/isa';
import { Jit, type JitExports, type TranslatedModule } from '@ring3/jit';
import { afterAll, describe, expect, test } from 'vitest';
import { stretches, twoColumns } from '../../packages/cli/src/jit/side-by-side.js';

/**
 * What blocks of the guest's code become: golden/NAME.txt shows golden/NAME.s beside its WebAssembly, for review. After a change of the
 * translator `npx vitest run tests/isa/golden.test.ts -u` writes them again: read the difference.
 */
const folder = fileURLToPath(new URL('golden/', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'ring3-golden-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const CODE = 0x40_1000;
const DATA = 0x50_0000;
const STACK = 0x60_0000;
/** Runs before the translation, each with another rax: so all ways are decoded. */
const RUNS = 8;

function assemble(name: string): Uint8Array {
  const source = `.intel_syntax noprefix\n.globl start\n${readFileSync(`${folder}${name}.s`, 'utf8')}`;
  const [object, linked, binary] = ['o', 'elf', 'bin'].map((kind) => join(scratch, `${name}.${kind}`)) as [string, string, string];
  const steps: [string, string[]][] = [
    ['as', ['--64', '-o', object, '-']],
    ['ld', ['-Ttext', CODE.toString(16), '-e', 'start', '-o', linked, object]],
    ['objcopy', ['-O', 'binary', '-j', '.text', linked, binary]],
  ];
  for (const [command, args] of steps) {
    const { status, stderr } = spawnSync(command, args, { input: source, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${name}: ${command}: ${stderr}`);
  }
  return readFileSync(binary);
}

/** A core with the code in a page, and pages for data and stack; the frame of the data. */
function coreWith(code: Uint8Array): { core: Core; data: number } {
  const core = createCore(loadCoreModule(), { memoryLimit: 4 << 20 }, { pageFault: () => 1, rdtsc: () => 0 });
  core.resetCpu();
  const pgd = core.createPageTable();
  core.activate(pgd);
  let data = 0;
  for (const va of [CODE, DATA, STACK]) {
    const frame = core.allocFrame(0);
    const slot = core.pteSlot(pgd, va, true);
    core.view.setUint32(slot, frame | Pte.P | Pte.RW | Pte.US, true);
    core.view.setUint32(slot + 4, 0, true);
    if (va === CODE) core.u8.set(code, frame);
    if (va === DATA) data = frame;
  }
  return { core, data };
}

/** The general registers and the data after a run. */
function run({ core, data }: { core: Core; data: number }, rax: number): string {
  const set = (register: Cpu, value: number): void => core.view.setBigUint64(MemoryMap.Cpu + register, BigInt(value), true);
  core.u8.fill(0, MemoryMap.Cpu, MemoryMap.Cpu + 16 * 8);
  core.u8.fill(0, data, data + PageSize.Bytes);
  set(Cpu.Rip, CODE);
  set(Cpu.Rax, rax);
  set(Cpu.Rcx, 2);
  set(Cpu.Rdi, DATA);
  set(Cpu.Rsi, DATA + 0x100);
  set(Cpu.Rsp, STACK + PageSize.Bytes - 64);
  // 1.5, and 2.5 or 0.5: comparisons go both ways.
  core.view.setFloat64(MemoryMap.Cpu + Cpu.Xmm, 1.5, true);
  core.view.setFloat64(MemoryMap.Cpu + Cpu.Xmm + 16, rax & 1 ? 2.5 : 0.5, true);
  // Enough for regions to be entered.
  const reason = core.run(10_000);
  if (reason !== ExitReason.Syscall) throw new Error(`exit reason ${reason}`);
  const hex = (at: number, bytes: number): string => Buffer.from(core.u8.slice(at, at + bytes)).toString('hex');
  return `${hex(MemoryMap.Cpu, 16 * 8)} ${hex(data, 1024)}`;
}

/** Each region of the module, without what leads in and out of it, but for the dispatcher. */
function text({ bytes, marks, regions }: TranslatedModule, code: Uint8Array): string {
  return regions
    .map(({ source, slots }, index) => {
      const { base } = source.view;
      const own = marks.filter(({ tag }) => tag.source === source);
      const addresses = new Set(own.flatMap(({ tag }) => (tag.offset === null ? [] : [base + tag.offset])));
      const all = stretches({
        module: bytes,
        index,
        marks: own.map(({ at, tag }) => ({ at, address: tag.offset === null ? null : base + tag.offset })),
        insns: [...addresses].map((address) => ({
          address,
          bytes: code.subarray(address - CODE, address - CODE + disassemble(code, address - CODE, address).length),
        })),
      });
      const from = all.findIndex(({ address }) => address !== null);
      const dispatcher = all
        .slice(0, from)
        .flatMap(({ wasm }) => wasm.slice(wasm.findIndex((line) => line.endsWith('local.get $go')) >>> 0));
      const to = all.findLastIndex(({ address }) => address !== null);
      const entries = [...slots.keys()].map((offset) => (base + offset).toString(16)).toSorted();
      return `region ${(base + source.entry).toString(16)}, entered at ${entries.join(', ')}\n${twoColumns([{ address: null, x86: null, wasm: dispatcher }, ...all.slice(from, to + 1)])}`;
    })
    .join('\n');
}

const names = readdirSync(folder)
  .filter((name) => name.endsWith('.s'))
  .map((name) => name.slice(0, -2));

describe('what blocks become', () => {
  test.each(names)('%s', async (name) => {
    const code = assemble(name);
    const machine = coreWith(code);
    const { core } = machine;
    const jit = new Jit(core, core.jit as JitExports, () => 0);
    const modules: TranslatedModule[] = [];
    jit.observer = { translated: (module) => void modules.push(module) };
    const interpreted = Array.from({ length: RUNS }, (_, i) => run(machine, i));
    expect(jit.translateAt(CODE)).toBe(true);
    expect(modules).toHaveLength(1);
    // It is what it says: the runs come to the same in it.
    expect(Array.from({ length: RUNS }, (_, i) => run(machine, i))).toEqual(interpreted);
    const comment = readFileSync(`${folder}${name}.s`, 'utf8').split('\n')[0]!.slice(2);
    await expect(`${comment}\n\n${text(modules[0]!, code)}`).toMatchFileSnapshot(`${folder}${name}.txt`);
  });

  test('no file without a source', () => {
    const texts = readdirSync(folder).filter((name) => name.endsWith('.txt'));
    expect(texts.map((name) => name.slice(0, -4)).toSorted()).toEqual(names.toSorted());
  });
});
