import type { Kernel } from '../kernel.js';
import type { ExecStage, TraceFields } from '../trace/events/events.js';
import { Trace, emit } from '../trace/tracer.js';

/** Does anybody watch execve? Asked before each stage, so that its fields are gathered only then. */
export function execTraced(k: Kernel): boolean {
  return k.trace.on(Trace.Exec);
}

/**
 * The tracepoint of one stage of execve: `name` is the Linux function that does it; events/exec-events.ts says what it carries.
 * Ask execTraced(k) first.
 */
export function stage<S extends ExecStage>(k: Kernel, name: S, fields: TraceFields<`exec:${S}`>): void {
  emit(k, Trace.Exec, `exec:${name}`, fields);
}
