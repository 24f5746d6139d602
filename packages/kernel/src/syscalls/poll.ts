import { Personality, Poll, RLimit, Sys } from '@ring3/abi';
import { EBADF, EINTR, EINVAL, Errno, ERESTART_RESTARTBLOCK, ERESTARTNOHAND } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { clearUser, copyFromUser, copyToUser, putU16 } from '../mm/uaccess.js';
import { PARKED, type BlockedOp } from '../sched/park.js';
import { registerRestart } from '../sched/restart.js';
import { expired, waitOn } from '../sched/wait.js';
import type { WaitQueue } from '../sched/wait-queue.js';
import { rlimit } from '../task/limits.js';
import { readTimespec, readTimeval, toNs, toTimespec, writeTimespec, writeTimeval } from '../time/timespec.js';
import type { File } from '../vfs/file.js';
import { fgetRaw } from '../vfs/file-table.js';
import type { SyscallRow } from './row.js';
import { applySigmask, applySigmaskPair, underSigmask } from './user-sigset.js';

/** struct pollfd: int fd, short events, short revents. */
const POLLFD_BYTES = 8;
const NS_PER_MS = 1_000_000;

/** The open file of a descriptor number, undefined where there is none. */
function fileOf(k: Kernel, fd: number): File | undefined {
  try {
    return fgetRaw(k, fd);
  } catch (error) {
    if (error === EBADF) return undefined;
    throw error;
  }
}

/** A relative time limit as an absolute deadline; the one that this call set when it first ran, where it was woken. */
function deadlineOf(k: Kernel, ns: number | undefined): number | undefined {
  const { op } = k.current;
  if (op) return op.deadline;
  return ns === undefined ? undefined : k.clock.monotonic(k) + ns;
}

/** Nothing is ready: parks on every queue until the deadline. Returns 0 when that is past. */
function waitReady(k: Kernel, kind: string, queues: WaitQueue[], deadline: number | undefined, interrupted: Errno): number {
  const op: BlockedOp = deadline === undefined ? { kind } : { kind, deadline };
  // A signal counts even where there is no time to wait. Linux: do_poll, core_sys_select.
  if (k.current.sigPending) throw interrupted;
  if (expired(k, op)) return 0;
  return waitOn(k, queues, op, interrupted);
}

/** do_poll: counts the ready ones and writes their revents, or parks. */
function doPoll(k: Kernel, fds: number, count: number, deadline: number | undefined, interrupted: Errno): number {
  const bytes = copyFromUser(k, fds, count * POLLFD_BYTES).slice();
  const view = new DataView(bytes.buffer);
  const queues: WaitQueue[] = [];
  let ready = 0;
  for (let at = 0; at < bytes.length; at += POLLFD_BYTES) {
    const fd = view.getInt32(at, true);
    let revents = 0;
    if (fd >= 0) {
      const events = view.getUint16(at + 4, true) | Poll.ERR | Poll.HUP;
      const file = fileOf(k, fd);
      revents = file ? file.poll(k) & events : Poll.NVAL;
      if (revents === 0 && file) addQueues(queues, file, events);
    }
    view.setUint16(at + 6, revents, true);
    if (revents !== 0) ready++;
  }
  if (ready === 0) {
    const result = waitReady(k, 'poll', queues, deadline, interrupted);
    if (result === PARKED) return PARKED;
  }
  for (let at = 0; at < bytes.length; at += POLLFD_BYTES) putU16(k, fds + at + 6, view.getUint16(at + 6, true));
  return ready;
}

/** A file may wake readers and writers on different queues. */
function addQueues(queues: WaitQueue[], file: File, events: number): void {
  for (const part of [events & ~(Poll.OUT | Poll.WRNORM), events & (Poll.OUT | Poll.WRNORM)]) {
    const queue = part ? file.waitQueue(part) : null;
    if (queue && !queues.includes(queue)) queues.push(queue);
  }
}

function checkCount(k: Kernel, count: number): void {
  if (count > rlimit(k.current, RLimit.NOFILE)) throw EINVAL;
}

function pollUntil(k: Kernel, fds: number, count: number, deadline: number | undefined): number {
  try {
    return doPoll(k, fds, count, deadline, ERESTART_RESTARTBLOCK);
  } catch (error) {
    // Without a handler it goes on with the deadline it had. Linux: do_restart_poll.
    if (error === ERESTART_RESTARTBLOCK) k.current.restart = { kind: 'poll', fds, count, deadline };
    throw error;
  }
}

registerRestart('poll', (k, { fds, count, deadline }) => pollUntil(k, fds as number, count as number, deadline as number | undefined));

function poll(k: Kernel, fds: number, count: number, timeout: number): number {
  checkCount(k, count);
  return pollUntil(k, fds, count, deadlineOf(k, timeout < 0 ? undefined : timeout * NS_PER_MS));
}

function ppoll(k: Kernel, fds: number, count: number, timeout: number, mask: number, size: number): number {
  checkCount(k, count);
  const first = k.current.op === null;
  const deadline = deadlineOf(k, first && timeout !== 0 ? toNs(readTimespec(k, timeout)) : undefined);
  if (first) applySigmask(k, mask, size);
  return withRest(k, timeout, deadline, writeTimespecRest, () =>
    underSigmask(k, ERESTARTNOHAND, () => doPoll(k, fds, count, deadline, ERESTARTNOHAND)),
  );
}

