import { Cpu } from '../../../abi/src/machine/cpu-state';
import { MemoryMap } from '../../../abi/src/machine/memory-map';
import { Uop, UopFlag } from '../../../abi/src/machine/uop';
import { Vector } from '../../../abi/src/x86/vectors';
import { faultWith, rd } from '../mmu/access';

/** Register-file entry at a micro-op's offset (reg, rm, index). */
@inline
export function reg<T>(offset: u32): T {
  return load<T>(offset, MemoryMap.Cpu);
}

/** 32-bit writes clear the upper half; 8- and 16-bit ones leave the rest. */
@inline
export function setReg<T>(offset: u32, v: T): void {
  if (sizeof<T>() == 4) store<u64>(offset, <u64>(<u32>v), MemoryMap.Cpu);
  else store<T>(offset, v, MemoryMap.Cpu);
}

@inline
export function uReg(u: u32): u32 {
  return load<u8>(u, Uop.Reg);
}

@inline
export function uRm(u: u32): u32 {
  return load<u8>(u, Uop.Rm);
}

@inline
export function uImm(u: u32): i32 {
  return load<i32>(u, Uop.Imm);
}

@inline
export function uDisp(u: u32): i32 {
  return load<i32>(u, Uop.Disp);
}

@inline
export function uFlags(u: u32): u32 {
  return load<u8>(u, Uop.Flags);
}

/** Is the rm operand a register? */
@inline
export function isReg(u: u32): bool {
  return (load<u8>(u, Uop.Flags) & UopFlag.RmReg) != 0;
}

/** Base of the FS or GS override, else 0. */
export function segmentBase(u: u32): u64 {
  const flags = uFlags(u);
  if (flags & UopFlag.Fs) return reg<u64>(Cpu.FsBase);
  if (flags & UopFlag.Gs) return reg<u64>(Cpu.GsBase);
  return 0;
}

/** Offset of the memory operand within its segment (what lea computes, before truncation to the operand size). */
export function effectiveOffset(u: u32): u64 {
  const index = <u32>load<u8>(u, Uop.Index);
  let address = reg<u64>(uRm(u)) + (reg<u64>(index & 0xf8) << (index & 3)) + <u64>(<i64>uDisp(u));
  const flags = uFlags(u);
  if (flags & UopFlag.RipWide) {
    const pc = <u32>load<u16>(u, Uop.Pc);
    address += (pc & 0xfff) + (pc >> 12);
  }
  return flags & UopFlag.Addr32 ? address & 0xffff_ffff : address;
}

/** Linear address of the memory operand. */
export function ea(u: u32): u64 {
  const address = effectiveOffset(u);
  return uFlags(u) & (UopFlag.Fs | UopFlag.Gs) ? address + segmentBase(u) : address;
}

/** Address of the instruction. */
@inline
export function uopRip(u: u32): u64 {
  return reg<u64>(Cpu.PageVa) + (load<u16>(u, Uop.Pc) & 0xfff);
}

/** Address of the instruction behind it. */
@inline
export function uopNextRip(u: u32): u64 {
  const pc = <u32>load<u16>(u, Uop.Pc);
  return reg<u64>(Cpu.PageVa) + ((pc & 0xfff) + (pc >> 12));
}

/** Host address of an xmm register: offset = number × 16. */
@inline
export function xmm(offset: u32): usize {
  return MemoryMap.Cpu + Cpu.Xmm + offset;
}

/** Host address of an mm register: offset = number × 16 (they lie in the physical x87 registers). */
@inline
export function mm(offset: u32): usize {
  return MemoryMap.Cpu + Cpu.St + offset;
}

/** Where the `size` bytes of an E operand can be read: the register itself or memory; 0 = faulted, return fault(). */
export function rmRead(u: u32, size: u32): u32 {
  return isReg(u) ? MemoryMap.Cpu + uRm(u) : rd(ea(u), size);
}

/** The same for a W operand (xmm). */
export function rmReadXmm(u: u32, size: u32): u32 {
  return isReg(u) ? <u32>xmm(uRm(u)) : rd(ea(u), size);
}

/** The same for a Q operand (mm). */
export function rmReadMm(u: u32, size: u32): u32 {
  return isReg(u) ? <u32>mm(uRm(u)) : rd(ea(u), size);
}

/** A 16-byte W operand that must be aligned in memory: #GP(0) when it is not (SDM volume 2, 2.4: type 2 and 4 exceptions). */
export function rmReadXmmAligned(u: u32): u32 {
  if (isReg(u)) return <u32>xmm(uRm(u));
  const address = ea(u);
  return address & 15 ? faultWith(Vector.GP, 0) : rd(address, 16);
}
