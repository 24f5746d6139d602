import { Cpu, Stat } from '../../../abi/src/machine/cpu-state';
import { ExitReason, Status } from '../../../abi/src/machine/exits';
import { Header, HotReason, Jump, MemoryMap, PageSize, Profile, RegionExit, RegionPage, RegionSlot, StackMemo } from '../../../abi/src/machine/memory-map';
import { Uop } from '../../../abi/src/machine/uop';
import { hostRegionExit, hostTranslate } from '../host';
import { readTable, TlbLayout } from '../mmu/tlb';
import { countStat, executable, executeSlow } from '../mmu/walk';
import { CodePage, decodedAt, endMarker, forgetWays } from './code-cache';
import { condition } from './conditions';
import { Retired } from './exceptions';
import { loadCc, statusFlags, storeRegionCc } from './flags';
import { HotOp } from './hot-ops';
import { interpret } from './interpret.generated';
import { watchNowAndThen } from './sites';
import { findCode, knownCodePage, left } from './transfer';

/** Translated code (packages/jit): how control gets to it, and the profile that says what to translate. */

export const enum Region {
  /** Below so many instructions left the interpreter goes on, so that the count is exact. */
  Least = 2048,
  /** Regions leave after so many, so that V8 can put better code in their place. */
  Fuel = 1_000_000,
  /** What calls from region to region may use of the host's stack: Param.Depth of packages/jit. */
  Depth = 400,
  /** Samples that make a code page hot. */
  Hot = 160,
  /** Ends of regions at one address that make it hot. */
  HotEnds = 2000,
  /** The interpreter goes on for so many instructions at a time between two regions, so often. */
  Interpreted = 200,
  Tries = 8,
  /** Pages on each side of the stack's top that are looked at. */
  StackPages = 32,
  /** Hot addresses that are translated at once. */
  Batch = 6,
  /** More than any fuel. */
  Leave = 0x4000_0000,
}

/** Is the region of a slot what the active address space has at `base`? */
function isValid(slot: u32, base: u64): bool {
  if (load<u32>(slot, RegionSlot.ValidEpoch) == load<u32>(MemoryMap.Header + Header.CodeEpoch) && load<u64>(slot, RegionSlot.ValidBase) == base) return true;
  if (base >> 32) return false;
  let page = load<u32>(slot, RegionSlot.Pages);
  const end = page + load<u32>(slot, RegionSlot.PageCount) * RegionPage.Bytes;
  const first = <u32>base >>> PageSize.Shift;
  for (; page < end; page += RegionPage.Bytes) {
    const number = first + load<u32>(page, RegionPage.Delta);
    const code = load<u32>(page, RegionPage.Code);
    if (number >= <u32>(1 << 20) || executable(<u64>number << PageSize.Shift) != code) return false;
    if (load<u32>(code, CodePage.Generation) != load<u32>(page, RegionPage.Generation)) return false;
  }
  store<u64>(slot, base, RegionSlot.ValidBase);
  store<u32>(slot, load<u32>(MemoryMap.Header + Header.CodeEpoch), RegionSlot.ValidEpoch);
  return true;
}

/** Runs the region at an Enter micro-op; where to go on: `rip` itself if it does not hold here. */
@inline
function enterRegion(u: u32, rip: u64, depth: i32): u64 {
  const number = load<u32>(u, Uop.Imm);
  const slot = MemoryMap.RegionSlots + number * RegionSlot.Bytes;
  const base = rip - <u64>(<i64>load<i32>(slot, RegionSlot.Offset));
  if (!isValid(slot, base)) return rip;
  const jump = jumpOf(rip);
  store<u64>(jump, rip);
  store<u64>(jump, base, Jump.Base);
  store<u32>(jump, load<u32>(MemoryMap.Header + Header.CodeEpoch), Jump.Epoch);
  store<u32>(jump, number, Jump.Slot);
  store<i32>(jump, load<i32>(slot, RegionSlot.Entry), Jump.Entry);
  return call_indirect<u64>(number, base, depth, load<i32>(slot, RegionSlot.Entry));
}

/** The place of an address in the table of jumps. */
@inline
function jumpOf(rip: u64): u32 {
  return MemoryMap.Jumps + Jump.First + (((<u32>rip * Jump.Multiplier) >>> Jump.Shift) & Jump.Mask);
}

/** Is the region known that begins at `rip`? */
@inline
function isKnown(jump: u32, rip: u64): bool {
  return load<u64>(jump) == rip && load<u32>(jump, Jump.Epoch) == load<u32>(MemoryMap.Header + Header.CodeEpoch);
}

