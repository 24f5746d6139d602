import { SigHandler } from '@ring3/abi';
import { signalName, Trace, type TraceRecord } from '@ring3/kernel';
import type { StepUnit } from '../protocol.js';
import type { StopSpec } from './stop-spec.js';

/** Steps that go to a tracepoint instead of an instruction. */
export type EventUnit = Exclude<StepUnit, 'insn' | 'over' | 'out'>;

export function isEventUnit(unit: StepUnit): unit is EventUnit {
  return unit !== 'insn' && unit !== 'over' && unit !== 'out';
}

/** Does this delivery of a signal enter a handler? */
export function isHandled(fields: TraceRecord['fields']): boolean {
  return Number(fields['sa_handler']) !== SigHandler.Default && Number(fields['sa_handler']) !== SigHandler.Ignore;
}

/** Does it deliver a signal that may end the process before the machine can stand still? */
export function isDeadly({ event, fields }: TraceRecord): boolean {
  return event === 'signal:signal_deliver' && Number(fields['sa_handler']) === SigHandler.Default;
}

/** Tracepoints behind the steps by events. */
export const stepGroups: Readonly<Record<EventUnit, number>> = {
  syscall: Trace.Syscalls,
  fault: Trace.Exceptions,
  stage: Trace.Exec,
  signal: Trace.Signal,
};

/** Tracepoints that a stop needs. */
export function groupOf(spec: StopSpec): number {
  switch (spec.kind) {
    case 'stage':
      return Trace.Exec;
    case 'symbol':
      return Trace.Exec | Trace.Mm;
    case 'fault':
      return Trace.Exceptions;
    case 'syscall':
      return Trace.Syscalls;
    case 'signal':
      return Trace.Signal;
    default:
      return 0;
  }
}

/** Is this what a stop waits for, its count aside? */
export function matches(spec: StopSpec, { event, fields }: TraceRecord): boolean {
  switch (spec.kind) {
    case 'stage':
      return event === spec.event;
    case 'fault':
      return event === 'exceptions:page_fault_user';
    case 'syscall':
      return event === 'syscalls:sys_enter' && fields['nr'] === spec.nr;
    case 'signal':
      return event === 'signal:signal_deliver' && signalName(Number(fields['sig'])) === spec.name;
    default:
      return false;
  }
}

/** Is this the next event of a step? */
export function isEventOf(unit: EventUnit, event: string): boolean {
  switch (unit) {
    case 'syscall':
      return event === 'syscalls:sys_enter';
    case 'fault':
      return event === 'exceptions:page_fault_user';
    case 'stage':
      return event.startsWith('exec:');
    case 'signal':
      return event === 'signal:signal_deliver';
  }
}
