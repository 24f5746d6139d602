import { Adj, ClockId, Hz, RLimit, SigEvNotify, Sig, Sys, TimerFlag, Timex, TimexStatus } from '@ring3/abi';
import { EAGAIN, EINVAL, EOPNOTSUPP, EPERM, ERESTART_RESTARTBLOCK, ERESTARTNOHAND } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { copyFromUser, copyToUser, getI32, getU64, putU32, putU64 } from '../mm/uaccess.js';
import type { BlockedOp } from '../sched/park.js';
import { registerRestart } from '../sched/restart.js';
import { expired, waitOn } from '../sched/wait.js';
import { NsPerSec } from '../time/clock.js';
import { signalsQueuedFor } from '../signal/pending.js';
import { rlimit } from '../task/limits.js';
import { clockNs, clockResolution, cpuClockTask, isCpuClock, checkClock } from '../time/clock-id.js';
import { processTime } from '../time/cpu-time.js';
import { getItimer, setItimer } from '../time/itimer.js';
import { PosixTimer } from '../time/posix-timer.js';
import { readTimespec, readTimeval, toNs, toTimespec, writeTimespec, writeTimeval } from '../time/timespec.js';
import type { SyscallRow } from './row.js';

function clockGettime(k: Kernel, clock: number, out: number): number {
  writeTimespec(k, out, clockNs(k, clock));
  return 0;
}

function clockGetres(k: Kernel, clock: number, out: number): number {
  checkClock(k, clock);
  if (out !== 0) writeTimespec(k, out, { sec: 0, nsec: clockResolution(clock) });
  return 0;
}

function clockSettime(k: Kernel, clock: number, at: number): number {
  checkClock(k, clock);
  if (clock !== ClockId.Realtime) throw EINVAL;
  readTimespec(k, at);
  throw EPERM;
}

/** The machine's wall clock is the platform's: nobody in the guest sets it. */
function settimeofday(k: Kernel, tv: number): number {
  if (tv !== 0) readTimeval(k, tv);
  throw EPERM;
}

function gettimeofday(k: Kernel, tv: number, tz: number): number {
  if (tv !== 0) {
    const { sec, nsec } = k.clock.realtime(k);
    putU64(k, tv, sec);
    putU64(k, tv + 8, Math.floor(nsec / 1000));
  }
  if (tz !== 0) putU64(k, tz, 0);
  return 0;
}

function time(k: Kernel, out: number): number {
  const { sec } = k.clock.realtime(k);
  if (out !== 0) putU64(k, out, sec);
  return sec;
}

function ticks(ns: number): number {
  return Math.floor(ns / (NsPerSec / Hz.User));
}

function times(k: Kernel, out: number): number {
  const { signal } = k.current;
  if (out !== 0) {
    const { utime, stime } = processTime(k, signal);
    [utime, stime, signal.cutime, signal.cstime].forEach((ns, i) => putU64(k, out + 8 * i, ticks(ns)));
  }
  return ticks(k.clock.monotonic(k));
}

/** A sleep that goes on after a signal without a handler: what is left is written, the deadline kept. Linux: hrtimer_nanosleep. */
interface SleepRequest {
  deadline: number;
  /** Where the rest is written; 0: nowhere (and for absolute sleeps). */
  rem: number;
  absolute: boolean;
}

function sleepUntil(k: Kernel, request: SleepRequest): number {
  const task = k.current;
  const op: BlockedOp = { kind: 'nanosleep', deadline: request.deadline, request };
  if (expired(k, op)) return 0;
  if (task.sigPending && !request.absolute) {
    if (request.rem !== 0) writeTimespec(k, request.rem, toTimespec(Math.max(0, request.deadline - k.clock.monotonic(k))));
    task.restart = { kind: 'nanosleep', request };
    throw ERESTART_RESTARTBLOCK;
  }
  return waitOn(k, null, op, ERESTARTNOHAND);
}

registerRestart('nanosleep', (k, block) => sleepUntil(k, block['request'] as SleepRequest));

