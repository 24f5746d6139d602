import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { MemoryMap } from '../../../../abi/src/machine/memory-map';
import { Vector } from '../../../../abi/src/x86/vectors';
import { uopNextRip, uopRip } from '../../cpu/operands';
import { raise } from '../../cpu/exceptions';
import { rd } from '../../mmu/access';
import { Fe, rUp, sfDaz, sfFlags, sfFtz, sfMasks, sfPrecision, sfReported, sfRound } from '../softfloat/state';
import { INDEFINITE_SE, INDEFINITE_SIG } from '../softfloat/f80';

/**
 * The x87's registers and exceptions (SDM volume 1, chapter 8).
 *
 *   status word   15 14 13 12 11 10  9  8  7  6  5  4  3  2  1  0
 *                  B C3 └─TOP──┘ C2 C1 C0 ES SF PE UE OE ZE DE IE
 */
export const enum Fsw {
  StackFault = 0x40,
  /** An unmasked exception is pending; B mirrors it. */
  Summary = 0x80,
  SummaryAndBusy = 0x8080,
  C0 = 0x100,
  C1 = 0x200,
  C2 = 0x400,
  C3 = 0x4000,
  Codes = 0x4700,
}

export function fcw(): u32 {
  return load<u16>(MemoryMap.Cpu + Cpu.Fcw);
}

export function fsw(): u32 {
  return load<u16>(MemoryMap.Cpu + Cpu.Fsw);
}

export function setFsw(value: u32): void {
  store<u16>(MemoryMap.Cpu + Cpu.Fsw, value);
}

export function top(): u32 {
  return (fsw() >> 11) & 7;
}

export function setTop(value: u32): void {
  setFsw((fsw() & ~0x3800) | ((value & 7) << 11));
}

/** Host address of ST(i): significand, then sign and exponent. */
export function st(i: u32): u32 {
  return MemoryMap.Cpu + Cpu.St + (((top() + i) & 7) << 4);
}

export function stSig(i: u32): u64 {
  return load<u64>(st(i));
}

export function stSe(i: u32): u32 {
  return load<u16>(st(i), 8);
}

function tags(): u32 {
  return load<u8>(MemoryMap.Cpu + Cpu.Ftw);
}

export function isEmpty(i: u32): bool {
  return ((tags() >> ((top() + i) & 7)) & 1) == 0;
}

/** Writes ST(i) and marks it valid. */
export function setSt(i: u32, sig: u64, se: u32): void {
  const address = st(i);
  store<u64>(address, sig);
  store<u16>(address, se, 8);
  store<u8>(MemoryMap.Cpu + Cpu.Ftw, tags() | (1 << ((top() + i) & 7)));
}

export function setIndefinite(i: u32): void {
  setSt(i, INDEFINITE_SIG, INDEFINITE_SE);
}

export function free(i: u32): void {
  store<u8>(MemoryMap.Cpu + Cpu.Ftw, tags() & ~(1 << ((top() + i) & 7)));
}

export function push(sig: u64, se: u32): void {
  setTop(top() - 1);
  setSt(0, sig, se);
}

export function pop(): void {
  free(0);
  setTop(top() + 1);
}

export function setCodes(codes: u32): void {
  setFsw((fsw() & ~Fsw.Codes) | codes);
}

/** A waiting instruction reports the exception that an earlier one left: `if (pending()) return raisePending();`. */
export function pending(): bool {
  return (fsw() & Fsw.Summary) != 0;
}

export function raisePending(): i32 {
  return raise(Vector.MF, 0);
}

/** Modes from the control word; no flags; C1 cleared. */
export function begin(u: u32): void {
  beginKeepingC1(u);
  setFsw(fsw() & ~Fsw.C1);
}

export function beginKeepingC1(u: u32): void {
  const control = fcw();
  sfRound = (control >> 10) & 3;
  sfMasks = control & 0x3f;
  const precision = (control >> 8) & 3;
  sfPrecision = precision == 0 ? 24 : precision == 2 ? 53 : 64;
  sfDaz = false;
  sfFtz = false;
  sfFlags = 0;
  rUp = false;
  store<u64>(MemoryMap.Cpu + Cpu.Fip, uopRip(u));
  current = u;
}

/** The instruction begun, for the opcode register. */
let current: u32 = 0;

/** `begin` for an instruction with a memory operand at `va`. */
export function beginAt(u: u32, va: u64): void {
  begin(u);
  store<u64>(MemoryMap.Cpu + Cpu.Fdp, va);
}

/**
 * Merges the flags of the instruction into the status word, C1 telling that the result was rounded up. False: an unmasked
 * pre-computation exception keeps the instruction from delivering anything.
 */
export function settle(): bool {
  const flags = sfReported();
  if (flags == 0) return true;
  let status = fsw() | flags;
  if (rUp && (flags & Fe.Precision) != 0) status |= Fsw.C1;
  setFsw(status);
  const unmasked = flags & ~sfMasks;
  if (unmasked == 0) return true;
  summarise();
  return (unmasked & Fe.PreComputation) == 0;
}

/** IE and SF; C1 tells overflow from underflow. True: masked, the indefinite is to be delivered. */
export function stackFault(overflow: bool): bool {
  setFsw((fsw() & ~Fsw.C1) | Fsw.StackFault | Fe.Invalid | (overflow ? Fsw.C1 : 0));
  if ((sfMasks & Fe.Invalid) != 0) return true;
  summarise();
  return false;
}

function summarise(): void {
  setFsw(fsw() | Fsw.SummaryAndBusy);
  recordOpcode();
}

/** Sets ES and B by what is pending and unmasked, after the control or status word was loaded. */
export function refreshSummary(): void {
  const status = fsw();
  if ((status & ~fcw() & 0x3f) != 0) setFsw(status | Fsw.SummaryAndBusy);
  else setFsw(status & ~Fsw.SummaryAndBusy);
}

/**
 * FOP: the low three bits of the opcode and the ModRM byte. It is written only for unmasked exceptions (IA32_MISC_ENABLE's
 * fopcode compatibility mode off, SDM volume 1, 8.1.9.1), so micro-ops need not carry it: the bytes are read again.
 */
function recordOpcode(): void {
  const end = uopNextRip(current);
  for (let rip = uopRip(current); rip + 1 < end; rip++) {
    const p = rd(rip, 1);
    if (p == 0) return;
    const byte: u32 = load<u8>(p);
    if ((byte & 0xf8) != 0xd8) continue;
    const q = rd(rip + 1, 1);
    if (q != 0) store<u16>(MemoryMap.Cpu + Cpu.Fop, ((byte & 7) << 8) | load<u8>(q));
    return;
  }
}
