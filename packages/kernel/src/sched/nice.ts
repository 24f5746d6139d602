/** Nice −20 … 19 to a share of the CPU: each step is about 1.25×. Linux: sched_prio_to_weight (kernel/sched/core.c), nice 0 = 1024. */
export function sliceWeight(quantum: number, nice: number): number {
  return nice === 0 ? quantum : Math.max(1000, Math.round(quantum * 1.25 ** -nice));
}
