import { Status } from '../../../../abi/src/machine/exits';
import { rmRead, rmReadXmmAligned, setReg, uImm, uReg, uRm, xmm } from '../../cpu/operands';
import { fault } from '../../mmu/access';
import { put } from './operand';

/** Shuffles chosen by an immediate, and insertion and extraction of a word. */

export function pshufd(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const imm = uImm(u);
  return put(u, dwords(s, s, imm));
}

/** The two low elements come from the destination, the two high ones from the source. */
export function shufps(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const imm = uImm(u);
  return put(u, dwords(xmm(uReg(u)), s, imm));
}

export function shufpd(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const imm = uImm(u);
  const low = v128.load64_zero(xmm(uReg(u)) + ((imm & 1) << 3));
  return put(u, i64x2.replace_lane(low, 1, load<i64>(s + ((imm & 2) << 2))));
}

export function pshuflw(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  return put(u, i64x2.replace_lane(v128.load(s), 0, words(s, uImm(u))));
}

export function pshufhw(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  return put(u, i64x2.replace_lane(v128.load(s), 1, words(s + 8, uImm(u))));
}

export function pinsrw_V_E(u: u32): i32 {
  const s = rmRead(u, 2);
  if (!s) return fault();
  store<u16>(xmm(uReg(u)) + ((uImm(u) & 7) << 1), load<u16>(s));
  return Status.Next;
}

export function pextrw_G_U(u: u32): i32 {
  setReg<u32>(uReg(u), load<u16>(xmm(uRm(u)) + ((uImm(u) & 7) << 1)));
  return Status.Next;
}

/** Elements 0 and 1 from the four at `low`, 2 and 3 from those at `high`; two bits of `order` choose each. */
@inline
function dwords(low: usize, high: usize, order: u32): v128 {
  const a = load<i32>(low + ((order & 3) << 2));
  const b = load<i32>(low + (order & 12));
  const c = load<i32>(high + ((order >> 2) & 12));
  const d = load<i32>(high + ((order >> 4) & 12));
  return i32x4.replace_lane(i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(a), 1, b), 2, c), 3, d);
}

/** Four words chosen from the four at `s`, two bits of `order` each. */
@inline
export function words(s: u32, order: u32): u64 {
  return (
    load<u16>(s + ((order & 3) << 1)) |
    (<u64>load<u16>(s + ((order >> 1) & 6)) << 16) |
    (<u64>load<u16>(s + ((order >> 3) & 6)) << 32) |
    (<u64>load<u16>(s + ((order >> 5) & 6)) << 48)
  );
}
