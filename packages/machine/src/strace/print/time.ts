import { Utime } from '@ring3/abi';
import { type Call, type Printer, atEntry, atExit } from '../call.js';
import { address } from '../text.js';
import { arrayText, structIn, structOut, structText } from './basic.js';

export function timespecText(view: DataView, at = 0): string {
  return `{tv_sec=${view.getBigInt64(at, true)}, tv_nsec=${view.getBigInt64(at + 8, true)}}`;
}

export function timevalText(view: DataView, at = 0): string {
  return `{tv_sec=${view.getBigInt64(at, true)}, tv_usec=${view.getBigInt64(at + 8, true)}}`;
}

export const timespec = structIn(16, (view) => timespecText(view));
export const timespecOut = structOut(16, (view) => timespecText(view));
export const timeval = structIn(16, (view) => timevalText(view));
export const timevalOut = structOut(16, (view) => timevalText(view));
export const itimerval = structIn(32, (view) => `{it_interval=${timevalText(view)}, it_value=${timevalText(view, 16)}}`);
export const itimervalOut = structOut(32, (view) => `{it_interval=${timevalText(view)}, it_value=${timevalText(view, 16)}}`);
export const itimerspec = structIn(32, (view) => `{it_interval=${timespecText(view)}, it_value=${timespecText(view, 16)}}`);
export const itimerspecOut = structOut(32, (view) => `{it_interval=${timespecText(view)}, it_value=${timespecText(view, 16)}}`);

/** What is left of a sleep: written only when a signal ended it. */
export const timeLeft: Printer = atExit((call, i) =>
  call.result === -516n || call.result === -4n ? structText(call, call.arg(i), 16, (view) => timespecText(view)) : address(call.arg(i)),
);

/** The date that strace adds as a comment; `fraction` of a second with its leading dot. */
function date(seconds: bigint, fraction: string): string {
  const at = new Date(Number(seconds) * 1000);
  return Number.isNaN(at.getTime()) ? '' : ` /* ${at.toISOString().slice(0, 19)}${fraction}+0000 */`;
}

function fileTime(view: DataView): string {
  const nanoseconds = view.getBigInt64(8, true);
  if (nanoseconds === BigInt(Utime.NOW)) return 'UTIME_NOW';
  if (nanoseconds === BigInt(Utime.OMIT)) return 'UTIME_OMIT';
  return timespecText(view) + date(view.getBigInt64(0, true), nanoseconds === 0n ? '' : `.${String(nanoseconds).padStart(9, '0')}`);
}

function fileTimeval(view: DataView): string {
  const microseconds = view.getBigInt64(8, true);
  return timevalText(view) + date(view.getBigInt64(0, true), microseconds === 0n ? '' : `.${String(microseconds).padStart(6, '0')}`);
}

/** Access and modification time: NULL is now. */
export const fileTimes = atEntry((call, i) => (call.arg(i) === 0n ? 'NULL' : arrayText(call, call.arg(i), 2, 16, fileTime)));
export const fileTimevals = atEntry((call, i) => (call.arg(i) === 0n ? 'NULL' : arrayText(call, call.arg(i), 2, 16, fileTimeval)));
export const utimbuf = structIn(16, (view) => {
  const [access, modification] = [view.getBigInt64(0, true), view.getBigInt64(8, true)];
  return `{actime=${access}${date(access, '')}, modtime=${modification}${date(modification, '')}}`;
});

/** The timeout that select and ppoll have written back. */
export function leftText(call: Call, va: bigint, text: (view: DataView) => string): string[] {
  return va === 0n ? [] : [`left ${structText(call, va, 16, text)}`];
}
