import { type Call, type Signature, atEntry, atExit, inOrder, plain } from '../call.js';
import { choice, flags, int, intOut, pointer, structOut, structText, uint, ulong } from '../print/basic.js';
import { clocks, itimers, timerBits } from '../names/time.js';
import { fdset, pollfds, polledText, selectedTexts } from '../print/poll.js';
import {
  itimerspec,
  itimerspecOut,
  itimerval,
  itimervalOut,
  leftText,
  timeLeft,
  timespec,
  timespecOut,
  timespecText,
  timeval,
  timevalOut,
  timevalText,
} from '../print/time.js';
import { maskHow } from '../names/signals.js';
import {
  returnMaskText,
  sigaction,
  sigactionOut,
  sigevent,
  siginfo,
  signal,
  sigset,
  sigsetOut,
  sigsetWithSize,
  stack,
  stackOut,
  waitedInfoOut,
} from '../print/signal.js';
import { ioctlArgument, ioctlRequest } from '../print/tty.js';
import { address, unsigned32 } from '../text.js';

/** What poll and select found: '(Timeout)' or '([{fd=0, revents=POLLIN}], left {…})'. */
function found(call: Call, texts: readonly string[]): string | null {
  if (call.failed || call.result! < 0n) return null;
  if (call.result === 0n) return '(Timeout)';
  return texts.length === 0 ? null : `(${texts.join(', ')})`;
}

const ioctlHead = inOrder(int, ioctlRequest);

/** struct timezone: minuteswest4 dsttime4. */
const timezone = structOut(8, (view) => `{tz_minuteswest=${view.getInt32(0, true)}, tz_dsttime=${view.getInt32(4, true)}}`);

/** A call without arguments: the frame lies where rsp points. */
const returnMask = atEntry((call) => returnMaskText(call.memory, call.stackPointer));

/** Calls that wait, and those of clocks, timers, signals and devices, by name. */
export const waitingSignatures: Readonly<Record<string, Signature>> = {
  poll: { ...plain(pollfds, uint, int), note: (call) => found(call, [polledText(call)]) },
  ppoll: {
    ...plain(pollfds, uint, timespec, sigset, ulong),
    note: (call) => found(call, [polledText(call), ...leftText(call, call.arg(2), (view) => timespecText(view))]),
  },
  select: {
    ...plain(int, fdset, fdset, fdset, timeval),
    note: (call) => found(call, [...selectedTexts(call), ...leftText(call, call.arg(4), (view) => timevalText(view))]),
  },
  pselect6: {
    ...plain(int, fdset, fdset, fdset, timespec, sigsetWithSize),
    note: (call) => found(call, [...selectedTexts(call), ...leftText(call, call.arg(4), (view) => timespecText(view))]),
  },
  nanosleep: plain(timespec, timeLeft),
  clock_nanosleep: plain(choice(clocks), flags(timerBits), timespec, timeLeft),
  clock_gettime: plain(choice(clocks), timespecOut),
  clock_getres: plain(choice(clocks), timespecOut),
  clock_settime: plain(choice(clocks), timespec),
  gettimeofday: plain(timevalOut, timezone),
  settimeofday: plain(timeval, pointer),
  time: plain(
    atExit((call, i) =>
      call.failed || call.arg(i) === 0n
        ? address(call.arg(i))
        : `[${structText(call, call.arg(i), 8, (view) => String(view.getBigInt64(0, true)))}]`,
    ),
  ),
  getitimer: plain(choice(itimers), itimervalOut),
  setitimer: plain(choice(itimers), itimerval, itimervalOut),
  timer_create: plain(choice(clocks), sigevent, intOut),
  timer_settime: plain(int, flags(timerBits), itimerspec, itimerspecOut),
  timer_gettime: plain(int, itimerspecOut),
  rt_sigaction: plain(signal, sigaction, sigactionOut, ulong),
  rt_sigprocmask: plain(choice(maskHow), sigset, sigsetOut, ulong),
  rt_sigpending: plain(sigsetOut, ulong),
  rt_sigsuspend: plain(sigset, ulong),
  rt_sigtimedwait: plain(sigset, waitedInfoOut, timespec, ulong),
  rt_sigqueueinfo: plain(int, signal, siginfo),
  rt_tgsigqueueinfo: plain(int, int, signal, siginfo),
  rt_sigreturn: plain(returnMask),
  sigaltstack: plain(stack, stackOut),
  ioctl: {
    slots(call) {
      const argument = ioctlArgument(unsigned32(call.arg(1)));
      return argument ? [...ioctlHead, { printer: argument, index: 2 }] : ioctlHead;
    },
  },
};
