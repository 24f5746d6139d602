import { Status } from '../../../../abi/src/machine/exits';
import { Eflags } from '../../../../abi/src/x86/eflags';
import { setCf, setFlags, setZf } from '../../cpu/flags';
import { wide } from '../../cpu/hot';
import { ea, isReg, reg, rmRead, setReg, uImm, uReg, uRm } from '../../cpu/operands';
import { fault, rd, rw, wrDone } from '../../mmu/access';

const enum Change {
  None,
  Set,
  Reset,
  Complement,
}

@inline
function changed<T>(kind: u32, value: T, mask: T): T {
  if (kind == Change.Set) return value | mask;
  if (kind == Change.Reset) return value & ~mask;
  return value ^ mask;
}

/** Bit `index` (within the operand) of the operand at va, or of the rm register. CF = what it was. */
@inline
function testBit<T>(kind: u32, u: u32, va: u64, index: u32): i32 {
  const mask = <T>(<u64>1 << index);
  if (isReg(u)) {
    const rm = uRm(u);
    const value = reg<T>(rm);
    setCf((value & mask) != 0);
    if (kind != Change.None) setReg<T>(rm, changed<T>(kind, value, mask));
    return Status.Next;
  }
  const p = kind == Change.None ? rd(va, sizeof<T>()) : rw(va, sizeof<T>());
  if (!p) return fault();
  const value = load<T>(p);
  setCf((value & mask) != 0);
  if (kind != Change.None) {
    store<T>(p, changed<T>(kind, value, mask));
    wrDone(p);
  }
  return Status.Next;
}

/** A bit index in a register is signed and reaches beyond the memory operand. */
@inline
function byRegister<T>(kind: u32, u: u32): i32 {
  const bits = <i64>(8 * sizeof<T>());
  const index = <i64>wide<T>(reg<T>(uReg(u)));
  if (isReg(u)) return testBit<T>(kind, u, 0, <u32>(index & (bits - 1)));
  const unit = index >> (sizeof<T>() == 8 ? 6 : sizeof<T>() == 4 ? 5 : 4);
  return testBit<T>(kind, u, ea(u) + <u64>(unit * sizeof<T>()), <u32>(index & (bits - 1)));
}

@inline
function byImmediate<T>(kind: u32, u: u32): i32 {
  return testBit<T>(kind, u, isReg(u) ? 0 : ea(u), uImm(u) & (8 * sizeof<T>() - 1));
}

export function bt_E_G<T>(u: u32): i32 {
  return byRegister<T>(Change.None, u);
}

export function bt_E_I<T>(u: u32): i32 {
  return byImmediate<T>(Change.None, u);
}

export function bts_E_G<T>(u: u32): i32 {
  return byRegister<T>(Change.Set, u);
}

export function bts_E_I<T>(u: u32): i32 {
  return byImmediate<T>(Change.Set, u);
}

export function btr_E_G<T>(u: u32): i32 {
  return byRegister<T>(Change.Reset, u);
}

export function btr_E_I<T>(u: u32): i32 {
  return byImmediate<T>(Change.Reset, u);
}

export function btc_E_G<T>(u: u32): i32 {
  return byRegister<T>(Change.Complement, u);
}

export function btc_E_I<T>(u: u32): i32 {
  return byImmediate<T>(Change.Complement, u);
}

/** With a source of 0 the destination stays altogether as it was, its upper half too, and ZF is set. */
export function bsf<T>(u: u32): i32 {
  const p = rmRead(u, sizeof<T>());
  if (!p) return fault();
  const value = <u64>load<T>(p);
  setZf(value == 0);
  if (value) setReg<T>(uReg(u), <T>ctz<u64>(value));
  return Status.Next;
}

export function bsr<T>(u: u32): i32 {
  const p = rmRead(u, sizeof<T>());
  if (!p) return fault();
  const value = <u64>load<T>(p);
  setZf(value == 0);
  if (value) setReg<T>(uReg(u), <T>(63 - clz<u64>(value)));
  return Status.Next;
}

/** ZF by the source; the other flags are cleared. */
export function popcnt<T>(u: u32): i32 {
  const p = rmRead(u, sizeof<T>());
  if (!p) return fault();
  const value = <u64>load<T>(p);
  setReg<T>(uReg(u), <T>countOnes(value));
  setFlags(value ? 0 : Eflags.ZF);
  return Status.Next;
}

function countOnes(value: u64): u64 {
  let v = value - ((value >> 1) & 0x5555_5555_5555_5555);
  v = (v & 0x3333_3333_3333_3333) + ((v >> 2) & 0x3333_3333_3333_3333);
  return (((v + (v >> 4)) & 0x0f0f_0f0f_0f0f_0f0f) * 0x0101_0101_0101_0101) >> 56;
}