function nanosleep(k: Kernel, req: number, rem: number): number {
  const { op } = k.current;
  if (op) return sleepUntil(k, op['request'] as SleepRequest);
  return sleepUntil(k, { deadline: k.clock.monotonic(k) + toNs(readTimespec(k, req)), rem, absolute: false });
}

function clockNanosleep(k: Kernel, clock: number, flags: number, req: number, rem: number): number {
  const { op } = k.current;
  if (op) return sleepUntil(k, op['request'] as SleepRequest);
  checkClock(k, clock);
  switch (clock) {
    case ClockId.Realtime:
    case ClockId.Monotonic:
    case ClockId.BootTime:
    case ClockId.Tai:
      break;
    default:
      throw EOPNOTSUPP;
  }
  const at = readTimespec(k, req);
  if ((flags & TimerFlag.Abstime) === 0) return sleepUntil(k, { deadline: k.clock.monotonic(k) + toNs(at), rem, absolute: false });
  const wall = clock === ClockId.Realtime || clock === ClockId.Tai;
  return sleepUntil(k, { deadline: wall ? k.clock.monotonicOf(at) : toNs(at), rem: 0, absolute: true });
}

function getitimer(k: Kernel, which: number, out: number): number {
  if (which < 0 || which > 2) throw EINVAL;
  writeItimer(k, out, getItimer(k, k.current.signal, which));
  return 0;
}

function setitimer(k: Kernel, which: number, value: number, old: number): number {
  if (which < 0 || which > 2) throw EINVAL;
  const { signal } = k.current;
  const interval = value === 0 ? 0 : readTimeval(k, value);
  const first = value === 0 ? 0 : readTimeval(k, value + 16);
  const before = getItimer(k, signal, which);
  setItimer(k, signal, which, first, interval);
  if (old !== 0) writeItimer(k, old, before);
  return 0;
}

function writeItimer(k: Kernel, out: number, timer: { value: number; interval: number }): void {
  writeTimeval(k, out, timer.interval);
  writeTimeval(k, out + 16, timer.value);
}

/** alarm(2): whole seconds, the rest of the old one rounded, and never 0 while it was armed. */
function alarm(k: Kernel, seconds: number): number {
  const { signal } = k.current;
  const { value } = getItimer(k, signal, 0);
  setItimer(k, signal, 0, Math.min(seconds, 0x7fff_ffff) * NsPerSec, 0);
  if (value === 0) return 0;
  return Math.max(1, Math.round(value / NsPerSec));
}

/** timer_create(2) with struct sigevent: value, signo, notify, then the thread's id. Linux: do_timer_create. */
function timerCreate(k: Kernel, clock: number, event: number, idOut: number): number {
  const { signal } = k.current;
  checkClock(k, clock);
  if (isCpuClock(clock)) {
    if (clock < 0 && cpuClockTask(k, clock) !== k.current.groupLeader) throw EINVAL;
  } else if (clock !== ClockId.Realtime && clock !== ClockId.Monotonic && clock !== ClockId.BootTime && clock !== ClockId.Tai) {
    throw EOPNOTSUPP;
  }
  if (signalsQueuedFor(k, k.current.cred.uid) >= rlimit(k.current, RLimit.SIGPENDING)) throw EAGAIN;
  // A call that fails from here on uses up its number.
  const id = signal.nextTimerId++;
  let value: [number, number] = [id, 0];
  let signo: number = Sig.ALRM;
  let notify: number = SigEvNotify.Signal;
  let thread = null;
  if (event !== 0) {
    value = getU64(k, event);
    signo = getI32(k, event + 8);
    notify = getI32(k, event + 12);
    if (notify === (SigEvNotify.Signal | SigEvNotify.ThreadId)) {
      const target = k.pids.task(getI32(k, event + 16));
      if (!target || target.signal !== signal) throw EINVAL;
      thread = target;
    } else if (notify !== SigEvNotify.Signal && notify !== SigEvNotify.None && notify !== SigEvNotify.Thread) {
      throw EINVAL;
    }
    if (notify !== SigEvNotify.None && (signo <= 0 || signo > Sig.Count)) throw EINVAL;
  }
  putU32(k, idOut, id);
  const timerClock = isCpuClock(clock) && clock < 0 ? ClockId.ProcessCpuTime : clock;
  const counted = timerClock === ClockId.ThreadCpuTime ? (thread ?? k.current) : thread;
  signal.posixTimers.set(id, new PosixTimer(id, timerClock, notify, signo, value, signal, counted));
  return 0;
}

