import type { Row } from '@ring3/isa';

const STATUS: Record<string, number> = { o: 0x800, s: 0x80, z: 0x40, a: 0x10, p: 4, c: 1 };

export const STATUS_FLAGS = 0x8d5;

function mask(letters: string): number {
  return [...letters].reduce((bits, letter) => bits | STATUS[letter]!, 0);
}

/** The count of a shift or rotation as the processor takes it, and the operand's size; null for other rows. */
function countOf({ operands, mnemonic }: Row, size: number, immediate: number, cl: number): number | null {
  if (!/^(ro[lr]|rc[lr]|sh[lr]d?|sar)$/.test(mnemonic)) return null;
  const count = operands.endsWith('1') ? 1 : operands.endsWith('CL') ? cl : immediate;
  return count & (size === 64 ? 63 : 31);
}

/**
 * Bits of rflags that the SDM leaves undefined: Row.undefinedFlags, and for shifts what the count makes of it (volume 2, SAL/SAR/
 * SHL/SHR, RCL/RCR/ROL/ROR, SHLD, SHRD): no flag changes for a count of 0, OF is defined for 1, CF of shl and shr up to the size.
 */
export function undefinedFlagsOf(row: Row, size: number, immediate: number, cl: number): number {
  const flags = mask(row.undefinedFlags ?? '');
  const count = countOf(row, size, immediate, cl);
  if (count === null) return flags;
  if (count === 0) return 0;
  if (count === 1) return flags & ~STATUS['o']!;
  return /^sh[lr]$/.test(row.mnemonic) && count >= size ? flags | STATUS['c']! : flags;
}
