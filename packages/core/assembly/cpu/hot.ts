import { Cpu } from '../../../abi/src/machine/cpu-state';
import { PageSize } from '../../../abi/src/machine/memory-map';
import { Uop } from '../../../abi/src/machine/uop';
import { Vector } from '../../../abi/src/x86/vectors';
import { faultWith, rd, rdStack, rw, wr, wrDone, wrStack } from '../mmu/access';
import { TlbLayout } from '../mmu/tlb';
import { CcOp, getCf, setCc, setCcLogic } from './flags';
import { reg, setReg } from './operands';

/**
 * Pieces of the hot switch, inlined there. Addresses here are biased: the byte lies at p + TlbLayout.Bias, an offset that the load
 * instruction takes for nothing. 0 = faulted.
 */

/** Address of [base + disp]. */
@inline
export function addressM(u: u32): u64 {
  return reg<u64>(load<u8>(u, Uop.Rm)) + <u64>(<i64>load<i32>(u, Uop.Disp));
}

/** Address of [base + index × scale + disp]. */
@inline
export function addressX(u: u32): u64 {
  const index = <u32>load<u8>(u, Uop.Index);
  return addressM(u) + (reg<u64>(index & 0xf8) << (index & 3));
}

@inline
export function readAt(table: u32, va: u64, size: u32): u32 {
  const low = <u32>va;
  if (!<u32>(va >> 32) && (low & PageSize.Mask) <= <u32>PageSize.Bytes - size) {
    const entry = load<u32>(table + ((low >>> PageSize.Shift) << 2));
    if (entry) return low + entry;
  }
  return readOther(va, size);
}

function readOther(va: u64, size: u32): u32 {
  const p = rd(va, size);
  return p ? p - TlbLayout.Bias : 0;
}

/** 0 = not by the fast path. */
@inline
function writeAt(table: u32, va: u64, size: u32): u32 {
  const low = <u32>va;
  if (!<u32>(va >> 32) && (low & PageSize.Mask) <= <u32>PageSize.Bytes - size) {
    const entry = load<u32>(table + ((low >>> PageSize.Shift) << 2), TlbLayout.Write);
    if (entry) return low + entry;
  }
  return 0;
}

function storeOther<T>(va: u64, value: T): bool {
  const p = wr(va, sizeof<T>());
  if (!p) return false;
  store<T>(p, value);
  wrDone(p);
  return true;
}

/** Stores a value; false = faulted. */
@inline
export function put<T>(table: u32, va: u64, value: T): bool {
  const p = writeAt(table, va, sizeof<T>());
  if (!p) return storeOther<T>(va, value);
  store<T>(p, value, TlbLayout.Bias);
  return true;
}

function pushOther(va: u64, value: u64): bool {
  const p = wrStack(va, 8);
  if (!p) return false;
  store<u64>(p, value);
  wrDone(p);
  return true;
}

/** Pushes 8 bytes; false = faulted. */
@inline
export function push(table: u32, value: u64): bool {
  const va = reg<u64>(Cpu.Rsp) - 8;
  const p = writeAt(table, va, 8);
  if (p) store<u64>(p, value, TlbLayout.Bias);
  else if (!pushOther(va, value)) return false;
  setReg<u64>(Cpu.Rsp, va);
  return true;
}

function stackOther(va: u64): u32 {
  const p = rdStack(va, 8);
  return p ? p - TlbLayout.Bias : 0;
}

/** 8 bytes of the stack at va, to read. */
@inline
export function stackAt(table: u32, va: u64): u32 {
  const low = <u32>va;
  if (!<u32>(va >> 32) && (low & PageSize.Mask) <= <u32>PageSize.Bytes - 8) {
    const entry = load<u32>(table + ((low >>> PageSize.Shift) << 2));
    if (entry) return low + entry;
  }
  return stackOther(va);
}

/** Read-modify-write; afterwards modified(p). */
@inline
export function modifyAt(table: u32, va: u64, size: u32): u32 {
  return writeAt(table, va, size) || modifyOther(va, size);
}

function modifyOther(va: u64, size: u32): u32 {
  const p = rw(va, size);
  return p ? p - TlbLayout.Bias : 0;
}

@inline
export function modified(p: u32): void {
  wrDone(p + TlbLayout.Bias);
}

/** Sign-extends to 64 bits. */
@inline
export function wide<T>(value: T): u64 {
  if (sizeof<T>() == 1) return <u64>(<i64>(<i8>value));
  if (sizeof<T>() == 2) return <u64>(<i64>(<i16>value));
  if (sizeof<T>() == 4) return <u64>(<i64>(<i32>value));
  return <u64>value;
}

