/** Instructions of the shortest turn. */
const SHORTEST_TURN = 1000;

/**
 * The length of a turn by nice −20 … 19: each step is about 1.25×; SCHED_IDLE has 3/1024 of nice 0. Linux: sched_prio_to_weight,
 * WEIGHT_IDLEPRIO (kernel/sched).
 */
export function sliceWeight(quantum: number, nice: number, idle = false): number {
  if (idle) return Math.max(SHORTEST_TURN, Math.round((quantum * 3) / 1024));
  return nice === 0 ? quantum : Math.max(SHORTEST_TURN, Math.round(quantum * 1.25 ** -nice));
}