function timerOf(k: Kernel, id: number): PosixTimer {
  const timer = k.current.signal.posixTimers.get(id);
  if (!timer) throw EINVAL;
  return timer;
}

function timerSettime(k: Kernel, id: number, flags: number, value: number, old: number): number {
  if (value === 0) throw EINVAL;
  const interval = toNs(readTimespec(k, value));
  const first = readTimespec(k, value + 16);
  const timer = timerOf(k, id);
  const before = remaining(k, timer);
  timer.disarm(k);
  timer.interval = interval;
  timer.overrunLast = 0;
  if (first.sec !== 0 || first.nsec !== 0) {
    const wall = timer.clock === ClockId.Realtime || timer.clock === ClockId.Tai;
    const absolute = wall ? k.clock.monotonicOf(first) : toNs(first);
    timer.arm(k, flags & TimerFlag.Abstime ? absolute : timer.now(k) + toNs(first));
  }
  if (old !== 0) writeTimerSpec(k, old, before);
  return 0;
}

function timerGettime(k: Kernel, id: number, out: number): number {
  writeTimerSpec(k, out, remaining(k, timerOf(k, id)));
  return 0;
}

/** Linux: common_timer_get. An armed timer never shows 0. */
function remaining(k: Kernel, timer: PosixTimer): { value: number; interval: number } {
  const { interval } = timer;
  const deadline = timer.usesCpuTime ? timer.cpuDeadline : timer.deadline;
  const now = timer.now(k);
  if (!timer.armed && interval === 0) {
    // One that tells nobody is never queued, and goes on showing when it would have expired, even disarmed.
    const shows = timer.notify === SigEvNotify.None && !timer.usesCpuTime;
    return { value: shows ? Math.max(0, timer.deadline - now) : 0, interval };
  }
  let left = deadline - now;
  if (left <= 0 && interval > 0) left = interval - ((now - deadline) % interval);
  return { value: Math.max(1, left), interval };
}

function writeTimerSpec(k: Kernel, out: number, timer: { value: number; interval: number }): void {
  writeTimespec(k, out, toTimespec(timer.interval));
  writeTimespec(k, out + 16, toTimespec(timer.value));
}

function timerDelete(k: Kernel, id: number): number {
  timerOf(k, id).disarm(k);
  k.current.signal.posixTimers.delete(id);
  return 0;
}

/**
 * adjtimex(2): the clock is the platform's, so nobody in the guest disciplines it, and it shows the state that Linux boots with: not
 * synchronized. Linux: timekeeping_validate_timex, __do_adjtimex. @throws EPERM a change, whoever asks @throws EINVAL
 */
function adjtimex(k: Kernel, timex: number): number {
  const bytes = copyFromUser(k, timex, Timex.Bytes).slice();
  const view = new DataView(bytes.buffer);
  const modes = view.getUint32(Timex.Modes, true);
  const asksForOffset = (modes & Adj.ADJTIME) !== 0;
  if (asksForOffset && !(modes & Adj.OFFSET_SINGLESHOT)) throw EINVAL;
  if (asksForOffset ? !(modes & Adj.OFFSET_READONLY) : modes !== 0) throw EPERM;
  const long = (at: number, value: number) => view.setBigInt64(at, BigInt(value), true);
  const { sec, nsec } = k.clock.realtime(k);
  bytes.fill(0, Timex.Offset);
  // NTP_PHASE_LIMIT, MAXFREQ in scaled ppm, and the length of a tick of USER_HZ: µs.
  long(Timex.MaxError, 16_000_000);
  long(Timex.EstError, 16_000_000);
  view.setInt32(Timex.Status, TimexStatus.Unsync, true);
  long(Timex.Constant, 2);
  long(Timex.Precision, 1);
  long(Timex.Tolerance, 32_768_000);
  long(Timex.Time, sec);
  long(Timex.Time + 8, Math.floor(nsec / 1000));
  long(Timex.Tick, 10_000);
  copyToUser(k, timex, bytes);
  return TimexStatus.Error;
}