/** Runs a region that is known. */
@inline
function follow(jump: u32, depth: i32): u64 {
  return call_indirect<u64>(load<u32>(jump, Jump.Slot), load<u64>(jump, Jump.Base), depth, load<i32>(jump, Jump.Entry));
}

/** Something has happened that the run loop is to look at: Region.Leave has been taken from the fuel. */
let isLeaving: bool = false;

/** Calls that goOn goes on with until one is counted. */
let unlinked: i32 = Profile.Unlinked;

/** Counts a call, its return address at `rsp`, which the caller could do itself if it were made again; not what came out of a call that it did. */
function countUnlinked(rsp: u64): void {
  unlinked = Profile.Unlinked;
  if (load<u64>(MemoryMap.Cpu + Cpu.Rsp) != rsp) return;
  if (rsp >> 32 || (<u32>rsp & PageSize.Mask) > <u32>PageSize.Bytes - 8) return;
  const entry = load<u32>(readTable + ((<u32>rsp >>> PageSize.Shift) << 2));
  if (entry) countExit(load<u64>(<u32>rsp + entry + TlbLayout.Bias), HotReason.Unlinked);
}

/**
 * For translated code, behind a call whose return address lies at `rsp`: goes on at `rip`, from region to region, until the function
 * called has returned. Where to go on after that; or at once, with the fuel used up or something for the run loop.
 */
export function goOn(rip: u64, rsp: u64, depth: i32): u64 {
  if (depth <= 0) return rip;
  let fuel = load<i32>(MemoryMap.Cpu + Cpu.RegionFuel);
  const first = jumpOf(rip);
  if (fuel > 0 && isKnown(first, rip)) {
    if (!--unlinked) countUnlinked(rsp);
    rip = follow(first, depth - 1);
    if (load<u64>(MemoryMap.Cpu + Cpu.Rsp) > rsp) return rip;
    fuel = load<i32>(MemoryMap.Cpu + Cpu.RegionFuel);
  }
  while (fuel > 0 && load<u64>(MemoryMap.Cpu + Cpu.Rsp) <= rsp) {
    const jump = jumpOf(rip);
    if (isKnown(jump, rip)) rip = follow(jump, depth - 1);
    else {
      const code = knownCodePage(rip);
      if (!code) break;
      const u = decodedAt(code, <u32>rip & PageSize.Mask);
      if (!u) break;
      if (load<u16>(u) == HotOp.Enter) rip = enterRegion(u, rip, depth - 1);
      else {
        countExit(rip, HotReason.Ended);
        rip = interpretOn(rip, depth);
      }
    }
    const before = fuel;
    fuel = load<i32>(MemoryMap.Cpu + Cpu.RegionFuel);
    // A region that does nothing here.
    if (fuel == before) break;
  }
  return rip;
}

/**
 * For translated code: goes on at an instruction that it could not do. The interpreter does it, and what follows up to the next region;
 * so the callers of the region that has failed need not be left.
 */
export function resume(rip: u64, depth: i32): u64 {
  if (depth <= 0 || load<i32>(MemoryMap.Cpu + Cpu.RegionFuel) <= 0) return rip;
  countExit(rip, load<u32>(MemoryMap.Cpu + Cpu.RegionFailed));
  const u = findCode(rip);
  if (!u || load<u16>(u) == HotOp.Straddle) return rip;
  loadCc();
  const status = interpret(copyRun(u, 1), 0);
  storeRegionCc();
  store<i32>(MemoryMap.Cpu + Cpu.RegionFuel, load<i32>(MemoryMap.Cpu + Cpu.RegionFuel) + left);
  if (status) return leaveRegions(status);
  rememberStack();
  return interpretOn(load<u64>(MemoryMap.Cpu + Cpu.Rip), depth);
}

/** Translated code looks for what lies at the stack's top there where it is now: in its page, and those around that lie together with it. */
function rememberStack(): void {
  const rsp = load<u64>(MemoryMap.Cpu + Cpu.Rsp);
  if (rsp >> 32) return;
  const table = readTable + TlbLayout.Write;
  const page = <u32>rsp >>> PageSize.Shift;
  const entry = load<u32>(table + (page << 2));
  if (!entry) return;
  // Pages with the same entry are as far apart in the memory as their addresses.
  let first = page;
  while (page - first < <u32>Region.StackPages && first && load<u32>(table + ((first - 1) << 2)) == entry) first--;
  let end = page + 1;
  while (end - page < <u32>Region.StackPages && end < 0x10_0000 && load<u32>(table + (end << 2)) == entry) end++;
  const memo = MemoryMap.StackMemo;
  const bytes = <u64>(end - first) << PageSize.Shift;
  store<u64>(memo, <u64>first << PageSize.Shift);
  store<u32>(memo, entry, StackMemo.Entry);
  store<u64>(memo, bytes - 15, StackMemo.Limit16);
  store<u64>(memo, bytes - 63, StackMemo.Limit64);
  store<u64>(memo, bytes - 255, StackMemo.Limit256);
  store<u32>(MemoryMap.Header + Header.MemosUsed, 1);
}

