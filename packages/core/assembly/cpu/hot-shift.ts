import { Uop } from '../../../abi/src/machine/uop';
import { Eflags } from '../../../abi/src/x86/eflags';
import { CcOp, setCc, setCcRotated } from './flags';
import { R, setR, wide } from './hot';
import { reg } from './operands';

/** Shifts of the rm register: count masked to 5 or 6 bits, a count of 0 changes no flag (and still clears the upper half). */
export function shlRegister<T>(u: u32, count: u32): void {
  const c = count & (sizeof<T>() == 8 ? 63 : 31);
  const value = reg<T>(load<u8>(u, Uop.Rm));
  if (!c) return setR<T>(u, value);
  const before = <T>(<u64>value << (c - 1));
  const r = <T>(<u64>value << c);
  setCc(CcOp.Shl, <i64>wide<T>(r), wide<T>(before), 0);
  setR<T>(u, r);
}

export function shrRegister<T>(u: u32, count: u32): void {
  const c = count & (sizeof<T>() == 8 ? 63 : 31);
  const value = reg<T>(load<u8>(u, Uop.Rm));
  if (!c) return setR<T>(u, value);
  const before = <T>(<u64>value >> (c - 1));
  const r = <T>(<u64>before >> 1);
  setCc(CcOp.Shr, <i64>wide<T>(r), wide<T>(before), 0);
  setR<T>(u, r);
}

export function sarRegister<T>(u: u32, count: u32): void {
  const c = count & (sizeof<T>() == 8 ? 63 : 31);
  const value = <i64>R<T>(u);
  if (!c) return setR<T>(u, <T>value);
  const before = value >> (c - 1);
  const r = before >> 1;
  setCc(CcOp.Sar, r, <u64>before, 0);
  setR<T>(u, <T>r);
}

/** Rotates of the rm register by an immediate: CF and OF change, the others stay. */
export function rolRegister<T>(u: u32, count: u32): void {
  const c = count & (sizeof<T>() == 8 ? 63 : 31);
  const value = reg<T>(load<u8>(u, Uop.Rm));
  const r = rotl<T>(value, <T>c);
  setR<T>(u, r);
  if (c) rotateFlags((<u32>r & 1) != 0, ((<u32>r & 1) != 0) != (<i64>wide<T>(r) < 0));
}

export function rorRegister<T>(u: u32, count: u32): void {
  const c = count & (sizeof<T>() == 8 ? 63 : 31);
  const value = reg<T>(load<u8>(u, Uop.Rm));
  const r = rotr<T>(value, <T>c);
  setR<T>(u, r);
  if (!c) return;
  const top = <i64>wide<T>(r) < 0;
  const next = ((<u64>r >> (8 * sizeof<T>() - 2)) & 1) != 0;
  rotateFlags(top, top != next);
}

/** Sets CF and OF, keeps the others. */
@inline
export function rotateFlags(carry: bool, overflow: bool): void {
  setCcRotated((carry ? Eflags.CF : 0) | (overflow ? Eflags.OF : 0));
}