function clockAdjtime(k: Kernel, clock: number, timex: number): number {
  checkClock(k, clock);
  if (clock !== ClockId.Realtime) throw EOPNOTSUPP;
  return adjtimex(k, timex);
}

/** kernel/time: clocks, sleeps, timers. */
export const timeSyscalls: readonly SyscallRow[] = [
  { nr: Sys.clock_gettime, name: 'clock_gettime', args: ['flags:CLOCK_', 'timespec:out'], call: clockGettime, done: 'full' },
  { nr: Sys.clock_getres, name: 'clock_getres', args: ['flags:CLOCK_', 'timespec:out'], call: clockGetres, done: 'full' },
  { nr: Sys.clock_settime, name: 'clock_settime', args: ['flags:CLOCK_', 'timespec'], call: clockSettime, done: 'always EPERM' },
  {
    nr: Sys.clock_nanosleep,
    name: 'clock_nanosleep',
    args: ['flags:CLOCK_', 'flags:TIMER_', 'timespec', 'timespec:out'],
    call: clockNanosleep,
    done: 'no CPU-time clocks',
  },
  { nr: Sys.nanosleep, name: 'nanosleep', args: ['timespec', 'timespec:out'], call: nanosleep, done: 'full' },
  { nr: Sys.gettimeofday, name: 'gettimeofday', args: ['timeval:out', 'ptr'], call: gettimeofday, done: 'full' },
  { nr: Sys.settimeofday, name: 'settimeofday', args: ['timeval', 'ptr'], call: settimeofday, done: 'always EPERM' },
  { nr: Sys.adjtimex, name: 'adjtimex', args: ['ptr'], call: adjtimex, done: 'changes are EPERM' },
  { nr: Sys.clock_adjtime, name: 'clock_adjtime', args: ['flags:CLOCK_', 'ptr'], call: clockAdjtime, done: 'changes are EPERM' },
  { nr: Sys.time, name: 'time', args: ['addr'], call: time, done: 'full' },
  { nr: Sys.times, name: 'times', args: ['addr'], call: times, done: 'full' },
  { nr: Sys.getitimer, name: 'getitimer', args: ['flags:ITIMER_', 'ptr'], call: getitimer, done: 'full' },
  { nr: Sys.setitimer, name: 'setitimer', args: ['flags:ITIMER_', 'ptr', 'ptr'], call: setitimer, done: 'full' },
  { nr: Sys.alarm, name: 'alarm', args: ['uint'], call: alarm, done: 'full' },
  { nr: Sys.timer_create, name: 'timer_create', args: ['flags:CLOCK_', 'ptr', 'int:out'], call: timerCreate, done: 'no alarm clocks' },
  { nr: Sys.timer_settime, name: 'timer_settime', args: ['int', 'flags:TIMER_', 'ptr', 'ptr'], call: timerSettime, done: 'full' },
  { nr: Sys.timer_gettime, name: 'timer_gettime', args: ['int', 'ptr'], call: timerGettime, done: 'full' },
  { nr: Sys.timer_getoverrun, name: 'timer_getoverrun', args: ['int'], call: (k, id) => timerOf(k, id).overrunLast, done: 'full' },
  { nr: Sys.timer_delete, name: 'timer_delete', args: ['int'], call: timerDelete, done: 'full' },
];
