import type { Kernel } from '../kernel.js';
import type { File } from '../vfs/file.js';
import { pathString } from '../vfs/d-path.js';
import type { TraceEventName, TraceFields } from './events/events.js';
import { Trace, emit } from './tracer.js';

type MmEvent = Extract<TraceEventName, `mm:${string}`>;

/** A change of an address space; ask k.trace.on(Trace.Mm) first. events/mm-events.ts says what it carries. */
export function traceMm<E extends MmEvent>(k: Kernel, event: E, fields: TraceFields<E>): void {
  emit(k, Trace.Mm, event, fields);
}

/** How a mapped file is named in a record: as in /proc/PID/maps. */
export function tracedFile(k: Kernel, file: File | null): string | null {
  if (!file) return null;
  return file.path ? pathString(k, file.path) : file.name;
}
