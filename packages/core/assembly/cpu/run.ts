import { Cpu } from '../../../abi/src/machine/cpu-state';
import { ExitReason, Status } from '../../../abi/src/machine/exits';
import { Header, MemoryMap, PageSize, Profile, RegionSlot } from '../../../abi/src/machine/memory-map';
import { Uop } from '../../../abi/src/machine/uop';
import { Dr6 } from '../../../abi/src/x86/debug';
import { Vector } from '../../../abi/src/x86/vectors';
import { decode } from '../decode/decoder';
import { hostPageFault, hostTranslate } from '../host';
import { fault, retryWrite } from '../mmu/access';
import { executeSlow, fetchSlow } from '../mmu/walk';
import { anyBreakpoint, hasBreakpoint, isBreakpoint } from './breakpoints';
import { decodedAt, decodeRun, endMarker, joinStraddle, Run, setWritesToCodeGoOn } from './code-cache';
import { Retired } from './exceptions';
import { loadCc, storeCc } from './flags';
import { HotOp } from './hot-ops';
import { interpret } from './interpret.generated';
import { isStepping, stepDue } from './single-step';
import { copyRun, Region, runRegions, sample } from './regions';
import { noteSite, watched } from './sites';
import { left } from './transfer';

const enum Chunk {
  /** Instructions after which the loop returns to here: V8 replaces a function's code only between calls. */
  Instructions = 5_000,
  /** The least that a sample of where the program is stands for. */
  Sampled = 3_000,
}

/** Instructions that were interpreted since the program was last looked at: calls of the kernel may be many. */
let unsampled: i32 = 0;

/**
 * Runs at most `budget` instructions (exactly as many, unless something else ends it earlier) from Cpu.Rip. On return the state at
 * MemoryMap.Cpu is complete.
 */
export function run(budget: f64): i32 {
  loadCc();
  let remaining = <i64>budget;
  let reason: i32 = 0;
  let alone = false;
  while (!reason) {
    if (remaining <= 0) {
      reason = ExitReason.Budget;
      break;
    }
    if (load<u32>(MemoryMap.Header + Header.InterruptRequest)) {
      reason = ExitReason.Interrupt;
      break;
    }
    const traced = isStepping();
    let single = alone || traced;
    if (anyBreakpoint()) {
      const rip = load<u64>(MemoryMap.Cpu + Cpu.Rip);
      if (remaining != <i64>budget && isBreakpoint(rip)) {
        reason = ExitReason.Breakpoint;
        break;
      }
      single = single || hasBreakpoint(rip >> PageSize.Shift);
    }
    const before = remaining;
    let status: i32 = 0;
    let u = entry(load<u64>(MemoryMap.Cpu + Cpu.Rip));
    if (u && watched > 0 && load<u16>(u) > <u32>HotOp.End && load<u16>(u) != HotOp.Enter) {
      noteSite(u);
      single = true;
    }
    if (u && load<u16>(u) == HotOp.Straddle) u = joinStraddling();
    else if (u && (single || remaining <= Run.Max + 1 || (load<u16>(u) == HotOp.Enter && remaining <= Region.Least))) {
      u = copyRun(u, single || load<u16>(u) == HotOp.Enter ? 1 : <u32>remaining);
    }
    if (!u) status = fault();
    else if (load<u16>(u) == HotOp.Enter && !single && remaining > Region.Least) {
      const used = runRegions(u, remaining);
      remaining -= used;
      // Its first instruction needs the interpreter.
      alone = !used;
      store<u64>(MemoryMap.Cpu + Cpu.Icount, load<u64>(MemoryMap.Cpu + Cpu.Icount) + <u64>used);
      if (load<u32>(MemoryMap.Profile + Profile.HotCount) >= <u32>Region.Batch) hostTranslate();
      status = load<i32>(MemoryMap.Cpu + Cpu.RegionStatus);
      store<i32>(MemoryMap.Cpu + Cpu.RegionStatus, 0);
      if (status == ExitReason.Syscall || status == ExitReason.Int80) reason = status;
      else if (status == Retired.Trap) reason = ExitReason.Exception;
      continue;
    }
    else if (u == MemoryMap.StepBuffer) {
      setWritesToCodeGoOn(alone);
      status = interpret(u, 0);
      setWritesToCodeGoOn(false);
      remaining += left;
    } else {
      const count = remaining < Chunk.Instructions ? <i32>remaining : Chunk.Instructions;
      status = interpret(u, count - Run.Max - 1);
      remaining -= count - Run.Max - 1 - left;
      // What leads to a region says little.
      if (status != Status.Region) unsampled += <i32>(before - remaining);
      if (unsampled >= Chunk.Sampled && load<u32>(MemoryMap.Header + Header.Translating)) {
        unsampled = 0;
        sample();
      }
    }
    if (remaining != before) {
      const icount = MemoryMap.Cpu + Cpu.Icount;
      store<u64>(icount, load<u64>(icount) + <u64>(before - remaining));
    }
    alone = status == Status.Retry;
    if (status == ExitReason.PageFault) reason = askHost();
    else if (status == Retired.Trap) reason = ExitReason.Exception;
    else if (status > 0 && status < Retired.Trap) reason = status;
    else if (traced && stepDue(remaining != before)) {
      store<u32>(MemoryMap.Cpu + Cpu.ExitVector, Vector.DB);
      store<u32>(MemoryMap.Cpu + Cpu.ExitError, Dr6.BS);
      reason = ExitReason.Exception;
    }
  }
  storeCc();
  return reason;
}

/** Lets the kernel resolve the page fault: 0 = go on. */
function askHost(): i32 {
  storeCc();
  const failed = hostPageFault(<f64>load<u64>(MemoryMap.Cpu + Cpu.Cr2), load<u32>(MemoryMap.Cpu + Cpu.ExitError));
  loadCc();
  return failed ? ExitReason.PageFault : 0;
}

/** The micro-op at rip, decoded if need be; its page becomes the current one. 0 = faulted. */
function entry(rip: u64): u32 {
  store<u64>(MemoryMap.Cpu + Cpu.PageVa, rip & ~(<u64>PageSize.Mask));
  const code = executeSlow(rip);
  if (!code) return 0;
  const offset = <u32>rip & PageSize.Mask;
  return decodedAt(code, offset) || decodeRun(code, offset) || retryWrite();
}

/**
 * An instruction over a page's end, decoded from both pages: to the step buffer for now, and behind its Straddle micro-op for the
 * next time. 0 = faulted.
 */
function joinStraddling(): u32 {
  const rip = load<u64>(MemoryMap.Cpu + Cpu.Rip);
  const offset = <u32>rip & PageSize.Mask;
  const split = PageSize.Bytes - offset;
  const first = fetchSlow(rip);
  if (!first) return 0;
  const behind = fetchSlow(rip + split);
  if (!behind) return 0;
  const bytes: u32 = MemoryMap.ReadScratch;
  memory.copy(bytes, first, split);
  memory.copy(bytes + split, behind, 15 - split);
  const length = decode(bytes, 15, offset, MemoryMap.StepBuffer);
  // Either may empty the arena, and with it the Straddle micro-op.
  const second = executeSlow(rip + split);
  const code = executeSlow(rip);
  const u = decodedAt(code, offset);
  if (u && second && load<u16>(u) == HotOp.Straddle) joinStraddle(u, MemoryMap.StepBuffer, length, second);
  endMarker(MemoryMap.StepBuffer + Uop.Bytes, offset + length);
  return MemoryMap.StepBuffer;
}
