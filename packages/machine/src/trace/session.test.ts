import { type Kernel, Trace, Tracer, type TraceRecord } from '@ring3/kernel';
import { describe, expect, it } from 'vitest';
import { TraceSession } from './session.js';

/** All that a session needs of a kernel. */
const kernel = (): { trace: Tracer } => ({ trace: new Tracer() });

const unmap = (start: number): TraceRecord => ({
  event: 'mm:munmap',
  icount: start,
  time: start,
  pid: 1,
  tid: 1,
  fields: { start, end: start + 1 },
});

function session(batch: number, expressions: readonly string[] = []) {
  const k = kernel();
  const batches: number[][] = [];
  const running = new TraceSession(k as unknown as Kernel, { expressions, batch }, (records) =>
    batches.push(records.map(({ time }) => time)),
  );
  return { k, batches, running };
}

describe('TraceSession', () => {
  it('hands records over in batches, in order, and the rest at the end', () => {
    const { k, batches, running } = session(3);
    for (let i = 0; i < 7; i++) k.trace.emit(Trace.Mm, unmap(i));
    expect(batches).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    running.flush();
    running.flush();
    k.trace.emit(Trace.Mm, unmap(7));
    running.finish();
    expect(batches.slice(2)).toEqual([[6], [7]]);
  });

  it('listens to nothing but what is chosen, and to nothing when it is over', () => {
    const { k, batches, running } = session(1, ['mm:mmap']);
    expect([k.trace.on(Trace.Mm), k.trace.on(Trace.Syscalls)]).toEqual([true, false]);
    k.trace.emit(Trace.Mm, unmap(0));
    running.finish();
    expect(batches).toEqual([]);
    expect(k.trace.on(Trace.Mm)).toBe(false);
  });

  it('texts are decoded; the kernel’s own record stays as it is', () => {
    const k = kernel();
    const seen: TraceRecord[] = [];
    const running = new TraceSession(k as unknown as Kernel, { expressions: [], batch: 1 }, (records) => seen.push(...records));
    const record: TraceRecord = {
      event: 'exec:getname',
      icount: 0,
      time: 0,
      pid: 1,
      tid: 1,
      fields: { path: '/\xc3\xa4', from_user: true },
    };
    k.trace.emit(Trace.Exec, record);
    running.finish();
    expect(seen[0]?.fields['path']).toBe('/ä');
    expect(record.fields['path']).toBe('/\xc3\xa4');
  });
});
