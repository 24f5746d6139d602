import { Cpu } from '../../../abi/src/machine/cpu-state';
import { MemoryMap } from '../../../abi/src/machine/memory-map';
import { Eflags } from '../../../abi/src/x86/eflags';

/**
 * The six status flags, kept as the operation that set them. Result and operands are sign-extended from the operand size to
 * 64 bits, so that neither zero, sign, carry nor overflow depends on the size:
 *
 *   op        CF                OF                              a                    b
 *   Logic     0                 0
 *   Add       r <u a            (a ^ r) & (b ^ r) < 0           left                 right
 *   Adc1      r <=u a           as Add                          left (carry in 1)    right
 *   Sub       a <u b            (a ^ b) & (a ^ r) < 0           left                 right
 *   Sbb1      a <=u b           as Sub                          left (borrow in 1)   right
 *   Inc       b                 ~a & r < 0                      before               CF before
 *   Dec       b                 a & ~r < 0                      before               CF before
 *   Shl       a < 0             (a ^ r) < 0                     shifted by count − 1
 *   Shr       a & 1             a < 0                           shifted by count − 1
 *   Sar       a & 1             0                               shifted by count − 1
 *   Mul       a & 1             a & 1                           1 if the product did not fit
 *   Explicit  all bits in a; the result still tells zero, but neither sign nor parity
 *   Rotated   CF and OF in ccRotated, the others as operation ccBase left them in the same r, a and b
 */
export const enum CcOp {
  Logic = 0,
  Add = 1,
  Sub = 2,
  Adc1 = 3,
  Sbb1 = 4,
  Inc = 5,
  Dec = 6,
  Shl = 7,
  Shr = 8,
  Sar = 9,
  Mul = 10,
  Explicit = 11,
  Rotated = 12,
}

export let ccOp: u32 = CcOp.Logic;
export let ccResult: i64 = 1;
export let ccA: u64 = 0;
export let ccB: u64 = 0;
let ccBase: u32 = CcOp.Logic;
let ccRotated: u32 = 0;

/** Flags as the operation `op` left them; r, a and b as in the table above. */
@inline
export function setCc(op: u32, r: i64, a: u64, b: u64): void {
  ccOp = op;
  ccResult = r;
  ccA = a;
  ccB = b;
}

/** Flags of and, or, xor, test: CF = OF = 0. */
@inline
export function setCcLogic(r: i64): void {
  ccOp = CcOp.Logic;
  ccResult = r;
}

/** CF and OF change (bits as in RFLAGS), the others stay. */
@inline
export function setCcRotated(bits: u32): void {
  if (ccOp != CcOp.Rotated) {
    ccBase = ccOp;
    ccOp = CcOp.Rotated;
  }
  ccRotated = bits;
}

/** The operation that left SF, ZF, AF and PF. */
@inline
function resultOp(): u32 {
  return ccOp == CcOp.Rotated ? ccBase : ccOp;
}

export function getCf(): bool {
  switch (ccOp) {
    case CcOp.Rotated:
      return (ccRotated & Eflags.CF) != 0;
    case CcOp.Logic:
      return false;
    case CcOp.Add:
      return <u64>ccResult < ccA;
    case CcOp.Sub:
      return ccA < ccB;
    case CcOp.Adc1:
      return <u64>ccResult <= ccA;
    case CcOp.Sbb1:
      return ccA <= ccB;
    case CcOp.Inc:
    case CcOp.Dec:
      return ccB != 0;
    case CcOp.Shl:
      return <i64>ccA < 0;
    default:
      return (ccA & 1) != 0;
  }
}

export function getOf(): bool {
  switch (ccOp) {
    case CcOp.Rotated:
      return (ccRotated & Eflags.OF) != 0;
    case CcOp.Logic:
    case CcOp.Sar:
      return false;
    case CcOp.Add:
    case CcOp.Adc1:
      return <i64>((ccA ^ <u64>ccResult) & (ccB ^ <u64>ccResult)) < 0;
    case CcOp.Sub:
    case CcOp.Sbb1:
      return <i64>((ccA ^ ccB) & (ccA ^ <u64>ccResult)) < 0;
    case CcOp.Inc:
      return <i64>(~ccA & <u64>ccResult) < 0;
    case CcOp.Dec:
      return <i64>(ccA & ~(<u64>ccResult)) < 0;
    case CcOp.Shl:
      return <i64>(ccA ^ <u64>ccResult) < 0;
    case CcOp.Shr:
      return <i64>ccA < 0;
    case CcOp.Mul:
      return (ccA & 1) != 0;
    default:
      return (ccA & Eflags.OF) != 0;
  }
}

@inline
export function getZf(): bool {
  return ccResult == 0;
}

export function getSf(): bool {
  return resultOp() == CcOp.Explicit ? (ccA & Eflags.SF) != 0 : ccResult < 0;
}

export function getPf(): bool {
  if (resultOp() == CcOp.Explicit) return (ccA & Eflags.PF) != 0;
  return (popcnt<u32>(<u32>ccResult & 0xff) & 1) == 0;
}

