import { type Call, type Signature, atExit, plain } from '../call.js';
import { bits } from '../flags.js';
import {
  epollBits,
  epollCreateBits,
  epollOperations,
  eventfdBits,
  inotifyBits,
  inotifyInitBits,
  signalfdBits,
  timerfdBits,
  timerfdCreateBits,
} from '../names/events.js';
import { clocks } from '../names/time.js';
import { arrayText, choice, flags, int, path, structIn, uint, ulong } from '../print/basic.js';
import { descriptor } from '../print/file.js';
import { sigset } from '../print/signal.js';
import { itimerspec, itimerspecOut, timespec } from '../print/time.js';
import { address } from '../text.js';

/** struct epoll_event, packed on x86-64: events4 data8. */
const EpollEventBytes = 12;

function eventText(view: DataView): string {
  return `{events=${bits(view.getUint32(0, true), epollBits)}, data={u32=${view.getUint32(4, true)}, u64=${view.getBigUint64(4, true)}}}`;
}

const event = structIn(EpollEventBytes, eventText);
const eventsOut = atExit((call: Call, i: number) =>
  call.failed
    ? address(call.arg(i))
    : call.result === 0n
      ? '[]'
      : arrayText(call, call.arg(i), Number(call.result), EpollEventBytes, eventText),
);

/** Descriptors that stand for events, by name. */
export const eventSignatures: Readonly<Record<string, Signature>> = {
  epoll_create1: plain(flags(epollCreateBits)),
  epoll_create: plain(int),
  epoll_ctl: plain(descriptor, choice(epollOperations), descriptor, event),
  epoll_wait: plain(descriptor, eventsOut, int, int),
  epoll_pwait: plain(descriptor, eventsOut, int, int, sigset, ulong),
  epoll_pwait2: plain(descriptor, eventsOut, int, timespec, sigset, ulong),
  eventfd: plain(uint),
  eventfd2: plain(uint, flags(eventfdBits)),
  signalfd: plain(descriptor, sigset, ulong),
  signalfd4: plain(descriptor, sigset, ulong, flags(signalfdBits)),
  timerfd_create: plain(choice(clocks), flags(timerfdCreateBits)),
  timerfd_settime: plain(descriptor, flags(timerfdBits), itimerspec, itimerspecOut),
  timerfd_gettime: plain(descriptor, itimerspecOut),
  inotify_init: plain(),
  inotify_init1: plain(flags(inotifyInitBits)),
  inotify_add_watch: plain(descriptor, path, flags(inotifyBits)),
  inotify_rm_watch: plain(descriptor, int),
};
