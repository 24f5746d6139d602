import type { Machine } from '@ring3/machine';
import type { Stop, TraceRecord } from '@ring3/machine/protocol';
import { CodePlaces } from './code-place.js';

/** Where a machine stands still, in words. */
export interface StopText {
  /** 'before the system call write' */
  reason: string;
  /** 'main+0x10 in hello (0x401136)' */
  place: string;
  instructions: string;
}

const placesOf = new WeakMap<Machine, CodePlaces>();

/** @throws MachineError closed */
export async function describeStop(stop: Stop, machine: Machine): Promise<StopText> {
  const places = placesOf.get(machine) ?? new CodePlaces(machine);
  placesOf.set(machine, places);
  const [reason, place] = await Promise.all([stopReason(stop), places.describe(stop.tid, stop.ip)]);
  return {
    reason,
    place: place === null ? hex(stop.ip) : `${place} (${hex(stop.ip)})`,
    instructions: `${stop.icount.toLocaleString('en')} instructions so far`,
  };
}

/** Why a machine stands still, in words: 'before the system call write', 'at main'. */
async function stopReason({ reason, spec, record }: Stop): Promise<string> {
  const event = record ? await eventText(record) : null;
  if (event) return event;
  if (reason === 'stop-spec' && spec !== undefined)
    return spec.startsWith('insn:') ? `after ${count(spec.slice(5))} instructions` : `at ${spec}`;
  return reason === 'step' ? 'after a step' : 'on request';
}

async function eventText({ event, fields }: TraceRecord): Promise<string | null> {
  switch (event) {
    case 'syscalls:sys_enter':
      return `before the system call ${fields['name'] ?? `number ${fields['nr']}`}`;
    case 'exceptions:page_fault_user':
      return `at a page fault on ${hex(Number(fields['address']))}`;
    case 'signal:signal_deliver': {
      const { signalText } = await import('@ring3/machine/names');
      return `${signalText(Number(fields['sig']))} is delivered`;
    }
    default:
      return event.startsWith('exec:') ? `in execve, at ${event.slice(5)}` : null;
  }
}

const hex = (address: number): string => `0x${address.toString(16)}`;

const count = (digits: string): string => Number(digits).toLocaleString('en');
