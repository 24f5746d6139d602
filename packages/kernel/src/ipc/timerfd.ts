import { Cap, ClockId, O, Poll, Tfd } from '@ring3/abi';
import { EAGAIN, EFAULT, EINVAL, EPERM } from '../errno.js';
import { anonInode, anonPath } from '../fs/anon/anon-inodefs.js';
import type { IoIter } from '../io/io-iter.js';
import type { Kernel } from '../kernel.js';
import { WaitQueue } from '../sched/wait-queue.js';
import { registerState } from '../state.js';
import { toNs } from '../time/timespec.js';
import { TimerEntry } from '../time/timer-queue.js';
import { File } from '../vfs/file.js';
import type { Inode, Timespec } from '../vfs/inode.js';
import type { Path } from '../vfs/path.js';

const TICKS_BYTES = 8;

/** The timer of a timerfd. Expired and periodic, it goes on at the next read or look: what was missed counts then. */
class FdTimer extends TimerEntry {
  /** ns; 0: once. */
  interval = 0;
  ticks = 0;
  /** It expired, and its next period has not been started. */
  expired = false;
  readonly queue = new WaitQueue();

  /** timerfd_triggered */
  expire(k: Kernel): void {
    this.expired = true;
    this.ticks++;
    this.queue.wake(k, Infinity, Poll.IN);
  }

  /** Starts the period that is not past yet. Linux: hrtimer_forward_now, hrtimer_restart. */
  catchUp(k: Kernel): void {
    if (!this.expired || this.interval === 0) return;
    const periods = Math.floor((k.clock.monotonic(k) - this.deadline) / this.interval) + 1;
    this.ticks += periods - 1;
    k.timers.add(this, this.deadline + periods * this.interval);
    this.expired = false;
  }
}
registerState('FdTimer', FdTimer);

/** A file of timerfd_create(2): fs/timerfd.c */
export class TimerFdFile extends File {
  readonly timer = new FdTimer();

  constructor(
    flags: number,
    inode: Inode,
    path: Path,
    private readonly clock: ClockId,
  ) {
    super(flags, inode, path);
  }

  /** Expirations since the last read, as a u64. @throws EAGAIN none yet */
  override read(k: Kernel, iter: IoIter): number {
    if (iter.remaining < TICKS_BYTES) throw EINVAL;
    const { timer } = this;
    if (timer.ticks === 0) throw EAGAIN;
    iter.prepare(k, TICKS_BYTES, true);
    timer.catchUp(k);
    const { ticks } = timer;
    timer.ticks = 0;
    timer.expired = false;
    if (iter.put(k, new Uint8Array(BigUint64Array.of(BigInt(ticks)).buffer)) < TICKS_BYTES) throw EFAULT;
    return TICKS_BYTES;
  }

  override poll(): number {
    return this.timer.ticks > 0 ? Poll.IN : 0;
  }
  override waitQueue(): WaitQueue {
    return this.timer.queue;
  }
  /** noop_llseek */
  override llseek(): number {
    return 0;
  }
  override release(k: Kernel): void {
    k.timers.remove(this.timer);
  }

  /** do_timerfd_settime; a zero `value` stops it. Returns what was left before. */
  set(k: Kernel, flags: number, interval: Timespec, value: Timespec): { interval: number; left: number } {
    const before = this.get(k);
    const { timer } = this;
    k.timers.remove(timer);
    timer.expired = false;
    timer.ticks = 0;
    timer.interval = toNs(interval);
    if (value.sec !== 0 || value.nsec !== 0) k.timers.add(timer, this.deadline(k, flags, value));
    return before;
  }

  private deadline(k: Kernel, flags: number, value: Timespec): number {
    if (!(flags & Tfd.TIMER_ABSTIME)) return k.clock.monotonic(k) + toNs(value);
    const wall = this.clock === ClockId.Realtime || this.clock === ClockId.RealtimeAlarm;
    return Math.min(wall ? k.clock.monotonicOf(value) : toNs(value), Number.MAX_SAFE_INTEGER);
  }

  /** Period and time left, ns; 0: stopped. Linux: do_timerfd_gettime. */
  get(k: Kernel): { interval: number; left: number } {
    const { timer } = this;
    timer.catchUp(k);
    // A timer that is about to expire has at least a nanosecond left, to tell it from a stopped one.
    const left = timer.active ? Math.max(1, timer.deadline - k.clock.monotonic(k)) : 0;
    return { interval: timer.interval, left };
  }
}
registerState('TimerFdFile', TimerFdFile);

/** `flags`: TFD_NONBLOCK, TFD_CLOEXEC. @throws EINVAL a clock that has no timers @throws EPERM alarm clocks need CAP_WAKE_ALARM */
export function createTimerFd(k: Kernel, clock: number, flags: number): File {
  if (flags & ~(O.NONBLOCK | O.CLOEXEC)) throw EINVAL;
  switch (clock) {
    case ClockId.Realtime:
    case ClockId.Monotonic:
    case ClockId.BootTime:
      break;
    case ClockId.RealtimeAlarm:
    case ClockId.BootTimeAlarm:
      if (!k.current.cred.capable(Cap.WAKE_ALARM)) throw EPERM;
      break;
    default:
      throw EINVAL;
  }
  return new TimerFdFile(O.RDWR | (flags & O.NONBLOCK), anonInode(k), anonPath(k, 'timerfd'), clock);
}
