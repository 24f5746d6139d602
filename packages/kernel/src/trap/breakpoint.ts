import { Cpu, Header, MemoryMap } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { getReg } from '../task/regs.js';

/** Does the current task's next instruction have a breakpoint? Then whoever set it is told. */
export function isAtBreakpoint(k: Kernel): boolean {
  const { trace } = k;
  const address = getReg(k, Cpu.Rip);
  const { resuming } = trace;
  trace.resuming = null;
  if (!trace.breakpoints.has(address)) return false;
  if (resuming?.tid === k.current.tid && resuming.address === address) return false;
  trace.onBreakpoint?.(address);
  return trace.stopRequested;
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