/** Does what is remembered of the stack have its top? */
function knowsStack(): bool {
  const memo = MemoryMap.StackMemo;
  return load<u64>(MemoryMap.Cpu + Cpu.Rsp) - load<u64>(memo) < load<u64>(memo, StackMemo.Limit16);
}

/** What has retired is the run loop's to answer; what has not is begun again there. */
function leaveRegions(status: i32): u64 {
  isLeaving = true;
  store<i32>(MemoryMap.Cpu + Cpu.RegionFuel, load<i32>(MemoryMap.Cpu + Cpu.RegionFuel) - Region.Leave);
  if (status == ExitReason.Syscall || status == ExitReason.Int80 || status >= Retired.Trap) store<i32>(MemoryMap.Cpu + Cpu.RegionStatus, status);
  return load<u64>(MemoryMap.Cpu + Cpu.Rip);
}

/** The interpreter goes on at `rip`, up to the next region, which goes on then. */
function interpretOn(rip: u64, depth: i32): u64 {
  for (let tries = 0; tries < Region.Tries; tries++) {
    const fuel = load<i32>(MemoryMap.Cpu + Cpu.RegionFuel);
    if (fuel <= 0) break;
    const u = findCode(rip);
    if (!u || load<u16>(u) == HotOp.Straddle) break;
    if (load<u16>(u) == HotOp.Enter) return enterRegion(u, rip, depth - 1);
    loadCc();
    const status = interpret(u, Region.Interpreted);
    storeRegionCc();
    store<i32>(MemoryMap.Cpu + Cpu.RegionFuel, fuel - (Region.Interpreted - left));
    if (status && status != Status.Region) return leaveRegions(status);
    rip = load<u64>(MemoryMap.Cpu + Cpu.Rip);
  }
  return rip;
}

/** Runs translated code, region after region, from an Enter micro-op on; how many instructions it has retired. Cpu.Rip is exact. */
export function runRegions(u: u32, remaining: i64): i64 {
  storeRegionCc();
  if (!knowsStack()) rememberStack();
  let fuel = <i32>(remaining - Region.Least < Region.Fuel ? remaining - Region.Least : Region.Fuel);
  const begun = fuel;
  store<i32>(MemoryMap.Cpu + Cpu.RegionFuel, fuel);
  let rip = load<u64>(MemoryMap.Cpu + Cpu.Rip);
  let why: u32 = RegionExit.Chained;
  const isWatched = load<u32>(MemoryMap.Header + Header.Translating) > 1;
  while (true) {
    const slot = load<u32>(u, Uop.Imm);
    store<u32>(MemoryMap.Cpu + Cpu.RegionFailed, 0);
    rip = enterRegion(u, rip, Region.Depth);
    let now = load<i32>(MemoryMap.Cpu + Cpu.RegionFuel);
    let retired = fuel - now;
    fuel = now;
    while (retired && fuel > 0 && !isWatched) {
      const jump = jumpOf(rip);
      if (!isKnown(jump, rip)) break;
      store<u32>(MemoryMap.Cpu + Cpu.RegionFailed, 0);
      rip = follow(jump, Region.Depth);
      now = load<i32>(MemoryMap.Cpu + Cpu.RegionFuel);
      retired = fuel - now;
      fuel = now;
    }
    if (isLeaving) {
      isLeaving = false;
      fuel += Region.Leave;
      retired -= Region.Leave;
      store<i32>(MemoryMap.Cpu + Cpu.RegionFuel, fuel);
    }
    u = findCode(rip);
    if (load<i32>(MemoryMap.Cpu + Cpu.RegionStatus)) why = RegionExit.Ended;
    else if (!u) why = RegionExit.Undecoded;
    else if (load<u16>(u) != HotOp.Enter || !retired)
      why = load<u32>(MemoryMap.Cpu + Cpu.RegionFailed) ? RegionExit.Failed : retired ? RegionExit.Ended : RegionExit.Refused;
    else if (fuel <= 0) why = RegionExit.Fuel;
    if (isWatched) hostRegionExit(slot, <f64>rip, retired, why);
    if (why) break;
  }
  // Refused at its entry: other code is where it was made from.
  if (why == RegionExit.Ended || why == RegionExit.Refused) countExit(rip, HotReason.Ended);
  countStat(Stat.RegionExits + why - 1);
  countStat(Stat.RegionRuns);
  const instructions = MemoryMap.Cpu + Cpu.Stats + (Stat.RegionInstructions << 3);
  store<u64>(instructions, load<u64>(instructions) + <u64>(begun - fuel));
  loadCc();
  return begun - fuel;
}

