import { O, Sys, Tfd } from '@ring3/abi';
import { EINVAL } from '../errno.js';
import { createEventFd } from '../ipc/eventfd.js';
import { createSignalFd, SignalFdFile } from '../ipc/signalfd.js';
import { createTimerFd, TimerFdFile } from '../ipc/timerfd.js';
import type { Kernel } from '../kernel.js';
import { getU64 } from '../mm/uaccess.js';
import { KernelOnlySignals, sigsetOf } from '../signal/sigset.js';
import { readTimespec, toTimespec, writeTimespec } from '../time/timespec.js';
import type { File } from '../vfs/file.js';
import { fdInstall, fget, fput } from '../vfs/file-table.js';
import { epollSyscalls } from './epoll.js';
import type { SyscallRow } from './row.js';

const SIGSET_BYTES = 8;
/** struct itimerspec: it_interval, it_value. */
const ITIMER_VALUE = 16;

function install(k: Kernel, file: File, flags: number): number {
  try {
    return fdInstall(k, file, (flags & O.CLOEXEC) !== 0);
  } catch (error) {
    fput(k, file);
    throw error;
  }
}

function eventfd2(k: Kernel, count: number, flags: number): number {
  return install(k, createEventFd(k, count, flags), flags);
}

function eventfd(k: Kernel, count: number): number {
  return eventfd2(k, count, 0);
}

function signalfd4(k: Kernel, fd: number, maskVa: number, size: number, flags: number): number {
  if (size !== SIGSET_BYTES) throw EINVAL;
  const [lo, hi] = getU64(k, maskVa);
  if (flags & ~(O.CLOEXEC | O.NONBLOCK)) throw EINVAL;
  const mask = sigsetOf(lo, hi);
  if (fd === -1) return install(k, createSignalFd(k, mask, flags), flags);
  const file = fget(k, fd);
  if (!(file instanceof SignalFdFile)) throw EINVAL;
  file.mask = mask & ~KernelOnlySignals;
  k.current.sighand.signalfdQueue.wake(k);
  return fd;
}

function signalfd(k: Kernel, fd: number, maskVa: number, size: number): number {
  return signalfd4(k, fd, maskVa, size, 0);
}

function timerfdCreate(k: Kernel, clock: number, flags: number): number {
  return install(k, createTimerFd(k, clock, flags), flags);
}

function timerFile(k: Kernel, fd: number): TimerFdFile {
  const file = fget(k, fd);
  if (!(file instanceof TimerFdFile)) throw EINVAL;
  return file;
}

function writeTimer(k: Kernel, va: number, { interval, left }: { interval: number; left: number }): void {
  writeTimespec(k, va, toTimespec(interval));
  writeTimespec(k, va + ITIMER_VALUE, toTimespec(left));
}

function timerfdSettime(k: Kernel, fd: number, flags: number, newVa: number, oldVa: number): number {
  const interval = readTimespec(k, newVa);
  const value = readTimespec(k, newVa + ITIMER_VALUE);
  if (flags & ~(Tfd.TIMER_ABSTIME | Tfd.TIMER_CANCEL_ON_SET)) throw EINVAL;
  const before = timerFile(k, fd).set(k, flags, interval, value);
  if (oldVa !== 0) writeTimer(k, oldVa, before);
  return 0;
}

function timerfdGettime(k: Kernel, fd: number, va: number): number {
  writeTimer(k, va, timerFile(k, fd).get(k));
  return 0;
}

export const eventSyscalls: readonly SyscallRow[] = [
  ...epollSyscalls,
  { nr: Sys.eventfd, name: 'eventfd', args: ['uint'], call: eventfd, done: 'full', result: 'fd' },
  { nr: Sys.eventfd2, name: 'eventfd2', args: ['uint', 'flags:eventfd'], call: eventfd2, done: 'full', result: 'fd' },
  { nr: Sys.signalfd, name: 'signalfd', args: ['fd', 'sigset', 'size'], call: signalfd, done: 'full', result: 'fd' },
  { nr: Sys.signalfd4, name: 'signalfd4', args: ['fd', 'sigset', 'size', 'flags:open'], call: signalfd4, done: 'full', result: 'fd' },
  { nr: Sys.timerfd_create, name: 'timerfd_create', args: ['int', 'flags:open'], call: timerfdCreate, done: 'full', result: 'fd' },
  {
    nr: Sys.timerfd_settime,
    name: 'timerfd_settime',
    args: ['fd', 'flags:timerfd', 'ptr', 'ptr'],
    call: timerfdSettime,
    done: 'no CANCEL_ON_SET',
  },
  { nr: Sys.timerfd_gettime, name: 'timerfd_gettime', args: ['fd', 'ptr'], call: timerfdGettime, done: 'full' },
];
