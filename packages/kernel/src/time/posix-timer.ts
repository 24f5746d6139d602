import { ClockId, SiCode, SigEvNotify } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { sendTimerSignal } from '../signal/send.js';
import type { SigInfo, SignalStruct } from '../signal/signal-struct.js';
import { registerState } from '../state.js';
import type { Task } from '../task/task.js';
import { accountTime, processTime } from './cpu-time.js';
import { leaderOf } from './leader.js';
import { TimerEntry } from './timer-queue.js';

/** timer_getoverrun's greatest answer (DELAYTIMER_MAX). */
const DelayTimerMax = 0x7fff_ffff;

/** struct k_itimer: a timer of timer_create. Timers of CPU-time clocks are not in the queue: cpu-timers.ts looks at them. */
export class PosixTimer extends TimerEntry {
  interval = 0;
  /** CPU-time timers: the clock's value at which it expires; 0 off. */
  cpuDeadline = 0;
  /** Overruns of the delivery being handled, and those counted since (it_overrun_last, it_overrun). */
  overrunLast = 0;
  overrun = 0;
  readonly info: SigInfo;

  constructor(
    readonly id: number,
    readonly clock: number,
    readonly notify: number,
    signo: number,
    value: [number, number],
    readonly signal: SignalStruct,
    /** SIGEV_THREAD_ID's thread; null: the process. */
    readonly thread: Task | null,
  ) {
    super();
    this.info = { signo, errno: 0, code: SiCode.Timer, timerId: id, overrun: 0, value };
  }

  get usesCpuTime(): boolean {
    return this.clock === ClockId.ProcessCpuTime || this.clock === ClockId.ThreadCpuTime;
  }

  /** Linux: posix_timer_fn, posix_timer_event. */
  expire(k: Kernel): void {
    const target = this.thread ?? leaderOf(this.signal);
    if (this.notify === SigEvNotify.None || !target) return;
    if (sendTimerSignal(k, target, this.info, this.thread === null)) return;
    // Ignored: nobody will dequeue it and start the next period.
    if (this.interval > 0) this.forward(k);
  }

  /** The time on this timer's clock. */
  now(k: Kernel): number {
    if (!this.usesCpuTime) return k.clock.monotonic(k);
    if (this.clock === ClockId.ThreadCpuTime && this.thread) {
      accountTime(k);
      return this.thread.utime + this.thread.stime;
    }
    const { utime, stime } = processTime(k, this.signal);
    return utime + stime;
  }

  /** The next period that is not past yet; returns how many were skipped besides the one that expired. */
  forward(k: Kernel): number {
    const now = this.now(k);
    const last = this.usesCpuTime ? this.cpuDeadline : this.deadline;
    const periods = Math.max(1, Math.floor((now - last) / this.interval) + 1);
    this.arm(k, last + periods * this.interval);
    return periods - 1;
  }

  arm(k: Kernel, deadline: number): void {
    if (this.usesCpuTime) this.cpuDeadline = deadline;
    else k.timers.add(this, deadline);
  }

  disarm(k: Kernel): void {
    this.cpuDeadline = 0;
    k.timers.remove(this);
  }

  get armed(): boolean {
    return this.active || this.cpuDeadline !== 0;
  }
}
registerState('PosixTimer', PosixTimer);

/**
 * A timer's signal is taken off the queue: the next period begins, and what is delivered tells the overruns.
 * Linux: posixtimer_rearm. @returns a copy; the timer keeps its one siginfo
 */
export function rearmPosixTimer(k: Kernel, signal: SignalStruct, info: SigInfo): SigInfo {
  const timer = signal.posixTimers.get(info.timerId!);
  if (!timer || timer.info !== info) return info;
  const queued = info.overrun ?? 0;
  const skipped = timer.interval > 0 && !timer.armed ? timer.forward(k) : 0;
  timer.overrunLast = Math.min(DelayTimerMax, queued + skipped);
  return { ...info, overrun: timer.overrunLast };
}

/** timer_delete of every timer: exit and exec. Linux: exit_itimers. */
export function deletePosixTimers(k: Kernel, signal: SignalStruct): void {
  for (const timer of signal.posixTimers.values()) timer.disarm(k);
  signal.posixTimers.clear();
}
