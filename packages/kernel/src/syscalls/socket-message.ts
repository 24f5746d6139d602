import { Msg, MsgHdr, O, Sig, SockType, Sys } from '@ring3/abi';
import { EAGAIN, EINTR, EINVAL, EMSGSIZE, ENOBUFS, EPIPE, ERESTARTSYS, Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { copyFromUser, copyToUser, putU32, putU64 } from '../mm/uaccess.js';
import type { UserIter } from '../mm/user-iter.js';
import { readControl, writeControl } from '../net/scm.js';
import type { SocketFile } from '../net/socket-file.js';
import { encodeAddress } from '../net/unix/address.js';
import { Incoming, receiveMessage } from '../net/unix/receive.js';
import { sendMessage, sendQueue, type Outgoing } from '../net/unix/send.js';
import { PARKED, type BlockedOp } from '../sched/park.js';
import type { WaitQueue } from '../sched/wait-queue.js';
import { expired, waitOn } from '../sched/wait.js';
import { readTimespec, toNs } from '../time/timespec.js';
import { fput } from '../vfs/file-table.js';
import { signalSelf } from '../vfs/signal-self.js';
import type { SyscallRow } from './row.js';
import { readAddress, socketOf, writeAddress } from './socket-file.js';
import { bufferIter, iovecIter } from './transfer.js';

const IOV_MAX = 1024;
const CONTROL_MAX = 65536;
const MMSG_MAX = 1024;

/** A blocked transfer: bytes moved so far (a stream's), and whole messages of sendmmsg and recvmmsg. */
interface MessageOp extends BlockedOp {
  done: number;
  messages: number;
}

/** struct msghdr, decoded. */
interface Header {
  va: number;
  name: number;
  nameLength: number;
  iter: UserIter;
  control: number;
  controlLength: number;
}

/** copy_msghdr_from_user. @throws EMSGSIZE EINVAL EFAULT */
function readHeader(k: Kernel, va: number): Header {
  const view = new DataView(copyFromUser(k, va, MsgHdr.Bytes).slice().buffer);
  const word = (at: number): number => view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
  const count = word(MsgHdr.IovLen);
  if (count > IOV_MAX) throw EMSGSIZE;
  const nameLength = view.getInt32(MsgHdr.NameLen, true);
  if (nameLength < 0) throw EINVAL;
  const controlLength = word(MsgHdr.ControlLen);
  return {
    va,
    name: word(MsgHdr.Name),
    nameLength,
    iter: iovecIter(k, word(MsgHdr.Iov), count),
    control: word(MsgHdr.Control),
    controlLength,
  };
}

/** Parks with what is done so far, until the socket may be ready. @throws EAGAIN the call must not wait, or its time is over */
function park(k: Kernel, file: SocketFile, flags: number, queues: WaitQueue[], timeout: number, done: number, messages = 0): number {
  const { op } = k.current;
  if (flags & Msg.DONTWAIT || file.flags & O.NONBLOCK || (op && expired(k, op))) throw EAGAIN;
  const blocked: MessageOp = { kind: 'socket', done, messages };
  if (timeout) blocked.deadline = op?.deadline ?? k.clock.monotonic(k) + timeout;
  return waitOn(k, queues, blocked, timeout ? EINTR : ERESTARTSYS);
}

function doneBefore(k: Kernel): number {
  return (k.current.op as MessageOp | null)?.done ?? 0;
}

/** sock_sendmsg, to the end of a stream's bytes. `messages`: those of a sendmmsg that are sent. */
function sendAll(k: Kernel, file: SocketFile, iter: UserIter, flags: number, other: () => Outgoing, messages = 0): number {
  let done = doneBefore(k);
  if (done > 0) iter.advance(done);
  const { sock } = file;
  for (;;) {
    const out = done === 0 ? other() : { name: null, files: [], cred: null, flags };
    let taken = false;
    try {
      const n = sendMessage(k, sock, iter, out);
      taken = n > 0 || sock.type !== SockType.STREAM;
      done += n;
      if (n === 0 || iter.remaining === 0 || sock.type !== SockType.STREAM) return done;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (error !== EAGAIN) {
        if (done > 0) return done;
        if (error === EPIPE && sock.type === SockType.STREAM && !(flags & Msg.NOSIGNAL)) signalSelf(k, Sig.PIPE);
        throw error;
      }
      try {
        return park(k, file, flags, sendQueue(sock), sock.sendTimeout, done, messages);
      } catch (end) {
        if (done > 0) return done;
        throw end;
      }
    } finally {
      if (!taken) for (const each of out.files) fput(k, each);
    }
  }
}

function sendto(k: Kernel, fd: number, va: number, length: number, flags: number, nameVa: number, nameLength: number): number {
  const file = socketOf(k, fd);
  const name = nameVa ? readAddress(k, nameVa, nameLength) : null;
  return sendAll(k, file, bufferIter(va, length), flags, () => ({ name, files: [], cred: null, flags }));
}

function sendHeader(k: Kernel, file: SocketFile, va: number, flags: number, messages = 0): number {
  const header = readHeader(k, va);
  if (header.controlLength > CONTROL_MAX) throw ENOBUFS;
  const name = header.name && header.nameLength ? readAddress(k, header.name, Math.min(header.nameLength, 128)) : null;
  return sendAll(
    k,
    file,
    header.iter,
    flags,
    () => {
      const { files, cred } = readControl(k, header.control, header.controlLength);
      return { name, files, cred, flags };
    },
    messages,
  );
}

function sendmsg(k: Kernel, fd: number, va: number, flags: number): number {
  return sendHeader(k, socketOf(k, fd), va, flags);
}

/** Several sendmsg; how many were sent beats a later error. */
function sendmmsg(k: Kernel, fd: number, va: number, count: number, flags: number): number {
  const file = socketOf(k, fd);
  return eachMessage(k, va, Math.min(count, MMSG_MAX), (at, messages) => sendHeader(k, file, at, flags, messages));
}

function eachMessage(k: Kernel, va: number, count: number, call: (at: number, messages: number) => number): number {
  let messages = (k.current.op as MessageOp | null)?.messages ?? 0;
  try {
    for (; messages < count; messages++) {
      const at = va + messages * MsgHdr.MultiBytes;
      const n = call(at, messages);
      if (n === PARKED) return PARKED;
      putU32(k, at + MsgHdr.MultiLen, n);
      k.current.op = null;
    }
  } catch (error) {
    if (messages === 0 || !(error instanceof Errno)) throw error;
  }
  return messages;
}

/** sock_recvmsg. With MSG_WAITALL a stream's reader waits for all of it. */
function receiveAll(k: Kernel, file: SocketFile, iter: UserIter, flags: number, came: Incoming, messages = 0): number {
  const { sock } = file;
  let done = doneBefore(k);
  if (done > 0) iter.advance(done);
  const waitsForAll = (flags & Msg.WAITALL) !== 0 && !(flags & Msg.PEEK) && sock.type === SockType.STREAM;
  try {
    for (;;) {
      const n = receiveMessage(k, sock, iter, flags, came);
      done += n;
      if (n === 0 || !waitsForAll || iter.remaining === 0 || came.files.length > 0) return done;
    }
  } catch (error) {
    if (error !== EAGAIN) {
      if (done > 0 && error instanceof Errno) return done;
      throw error;
    }
  }
  try {
    return park(k, file, flags, [sock.queue], sock.receiveTimeout, done, messages);
  } catch (end) {
    if (done > 0) return done;
    throw end;
  }
}

function recvfrom(k: Kernel, fd: number, va: number, length: number, flags: number, nameVa: number, nameLengthVa: number): number {
  const file = socketOf(k, fd);
  const came = new Incoming();
  const n = receiveAll(k, file, bufferIter(va, length), flags, came);
  if (n === PARKED) return n;
  for (const each of came.files) fput(k, each);
  if (nameVa !== 0) writeAddress(k, came.address ? encodeAddress(came.address) : new Uint8Array(0), nameVa, nameLengthVa);
  return n;
}

function receiveHeader(k: Kernel, file: SocketFile, va: number, flags: number, messages = 0): number {
  const header = readHeader(k, va);
  const came = new Incoming();
  const n = receiveAll(k, file, header.iter, flags, came, messages);
  if (n === PARKED) return n;
  const used = writeControl(k, header.control, header.control ? header.controlLength : 0, came, file.sock.passCred, flags);
  if (header.name) {
    const address = came.address ? encodeAddress(came.address) : new Uint8Array(0);
    copyToUser(k, header.name, address.subarray(0, Math.min(address.length, header.nameLength)));
    putU32(k, va + MsgHdr.NameLen, address.length);
  }
  putU32(k, va + MsgHdr.Flags, (came.flags | (flags & Msg.CMSG_CLOEXEC)) >>> 0);
  putU64(k, va + MsgHdr.ControlLen, used);
  return n;
}

function recvmsg(k: Kernel, fd: number, va: number, flags: number): number {
  return receiveHeader(k, socketOf(k, fd), va, flags);
}

/** Several recvmsg. The time limit is looked at between messages only, as on Linux. */
function recvmmsg(k: Kernel, fd: number, va: number, count: number, flags: number, timeoutVa: number): number {
  const file = socketOf(k, fd);
  const limit = timeoutVa ? k.clock.monotonic(k) + toNs(readTimespec(k, timeoutVa)) : Infinity;
  return eachMessage(k, va, Math.min(count, MMSG_MAX), (at, messages) => {
    if (messages > 0 && k.clock.monotonic(k) >= limit) throw EAGAIN;
    const wait = messages > 0 && flags & Msg.WAITFORONE ? Msg.DONTWAIT : 0;
    return receiveHeader(k, file, at, (flags & ~Msg.WAITFORONE) | wait, messages);
  });
}

export const socketMessageSyscalls: readonly SyscallRow[] = [
  { nr: Sys.sendto, name: 'sendto', args: ['fd', 'buf:in', 'size', 'flags:msg', 'ptr', 'int'], call: sendto, done: 'AF_UNIX' },
  { nr: Sys.recvfrom, name: 'recvfrom', args: ['fd', 'buf:out', 'size', 'flags:msg', 'ptr', 'ptr'], call: recvfrom, done: 'AF_UNIX' },
  { nr: Sys.sendmsg, name: 'sendmsg', args: ['fd', 'ptr', 'flags:msg'], call: sendmsg, done: 'AF_UNIX' },
  { nr: Sys.recvmsg, name: 'recvmsg', args: ['fd', 'ptr', 'flags:msg'], call: recvmsg, done: 'AF_UNIX' },
  { nr: Sys.sendmmsg, name: 'sendmmsg', args: ['fd', 'ptr', 'uint', 'flags:msg'], call: sendmmsg, done: 'AF_UNIX' },
  { nr: Sys.recvmmsg, name: 'recvmmsg', args: ['fd', 'ptr', 'uint', 'flags:msg', 'timespec'], call: recvmmsg, done: 'AF_UNIX' },
];
