import { Msg, SockType } from '@ring3/abi';
import { EAGAIN, EFAULT, EINVAL, ENOTCONN, EOPNOTSUPP } from '../../errno.js';
import type { IoIter } from '../../io/io-iter.js';
import type { Kernel } from '../../kernel.js';
import type { File } from '../../vfs/file.js';
import { getFile } from '../../vfs/file-table.js';
import type { UnixAddress } from './address.js';
import { Down, SockState, type Message, type PeerCred, type UnixSock } from './unix-sock.js';

/** What came with the bytes. */
export class Incoming {
  address: UnixAddress | null = null;
  cred: PeerCred | null = null;
  /** References that the caller installs or drops. */
  files: File[] = [];
  /** MSG_TRUNC and kin, for msg_flags. */
  flags = 0;
}

/** unix_{stream,dgram,seqpacket}_recvmsg. Bytes, 0 at the end. @throws EAGAIN nothing there: wait on the socket's queue */
export function receiveMessage(k: Kernel, sock: UnixSock, iter: IoIter, flags: number, into: Incoming): number {
  if (flags & Msg.OOB) throw EOPNOTSUPP;
  if (sock.type === SockType.STREAM) return receiveStream(k, sock, iter, flags, into);
  if (sock.type === SockType.SEQPACKET && sock.state !== SockState.Established) throw ENOTCONN;
  return receiveDatagram(k, sock, iter, flags, into);
}

/** Bytes of as many messages as fit, but no further than one with descriptors, nor past a change of writer where credentials are told. */
function receiveStream(k: Kernel, sock: UnixSock, iter: IoIter, flags: number, into: Incoming): number {
  if (sock.state !== SockState.Established) throw EINVAL;
  const before = iter.done;
  let skipped = 0;
  let writer: PeerCred | null | undefined;
  while (iter.remaining > 0) {
    const message = sock.received[skipped];
    if (!message) break;
    if (writer !== undefined && !sameCred(writer, message.cred)) break;
    if (sock.passCred) writer = into.cred = message.cred;
    into.address ??= message.from.address;
    const part = message.bytes.subarray(message.offset, message.offset + iter.remaining);
    const n = iter.put(k, part);
    if (n < part.length && n === 0) {
      if (iter.done === before) throw EFAULT;
      break;
    }
    const withFiles = message.files.length > 0;
    if (flags & Msg.PEEK) {
      if (withFiles) into.files = message.files.map(getFile);
      skipped++;
    } else takeFrom(k, sock, message, n, into);
    if (withFiles) break;
  }
  const done = iter.done - before;
  if (done > 0 || iter.remaining === 0) return done;
  const error = sock.takeError();
  if (error) throw error;
  if (sock.shutdown & Down.Receive) return 0;
  throw EAGAIN;
}

function takeFrom(k: Kernel, sock: UnixSock, message: Message, n: number, into: Incoming): void {
  message.offset += n;
  into.files.push(...message.files);
  message.files = [];
  if (message.offset < message.bytes.length) return;
  sock.received.shift();
  sock.consumed(k, message);
}

function sameCred(a: PeerCred | null, b: PeerCred | null): boolean {
  return a === b || (a !== null && b !== null && a.pid === b.pid && a.uid === b.uid && a.gid === b.gid);
}

/** One message; what does not fit is lost, and with MSG_TRUNC its whole length is told. */
function receiveDatagram(k: Kernel, sock: UnixSock, iter: IoIter, flags: number, into: Incoming): number {
  const message = sock.received[0];
  if (!message) {
    const error = sock.takeError();
    if (error) throw error;
    if (sock.shutdown & Down.Receive) return 0;
    throw EAGAIN;
  }
  const { bytes } = message;
  const fits = bytes.subarray(0, Math.min(bytes.length, iter.remaining));
  if (iter.put(k, fits) < fits.length) throw EFAULT;
  into.address = message.from.address;
  if (sock.passCred) into.cred = message.cred;
  if (fits.length < bytes.length) into.flags |= Msg.TRUNC;
  if (flags & Msg.PEEK) into.files = message.files.map(getFile);
  else {
    into.files = message.files;
    message.files = [];
    sock.received.shift();
    sock.consumed(k, message);
  }
  return flags & Msg.TRUNC ? bytes.length : fits.length;
}
