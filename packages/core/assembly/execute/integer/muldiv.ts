import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { Status } from '../../../../abi/src/machine/exits';
import { Vector } from '../../../../abi/src/x86/vectors';
import { raise } from '../../cpu/exceptions';
import { CcOp, setCc } from '../../cpu/flags';
import { I, imul32, imul64, wide } from '../../cpu/hot';
import { reg, rmRead, setReg, uReg } from '../../cpu/operands';
import { fault } from '../../mmu/access';
import { divide128, mulHigh, mulHighSigned, quotient, remainder } from './wide';

/** CF = OF: the upper half of the product matters. The other flags as processors leave them: from the lower half. */
@inline
function productFlags(low: u64, overflow: bool): void {
  setCc(CcOp.Mul, <i64>low, overflow ? 1 : 0, 0);
}

/** Upper and lower half of the accumulator: ah:al or rdx:rax. */
@inline
function setAccumulator<T>(low: T, high: T): void {
  setReg<T>(Cpu.Rax, low);
  setReg<T>(sizeof<T>() == 1 ? Cpu.Rax + 1 : Cpu.Rdx, high);
}

export function mul_E<T>(u: u32): i32 {
  const p = rmRead(u, sizeof<T>());
  if (!p) return fault();
  const a = <u64>reg<T>(Cpu.Rax);
  const b = <u64>load<T>(p);
  const low = <T>(a * b);
  const high = <T>(sizeof<T>() == 8 ? mulHigh(a, b) : (a * b) >> (8 * sizeof<T>()));
  setAccumulator<T>(low, high);
  productFlags(wide<T>(low), high != 0);
  return Status.Next;
}

export function imul_E<T>(u: u32): i32 {
  const p = rmRead(u, sizeof<T>());
  if (!p) return fault();
  const a = <i64>wide<T>(reg<T>(Cpu.Rax));
  const b = <i64>wide<T>(load<T>(p));
  const low = <T>(a * b);
  const high = <T>(sizeof<T>() == 8 ? mulHighSigned(a, b) : <u64>((a * b) >> (8 * sizeof<T>())));
  setAccumulator<T>(low, high);
  productFlags(wide<T>(low), <i64>wide<T>(high) != <i64>wide<T>(low) >> 63);
  return Status.Next;
}

@inline
function product<T>(a: u64, b: u64): T {
  if (sizeof<T>() == 8) return <T>imul64(a, b);
  if (sizeof<T>() == 4) return <T>imul32(a, b);
  const full = <i64>a * <i64>b;
  const low = <i64>(<i16>full);
  productFlags(<u64>low, low != full);
  return <T>full;
}

export function imul_G_E<T>(u: u32): i32 {
  const p = rmRead(u, sizeof<T>());
  if (!p) return fault();
  const target = uReg(u);
  setReg<T>(target, product<T>(wide<T>(reg<T>(target)), wide<T>(load<T>(p))));
  return Status.Next;
}

export function imul_G_E_I<T>(u: u32): i32 {
  const p = rmRead(u, sizeof<T>());
  if (!p) return fault();
  setReg<T>(uReg(u), product<T>(wide<T>(load<T>(p)), I<T>(u)));
  return Status.Next;
}

/** #DE when the divisor is 0 or the quotient does not fit. Flags are undefined: left alone, as AMD processors do. */
export function div_E<T>(u: u32): i32 {
  const p = rmRead(u, sizeof<T>());
  if (!p) return fault();
  const divisor = <u64>load<T>(p);
  if (!divisor) return raise(Vector.DE, 0);
  if (sizeof<T>() == 8) {
    const high = reg<u64>(Cpu.Rdx);
    if (high >= divisor) return raise(Vector.DE, 0);
    divide128(high, reg<u64>(Cpu.Rax), divisor);
    setAccumulator<u64>(quotient, remainder);
    return Status.Next;
  }
  const dividend = accumulator<T>();
  const q = dividend / divisor;
  if (q >> (8 * sizeof<T>())) return raise(Vector.DE, 0);
  setAccumulator<T>(<T>q, <T>(dividend % divisor));
  return Status.Next;
}

/** ah:al, dx:ax or edx:eax as one number. */
@inline
function accumulator<T>(): u64 {
  if (sizeof<T>() == 1) return reg<u16>(Cpu.Rax);
  if (sizeof<T>() == 2) return (<u64>reg<u16>(Cpu.Rdx) << 16) | reg<u16>(Cpu.Rax);
  return (<u64>reg<u32>(Cpu.Rdx) << 32) | reg<u32>(Cpu.Rax);
}

export function idiv_E<T>(u: u32): i32 {
  const p = rmRead(u, sizeof<T>());
  if (!p) return fault();
  const divisor = <i64>wide<T>(load<T>(p));
  if (!divisor) return raise(Vector.DE, 0);
  if (sizeof<T>() == 8) return divideSigned128(divisor);
  let dividend = <i64>accumulator<T>();
  if (sizeof<T>() == 1) dividend = <i64>(<i16>dividend);
  if (sizeof<T>() == 2) dividend = <i64>(<i32>dividend);
  // The only quotient that 64 bits do not hold, and a trap in WebAssembly.
  if (divisor == -1 && dividend == i64.MIN_VALUE) return raise(Vector.DE, 0);
  const q = dividend / divisor;
  if (<i64>wide<T>(<T>q) != q) return raise(Vector.DE, 0);
  setAccumulator<T>(<T>q, <T>(dividend % divisor));
  return Status.Next;
}

function divideSigned128(divisor: i64): i32 {
  let high = reg<u64>(Cpu.Rdx);
  let low = reg<u64>(Cpu.Rax);
  const negative = <i64>high < 0;
  if (negative) {
    low = 0 - low;
    high = ~high + (low == 0 ? 1 : 0);
  }
  const magnitude = divisor < 0 ? 0 - <u64>divisor : <u64>divisor;
  if (high >= magnitude) return raise(Vector.DE, 0);
  divide128(high, low, magnitude);
  const negativeQuotient = negative != divisor < 0;
  if (quotient > (negativeQuotient ? 0x8000_0000_0000_0000 : 0x7fff_ffff_ffff_ffff)) return raise(Vector.DE, 0);
  setAccumulator<u64>(negativeQuotient ? 0 - quotient : quotient, negative ? 0 - remainder : remainder);
  return Status.Next;
}
