import { EINVAL, ERANGE } from '../../errno.js';

/**
 * A whole number as kstrtoint with base 0 takes it (lib/kstrtox.c): decimal, 0x hex or 0 octal, blanks around it. For unsigned ones pass
 * min 0. @throws EINVAL no number @throws ERANGE too large for the type
 */
export function parseInteger(text: string, min = -0x8000_0000, max = 0x7fff_ffff): number {
  const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)\s*$/.exec(text);
  if (!match) throw EINVAL;
  const [, sign, digits] = match;
  const size = /^0[0-7]+$/.test(digits!) ? parseInt(digits!, 8) : Number(digits);
  const value = sign === '-' ? -size : size;
  if (sign === '-' && min === 0) throw EINVAL;
  if (value < min || value > max) throw ERANGE;
  return value;
}
