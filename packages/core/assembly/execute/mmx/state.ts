import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { Status } from '../../../../abi/src/machine/exits';
import { MemoryMap } from '../../../../abi/src/machine/memory-map';
import { Vector } from '../../../../abi/src/x86/vectors';
import { mm, rmReadMm, uReg, uRm } from '../../cpu/operands';
import { fault, faultWith } from '../../mmu/access';

/**
 * MMX registers are the significands of the physical x87 registers (SDM volume 1, §9.2):
 *
 *    15    10 9        8 7                 0
 *   ┌────────┬──────────┬───────────────────┐
 *   │ unused │ sign/exp │ mm n              │   MemoryMap.Cpu + Cpu.St + 16 n
 *   └────────┴──────────┴───────────────────┘
 *
 * Every MMX instruction sets TOP to 0 and all tags to valid (emms: to empty); a write sets sign and exponent to ones (§9.5.1).
 */
const ALL_VALID: u8 = 0xff;
const ALL_EMPTY: u8 = 0;
const FSW_TOP: u16 = 0x3800;
/** Error summary: an unmasked x87 exception is pending. */
const FSW_ES: u16 = 0x80;

/** A pending x87 exception is reported before an MMX instruction: false, and #MF is raised. */
@inline
export function ready(): bool {
  return !(load<u16>(MemoryMap.Cpu, Cpu.Fsw) & FSW_ES) || faultWith(Vector.MF, 0) != 0;
}

/** The change from x87 to MMX; called when no fault can come any more. */
@inline
export function enter(): void {
  store<u16>(MemoryMap.Cpu, load<u16>(MemoryMap.Cpu, Cpu.Fsw) & ~FSW_TOP, Cpu.Fsw);
  store<u8>(MemoryMap.Cpu, ALL_VALID, Cpu.Ftw);
}

/** Host address of the Q operand's `size` bytes, or 0 when a fault was raised. */
@inline
export function source(u: u32, size: u32): u32 {
  return ready() ? rmReadMm(u, size) : 0;
}

/** Value of the ModRM.reg register in the low half, the upper half is 0. */
@inline
export function dst(u: u32): v128 {
  return v128.load64_zero(mm(uReg(u)));
}

/** Value of the register in ModRM.rm. */
@inline
export function rm(u: u32): v128 {
  return v128.load64_zero(mm(uRm(u)));
}

/** Sets an MMX register. */
@inline
export function setMm(offset: u32, value: u64): void {
  const d = mm(offset);
  store<u64>(d, value);
  store<u16>(d, 0xffff, 8);
  enter();
}

/** Sets the ModRM.reg register to the low half and ends the instruction. */
@inline
export function put(u: u32, v: v128): i32 {
  setMm(uReg(u), i64x2.extract_lane(v, 0));
  return Status.Next;
}

/** Sets the register in ModRM.rm and ends the instruction. */
@inline
export function putRm(u: u32, v: v128): i32 {
  setMm(uRm(u), i64x2.extract_lane(v, 0));
  return Status.Next;
}

export function emms(u: u32): i32 {
  if (!ready()) return fault();
  enter();
  store<u8>(MemoryMap.Cpu, ALL_EMPTY, Cpu.Ftw);
  return Status.Next;
}