@inline
export function add<T>(a: u64, b: u64): T {
  const r = <T>(a + b);
  setCc(CcOp.Add, <i64>wide<T>(r), a, b);
  return r;
}

@inline
export function sub<T>(a: u64, b: u64): T {
  const r = <T>(a - b);
  setCc(CcOp.Sub, <i64>wide<T>(r), a, b);
  return r;
}

@inline
export function logic<T>(r: u64): T {
  setCcLogic(<i64>r);
  return <T>r;
}

export function adc<T>(a: u64, b: u64): T {
  const carry = getCf();
  const r = <T>(a + b + <u64>carry);
  setCc(carry ? CcOp.Adc1 : CcOp.Add, <i64>wide<T>(r), a, b);
  return r;
}

export function sbb<T>(a: u64, b: u64): T {
  const borrow = getCf();
  const r = <T>(a - b - <u64>borrow);
  setCc(borrow ? CcOp.Sbb1 : CcOp.Sub, <i64>wide<T>(r), a, b);
  return r;
}

/** The rm register, sign-extended. */
@inline
export function R<T>(u: u32): u64 {
  return wide<T>(reg<T>(load<u8>(u, Uop.Rm)));
}

/** The reg register, sign-extended. */
@inline
export function G<T>(u: u32): u64 {
  return wide<T>(reg<T>(load<u8>(u, Uop.Reg)));
}

/** The immediate, sign-extended from the operand size. */
@inline
export function I<T>(u: u32): u64 {
  if (sizeof<T>() == 1) return <u64>(<i64>load<i8>(u, Uop.Imm));
  if (sizeof<T>() == 2) return <u64>(<i64>load<i16>(u, Uop.Imm));
  return <u64>(<i64>load<i32>(u, Uop.Imm));
}

@inline
export function setR<T>(u: u32, value: T): void {
  setReg<T>(load<u8>(u, Uop.Rm), value);
}

@inline
export function setG<T>(u: u32, value: T): void {
  setReg<T>(load<u8>(u, Uop.Reg), value);
}

/** The memory operand's value behind readAt, sign-extended. */
@inline
export function M<T>(p: u32): u64 {
  return wide<T>(load<T>(p, TlbLayout.Bias));
}

@inline
export function inc<T>(a: u64): T {
  const carry = getCf();
  const r = <T>(a + 1);
  setCc(CcOp.Inc, <i64>wide<T>(r), a, <u64>carry);
  return r;
}

@inline
export function dec<T>(a: u64): T {
  const carry = getCf();
  const r = <T>(a - 1);
  setCc(CcOp.Dec, <i64>wide<T>(r), a, <u64>carry);
  return r;
}

export function imul32(a: u64, b: u64): u32 {
  const product = <i64>a * <i64>b;
  const low = <i64>(<i32>product);
  setCc(CcOp.Mul, low, low != product ? 1 : 0, 0);
  return <u32>product;
}

export function imul64(a: u64, b: u64): u64 {
  const r = a * b;
  setCc(CcOp.Mul, <i64>r, overflows(<i64>a, <i64>b) ? 1 : 0, 0);
  return r;
}

/** Does the signed product of two 64-bit values not fit 64 bits? */
@inline
function overflows(a: i64, b: i64): bool {
  if (<i64>(<i32>a) == a && <i64>(<i32>b) == b) return false;
  return overflowsWide(a, b);
}

function overflowsWide(a: i64, b: i64): bool {
  if (a == 0 || b == 0) return false;
  if ((a == -1 && b == i64.MIN_VALUE) || (b == -1 && a == i64.MIN_VALUE)) return true;
  if (a == -1 || b == -1) return false;
  return (a * b) / b != a;
}

/** #GP(0) for the 16-byte operands that must be aligned. */
export function misaligned(va: u64): bool {
  if (!(va & 15)) return false;
  faultWith(Vector.GP, 0);
  return true;
}

@inline
export function alignedAt(table: u32, va: u64): u32 {
  return misaligned(va) ? 0 : readAt(table, va, 16);
}

/** Stores 16 bytes from a register's host address; false = faulted. */
@inline
export function putV(table: u32, va: u64, from: usize): bool {
  const p = writeAt(table, va, 16);
  if (!p) return putVOther(va, from);
  v128.store(p, v128.load(from), TlbLayout.Bias);
  return true;
}

function putVOther(va: u64, from: usize): bool {
  const p = wr(va, 16);
  if (!p) return false;
  v128.store(p, v128.load(from));
  wrDone(p);
  return true;
}
