import { table } from '../flags.js';
import { pollBits } from './poll.js';

/** epoll_ctl's operations (uapi linux/eventpoll.h). */
export const epollOperations = table('EPOLL_CTL_???', [1, 'EPOLL_CTL_ADD'], [2, 'EPOLL_CTL_DEL'], [3, 'EPOLL_CTL_MOD']);

/** The events of poll under epoll's names, and epoll's own. */
export const epollBits = table(
  'EPOLL???',
  ...pollBits.names.map(([value, name]) => [value, `E${name}`] as const),
  [0x1000_0000, 'EPOLLEXCLUSIVE'],
  [0x2000_0000, 'EPOLLWAKEUP'],
  [0x4000_0000, 'EPOLLONESHOT'],
  [0x8000_0000, 'EPOLLET'],
);

/** Close-on-exec and non-blocking have the values of O_CLOEXEC and O_NONBLOCK under every name. */
const CLOEXEC = 0o2000000;
const NONBLOCK = 0o4000;

export const epollCreateBits = table('EPOLL_???', [CLOEXEC, 'EPOLL_CLOEXEC']);
export const eventfdBits = table('EFD_???', [1, 'EFD_SEMAPHORE'], [CLOEXEC, 'EFD_CLOEXEC'], [NONBLOCK, 'EFD_NONBLOCK']);
export const signalfdBits = table('SFD_???', [CLOEXEC, 'SFD_CLOEXEC'], [NONBLOCK, 'SFD_NONBLOCK']);
export const timerfdCreateBits = table('TFD_???', [CLOEXEC, 'TFD_CLOEXEC'], [NONBLOCK, 'TFD_NONBLOCK']);
export const timerfdBits = table('TFD_???', [1, 'TFD_TIMER_ABSTIME'], [2, 'TFD_TIMER_CANCEL_ON_SET']);
export const inotifyInitBits = table('IN_???', [NONBLOCK, 'IN_NONBLOCK'], [CLOEXEC, 'IN_CLOEXEC']);

export const inotifyBits = table(
  'IN_???',
  [0x1, 'IN_ACCESS'],
  [0x2, 'IN_MODIFY'],
  [0x4, 'IN_ATTRIB'],
  [0x8, 'IN_CLOSE_WRITE'],
  [0x10, 'IN_CLOSE_NOWRITE'],
  [0x20, 'IN_OPEN'],
  [0x40, 'IN_MOVED_FROM'],
  [0x80, 'IN_MOVED_TO'],
  [0x100, 'IN_CREATE'],
  [0x200, 'IN_DELETE'],
  [0x400, 'IN_DELETE_SELF'],
  [0x800, 'IN_MOVE_SELF'],
  [0x100_0000, 'IN_ONLYDIR'],
  [0x200_0000, 'IN_DONT_FOLLOW'],
  [0x400_0000, 'IN_EXCL_UNLINK'],
  [0x2000_0000, 'IN_MASK_ADD'],
  [0x4000_0000, 'IN_ISDIR'],
  [0x8000_0000, 'IN_ONESHOT'],
);
