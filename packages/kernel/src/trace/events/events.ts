import { execEvents } from './exec-events.js';
import type { FieldKinds, FieldValues } from './field-kinds.js';
import { mmEvents } from './mm-events.js';
import { taskEvents } from './task-events.js';

/** Every tracepoint and what its records carry: the one definition for the kernel, for tools and for whoever reads an exported trace. */
export const traceEvents = { ...execEvents, ...mmEvents, ...taskEvents } as const;

export type TraceEvents = typeof traceEvents;
export type TraceEventName = keyof TraceEvents;
/** The fields of a record of event E. */
export type TraceFields<E extends TraceEventName> = FieldValues<TraceEvents[E]>;

export type ExecEventName = keyof typeof execEvents;
export type ExecStage = ExecEventName extends `exec:${infer S}` ? S : never;

/** The kinds of an event's fields; undefined for an event that is not defined. */
export function fieldKinds(event: string): FieldKinds | undefined {
  return Object.hasOwn(traceEvents, event) ? traceEvents[event as TraceEventName] : undefined;
}
