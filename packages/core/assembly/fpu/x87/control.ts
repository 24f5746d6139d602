import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { MemoryMap } from '../../../../abi/src/machine/memory-map';
import { ea, setReg, uRm } from '../../cpu/operands';
import { fault, rd, wr, wrDone } from '../../mmu/access';
import { fcw, free, fsw, Fsw, pending, pop, raisePending, refreshSummary, setFsw, setTop, top } from './state';

/** Control instructions; those without a waiting form (FN…) do not report pending exceptions. */

const INITIAL_CONTROL: u32 = 0x37f;

export function initialise(): void {
  store<u16>(MemoryMap.Cpu + Cpu.Fcw, INITIAL_CONTROL);
  store<u16>(MemoryMap.Cpu + Cpu.Fsw, 0);
  store<u8>(MemoryMap.Cpu + Cpu.Ftw, 0);
  store<u16>(MemoryMap.Cpu + Cpu.Fop, 0);
  store<u64>(MemoryMap.Cpu + Cpu.Fip, 0);
  store<u64>(MemoryMap.Cpu + Cpu.Fdp, 0);
}

/** The control word as the processor keeps it: bit 6 reads as 1, the other reserved ones as 0. */
export function setControl(value: u32): void {
  store<u16>(MemoryMap.Cpu + Cpu.Fcw, (value & 0x1f7f) | 0x40);
}

export function fninit(u: u32): i32 {
  initialise();
  return 0;
}

export function fnclex(u: u32): i32 {
  setFsw(fsw() & ~(Fsw.SummaryAndBusy | Fsw.StackFault | 0x3f));
  return 0;
}

export function fldcw(u: u32): i32 {
  if (pending()) return raisePending();
  const p = rd(ea(u), 2);
  if (p == 0) return fault();
  setControl(load<u16>(p));
  refreshSummary();
  return 0;
}

function storeWord(u: u32, value: u32): i32 {
  const p = wr(ea(u), 2);
  if (p == 0) return fault();
  store<u16>(p, value);
  wrDone(p);
  return 0;
}

export function fnstcw(u: u32): i32 {
  return storeWord(u, fcw());
}

export function fnstsw_m16(u: u32): i32 {
  return storeWord(u, fsw());
}

export function fnstsw_AX(u: u32): i32 {
  setReg<u16>(Cpu.Rax, <u16>fsw());
  return 0;
}

export function fincstp(u: u32): i32 {
  if (pending()) return raisePending();
  setTop(top() + 1);
  setFsw(fsw() & ~Fsw.C1);
  return 0;
}

export function fdecstp(u: u32): i32 {
  if (pending()) return raisePending();
  setTop(top() - 1);
  setFsw(fsw() & ~Fsw.C1);
  return 0;
}

export function ffree(u: u32): i32 {
  if (pending()) return raisePending();
  setFsw(fsw() & ~Fsw.C1);
  free(uRm(u) >> 4);
  return 0;
}

/** Undocumented but common: FFREE, then a pop. */
export function ffreep(u: u32): i32 {
  if (pending()) return raisePending();
  setFsw(fsw() & ~Fsw.C1);
  free(uRm(u) >> 4);
  pop();
  return 0;
}

export function fnop(u: u32): i32 {
  return pending() ? raisePending() : 0;
}

/** What the 8087 and 80287 knew as FENI, FDISI and FSETPM. */
export function fnNop(u: u32): i32 {
  return 0;
}

export function fwait(u: u32): i32 {
  return pending() ? raisePending() : 0;
}
