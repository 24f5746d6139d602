import { Af, Cap, So, Sol, Sys } from '@ring3/abi';
import { EDOM, EINVAL, ENOPROTOOPT, ENOTCONN, EOPNOTSUPP, EPERM } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { copyToUser, getI32, getI64Number, putU32 } from '../mm/uaccess.js';
import { encodeAddress } from '../net/unix/address.js';
import { SockState, type UnixSock } from '../net/unix/unix-sock.js';
import { NsPerSec } from '../time/clock.js';
import type { SyscallRow } from './row.js';
import { socketOf } from './socket-file.js';

/** Twice what was asked for, at least this (SOCK_MIN_SNDBUF, SOCK_MIN_RCVBUF), at most twice net.core.{w,r}mem_max. */
const MIN_SEND_BUFFER = 4608;
const MIN_RECEIVE_BUFFER = 2304;
const BUFFER_MAX = 212992;
const TIMEVAL_BYTES = 16;

/** Switches that are kept, told and mean nothing between AF_UNIX sockets. */
const KEPT: readonly So[] = [So.DEBUG, So.REUSEADDR, So.DONTROUTE, So.BROADCAST, So.KEEPALIVE, So.OOBINLINE, So.REUSEPORT];

/** sock_setsockopt. @throws ENOPROTOOPT EINVAL EFAULT */
function setsockopt(k: Kernel, fd: number, level: number, name: number, va: number, length: number): number {
  const { sock } = socketOf(k, fd);
  if (level !== Sol.SOCKET) throw EOPNOTSUPP;
  if (length < 4) throw EINVAL;
  const value = getI32(k, va);
  const asked = Math.min(value >>> 0, BUFFER_MAX);
  if (KEPT.includes(name)) {
    sock.flags.set(name, value ? 1 : 0);
    return 0;
  }
  switch (name as So) {
    case So.SNDBUF:
      setSendBuffer(k, sock, asked);
      return 0;
    case So.SNDBUFFORCE:
      needsAdmin(k);
      setSendBuffer(k, sock, Math.max(0, value));
      return 0;
    case So.RCVBUF:
      sock.receiveBuffer = Math.max(asked * 2, MIN_RECEIVE_BUFFER);
      return 0;
    case So.RCVBUFFORCE:
      needsAdmin(k);
      sock.receiveBuffer = Math.max(Math.max(0, value) * 2, MIN_RECEIVE_BUFFER);
      return 0;
    case So.PASSCRED:
      sock.passCred = value !== 0;
      return 0;
    case So.RCVLOWAT:
      sock.lowWater = value < 0 ? 0x7fff_ffff : value || 1;
      return 0;
    case So.RCVTIMEO:
      sock.receiveTimeout = readTimeout(k, va, length);
      return 0;
    case So.SNDTIMEO:
      sock.sendTimeout = readTimeout(k, va, length);
      return 0;
    case So.LINGER:
      if (length < 8) throw EINVAL;
      sock.flags.set(So.LINGER, value ? 1 + getI32(k, va + 4) : 0);
      return 0;
    default:
      throw ENOPROTOOPT;
  }
}

function needsAdmin(k: Kernel): void {
  if (!k.current.cred.capable(Cap.NET_ADMIN)) throw EPERM;
}

function setSendBuffer(k: Kernel, sock: UnixSock, bytes: number): void {
  sock.sendBuffer = Math.max(bytes * 2, MIN_SEND_BUFFER);
  sock.queue.wake(k);
}

/** sock_set_timeout: ns, 0 for ever. @throws EDOM */
function readTimeout(k: Kernel, va: number, length: number): number {
  if (length < TIMEVAL_BYTES) throw EINVAL;
  const sec = getI64Number(k, va);
  const usec = getI64Number(k, va + 8);
  if (usec < 0 || usec >= 1_000_000) throw EDOM;
  // A negative one is over at once.
  if (sec < 0) return 1;
  return Math.min(sec * NsPerSec + usec * 1000, Number.MAX_SAFE_INTEGER);
}

/** sock_getsockopt. @throws ENOPROTOOPT EINVAL EFAULT */
function getsockopt(k: Kernel, fd: number, level: number, name: number, va: number, lengthVa: number): number {
  const { sock } = socketOf(k, fd);
  if (level !== Sol.SOCKET) throw EOPNOTSUPP;
  const room = getI32(k, lengthVa);
  if (room < 0) throw EINVAL;
  const bytes = optionBytes(sock, name);
  const part = bytes.subarray(0, Math.min(room, bytes.length));
  copyToUser(k, va, part);
  putU32(k, lengthVa, part.length);
  return 0;
}

const words = (...values: number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer);

function timeval(ns: number): Uint8Array {
  return new Uint8Array(BigInt64Array.of(BigInt(Math.floor(ns / NsPerSec)), BigInt(Math.floor((ns % NsPerSec) / 1000))).buffer);
}

function optionBytes(sock: UnixSock, name: number): Uint8Array {
  if (KEPT.includes(name)) return words(sock.flags.get(name) ?? 0);
  switch (name as So) {
    case So.TYPE:
      return words(sock.type);
    case So.ERROR:
      return words(sock.takeError()?.code ?? 0);
    case So.DOMAIN:
      return words(Af.UNIX);
    case So.PROTOCOL:
      return words(0);
    case So.SNDBUF:
      return words(sock.sendBuffer);
    case So.RCVBUF:
      return words(sock.receiveBuffer);
    case So.PASSCRED:
      return words(Number(sock.passCred));
    case So.PEERCRED: {
      const { pid, uid, gid } = sock.peerCred;
      return words(pid, uid | 0, gid | 0);
    }
    case So.PEERGROUPS:
      if (sock.peerCred.pid === 0) throw ENOPROTOOPT;
      return words(...sock.peerGroups);
    case So.PEERNAME:
      if (!sock.peer) throw ENOTCONN;
      return encodeAddress(sock.peer.address);
    case So.ACCEPTCONN:
      return words(Number(sock.state === SockState.Listening));
    case So.RCVLOWAT:
      return words(sock.lowWater);
    case So.SNDLOWAT:
      return words(1);
    case So.RCVTIMEO:
      return timeval(sock.receiveTimeout);
    case So.SNDTIMEO:
      return timeval(sock.sendTimeout);
    case So.LINGER: {
      const linger = sock.flags.get(So.LINGER) ?? 0;
      return words(linger ? 1 : 0, Math.max(0, linger - 1));
    }
    default:
      throw ENOPROTOOPT;
  }
}

export const socketOptionSyscalls: readonly SyscallRow[] = [
  { nr: Sys.setsockopt, name: 'setsockopt', args: ['fd', 'int', 'int', 'ptr', 'int'], call: setsockopt, done: 'AF_UNIX' },
  { nr: Sys.getsockopt, name: 'getsockopt', args: ['fd', 'int', 'int', 'ptr', 'ptr'], call: getsockopt, done: 'AF_UNIX' },
];
