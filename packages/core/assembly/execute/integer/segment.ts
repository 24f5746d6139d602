import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { Status } from '../../../../abi/src/machine/exits';
import { MemoryMap } from '../../../../abi/src/machine/memory-map';
import { Selector, Vector } from '../../../../abi/src/x86/vectors';
import { raise } from '../../cpu/exceptions';
import { ea, isReg, rmRead, reg, setReg, uReg, uRm } from '../../cpu/operands';
import { holdStep } from '../../cpu/single-step';
import { fault, rd, rdStack } from '../../mmu/access';
import { putE } from './move';
import { pushValue } from './stack';

const enum Segment {
  Es,
  Cs,
  Ss,
  Ds,
  Fs,
  Gs,
}

@inline
function selectorOf(segment: u32): u16 {
  return load<u16>(MemoryMap.Cpu + Cpu.Selectors + (segment << 1));
}

/**
 * Loads a segment register: 0 or an exception's status. Data segments take null and every user segment of Linux's GDT (all have
 * DPL 3, so whatever the RPL); ss only the data segment with RPL 3. FS and GS lose their bases with it.
 */
function loadSegment(segment: u32, selector: u32): i32 {
  const isNull = (selector & ~3) == 0;
  const entry = selector | 3;
  const isUser = entry == Selector.UserDs || entry == Selector.UserCs || entry == Selector.User32Cs || entry == Selector.CpuNode;
  const allowed = segment == Segment.Ss ? selector == Selector.UserDs : isNull || isUser;
  if (!allowed) return raise(Vector.GP, isNull ? 0 : selector & ~3);
  store<u16>(MemoryMap.Cpu + Cpu.Selectors + (segment << 1), <u16>selector);
  if (segment == Segment.Fs) setReg<u64>(Cpu.FsBase, 0);
  if (segment == Segment.Gs) setReg<u64>(Cpu.GsBase, 0);
  return Status.Next;
}

/** A register gets the selector zero-extended, memory 16 bits. */
export function mov_E_S<T>(u: u32): i32 {
  const selector = selectorOf(uReg(u));
  if (!isReg(u)) return putE<u16>(u, selector);
  setReg<T>(uRm(u), <T>selector);
  return Status.Next;
}

export function mov_S_E(u: u32): i32 {
  const segment = uReg(u);
  if (segment == Segment.Cs || segment > <u32>Segment.Gs) return raise(Vector.UD, 0);
  const p = rmRead(u, 2);
  if (!p) return fault();
  const status = loadSegment(segment, load<u16>(p));
  if (segment == Segment.Ss && status == Status.Next) holdStep();
  return status;
}

/** Offset and selector from memory. */
function loadFar<T>(u: u32, segment: u32): i32 {
  const p = rd(ea(u), sizeof<T>() + 2);
  if (!p) return fault();
  const offset = load<T>(p);
  const status = loadSegment(segment, load<u16>(p, sizeof<T>()));
  if (status == Status.Next) setReg<T>(uReg(u), offset);
  return status;
}

export function lss<T>(u: u32): i32 {
  return loadFar<T>(u, Segment.Ss);
}

export function lfs<T>(u: u32): i32 {
  return loadFar<T>(u, Segment.Fs);
}

export function lgs<T>(u: u32): i32 {
  return loadFar<T>(u, Segment.Gs);
}

export function push_fs<T>(u: u32): i32 {
  return pushValue<T>(<T>selectorOf(Segment.Fs));
}

export function push_gs<T>(u: u32): i32 {
  return pushValue<T>(<T>selectorOf(Segment.Gs));
}

function popSegment<T>(segment: u32): i32 {
  const rsp = reg<u64>(Cpu.Rsp);
  const p = rdStack(rsp, sizeof<T>());
  if (!p) return fault();
  const status = loadSegment(segment, load<u16>(p));
  if (status == Status.Next) setReg<u64>(Cpu.Rsp, rsp + sizeof<T>());
  return status;
}

export function pop_fs<T>(u: u32): i32 {
  return popSegment<T>(Segment.Fs);
}

export function pop_gs<T>(u: u32): i32 {
  return popSegment<T>(Segment.Gs);
}