export function getAf(): bool {
  switch (resultOp()) {
    case CcOp.Add:
    case CcOp.Adc1:
    case CcOp.Sub:
    case CcOp.Sbb1:
      return ((ccA ^ ccB ^ <u64>ccResult) & 0x10) != 0;
    case CcOp.Inc:
    case CcOp.Dec:
      return ((ccA ^ 1 ^ <u64>ccResult) & 0x10) != 0;
    case CcOp.Explicit:
      return (ccA & Eflags.AF) != 0;
    default:
      return false;
  }
}

/** The six status flags in their places in RFLAGS. */
export function statusFlags(): u32 {
  if (ccOp == CcOp.Explicit) return <u32>ccA & Eflags.Status;
  return (
    (getCf() ? Eflags.CF : 0) |
    (getPf() ? Eflags.PF : 0) |
    (getAf() ? Eflags.AF : 0) |
    (ccResult == 0 ? Eflags.ZF : 0) |
    (getSf() ? Eflags.SF : 0) |
    (getOf() ? Eflags.OF : 0)
  );
}

/** Sets all six status flags: bits as in RFLAGS (CF 1, PF 4, AF 0x10, ZF 0x40, SF 0x80, OF 0x800). */
export function setFlags(bits: u32): void {
  ccOp = CcOp.Explicit;
  ccA = <u64>(bits & Eflags.Status);
  ccResult = bits & Eflags.ZF ? 0 : 1;
}

/** Changes CF alone. */
export function setCf(carry: bool): void {
  setFlags((statusFlags() & ~Eflags.CF) | (carry ? Eflags.CF : 0));
}

/** Changes ZF alone. */
export function setZf(zero: bool): void {
  setFlags((statusFlags() & ~Eflags.ZF) | (zero ? Eflags.ZF : 0));
}

/** RFLAGS, all of it. */
export function getFlags(): u32 {
  return statusFlags() | load<u32>(MemoryMap.Cpu + Cpu.EflagsRest);
}

/** RFLAGS := bits; IF stays set, reserved bits stay as the processor has them. */
export function putFlags(bits: u32): void {
  setFlags(bits);
  const rest = (bits & (Eflags.UserControl)) | Eflags.IF | Eflags.Fixed;
  store<u32>(MemoryMap.Cpu + Cpu.EflagsRest, rest);
}

/** Takes the lazy flags from the CPU state: when `run` begins. */
export function loadCc(): void {
  ccOp = load<u32>(MemoryMap.Cpu + Cpu.CcOp);
  ccResult = load<i64>(MemoryMap.Cpu + Cpu.CcResult);
  ccA = load<u64>(MemoryMap.Cpu + Cpu.CcA);
  ccB = load<u64>(MemoryMap.Cpu + Cpu.CcB);
  if (ccOp == CcOp.Rotated) {
    ccBase = load<u32>(MemoryMap.Cpu + Cpu.CcBase);
    ccRotated = load<u32>(MemoryMap.Cpu + Cpu.CcRotated);
  }
}

/** Puts the lazy flags into the CPU state: when `run` ends or calls out. */
export function storeCc(): void {
  if (ccOp == CcOp.Rotated) setFlags(statusFlags());
  store<u32>(MemoryMap.Cpu + Cpu.CcOp, ccOp);
  store<i64>(MemoryMap.Cpu + Cpu.CcResult, ccResult);
  store<u64>(MemoryMap.Cpu + Cpu.CcA, ccA);
  store<u64>(MemoryMap.Cpu + Cpu.CcB, ccB);
}

/** The same for translated code, which knows rotates too. */
export function storeRegionCc(): void {
  store<u32>(MemoryMap.Cpu + Cpu.CcOp, ccOp);
  store<i64>(MemoryMap.Cpu + Cpu.CcResult, ccResult);
  store<u64>(MemoryMap.Cpu + Cpu.CcA, ccA);
  store<u64>(MemoryMap.Cpu + Cpu.CcB, ccB);
  store<u32>(MemoryMap.Cpu + Cpu.CcBase, ccBase);
  store<u32>(MemoryMap.Cpu + Cpu.CcRotated, ccRotated);
}

let savedOp: u32 = CcOp.Logic;
let savedBase: u32 = CcOp.Logic;
let savedRotated: u32 = 0;
let savedResult: i64 = 0;
let savedA: u64 = 0;
let savedB: u64 = 0;

/** Keeps the flags, for an instruction that may stop half-way and must then show those from before (REP: SDM volume 2). */
export function keepCc(): void {
  savedOp = ccOp;
  savedBase = ccBase;
  savedRotated = ccRotated;
  savedResult = ccResult;
  savedA = ccA;
  savedB = ccB;
}

/** The flags as keepCc found them. */
export function restoreCc(): void {
  ccBase = savedBase;
  ccRotated = savedRotated;
  setCc(savedOp, savedResult, savedA, savedB);
}