function writeTimespecRest(k: Kernel, va: number, ns: number): void {
  writeTimespec(k, va, toTimespec(ns));
}

/**
 * Runs the call and, when it ends in whatever way, writes the time that is left. Where that cannot be written, or the personality has
 * STICKY_TIMEOUTS, the call is not restarted: it would wait for the whole time again. Linux: poll_select_finish.
 */
function withRest(
  k: Kernel,
  va: number,
  deadline: number | undefined,
  write: (k: Kernel, va: number, ns: number) => void,
  call: () => number,
): number {
  /** @returns has the caller's timeout been brought up to date? */
  const finish = (): boolean => {
    if (va === 0 || deadline === undefined) return true;
    if (k.current.personality & Personality.StickyTimeouts) return false;
    try {
      write(k, va, Math.max(0, deadline - k.clock.monotonic(k)));
      return true;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      return false;
    }
  };
  try {
    const result = call();
    if (result !== PARKED) finish();
    return result;
  } catch (error) {
    if (error instanceof Errno && !finish() && error === ERESTARTNOHAND) throw EINTR;
    throw error;
  }
}

/** What each of select's three sets asks for, and the readiness that fills it (fs/select.c: POLLIN_SET …). */
const IN_SET = Poll.RDNORM | Poll.RDBAND | Poll.IN | Poll.HUP | Poll.ERR;
const OUT_SET = Poll.WRBAND | Poll.WRNORM | Poll.OUT | Poll.ERR;
const EX_SET = Poll.PRI;

/** Descriptors that Linux's table has room for when `used` are in use. Linux: alloc_fdtable. */
function tableSize(used: number): number {
  let size = 64;
  while (size < used) size *= 2;
  return size;
}

function doSelect(k: Kernel, n: number, sets: readonly number[], deadline: number | undefined): number {
  if (n < 0) throw EINVAL;
  // Descriptors beyond the table are not looked at.
  const count = Math.min(n, tableSize(k.current.files!.fds.length));
  const setBytes = Math.ceil(n / 64) * 8;
  const asked = sets.map((va) => (va === 0 ? null : copyFromUser(k, va, setBytes).slice()));
  const result = asked.map((set) => (set ? new Uint8Array(set.length) : null));
  const wants = [IN_SET, OUT_SET, EX_SET];
  const queues: WaitQueue[] = [];
  let ready = 0;
  for (let fd = 0; fd < count; fd++) {
    const bit = 1 << (fd & 7);
    let events = 0;
    asked.forEach((set, i) => {
      if (set && set[fd >> 3]! & bit) events |= wants[i]!;
    });
    if (events === 0) continue;
    const file = fileOf(k, fd);
    if (!file) throw EBADF;
    const mask = file.poll(k);
    let any = false;
    asked.forEach((set, i) => {
      if (!set || !(set[fd >> 3]! & bit) || !(mask & wants[i]!)) return;
      result[i]![fd >> 3]! |= bit;
      ready++;
      any = true;
    });
    if (!any) addQueues(queues, file, events);
  }
  if (ready === 0) {
    const parked = waitReady(k, 'select', queues, deadline, ERESTARTNOHAND);
    if (parked === PARKED) return PARKED;
  }
  sets.forEach((va, i) => {
    if (va === 0) return;
    if (ready === 0) clearUser(k, va, setBytes);
    else copyToUser(k, va, result[i]!);
  });
  return ready;
}

function select(k: Kernel, n: number, inp: number, outp: number, exp: number, timeout: number): number {
  const first = k.current.op === null;
  const deadline = deadlineOf(k, first && timeout !== 0 ? readTimeval(k, timeout) : undefined);
  return withRest(k, timeout, deadline, writeTimeval, () => doSelect(k, n, [inp, outp, exp], deadline));
}

function pselect6(k: Kernel, n: number, inp: number, outp: number, exp: number, timeout: number, mask: number): number {
  const first = k.current.op === null;
  const deadline = deadlineOf(k, first && timeout !== 0 ? toNs(readTimespec(k, timeout)) : undefined);
  if (first) applySigmaskPair(k, mask);
  return withRest(k, timeout, deadline, writeTimespecRest, () =>
    underSigmask(k, ERESTARTNOHAND, () => doSelect(k, n, [inp, outp, exp], deadline)),
  );
}

export const pollSyscalls: readonly SyscallRow[] = [
  { nr: Sys.poll, name: 'poll', args: ['pollfds', 'uint', 'int'], call: poll, done: 'full' },
  { nr: Sys.ppoll, name: 'ppoll', args: ['pollfds', 'uint', 'timespec', 'sigset', 'size'], call: ppoll, done: 'full' },
  { nr: Sys.select, name: 'select', args: ['int', 'fdset', 'fdset', 'fdset', 'timeval'], call: select, done: 'full' },
  { nr: Sys.pselect6, name: 'pselect6', args: ['int', 'fdset', 'fdset', 'fdset', 'timespec', 'ptr'], call: pselect6, done: 'full' },
];
