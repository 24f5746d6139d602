import type { TraceRecord } from '@ring3/kernel';
import type { SignalInfo } from './print/signal.js';

/** A siginfo from a record's fields. */
export function signalInfo(fields: TraceRecord['fields']): SignalInfo {
  const number = (name: string) => Number(fields[name] ?? 0);
  const pair = (low: string, high: string) => (BigInt(number(high) >>> 0) << 32n) + BigInt(number(low));
  return {
    signo: number('sig'),
    code: number('code'),
    errno: number('errno'),
    pid: number('pid'),
    uid: number('uid'),
    status: number('status'),
    utime: number('utime'),
    stime: number('stime'),
    addr: pair('addr', 'addr_high'),
    value: pair('value', 'value_high'),
    timerId: number('timerid'),
    overrun: number('overrun'),
    band: BigInt(number('band')),
    fd: number('fd'),
  };
}
