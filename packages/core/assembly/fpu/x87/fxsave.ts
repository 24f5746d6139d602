import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { MemoryMap } from '../../../../abi/src/machine/memory-map';
import { Vector } from '../../../../abi/src/x86/vectors';
import { ea } from '../../cpu/operands';
import { raise } from '../../cpu/exceptions';
import { fault, rd, rw, wrDone } from '../../mmu/access';
import { setControl } from './control';
import { fcw, fsw, refreshSummary, setFsw, st } from './state';

/**
 * FXSAVE and FXRSTOR (SDM volume 1, table 10-2): 512 bytes, of which the last 96 are left alone.
 *
 *    0    2    4    5    6    8            16           24      28      32          160          416     512
 *   ┌────┬────┬────┬────┬────┬────────────┬────────────┬───────┬───────┬───────────┬────────────┬───────┐
 *   │FCW │FSW │FTW │ 0  │FOP │    FIP     │    FDP     │ MXCSR │ mask  │ ST0…ST7   │ XMM0…XMM15 │       │
 *   └────┴────┴────┴────┴────┴────────────┴────────────┴───────┴───────┴───────────┴────────────┴───────┘
 *
 * With REX.W FIP and FDP have 64 bits, else 32 and a selector, which is 0.
 */
const enum Image {
  Fcw = 0,
  Fsw = 2,
  Ftw = 4,
  Fop = 6,
  Fip = 8,
  Fdp = 16,
  Mxcsr = 24,
  MxcsrMask = 28,
  St = 32,
  Xmm = 160,
  Used = 416,
  Bytes = 512,
}

/** MXCSR bits that exist: the rest raise #GP. */
const MXCSR_MASK: u32 = 0xffff;

function saveTo<T>(p: u32): void {
  store<u16>(p, fcw(), Image.Fcw);
  store<u16>(p, fsw(), Image.Fsw);
  store<u16>(p, load<u8>(MemoryMap.Cpu + Cpu.Ftw), Image.Ftw);
  store<u16>(p, load<u16>(MemoryMap.Cpu + Cpu.Fop), Image.Fop);
  const fip = load<u64>(MemoryMap.Cpu + Cpu.Fip);
  const fdp = load<u64>(MemoryMap.Cpu + Cpu.Fdp);
  store<u64>(p, sizeof<T>() == 8 ? fip : fip & 0xffffffff, Image.Fip);
  store<u64>(p, sizeof<T>() == 8 ? fdp : fdp & 0xffffffff, Image.Fdp);
  store<u32>(p, load<u32>(MemoryMap.Cpu + Cpu.Mxcsr), Image.Mxcsr);
  store<u32>(p, MXCSR_MASK, Image.MxcsrMask);
  for (let i: u32 = 0; i < 8; i++) {
    const register = st(i);
    const at = p + (i << 4);
    store<u64>(at, load<u64>(register), Image.St);
    store<u64>(at, load<u16>(register, 8), Image.St + 8);
  }
  memory.copy(p + Image.Xmm, MemoryMap.Cpu + Cpu.Xmm, Image.Used - Image.Xmm);
}

function restoreFrom<T>(p: u32): bool {
  const mxcsr = load<u32>(p, Image.Mxcsr);
  if ((mxcsr & ~MXCSR_MASK) != 0) return false;
  setControl(load<u16>(p, Image.Fcw));
  setFsw(load<u16>(p, Image.Fsw));
  store<u8>(MemoryMap.Cpu + Cpu.Ftw, load<u8>(p, Image.Ftw));
  store<u16>(MemoryMap.Cpu + Cpu.Fop, load<u16>(p, Image.Fop) & 0x7ff);
  const wide: u64 = sizeof<T>() == 8 ? <u64>-1 : 0xffffffff;
  store<u64>(MemoryMap.Cpu + Cpu.Fip, load<u64>(p, Image.Fip) & wide);
  store<u64>(MemoryMap.Cpu + Cpu.Fdp, load<u64>(p, Image.Fdp) & wide);
  store<u32>(MemoryMap.Cpu + Cpu.Mxcsr, mxcsr);
  for (let i: u32 = 0; i < 8; i++) {
    const register = st(i);
    const at = p + (i << 4);
    store<u64>(register, load<u64>(at, Image.St));
    store<u16>(register, load<u16>(at, Image.St + 8), 8);
  }
  memory.copy(MemoryMap.Cpu + Cpu.Xmm, p + Image.Xmm, Image.Used - Image.Xmm);
  refreshSummary();
  return true;
}

/** Writes the FXSAVE64 image of the current state to a host address: 416 bytes of the 512. */
export function fxsaveTo(host: u32): void {
  saveTo<u64>(host);
}

/** Loads an FXSAVE64 image. False, and no effect: MXCSR has reserved bits set. */
export function fxrstorFrom(host: u32): bool {
  return restoreFrom<u64>(host);
}

export function fxsave<T>(u: u32): i32 {
  const va = ea(u);
  if ((va & 15) != 0) return raise(Vector.GP, 0);
  const p = rw(va, Image.Bytes);
  if (p == 0) return fault();
  saveTo<T>(p);
  wrDone(p);
  return 0;
}

export function fxrstor<T>(u: u32): i32 {
  const va = ea(u);
  if ((va & 15) != 0) return raise(Vector.GP, 0);
  const p = rd(va, Image.Bytes);
  if (p == 0) return fault();
  return restoreFrom<T>(p) ? 0 : raise(Vector.GP, 0);
}