/** Tells the host of a hot address. */
function tell(rip: u64): void {
  const count = load<u32>(MemoryMap.Profile + Profile.HotCount);
  if (count == <u32>Profile.MaxHot) return;
  store<u64>(MemoryMap.Profile + Profile.Hot + (count << 3), rip);
  store<u32>(MemoryMap.Profile + Profile.HotCount, count + 1);
}

/** What an address is told for after so many times. */
@inline
function mostOf(reason: u64): u32 {
  if (reason == HotReason.Unlinked) return Profile.HotUnlinked;
  return reason >= <u64>HotReason.Failed ? Profile.HotFailures : Region.HotEnds;
}

/** Control has left a region to where it knows none. */
function countExit(rip: u64, reason: u64): void {
  // What fails for its numbers is counted apart from what does for its memory.
  const key = <u32>rip ^ (reason == HotReason.Far ? 0xffff_ffff : reason == HotReason.Unlinked ? 0x8000_0000 : 0);
  let at: u32 = MemoryMap.Profile + Profile.Exits + ((key ^ (key >>> 11)) & (Profile.MaxExits - 1)) * 8;
  // One of two places; where both are others', the less frequent one loses it in time.
  if (load<u32>(at) != key) {
    const other = at ^ 8;
    if (load<u32>(other) == key || load<u32>(other, 4) < load<u32>(at, 4)) at = other;
  }
  let count = load<u32>(at, 4);
  if (load<u32>(at) == key) count++;
  else if (count) count--;
  else {
    store<u32>(at, key);
    count = 1;
  }
  if (count >= mostOf(reason)) {
    count = 0;
    tell(rip | (reason << HotReason.Shift));
  }
  store<u32>(at, count, 4);
}

/** Where is the program? Its page gets warmer. */
export function sample(): void {
  const rip = load<u64>(MemoryMap.Cpu + Cpu.Rip);
  const code = executeSlow(rip);
  if (!code) return;
  const heat = load<u32>(code, CodePage.Heat) + 1;
  store<u32>(code, heat, CodePage.Heat);
  // What was done once, to begin with, is not what is hot.
  if (heat == Region.Hot / 2) forgetWays(code);
  if (heat >= <u32>Region.Hot / 2) watchNowAndThen();
  if (heat < <u32>Region.Hot) return;
  tell(rip);
  if (load<u32>(MemoryMap.Profile + Profile.HotCount) >= <u32>Region.Batch) hostTranslate();
}

/**
 * Copies up to `count` micro-ops of a run to the step buffer, with an end marker behind them. What is copied from behind the end of
 * the run is never reached.
 */
export function copyRun(u: u32, count: u32): u32 {
  let to: u32 = MemoryMap.StepBuffer;
  for (let i: u32 = 0; i < count; i++) {
    if (load<u16>(u) <= <u32>HotOp.End) break;
    v128.store(to, v128.load(load<u16>(u) == HotOp.Enter ? MemoryMap.RegionSlots + load<u32>(u, Uop.Imm) * RegionSlot.Bytes : u));
    u += Uop.Bytes;
    to += Uop.Bytes;
  }
  const pc = <u32>load<u16>(to - Uop.Bytes, Uop.Pc);
  endMarker(to, (pc & 0xfff) + (pc >> 12));
  return MemoryMap.StepBuffer;
}

/** For translated code: executes one decoded micro-op as the interpreter does; the status, 0 when it has retired. */
export function stepUop(u: u32): i32 {
  countStat(Stat.RegionSteps);
  loadCc();
  const status = interpret(copyRun(u, 1), 0);
  storeRegionCc();
  return status;
}

/** For translated code: does a condition hold, by the flags in the CPU state? 16: all six status flags, in their places in RFLAGS. */
export function testCondition(code: u32): u32 {
  loadCc();
  return code == 16 ? statusFlags() : condition(code);
}
