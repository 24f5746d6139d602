import { CoreTable, ExitReason, Header, MemoryMap, PageFlag, PageSize, PageStruct, Pte } from '@ring3/abi';
import { describe, expect, test } from 'vitest';
import { BareMachine } from './bare-machine.js';

const data = 0x60_0000;

/** mov rax, [rdi]; ud2 · mov [rdi], rax; ud2 */
const loadCode = [0x48, 0x8b, 0x07, 0x0f, 0x0b];
const storeCode = [0x48, 0x89, 0x07, 0x0f, 0x0b];

function machine(code: number[]): BareMachine {
  const m = new BareMachine();
  m.load(code);
  m.set('rdi', data);
  return m;
}

describe('page faults', () => {
  test.each([
    ['read, not present', loadCode, null, 0x4],
    ['write, not present', storeCode, null, 0x6],
    ['write, read-only', storeCode, false, 0x7],
  ])('%s', (_name, code, write, error) => {
    const m = machine(code);
    if (write !== null) m.map(data, 0x1000, { write });
    expect(m.run()).toBe(ExitReason.PageFault);
    expect(m.faults).toEqual([{ va: data, error }]);
    expect(m.exception.cr2).toBe(BigInt(data));
    expect(m.rip).toBe(0x40_0000);
    expect(m.icount).toBe(0);
  });

  test('fetch, not present and not executable', () => {
    const m = machine([0xff, 0xe7]);
    expect(m.run()).toBe(ExitReason.PageFault);
    m.map(data, 0x1000);
    expect(m.run()).toBe(ExitReason.PageFault);
    expect(m.faults.map((f) => f.error)).toEqual([0x14, 0x15]);
    expect(m.rip).toBe(data);
  });

  test('resolved by the host, the instruction runs once', () => {
    const m = machine(storeCode);
    m.set('rax', 0x1234);
    m.onFault = (va) => {
      m.map(va - (va % 4096), 0x1000);
      return true;
    };
    expect(m.run()).toBe(ExitReason.Exception);
    expect(m.read(data, 2)).toEqual([0x34, 0x12]);
    expect(m.icount).toBe(1);
  });

  test('a crossing store faults in its second page without effect', () => {
    const m = machine(storeCode);
    m.map(data, 0x1000);
    m.set('rdi', data + 0xffd);
    m.set('rax', -1);
    expect(m.run()).toBe(ExitReason.PageFault);
    expect(m.faults).toEqual([{ va: data + 0x1000, error: 6 }]);
    expect(m.read(data + 0xffd, 3)).toEqual([0, 0, 0]);
    m.map(data + 0x1000, 0x1000);
    m.run();
    expect(m.read(data + 0xffd, 8)).toEqual(Array(8).fill(255));
  });

  test('crossing read-modify-write', () => {
    const m = machine([0x48, 0x01, 0x07, 0x0f, 0x0b]);
    m.map(data, 0x2000);
    m.write(data + 0xffc, [1, 2, 3, 4, 5, 6, 7, 8]);
    m.set('rdi', data + 0xffc);
    m.set('rax', 0x0101010101010101n);
    m.run();
    expect(m.read(data + 0xffc, 8)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('rep movsb stops at the fault with its registers at the place', () => {
    const m = machine([0xf3, 0xa4, 0x0f, 0x0b]);
    m.map(data, 0x1000);
    m.map(0x70_0000, 0x3000);
    m.set('rdi', data + 0xf00);
    m.set('rsi', 0x70_0000);
    m.set('rcx', 0x300);
    expect(m.run()).toBe(ExitReason.PageFault);
    expect([m.get('rcx'), m.get('rsi'), m.get('rdi')]).toEqual([0x200n, 0x70_0100n, BigInt(data + 0x1000)]);
    m.map(data + 0x1000, 0x1000);
    expect(m.run()).toBe(ExitReason.Exception);
    expect(m.get('rcx')).toBe(0n);
    expect(m.icount).toBe(1);
  });
});

test('a fault inside rep cmps shows the flags from before it', () => {
  const m = machine([0xf9, 0xf3, 0xa6, 0x0f, 0x0b]);
  m.map(data, 0x1000);
  m.map(0x70_0000, 0x2000);
  m.set('rdi', data + 0xff0);
  m.set('rsi', 0x70_0000);
  m.set('rcx', 0x20);
  expect(m.run()).toBe(ExitReason.PageFault);
  expect(m.get('rcx')).toBe(0x10n);
  expect(m.core.getEflags() & 0x41).toBe(1);
  m.map(data + 0x1000, 0x1000);
  m.run();
  expect(m.core.getEflags() & 0x41).toBe(0x40);
});

describe('page tables', () => {
  test('accessed and dirty bits', () => {
    const m = machine([...loadCode.slice(0, 3), ...storeCode]);
    m.map(data, 0x1000);
    const bits = () => m.core.view.getUint32(m.core.pteSlot(m.pgd, data, false), true) & (Pte.A | Pte.D);
    expect(bits()).toBe(0);
    m.run(1);
    expect(bits()).toBe(Pte.A);
    m.run();
    expect(bits()).toBe(Pte.A | Pte.D);
  });

  test('a lowered entry counts after invlpg', () => {
    const m = machine([0x48, 0x89, 0x07, 0xeb, 0xfb]);
    m.map(data, 0x1000);
    expect(m.run(100)).toBe(ExitReason.Budget);
    m.core.protectRange(m.pgd, data, data + 0x1000, 0, Pte.RW, true, false);
    expect(m.run(100)).toBe(ExitReason.PageFault);
    expect(m.faults.at(-1)?.error).toBe(7);
  });

  test('copy on write: both sides are protected, references counted', () => {
    const m = machine(storeCode);
    m.map(data, 0x1000);
    m.set('rax', 1);
    m.run();
    const child = m.core.createPageTable();
    expect(m.core.copyRange(child, m.pgd, 0, 0x8000_0000, true)).toBe(true);
    const frame = m.host(data);
    const page = m.core.pageStruct(frame);
    expect(m.core.view.getUint32(page + PageStruct.RefCount, true)).toBe(2);
    expect(m.core.view.getUint32(page + PageStruct.MapCount, true)).toBe(2);
    m.rip = 0x40_0000;
    expect(m.run()).toBe(ExitReason.PageFault);
    expect(m.faults.at(-1)?.error).toBe(7);
    m.core.activate(child);
    expect(m.run()).toBe(ExitReason.PageFault);
    expect(m.core.translate(data, 0)).toBe(frame);
    expect(m.core.translate(data, 1)).toBe(0);
    m.core.zapRange(child, 0, 0x8000_0000);
    expect(m.core.zappedAnon()).toBe(3);
    expect(m.core.view.getUint32(page + PageStruct.RefCount, true)).toBe(1);
  });

  test('frames come back, and nothing leaks over a fork and exit', () => {
    const m = machine(storeCode);
    m.map(data, 0x20_0000);
    const free = () => m.core.view.getUint32(0x3008, true);
    const before = free();
    for (let i = 0; i < 20; i++) {
      const child = m.core.createPageTable();
      m.core.copyRange(child, m.pgd, 0, 0x8000_0000, true);
      m.core.activate(child);
      m.core.zapRange(child, 0, 0x8000_0000);
      m.core.activate(m.pgd);
      m.core.destroyPageTable(child);
    }
    expect(free()).toBe(before);
  });

  test('moved entries', () => {
    const m = machine(loadCode);
    m.map(data, 0x3000);
    m.write(data + 0x1000, [9]);
    expect(m.core.moveRange(m.pgd, data, 0x9000_0000, 0x3000)).toBe(true);
    expect(m.core.translate(data + 0x1000, 0)).toBe(0);
    m.set('rdi', 0x9000_1000);
    m.run();
    expect(m.get('rax')).toBe(9n);
  });

  test('the frame limit', () => {
    const m = new BareMachine(1 << 20);
    let frames = 0;
    while (m.core.allocFrame(PageFlag.Anon)) frames++;
    expect(frames).toBe(255);
  });

  test('a machine begins small; a second address space that runs brings its tables, which count as no frames', () => {
    const m = new BareMachine(1 << 30);
    const header = (field: Header): number => m.core.u32[(MemoryMap.Header + field) >>> 2]!;
    expect(m.core.u8.length).toBeLessThan(32 << 20);
    const second = m.core.createPageTable();
    const free = header(Header.FreeFrames);
    const touched = header(Header.FramesTouched);
    m.core.activate(second);
    expect(header(Header.FreeFrames)).toBe(free);
    expect(header(Header.FramesTouched)).toBe(touched + MemoryMap.TlbContextBytes / PageSize.Bytes);
    const table = m.core.pageStruct(header(Header.FrameBase) + touched * PageSize.Bytes);
    expect(m.core.view.getUint32(table + PageStruct.Flags, true)).toBe(PageFlag.Core);
    expect(m.core.view.getUint32(table + PageStruct.Index, true)).toBe(CoreTable.TlbContext + 1);
    const behind = m.core.allocFrame(PageFlag.Anon);
    expect(behind).toBe(header(Header.FrameBase) + (touched * PageSize.Bytes + MemoryMap.TlbContextBytes));
    m.core.activate(m.pgd);
    m.core.destroyPageTable(second);
    m.core.activate(m.core.createPageTable());
    expect(header(Header.FramesTouched)).toBe(touched + MemoryMap.TlbContextBytes / PageSize.Bytes + 1);
  });

  test('nine address spaces share eight contexts', () => {
    const m = machine(loadCode);
    const spaces = Array.from({ length: 9 }, () => m.core.createPageTable());
    for (const [i, pgd] of spaces.entries()) {
      m.core.copyRange(pgd, m.pgd, 0x40_0000, 0x40_2000, false);
      m.map(data, 0x1000, { pgd });
      m.core.activate(pgd);
      m.core.u8[m.core.translate(data, 1)] = i + 1;
    }
    for (let round = 0; round < 3; round++) {
      for (const [i, pgd] of spaces.entries()) {
        m.core.activate(pgd);
        m.rip = 0x40_0000;
        m.run();
        expect(m.get('rax')).toBe(BigInt(i + 1));
      }
    }
  });
});
