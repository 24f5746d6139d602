import { Cpu, Header, MemoryMap } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { getReg } from '../task/regs.js';
import { Follow, type ThreadFollower } from '../trace/tracer.js';

/** Does the current task's next instruction have a breakpoint that is not told yet? Then whoever set it is told; true: it wants to stand. */
export function isAtBreakpoint(k: Kernel): boolean {
  const { trace } = k;
  const address = getReg(k, Cpu.Rip);
  if (!trace.breakpoints.has(address) || trace.passes.get(k.current) === address) return false;
  trace.onBreakpoint?.(address);
  if (!trace.stopRequested) return false;
  trace.passes.set(k.current, address);
  return true;
}

/** How many instructions the followed thread, which is the current one, may execute; 0: the slice ends. */
export function followedBudget(k: Kernel, follower: ThreadFollower, budget: number): number {
  const { trace } = k;
  const retired = trace.followed;
  trace.followed = 0;
  switch (follower.next(k, retired)) {
    case Follow.Stop:
      return 0;
    case Follow.Single:
      return 1;
    case Follow.Run:
      return budget;
  }
}

/** The current task has retired so many instructions: what is watched of it moves on. */
export function noteRetired(k: Kernel, retired: number): void {
  const { trace, current } = k;
  if (retired === 0) return;
  trace.passes.delete(current);
  if (trace.follower?.task === current) trace.followed += retired;
}

/** The core's copy of trace.breakpoints. @throws RangeError too many */
export function installBreakpoints(k: Kernel): void {
  const addresses = [...k.trace.breakpoints];
  if (addresses.length > Header.MaxBreakpoints) throw new RangeError(`at most ${Header.MaxBreakpoints} breakpoints`);
  const { u32 } = k.core;
  addresses.forEach((address, i) => {
    const at = (MemoryMap.Header + Header.Breakpoints + 8 * i) >>> 2;
    u32[at] = address >>> 0;
    u32[at + 1] = Math.floor(address / 0x1_0000_0000);
  });
  u32[(MemoryMap.Header + Header.BreakpointCount) >>> 2] = addresses.length;
  k.core.tlbFlushAll();
}
