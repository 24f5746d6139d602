import type { Kernel, TraceRecord } from '@ring3/kernel';
import { Strace } from '../../strace/strace.js';
import { TraceFilter } from '../filter.js';
import { TraceSession } from '../session.js';
import { fieldText } from './field-text.js';

/** What strace's lines say already: calls, signals that are delivered, ends. */
const inStrace = new Set(['syscalls:sys_enter', 'syscalls:sys_exit', 'signal:signal_deliver', 'signal:group_stop']);

/** System calls and signals as strace(1) prints them, and between them a line for every other event: `--- mm:munmap {start=…} ---`. */
export class TextTrace {
  private readonly strace: Strace;
  private readonly session: TraceSession;

  constructor(k: Kernel, expressions: readonly string[], write: (text: string) => void) {
    const filter = new TraceFilter(expressions);
    const shown = (event: string, what: string): string => `${what}=${filter.shows({ event }) ? 'all' : 'none'}`;
    const choose = [shown('syscalls:sys_enter', 'trace'), shown('signal:signal_deliver', 'signal')];
    const settings = { follow: true, expressions: choose, summary: false, stringLimit: 32, times: false, pids: true };
    this.strace = new Strace(k, settings, write, () => undefined);
    this.session = new TraceSession(k, { expressions, batch: 1 }, ([record]) => record && this.note(record));
  }

  finish(): void {
    this.session.finish();
    this.strace.finish();
  }

  private note(record: TraceRecord): void {
    if (!inStrace.has(record.event)) this.strace.note(record.tid, record.pid, `--- ${record.event} {${fieldText(record)}} ---`);
  }
}
