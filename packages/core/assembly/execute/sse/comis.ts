import { Status } from '../../../../abi/src/machine/exits';
import { Eflags } from '../../../../abi/src/x86/eflags';
import { setFlags } from '../../cpu/flags';
import { rmReadXmm, uReg, xmm } from '../../cpu/operands';
import { f32_compare, f64_compare } from '../../fpu/softfloat';
import { fault } from '../../mmu/access';
import { plain } from './classes';
import { begin, commit, floatingPointException } from './mxcsr';

/** Comparison of the low elements into ZF, PF and CF; the other status flags are cleared. comis refuses quiet NaNs too. */

export function ucomiss(u: u32): i32 {
  return compare<f32>(u, false);
}

export function ucomisd(u: u32): i32 {
  return compare<f64>(u, false);
}

export function comiss(u: u32): i32 {
  return compare<f32>(u, true);
}

export function comisd(u: u32): i32 {
  return compare<f64>(u, true);
}

@inline
function compare<T>(u: u32, signaling: bool): i32 {
  const s = rmReadXmm(u, sizeof<T>());
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = load<T>(d);
  const b = load<T>(s);
  if (!plain<T>(a) || !plain<T>(b)) return softCompare<T>(d, s, signaling);
  setFlags(a > b ? 0 : a < b ? Eflags.CF : Eflags.ZF);
  return Status.Next;
}

function softCompare<T>(d: usize, s: usize, signaling: bool): i32 {
  begin();
  const order = sizeof<T>() == 8 ? f64_compare(load<u64>(d), load<u64>(s), signaling) : f32_compare(load<u32>(d), load<u32>(s), signaling);
  if (!commit()) return floatingPointException();
  switch (order) {
    case -1:
      setFlags(Eflags.CF);
      break;
    case 0:
      setFlags(Eflags.ZF);
      break;
    case 1:
      setFlags(0);
      break;
    default:
      setFlags(Eflags.ZF | Eflags.PF | Eflags.CF);
  }
  return Status.Next;
}
