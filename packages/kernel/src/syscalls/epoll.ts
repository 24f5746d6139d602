import { Epoll, EpollOp, O, Poll, Sys } from '@ring3/abi';
import { EEXIST, EINTR, EINVAL, ENOENT, EPERM } from '../errno.js';
import { canPoll, checkLoop, createEpoll, EpollFile } from '../ipc/epoll/epoll-file.js';
import { EpollItem } from '../ipc/epoll/eventpoll.js';
import type { Kernel } from '../kernel.js';
import { accessOk, getU32, putU32, putU64Pair } from '../mm/uaccess.js';
import { expired, waitOn } from '../sched/wait.js';
import { getFile, fdInstall, fget, fput } from '../vfs/file-table.js';
import type { SyscallRow } from './row.js';
import { applySigmask, underSigmask } from './user-sigset.js';

const NS_PER_MS = 1_000_000;
const MAX_EVENTS = Math.floor(0x7fff_ffff / Epoll.EventBytes);
/** What may stand beside EPOLLEXCLUSIVE. */
const EXCLUSIVE_OK = (Poll.IN | Poll.OUT | Poll.ERR | Poll.HUP | Poll.RDNORM | Poll.WRNORM) + Epoll.WAKEUP + Epoll.ET + Epoll.EXCLUSIVE;

function epollCreate1(k: Kernel, flags: number): number {
  if (flags & ~O.CLOEXEC) throw EINVAL;
  const file = createEpoll(k);
  try {
    return fdInstall(k, file, (flags & O.CLOEXEC) !== 0);
  } catch (error) {
    fput(k, file);
    throw error;
  }
}

function epollCreate(k: Kernel, size: number): number {
  if (size <= 0) throw EINVAL;
  return epollCreate1(k, 0);
}

/** @throws EINVAL EPERM EEXIST ENOENT ELOOP EBADF EFAULT */
function epollCtl(k: Kernel, epfd: number, op: number, fd: number, eventVa: number): number {
  let events = 0;
  let data: [number, number] = [0, 0];
  if (op !== EpollOp.Del) {
    events = getU32(k, eventVa);
    data = [getU32(k, eventVa + 4), getU32(k, eventVa + 8)];
  }
  const file = fget(k, epfd);
  const target = fget(k, fd);
  if (!canPoll(target)) throw EPERM;
  // Without a power-management right it means nothing (ep_take_care_of_epollwakeup).
  if (op !== EpollOp.Del) events = (events & ~Epoll.WAKEUP) >>> 0;
  if (target === file || !(file instanceof EpollFile)) throw EINVAL;
  if (op !== EpollOp.Del && events & Epoll.EXCLUSIVE) checkExclusive(op, events, target instanceof EpollFile);
  if (op === EpollOp.Add && target instanceof EpollFile) checkLoop(file, target);

  const { ep } = file;
  const item = ep.find(target, fd);
  const asked = (events | Poll.ERR | Poll.HUP) >>> 0;
  switch (op) {
    case EpollOp.Add:
      if (item) throw EEXIST;
      ep.add(k, new EpollItem(ep, target, fd, asked, data));
      return 0;
    case EpollOp.Del:
      if (!item) throw ENOENT;
      ep.remove(item);
      return 0;
    case EpollOp.Mod:
      if (!item) throw ENOENT;
      if (item.has(Epoll.EXCLUSIVE)) throw EINVAL;
      ep.modify(k, item, asked, data);
      return 0;
    default:
      throw EINVAL;
  }
}

function checkExclusive(op: number, events: number, nested: boolean): void {
  if (op === EpollOp.Mod) throw EINVAL;
  if (op === EpollOp.Add && (nested || events & ~EXCLUSIVE_OK)) throw EINVAL;
}

interface EpollOpState {
  file: EpollFile;
}

/** do_epoll_wait. Interrupted, it is always EINTR. */
function epollWait(k: Kernel, epfd: number, eventsVa: number, max: number, timeout: number): number {
  if (max <= 0 || max > MAX_EVENTS) throw EINVAL;
  accessOk(k, eventsVa, max * Epoll.EventBytes);
  const { op } = k.current;
  const file = (op as EpollOpState | null)?.file ?? fget(k, epfd);
  if (!(file instanceof EpollFile)) throw EINVAL;
  if (!op) getFile(file);
  let parked = false;
  try {
    let at = eventsVa;
    const count = file.ep.collect(k, max, ({ item, events }) => {
      putU32(k, at, events);
      putU64Pair(k, at + 4, item.data[0], item.data[1]);
      at += Epoll.EventBytes;
    });
    if (count > 0 || timeout === 0) return count;
    const deadline = op ? op.deadline : timeout < 0 ? undefined : k.clock.monotonic(k) + timeout * NS_PER_MS;
    const blocked = deadline === undefined ? { kind: 'epoll', file } : { kind: 'epoll', file, deadline };
    if (expired(k, blocked)) return 0;
    const result = waitOn(k, file.ep.wait, blocked, EINTR);
    parked = true;
    return result;
  } finally {
    // While it sleeps the call keeps the file, as fdget of a shared table does.
    if (!parked) fput(k, file);
  }
}

function epollPwait(k: Kernel, epfd: number, eventsVa: number, max: number, timeout: number, mask: number, size: number): number {
  if (!k.current.op) applySigmask(k, mask, size);
  return underSigmask(k, EINTR, () => epollWait(k, epfd, eventsVa, max, timeout));
}

export const epollSyscalls: readonly SyscallRow[] = [
  { nr: Sys.epoll_create, name: 'epoll_create', args: ['int'], call: epollCreate, done: 'full', result: 'fd' },
  { nr: Sys.epoll_create1, name: 'epoll_create1', args: ['flags:open'], call: epollCreate1, done: 'full', result: 'fd' },
  {
    nr: Sys.epoll_ctl,
    name: 'epoll_ctl',
    args: ['fd', 'flags:epoll_op', 'fd', 'ptr'],
    call: epollCtl,
    done: 'every exclusive waiter is woken',
  },
  { nr: Sys.epoll_wait, name: 'epoll_wait', args: ['fd', 'ptr', 'int', 'int'], call: epollWait, done: 'full' },
  { nr: Sys.epoll_pwait, name: 'epoll_pwait', args: ['fd', 'ptr', 'int', 'int', 'sigset', 'size'], call: epollPwait, done: 'full' },
];
