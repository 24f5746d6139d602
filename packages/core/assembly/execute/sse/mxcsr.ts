import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { MemoryMap } from '../../../../abi/src/machine/memory-map';
import { Vector } from '../../../../abi/src/x86/vectors';
import { raise } from '../../cpu/exceptions';
import { sfBegin, sfMasks, sfReported } from '../../fpu/softfloat';

/**
 * How the floating-point instructions meet MXCSR.
 *
 *    15  14 13 12        7  6   5  4  3  2  1  0
 *   ┌───┬─────┬───────────┬───┬──┬──┬──┬──┬──┬──┐
 *   │FTZ│ RC  │   masks   │DAZ│PE│UE│OE│ZE│DE│IE│
 *   └───┴─────┴───────────┴───┴──┴──┴──┴──┴──┴──┘
 *
 * WebAssembly computes what the processor computes while RC is nearest, DAZ and FTZ are off, and no operand or result is a NaN
 * or denormal. What it cannot tell is whether a result was inexact; but PE is sticky, so once it is set and all exceptions are
 * masked nobody can see that. Before, an error-free transformation (exact.ts) finds out. Everything else is computed in
 * integers (fpu/softfloat), between `begin` and `commit`.
 */
const MODES: u32 = 0xffc0;
const PRECISION: u32 = 0x20;
/** All masked, nearest, neither FTZ nor DAZ. */
const DEFAULT_MODES: u32 = 0x1f80;

@inline
export function mxcsr(): u32 {
  return load<u32>(MemoryMap.Cpu, Cpu.Mxcsr);
}

/** Default modes, and PE is already set: an inexact result changes nothing. */
@inline
export function precisionSeen(): bool {
  return (mxcsr() & (MODES | PRECISION)) == (DEFAULT_MODES | PRECISION);
}

@inline
export function defaultModes(): bool {
  return (mxcsr() & MODES) == DEFAULT_MODES;
}

/** Starts an instruction in softfloat: modes from MXCSR, no flags. */
export function begin(): void {
  sfBegin(mxcsr());
}

/**
 * Ends it: the flags go to MXCSR. False: one of them is unmasked, and the instruction must return `floatingPointException()`
 * without having changed a register.
 */
export function commit(): bool {
  const flags = sfReported();
  store<u32>(MemoryMap.Cpu, mxcsr() | flags, Cpu.Mxcsr);
  return (flags & ~sfMasks) == 0;
}

export function floatingPointException(): i32 {
  return raise(Vector.XM, 0);
}
