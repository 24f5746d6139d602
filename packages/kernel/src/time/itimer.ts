import { ItimerWhich, Sig } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { kernelInfo, sendSignal } from '../signal/send.js';
import type { SignalStruct } from '../signal/signal-struct.js';
import { registerState } from '../state.js';
import { processTime } from './cpu-time.js';
import { leaderOf } from './leader.js';
import { TimerEntry } from './timer-queue.js';

/** ITIMER_REAL of a process (signal->real_timer). */
export class RealTimer extends TimerEntry {
  constructor(readonly signal: SignalStruct) {
    super();
  }
  /** Linux: it_real_fn. An interval starts again when the SIGALRM is taken off the queue. */
  expire(k: Kernel): void {
    this.signal.itimers[ItimerWhich.Real]!.deadline = 0;
    const leader = leaderOf(this.signal);
    if (leader) sendSignal(k, leader, kernelInfo(Sig.ALRM), true);
  }
}
registerState('RealTimer', RealTimer);

/** SIGALRM was dequeued: the next period begins, on the grid of the first. Linux: dequeue_signal, hrtimer_forward. */
export function rearmRealTimer(k: Kernel, signal: SignalStruct): void {
  const timer = signal.itimers[ItimerWhich.Real]!;
  if (timer.interval === 0 || signal.realTimer.active) return;
  const now = k.clock.monotonic(k);
  const missed = Math.max(1, Math.floor((now - signal.realTimer.deadline) / timer.interval) + 1);
  timer.deadline = signal.realTimer.deadline + missed * timer.interval;
  k.timers.add(signal.realTimer, timer.deadline);
}

/** What is left of a timer, and its interval, in ns. Linux: do_getitimer. An armed timer never shows 0. */
export function getItimer(k: Kernel, signal: SignalStruct, which: number): { value: number; interval: number } {
  const timer = signal.itimers[which]!;
  if (timer.deadline === 0) return { value: 0, interval: timer.interval };
  return { value: Math.max(1000, timer.deadline - itimerClock(k, signal, which)), interval: timer.interval };
}

/** Arms (value > 0) or stops a timer. Linux: do_setitimer. */
export function setItimer(k: Kernel, signal: SignalStruct, which: number, value: number, interval: number): void {
  const timer = signal.itimers[which]!;
  timer.interval = interval;
  timer.deadline = value === 0 ? 0 : itimerClock(k, signal, which) + value;
  if (which !== ItimerWhich.Real) return;
  if (value === 0) {
    k.timers.remove(signal.realTimer);
    timer.interval = 0;
  } else {
    k.timers.add(signal.realTimer, timer.deadline);
  }
}

/** The clock that a timer counts, in ns: real time, user time, or user and system time of the process. */
function itimerClock(k: Kernel, signal: SignalStruct, which: number): number {
  if (which === ItimerWhich.Real) return k.clock.monotonic(k);
  const { utime, stime } = processTime(k, signal);
  return which === ItimerWhich.Virtual ? utime : utime + stime;
}

/** A process ends, or execs: no timer of it stays queued. */
export function stopItimers(k: Kernel, signal: SignalStruct): void {
  for (const which of [ItimerWhich.Real, ItimerWhich.Virtual, ItimerWhich.Prof]) setItimer(k, signal, which, 0, 0);
}
