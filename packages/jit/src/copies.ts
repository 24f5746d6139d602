/**
 * Blocks are known by the offset that they begin at. Copies of a block have numbers of their own:
 *
 *   offset + TURN × number of the turn    of a loop that several turns of are written down (translate/unroll.ts)
 *          + ALONE                        of the turn that is done alone
 *          + CALL × number of the call    of a function that is among the instructions of its caller (inline.ts)
 */
export const TURN = 2 ** 32;
export const ALONE = 2 ** 35;
export const CALL = 2 ** 36;

/** The offset of a block, or of what it is a copy of. */
export function offsetOf(block: number): number {
  return block | 0;
}

function turnOf(block: number): number {
  return (block - offsetOf(block)) % CALL;
}

/** Does it stand for its offset, so that control may enter there? */
export function isOriginal(block: number): boolean {
  return block === offsetOf(block);
}

/** Is a block one of several turns that are done at once? */
export function isOfSeveral(block: number): boolean {
  return turnOf(block) > 0 && !isAlone(block);
}

/** Does the turn that is done alone begin there? */
export function isAlone(block: number): boolean {
  return turnOf(block) >= ALONE;
}
