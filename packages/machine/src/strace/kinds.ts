import type { ArgKind } from '@ring3/kernel';
import type { Printer } from './call.js';
import { bufferIn, bufferOut, dirfd, hexInt, int, intOut, long, mode, path, pointer, string, uid, uint, ulong } from './print/basic.js';
import { descriptor, descriptorPairOut, direntsOut, iovecIn, iovecOut, statOut } from './print/file.js';
import { fdset, pollfds } from './print/poll.js';
import { argv, envp, rlimit, rlimitOut, rusageOut, statusOut, sysinfoOut, utsnameOut } from './print/process.js';
import { sigaction, sigactionOut, signal, sigset, sigsetOut } from './print/signal.js';
import { timespec, timespecOut, timeval, timevalOut } from './print/time.js';

const printers: Readonly<Record<Exclude<ArgKind, `flags:${string}`>, Printer>> = {
  int,
  uint,
  long,
  ulong,
  uid,
  mode,
  dirfd,
  path,
  argv,
  envp,
  fdset,
  pollfds,
  rlimit,
  sigset,
  sigaction,
  timespec,
  timeval,
  size: ulong,
  off: long,
  addr: pointer,
  ptr: pointer,
  fd: descriptor,
  pid: int,
  sig: signal,
  idtype: int,
  str: string,
  'buf:in': bufferIn,
  'buf:out': bufferOut,
  iovec: iovecIn,
  'iovec:out': iovecOut,
  'stat:out': statOut,
  'timespec:out': timespecOut,
  'timeval:out': timevalOut,
  'fdpair:out': descriptorPairOut,
  'sigset:out': sigsetOut,
  'sigaction:out': sigactionOut,
  'status:out': statusOut,
  'rusage:out': rusageOut,
  'rlimit:out': rlimitOut,
  'utsname:out': utsnameOut,
  'int:out': intOut,
  'dents:out': direntsOut,
  'sysinfo:out': sysinfoOut,
};

/** How an argument of this kind is printed when nothing more is known about the call. */
export function printerOf(kind: ArgKind): Printer {
  return kind.startsWith('flags:') ? hexInt : printers[kind as keyof typeof printers];
}
