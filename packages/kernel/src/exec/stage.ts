import { Cpu, MemoryMap } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { Trace, type TraceRecord } from '../trace/tracer.js';

/**
 * The tracepoint of one stage of execve: `name` is the Linux function that does it. `fields` is asked only when somebody listens.
 * Strings are byte strings, addresses Numbers.
 */
export function stage(k: Kernel, name: string, fields: () => TraceRecord['fields']): void {
  if (!k.trace.on(Trace.Exec)) return;
  const icount = (MemoryMap.Cpu + Cpu.Icount) >> 2;
  k.trace.emit(Trace.Exec, {
    event: `exec:${name}`,
    icount: (k.core.u32[icount] ?? 0) + (k.core.u32[icount + 1] ?? 0) * 0x1_0000_0000,
    time: k.clock.monotonic(k),
    pid: k.current.tgid,
    tid: k.current.tid,
    fields: fields(),
  });
}
