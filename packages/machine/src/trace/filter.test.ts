import { Trace, traceEvents } from '@ring3/kernel';
import { describe, expect, it } from 'vitest';
import { TraceExpressionError, TraceFilter } from './filter.js';

const shown = (...expressions: string[]): string[] => {
  const filter = new TraceFilter(expressions);
  return Object.keys(traceEvents).filter((event) => filter.shows({ event }));
};

describe('TraceFilter', () => {
  it('without expressions it shows all', () => expect(shown()).toEqual(Object.keys(traceEvents)));

  it.each([
    [['mm:mmap'], ['mm:mmap']],
    [['munmap,brk'], ['mm:munmap', 'mm:brk']],
    [['exceptions'], ['exceptions:page_fault_user']],
    [
      ['exceptions:*', 'sched_switch'],
      ['exceptions:page_fault_user', 'sched:sched_switch'],
    ],
    [['none'], []],
  ])('%j', (expressions, events) => expect(shown(...expressions).toSorted()).toEqual(events.toSorted()));

  it('! inverts a list', () => {
    const events = shown('!exec,mm,syscalls');
    expect(events).toContain('signal:signal_deliver');
    expect(events.filter((event) => /^(exec|mm|syscalls):/.test(event))).toEqual([]);
  });

  it('asks only the groups that it needs', () => {
    expect(new TraceFilter(['mm:mmap', 'sched']).groups).toBe(Trace.Mm | Trace.Sched);
    expect(new TraceFilter(['none']).groups).toBe(0);
  });

  it.each(['nothing', 'mm:nothing', '', 'mm,'])('%j is no event', (text) => {
    expect(() => new TraceFilter([text])).toThrow(TraceExpressionError);
  });
});
