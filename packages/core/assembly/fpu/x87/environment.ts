import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { MemoryMap } from '../../../../abi/src/machine/memory-map';
import { ea } from '../../cpu/operands';
import { fault, rd, wr, wrDone } from '../../mmu/access';
import { f80_class } from '../softfloat/f80';
import { Class } from '../softfloat/state';
import { initialise, setControl } from './control';
import { fcw, fsw, isEmpty, pending, raisePending, refreshSummary, setFsw, st, stSe, stSig, top } from './state';

/**
 * FNSTENV, FLDENV, FNSAVE, FRSTOR: the protected-mode images (SDM volume 1, figures 8-9 and 8-11). Each field takes 4 bytes, or
 * 2 with operand size 16; after them FNSAVE has the registers in stack order, 10 bytes each.
 *
 *    0     4     8     12    16          20    24    28
 *   ┌─────┬─────┬─────┬─────┬───────────┬─────┬─────┬─── ─ ─
 *   │ FCW │ FSW │ FTW │ FIP │ 0 and FOP │ FDP │  0  │ ST0 …
 *   └─────┴─────┴─────┴─────┴───────────┴─────┴─────┴─── ─ ─
 *
 * The selectors are 0: processors that deprecate FCS and FDS (CPUID 7.EBX bit 13) store that.
 */
const REGISTERS: u32 = 80;

const enum Tag {
  Valid = 0,
  Zero = 1,
  Special = 2,
  Empty = 3,
}

function tagOf(i: u32): u32 {
  if (isEmpty(i)) return Tag.Empty;
  const e = stSe(i) & 0x7fff;
  const c = f80_class(stSig(i), stSe(i));
  if (c == Class.Zero) return Tag.Zero;
  return c == Class.Finite && e != 0 ? Tag.Valid : Tag.Special;
}

/** The full tag word: two bits for each physical register. */
export function fullTag(): u32 {
  let tag: u32 = 0;
  for (let i: u32 = 0; i < 8; i++) tag |= tagOf(i) << (((top() + i) & 7) << 1);
  return tag;
}

function setFullTag(tag: u32): void {
  let valid: u32 = 0;
  for (let i: u32 = 0; i < 8; i++) if (((tag >> (i << 1)) & 3) != Tag.Empty) valid |= 1 << i;
  store<u8>(MemoryMap.Cpu + Cpu.Ftw, valid);
}

/** Fields are written with ones in their unused upper halves, as processors do. */
function storeEnvironment<T>(p: u32): void {
  const fip = load<u64>(MemoryMap.Cpu + Cpu.Fip);
  const fdp = load<u64>(MemoryMap.Cpu + Cpu.Fdp);
  if (sizeof<T>() == 2) {
    store<u16>(p, fcw());
    store<u16>(p, fsw(), 2);
    store<u16>(p, fullTag(), 4);
    store<u16>(p, <u16>fip, 6);
    store<u16>(p, 0, 8);
    store<u16>(p, <u16>fdp, 10);
    store<u16>(p, 0, 12);
    return;
  }
  store<u32>(p, 0xffff0000 | fcw());
  store<u32>(p, 0xffff0000 | fsw(), 4);
  store<u32>(p, 0xffff0000 | fullTag(), 8);
  store<u32>(p, <u32>fip, 12);
  store<u32>(p, (<u32>load<u16>(MemoryMap.Cpu + Cpu.Fop)) << 16, 16);
  store<u32>(p, <u32>fdp, 20);
  store<u32>(p, 0xffff0000, 24);
}

function loadEnvironment<T>(p: u32): void {
  if (sizeof<T>() == 2) {
    setControl(load<u16>(p));
    setFsw(load<u16>(p, 2));
    setFullTag(load<u16>(p, 4));
    store<u64>(MemoryMap.Cpu + Cpu.Fip, load<u16>(p, 6));
    store<u64>(MemoryMap.Cpu + Cpu.Fdp, load<u16>(p, 10));
    store<u16>(MemoryMap.Cpu + Cpu.Fop, 0);
  } else {
    setControl(load<u16>(p));
    setFsw(load<u16>(p, 4));
    setFullTag(load<u16>(p, 8));
    store<u64>(MemoryMap.Cpu + Cpu.Fip, load<u32>(p, 12));
    store<u64>(MemoryMap.Cpu + Cpu.Fdp, load<u32>(p, 20));
    store<u16>(MemoryMap.Cpu + Cpu.Fop, load<u16>(p, 18) & 0x7ff);
  }
  refreshSummary();
}

/** Masks all exceptions afterwards. */
export function fnstenv<T>(u: u32): i32 {
  const p = wr(ea(u), sizeof<T>() * 7);
  if (p == 0) return fault();
  storeEnvironment<T>(p);
  wrDone(p);
  setControl(fcw() | 0x3f);
  refreshSummary();
  return 0;
}

export function fldenv<T>(u: u32): i32 {
  if (pending()) return raisePending();
  const p = rd(ea(u), sizeof<T>() * 7);
  if (p == 0) return fault();
  loadEnvironment<T>(p);
  return 0;
}

export function fnsave<T>(u: u32): i32 {
  const header: u32 = sizeof<T>() * 7;
  const p = wr(ea(u), header + REGISTERS);
  if (p == 0) return fault();
  storeEnvironment<T>(p);
  for (let i: u32 = 0; i < 8; i++) {
    const at = p + header + i * 10;
    store<u64>(at, stSig(i));
    store<u16>(at, stSe(i), 8);
  }
  wrDone(p);
  initialise();
  return 0;
}

export function frstor<T>(u: u32): i32 {
  if (pending()) return raisePending();
  const header: u32 = sizeof<T>() * 7;
  const p = rd(ea(u), header + REGISTERS);
  if (p == 0) return fault();
  loadEnvironment<T>(p);
  for (let i: u32 = 0; i < 8; i++) {
    const at = p + header + i * 10;
    const register = st(i);
    store<u64>(register, load<u64>(at));
    store<u16>(register, load<u16>(at, 8), 8);
  }
  return 0;
}
