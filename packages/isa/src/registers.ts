const NAMES = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'];
const LEGACY_BYTES = ['al', 'cl', 'dl', 'bl', 'ah', 'ch', 'dh', 'bh'];
const REX_BYTES = ['al', 'cl', 'dl', 'bl', 'spl', 'bpl', 'sil', 'dil'];

export const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'];

/** Name of general register `number` (0–15) at `size` bits; without REX, byte registers 4–7 are ah…bh. */
export function gprName(number: number, size: number, rex: boolean): string {
  if (number >= 8) return `r${number}${size === 64 ? '' : size === 32 ? 'd' : size === 16 ? 'w' : 'b'}`;
  if (size === 8) return (rex ? REX_BYTES : LEGACY_BYTES)[number]!;
  return (size === 64 ? 'r' : size === 32 ? 'e' : '') + NAMES[number]!;
}
