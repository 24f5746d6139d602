import { Cpu, Stat } from '../../../abi/src/machine/cpu-state';
import { ExitReason, Status } from '../../../abi/src/machine/exits';
import { MemoryMap, PageSize } from '../../../abi/src/machine/memory-map';
import { Vector } from '../../../abi/src/x86/vectors';
import { readTable, TlbLayout } from './tlb';
import { countStat, isCanonical, readSlow, writeSlow } from './walk';

/** Why the last access or operand check failed: what fault() returns. */
let pending: i32 = 0;
/** Was it a non-canonical address? */
let nonCanonical: bool = false;
/** The write that now uses the crossing scratch: its size and the host addresses of its two parts. */
let crossSize: u32 = 0;
let crossFirst: u32 = 0;
let crossSecond: u32 = 0;
let crossFirstHost: u32 = 0;

const enum Scratch {
  /** Reads and writes longer than 256 bytes (fxsave, fxrstor). */
  LongRead = 0x5000,
}

/** The status to return after rd, wr, rw or an operand check gave 0. */
export function fault(): i32 {
  return pending;
}

/** Records a fault exception and gives 0, the "no address" of the operand helpers. */
export function faultWith(vector: u32, error: u32): u32 {
  store<u32>(MemoryMap.Cpu + Cpu.ExitVector, vector);
  store<u32>(MemoryMap.Cpu + Cpu.ExitError, error);
  nonCanonical = false;
  pending = ExitReason.Exception;
  return 0;
}

/** #GP(0) for a non-canonical address; the run loop makes it #SS(0) where the base register says so. */
export function nonCanonicalFault(): u32 {
  faultWith(Vector.GP, 0);
  nonCanonical = true;
  return 0;
}

/** Was the last fault one by nonCanonicalFault? Asked once. */
export function takeNonCanonical(): bool {
  const was = nonCanonical;
  nonCanonical = false;
  return was;
}

/** A page fault; the run loop asks the kernel, and executes the instruction again if that resolves it. */
export function pageFault(va: u64, error: u32): u32 {
  store<u64>(MemoryMap.Cpu + Cpu.Cr2, va);
  store<u32>(MemoryMap.Cpu + Cpu.ExitVector, Vector.PF);
  store<u32>(MemoryMap.Cpu + Cpu.ExitError, error);
  pending = ExitReason.PageFault;
  return 0;
}

/** The write hit a page whose decoded code has just been dropped: the instruction starts again. */
export function retryWrite(): u32 {
  pending = Status.Retry;
  return 0;
}

/** Host address where `size` bytes (1–512) at va can be read, contiguous; 0 = faulted. */
export function rd(va: u64, size: u32): u32 {
  const low = <u32>va;
  const offset = low & PageSize.Mask;
  if (!(va >> 32) && offset <= <u32>PageSize.Bytes - size) {
    const entry = load<u32>(readTable + ((low >>> PageSize.Shift) << 2));
    if (entry) return low + entry + TlbLayout.Bias;
  }
  if (offset <= <u32>PageSize.Bytes - size) return readSlow(va);
  const split = PageSize.Bytes - offset;
  if (leavesCanonical(va + split)) return nonCanonicalFault();
  countStat(Stat.CrossingReads);
  const first = readSlow(va);
  if (!first) return 0;
  const second = readSlow(va + split);
  if (!second) return 0;
  const scratch: u32 = size > 256 ? Scratch.LongRead : MemoryMap.ReadScratch;
  memory.copy(scratch, first, split);
  memory.copy(scratch + split, second, size - split);
  return scratch;
}

/** Host address to store `size` bytes for va to, then wrDone; 0 = faulted. */
export function wr(va: u64, size: u32): u32 {
  const low = <u32>va;
  const offset = low & PageSize.Mask;
  if (!(va >> 32) && offset <= <u32>PageSize.Bytes - size) {
    const entry = load<u32>(readTable + ((low >>> PageSize.Shift) << 2), TlbLayout.Write);
    if (entry) return low + entry + TlbLayout.Bias;
  }
  if (offset <= <u32>PageSize.Bytes - size) return writeSlow(va);
  return writeCrossing(va, size, PageSize.Bytes - offset);
}

/** Like wr; what lies at va can also be read there. */
export function rw(va: u64, size: u32): u32 {
  const p = wr(va, size);
  if (p == MemoryMap.WriteScratch) {
    memory.copy(p, crossFirstHost, crossFirst);
    memory.copy(p + crossFirst, crossSecond, size - crossFirst);
  }
  return p;
}

/** An access that crosses into the non-canonical hole is #GP before either page is looked at. */
function leavesCanonical(second: u64): bool {
  return second == 0x8000_0000_0000;
}

function writeCrossing(va: u64, size: u32, split: u32): u32 {
  if (leavesCanonical(va + split)) return nonCanonicalFault();
  countStat(Stat.CrossingWrites);
  const first = writeSlow(va);
  if (!first) return 0;
  const second = writeSlow(va + split);
  if (!second) return 0;
  crossSize = size;
  crossFirst = split;
  crossFirstHost = first;
  crossSecond = second;
  return MemoryMap.WriteScratch;
}

/** After the stores: copies them back when the access crossed a page. */
@inline
export function wrDone(p: u32): void {
  if (p == MemoryMap.WriteScratch) finishCrossing();
}

function finishCrossing(): void {
  memory.copy(crossFirstHost, MemoryMap.WriteScratch, crossFirst);
  memory.copy(crossSecond, MemoryMap.WriteScratch + crossFirst, crossSize - crossFirst);
}

/** rd for the stack: a non-canonical address is #SS(0). */
export function rdStack(va: u64, size: u32): u32 {
  const p = rd(va, size);
  return p || isCanonical(va) ? p : faultWith(Vector.SS, 0);
}

/** wr for the stack. */
export function wrStack(va: u64, size: u32): u32 {
  const p = wr(va, size);
  return p || isCanonical(va) ? p : faultWith(Vector.SS, 0);
}
