import { Cpu } from '../../abi/src/machine/cpu-state';
import { CoreTable, MemoryMap, PageFlag, PageStruct } from '../../abi/src/machine/memory-map';
import { dropCode, flushCode, initCode, placeCodeRest } from './cpu/code-cache';
import { getEflags, resetCpu, setEflags } from './cpu/state';
import { goOn, resume, stepUop, testCondition } from './cpu/regions';
import { run } from './cpu/run';
import { quotientOf } from './execute/integer/wide';
import { fxrstorFrom, fxsaveTo } from './fpu/x87/fxsave';
import * as areas from './mmu/areas';
import * as frames from './mmu/frames';
import * as pageTables from './mmu/page-tables';
import * as ranges from './mmu/ranges';
import * as tlb from './mmu/tlb';
import * as walk from './mmu/walk';

/** The whole export list of core.wasm; packages/core/src/core.ts describes it. Addresses of user memory are f64. */
export { goOn, getEflags, quotientOf, resetCpu, resume, run, setEflags, stepUop, testCondition };

/** Once, before anything else: room for this many frames. */
export function init(frameCount: u32): void {
  const tables = frames.memMapEnd(frameCount);
  const code = tables + MemoryMap.TlbContextBytes;
  tlb.initTlb(tables);
  initCode(code);
  frames.initFrames(frameCount, code + MemoryMap.CodeFirstBytes);
  resetCpu();
}

export function fxsave(host: u32): void {
  fxsaveTo(host);
}

export function fxrstor(host: u32): bool {
  return fxrstorFrom(host);
}

export function allocFrame(flags: u32): u32 {
  return frames.allocFrame(flags, true);
}

export function allocFrameFor(pgd: u32, va: f64, flags: u32, zeroed: bool): u32 {
  return areas.allocFrameFor(pgd, <u64>va, flags, zeroed);
}

export function allocFrameRaw(flags: u32): u32 {
  return frames.allocFrame(flags, false);
}

export function getFrame(frame: u32): void {
  frames.getFrame(frame);
}

export function putFrame(frame: u32): void {
  frames.putFrame(frame);
}

/** Makes a table of the core (CoreTable) at the next frame: where the machine had it whose state is restored. False: no memory. */
export function placeTable(id: u32): bool {
  return id == CoreTable.CodeRest ? placeCodeRest() : tlb.placeContext(id - CoreTable.TlbContext);
}

export function pageStruct(frame: u32): u32 {
  return frames.pageStruct(frame);
}

export function frameWritten(frame: u32): void {
  if (load<u32>(frames.pageStruct(frame), PageStruct.Flags) & PageFlag.HasCode) dropCode(frame);
}

export function createPageTable(): u32 {
  return pageTables.createPageTable();
}

export function destroyPageTable(pgd: u32): void {
  pageTables.destroyPageTable(pgd);
}

export function activate(pgd: u32): void {
  store<u32>(MemoryMap.Cpu + Cpu.Cr3, pgd);
  tlb.activateContext(pgd);
}

export function pteSlot(pgd: u32, va: f64, alloc: bool): u32 {
  return pageTables.pteSlot(pgd, <u64>va, alloc);
}

export function invlpg(pgd: u32, va: f64): void {
  tlb.flushPages(pgd, <u64>va, <u64>va + 1);
}

export function flushRange(pgd: u32, start: f64, end: f64): void {
  tlb.flushPages(pgd, <u64>start, <u64>end);
}

export function flushAll(pgd: u32): void {
  tlb.flushContext(pgd);
}

export function copyRange(dst: u32, src: u32, start: f64, end: f64, cow: bool): bool {
  return ranges.copyRange(dst, src, <u64>start, <u64>end, cow);
}

export function mapFrames(slot: u32, count: u32, low: u32, high: u32): u32 {
  return ranges.mapFrames(slot, count, low, high);
}

export function zapRange(pgd: u32, start: f64, end: f64): void {
  ranges.zapRange(pgd, <u64>start, <u64>end);
}

export function zappedAnon(): u32 {
  return ranges.zappedAnonPages;
}

export function zappedFile(): u32 {
  return ranges.zappedFilePages;
}

export function protectRange(pgd: u32, start: f64, end: f64, setLo: u32, clearLo: u32, nx: bool, keepCowReadonly: bool): void {
  ranges.protectRange(pgd, <u64>start, <u64>end, setLo, clearLo, nx, keepCowReadonly);
}

export function moveRange(pgd: u32, from: f64, to: f64, length: f64): bool {
  return ranges.moveRange(pgd, <u64>from, <u64>to, <u64>length);
}

export function translate(va: f64, access: u32): u32 {
  return walk.translateIn(tlb.activePgd, <u64>va, access);
}

export function translateIn(pgd: u32, va: f64, access: u32): u32 {
  return walk.translateIn(pgd, <u64>va, access);
}

export function codeFlush(): void {
  flushCode();
}

export function tlbFlushAll(): void {
  tlb.flushEverything();
}
