import { ADDRESSES } from './bases.js';
import type { Draft } from './draft.js';
import { little, type Encoded, type Form } from './encode.js';
import { Place, Word } from './layout.js';
import { double, extended, integer, single, type Random } from './random.js';
import type { Row } from '@ring3/isa';

/** Operands without which an instruction would mostly do one dull thing: fault, or not compare equal. */

/** Registers, before the instruction's operands are chosen. */
export function prepareRegisters({ mnemonic, operands, attributes }: Row, { size }: Form, draft: Draft, r: Random): void {
  if (attributes?.includes('rep')) draft.set(Word.Rcx, r.below(20));
  if (/^loop|^jrcxz/.test(mnemonic)) draft.set(Word.Rcx, r.pick([0n, 1n, 2n, 0x1_0000_0000n, 0x1_0000_0001n, draft.get(Word.Rcx)]));
  if (/^sh[lr]d$/.test(mnemonic) && operands.endsWith('CL') && size === 16) draft.set(Word.Rcx, r.below(17) + 32 * r.below(8));
  if (/^i?div$/.test(mnemonic) && r.below(3)) divisible(size!, draft, r);
  if (mnemonic === 'popf') {
    // Neither TF nor AC nor NT: they would act on what comes behind.
    draft.write64(Number(draft.get(Word.Rsp)), r.wide() & ~0x4_4100n);
  }
  if (/^ret$/.test(mnemonic)) draft.write64(Number(draft.get(Word.Rsp)), BigInt(target(r)));
}

/** An address of the code page that is not in the instruction. */
function target(r: Random): number {
  return r.below(2) ? Place.Start + 16 + r.below(0x7f0) : Place.Start - 1 - r.below(0x7ff);
}

/** Makes the dividend's upper half short, so that the quotient has a chance to fit. */
function divisible(size: number, draft: Draft, r: Random): void {
  const rax = draft.get(Word.Rax);
  if (size === 8) {
    draft.set(Word.Rax, (rax & ~0xff00n) | (r.below(2) ? (rax & 0x80n ? 0xff00n : 0n) : BigInt(r.below(4)) << 8n));
    return;
  }
  const negative = (rax >> BigInt(size - 1)) & 1n;
  draft.set(Word.Rdx, r.below(2) ? -negative : BigInt(r.below(4)));
}

function single4(r: Random): number[] {
  return little(BigInt(single(r)), 4);
}

function decimal(r: Random): number[] {
  const digits = Array.from({ length: 9 }, () => (r.below(10) << 4) | r.below(10));
  return [...digits, r.pick([0, 0x80])];
}

/** What the memory operand of an x87 row holds. */
function x87Operand({ mnemonic, operands }: Row, r: Random): number[] | null {
  if (mnemonic === 'fbld') return decimal(r);
  if (mnemonic === 'fldcw') return little(BigInt(r.below(2) ? 0x37f : 0x340 | (r.next() & 0xf3f)), 2);
  if (operands === 'Mt' && mnemonic === 'fld') {
    const { significand, exponent } = extended(r);
    return [...little(significand, 8), ...little(BigInt(exponent), 2)];
  }
  if (mnemonic.startsWith('fi')) return little(integer(r), 8);
  if (operands === 'Md') return single4(r);
  if (operands === 'Mq') return little(double(r), 8);
  return null;
}

/** Registers and memory, once the operands are known. */
export function prepareOperands(row: Row, { size, place }: Form, { reg, rm, address }: Encoded, draft: Draft, r: Random): void {
  const { mnemonic, feature } = row;
  const bytes = (size ?? 64) / 8;
  if (/^cmpxchg$/.test(mnemonic) && r.below(2)) {
    const value = address === null ? draft.get(rm) : draft.read(address, bytes);
    const usesAddress = place === 'reg' && rm === Word.Rax;
    if (!usesAddress) draft.set(Word.Rax, BigInt.asUintN(bytes * 8, value) | (draft.get(Word.Rax) & ~((1n << BigInt(bytes * 8)) - 1n)));
  }
  if (mnemonic.startsWith('cmpxchg8b') && address !== null && r.below(2)) {
    draft.set(Word.Rax, draft.read(address, bytes));
    draft.set(Word.Rdx, draft.read(address + bytes, bytes));
  }
  // The index of a bit string leads far away.
  if (mnemonic.startsWith('bt') && row.operands.endsWith('Gv') && place === 'mem' && reg < 14 && !ADDRESSES.includes(reg)) {
    draft.set(reg, r.below(0x800) - 0x400);
  }
  if (/^(call|jmp)$/.test(mnemonic) && row.operands === 'Ev') {
    if (address !== null) draft.write64(address, BigInt(target(r)));
    else draft.set(rm, target(r));
  }
  if (mnemonic === 'ldmxcsr' && address !== null) draft.write(address, little(BigInt(r.next() & (r.below(4) ? 0xffff : 0xfffdffff)), 4));
  if ((feature === 'x87' || mnemonic.startsWith('fisttp')) && address !== null && r.below(5)) {
    const operand = x87Operand(row, r);
    if (operand) draft.write(address, operand);
  }
  if (address !== null && mnemonic === 'fnstenv') draft.ignore(address + (size === 16 ? 6 : 12), size === 16 ? 8 : 16);
  if (address !== null && mnemonic === 'fnsave') draft.ignore(address + (size === 16 ? 6 : 12), size === 16 ? 8 : 16);
}
