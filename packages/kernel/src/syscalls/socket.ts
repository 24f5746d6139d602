import { Af, O, SockType, Sys } from '@ring3/abi';
import { EAFNOSUPPORT, EAGAIN, EINTR, EINVAL, EISCONN, EPROTONOSUPPORT, ERESTARTSYS, ESOCKTNOSUPPORT, type Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { putU32 } from '../mm/uaccess.js';
import { socketFile, type SocketFile } from '../net/socket-file.js';
import { bindSocket, decodeAddress, encodeAddress, findSocket } from '../net/unix/address.js';
import { acceptSocket, connectDatagram, connectStream, listen, pairSockets, peerOf, shutdownSocket } from '../net/unix/connect.js';
import { SockState, UnixSock } from '../net/unix/unix-sock.js';
import type { WaitQueue } from '../sched/wait-queue.js';
import { expired, waitOn } from '../sched/wait.js';
import { closeFd, fdInstall, fput } from '../vfs/file-table.js';
import type { SyscallRow } from './row.js';
import { familyOf, readAddress, SOCK_FLAGS, socketOf, writeAddress } from './socket-file.js';
import { socketMessageSyscalls } from './socket-message.js';
import { socketOptionSyscalls } from './socket-option.js';

/** PF_UNIX as a protocol is the same as none. */
const PF_UNIX = 1;

/** __sys_socket's checks, then unix_create. @throws EAFNOSUPPORT: there are no other families than AF_UNIX */
function newSocket(family: number, type: number, protocol: number): UnixSock {
  if (type & SOCK_FLAGS & ~(O.CLOEXEC | O.NONBLOCK)) throw EINVAL;
  const kind = type & SockType.Mask;
  if (family < 0 || family >= Af.Max) throw EAFNOSUPPORT;
  if (kind >= SockType.Max) throw EINVAL;
  if (family !== Af.UNIX) throw EAFNOSUPPORT;
  if (protocol !== 0 && protocol !== PF_UNIX) throw EPROTONOSUPPORT;
  switch (kind as SockType) {
    case SockType.STREAM:
    case SockType.SEQPACKET:
    case SockType.DGRAM:
      return new UnixSock(kind);
    case SockType.RAW:
      return new UnixSock(SockType.DGRAM);
    default:
      throw ESOCKTNOSUPPORT;
  }
}

function install(k: Kernel, sock: UnixSock, flags: number): number {
  const file = socketFile(k, sock, flags);
  try {
    return fdInstall(k, file, (flags & O.CLOEXEC) !== 0);
  } catch (error) {
    fput(k, file);
    throw error;
  }
}

function socket(k: Kernel, family: number, type: number, protocol: number): number {
  return install(k, newSocket(family, type, protocol), type);
}

function socketpair(k: Kernel, family: number, type: number, protocol: number, va: number): number {
  const a = newSocket(family, type, protocol);
  const b = newSocket(family, type, protocol);
  pairSockets(k, a, b);
  const first = install(k, a, type);
  let second = -1;
  try {
    second = install(k, b, type);
    putU32(k, va, first);
    putU32(k, va + 4, second);
    return 0;
  } catch (error) {
    closeFd(k, first);
    if (second >= 0) closeFd(k, second);
    throw error;
  }
}

function bind(k: Kernel, fd: number, va: number, length: number): number {
  const { sock } = socketOf(k, fd);
  bindSocket(k, sock, readAddress(k, va, length));
  return 0;
}

function sysListen(k: Kernel, fd: number, backlog: number): number {
  const { sock } = socketOf(k, fd);
  // net.core.somaxconn
  listen(k, sock, backlog >>> 0 > 4096 ? 4096 : backlog);
  return 0;
}

/** Parks until the queue is woken, or refuses. With a time limit an interruption is final. @throws EAGAIN */
function waitSocket(k: Kernel, file: SocketFile, queue: WaitQueue, kind: string, timeout: number): number {
  const { op } = k.current;
  if (file.flags & O.NONBLOCK || (op && expired(k, op))) throw EAGAIN;
  const interrupted: Errno = timeout ? EINTR : ERESTARTSYS;
  if (!timeout) return waitOn(k, queue, { kind }, interrupted);
  return waitOn(k, queue, { kind, deadline: op?.deadline ?? k.clock.monotonic(k) + timeout }, interrupted);
}

function accept4(k: Kernel, fd: number, va: number, lengthVa: number, flags: number): number {
  if (flags & ~(O.CLOEXEC | O.NONBLOCK)) throw EINVAL;
  const file = socketOf(k, fd);
  let sock: UnixSock;
  try {
    sock = acceptSocket(k, file.sock);
  } catch (error) {
    if (error !== EAGAIN) throw error;
    return waitSocket(k, file, file.sock.queue, 'accept', file.sock.receiveTimeout);
  }
  const fresh = install(k, sock, flags);
  if (va === 0) return fresh;
  try {
    writeAddress(k, encodeAddress(sock.peer?.address ?? null), va, lengthVa);
    return fresh;
  } catch (error) {
    closeFd(k, fresh);
    throw error;
  }
}

function accept(k: Kernel, fd: number, va: number, lengthVa: number): number {
  return accept4(k, fd, va, lengthVa, 0);
}

function connect(k: Kernel, fd: number, va: number, length: number): number {
  const file = socketOf(k, fd);
  const { sock } = file;
  const bytes = readAddress(k, va, length);
  if (sock.type === SockType.DGRAM) {
    if (bytes.length < 2) throw EINVAL;
    connectDatagram(k, sock, familyOf(bytes) === Af.UNSPEC ? null : bytes);
    return 0;
  }
  const address = decodeAddress(bytes);
  try {
    connectStream(k, sock, address);
    return 0;
  } catch (error) {
    if (error !== EAGAIN) throw error;
    if (sock.state === SockState.Established) throw EISCONN;
    return waitSocket(k, file, findSocket(k, address, sock.type).roomQueue, 'connect', sock.sendTimeout);
  }
}

function shutdown(k: Kernel, fd: number, how: number): number {
  shutdownSocket(k, socketOf(k, fd).sock, how);
  return 0;
}

function getsockname(k: Kernel, fd: number, va: number, lengthVa: number): number {
  writeAddress(k, encodeAddress(socketOf(k, fd).sock.address), va, lengthVa);
  return 0;
}

function getpeername(k: Kernel, fd: number, va: number, lengthVa: number): number {
  writeAddress(k, encodeAddress(peerOf(socketOf(k, fd).sock).address), va, lengthVa);
  return 0;
}

const unixOnly = 'AF_UNIX';

export const socketSyscalls: readonly SyscallRow[] = [
  { nr: Sys.socket, name: 'socket', args: ['int', 'int', 'int'], call: socket, done: unixOnly, result: 'fd' },
  { nr: Sys.socketpair, name: 'socketpair', args: ['int', 'int', 'int', 'fdpair:out'], call: socketpair, done: unixOnly },
  { nr: Sys.bind, name: 'bind', args: ['fd', 'ptr', 'int'], call: bind, done: unixOnly },
  { nr: Sys.listen, name: 'listen', args: ['fd', 'int'], call: sysListen, done: unixOnly },
  { nr: Sys.accept, name: 'accept', args: ['fd', 'ptr', 'ptr'], call: accept, done: unixOnly, result: 'fd' },
  { nr: Sys.accept4, name: 'accept4', args: ['fd', 'ptr', 'ptr', 'flags:open'], call: accept4, done: unixOnly, result: 'fd' },
  { nr: Sys.connect, name: 'connect', args: ['fd', 'ptr', 'int'], call: connect, done: unixOnly },
  { nr: Sys.shutdown, name: 'shutdown', args: ['fd', 'int'], call: shutdown, done: unixOnly },
  { nr: Sys.getsockname, name: 'getsockname', args: ['fd', 'ptr', 'ptr'], call: getsockname, done: unixOnly },
  { nr: Sys.getpeername, name: 'getpeername', args: ['fd', 'ptr', 'ptr'], call: getpeername, done: unixOnly },
  ...socketMessageSyscalls,
  ...socketOptionSyscalls,
];
