import type { SigInfo } from '../signal/signal-struct.js';
import type { TraceRecord } from './tracer.js';

/** The members of a siginfo in a record; null where the signal has none. Times in clock ticks, as the program sees them. */
export function signalFields(info: SigInfo): TraceRecord['fields'] {
  const ticks = (ns: number | undefined) => (ns === undefined ? null : Math.floor(ns / 10_000_000));
  return {
    sig: info.signo,
    errno: info.errno,
    code: info.code,
    pid: info.pid ?? null,
    uid: info.uid ?? null,
    status: info.status ?? null,
    utime: ticks(info.utime),
    stime: ticks(info.stime),
    addr: info.addr ?? null,
    addr_high: info.addrHigh ?? null,
    value: info.value?.[0] ?? null,
    value_high: info.value?.[1] ?? null,
    timerid: info.timerId ?? null,
    overrun: info.overrun ?? null,
    band: info.band ?? null,
    fd: info.fd ?? null,
  };
}
