import { Msg, Poll, SockType } from '@ring3/abi';
import { EAGAIN, ECONNREFUSED, EFAULT, EISCONN, EMSGSIZE, ENOTCONN, EOPNOTSUPP, EPERM, EPIPE } from '../../errno.js';
import type { IoIter } from '../../io/io-iter.js';
import type { Kernel } from '../../kernel.js';
import type { WaitQueue } from '../../sched/wait-queue.js';
import type { File } from '../../vfs/file.js';
import { decodeAddress, findSocket } from './address.js';
import { maySend } from './connect.js';
import { Down, Message, SockState, type PeerCred, type UnixSock } from './unix-sock.js';

/** Bytes of a stream that travel as one message. */
const STREAM_CHUNK = 32768;
/** What a datagram must leave of the send buffer. */
const DGRAM_SPARE = 32;

/** What goes with the bytes: destination (sockaddr), descriptors, credentials. `files` are the message's own references. */
export interface Outgoing {
  name: Uint8Array | null;
  files: File[];
  cred: PeerCred | null;
  flags: number;
}

/** A plain write. */
export const NOTHING_ELSE: Outgoing = { name: null, files: [], cred: null, flags: 0 };

/** unix_{stream,dgram,seqpacket}_sendmsg. Takes the files over when it returns. @throws EAGAIN must wait on sendQueue() */
export function sendMessage(k: Kernel, sock: UnixSock, iter: IoIter, out: Outgoing): number {
  if (out.flags & Msg.OOB) throw EOPNOTSUPP;
  if (sock.type === SockType.STREAM) return sendStream(k, sock, iter, out);
  const error = sock.type === SockType.SEQPACKET ? sock.takeError() : null;
  if (error) throw error;
  if (sock.type === SockType.SEQPACKET && sock.state !== SockState.Established) throw ENOTCONN;
  return sendDatagram(k, sock, iter, out);
}

/** Where a sender that got EAGAIN waits. */
export function sendQueue(sock: UnixSock): WaitQueue[] {
  return sock.peer && sock.peer.roomQueue !== sock.queue ? [sock.queue, sock.peer.roomQueue] : [sock.queue];
}

function sendStream(k: Kernel, sock: UnixSock, iter: IoIter, out: Outgoing): number {
  const { peer } = sock;
  if (out.name && out.name.length > 0) throw sock.state === SockState.Established ? EISCONN : EOPNOTSUPP;
  if (!peer) throw sock.shutdown & Down.Send ? EPIPE : ENOTCONN;
  if (sock.shutdown & Down.Send) throw EPIPE;
  let { files } = out;
  let sent = 0;
  while (iter.remaining > 0) {
    if (peer.dead || peer.shutdown & Down.Receive) {
      if (sent > 0) break;
      throw EPIPE;
    }
    const room = sock.sendBuffer - sock.sendWeight;
    if (room <= 0) {
      sock.noSpace = true;
      if (sent > 0) break;
      throw EAGAIN;
    }
    const chunk = new Uint8Array(Math.min(iter.remaining, STREAM_CHUNK, Math.max(1, sock.sendBuffer >> 1)));
    const n = iter.take(k, chunk);
    if (n === 0) break;
    enqueue(k, sock, peer, chunk.subarray(0, n), files, out.cred);
    files = [];
    sent += n;
    if (n < chunk.length) break;
  }
  return sent;
}

function sendDatagram(k: Kernel, sock: UnixSock, iter: IoIter, out: Outgoing): number {
  const named = sock.type === SockType.DGRAM && out.name !== null && out.name.length > 0;
  const other = named ? findSocket(k, decodeAddress(out.name!), sock.type) : sock.peer;
  if (!other) throw ENOTCONN;
  const length = iter.remaining;
  if (length > sock.sendBuffer - DGRAM_SPARE) throw EMSGSIZE;
  if (sock.shutdown & Down.Send) throw EPIPE;
  if (sock.sendWeight >= sock.sendBuffer) {
    sock.noSpace = true;
    throw EAGAIN;
  }
  if (!maySend(sock, other)) throw EPERM;
  if (other.dead) {
    if (sock.type === SockType.SEQPACKET) throw EPIPE;
    if (!named) sock.peer = null;
    throw ECONNREFUSED;
  }
  if (other.shutdown & Down.Receive) throw EPIPE;
  if (other !== sock && other.peer !== sock && other.receiveFull) throw EAGAIN;
  const bytes = new Uint8Array(length);
  if (iter.take(k, bytes) < length) throw EFAULT;
  enqueue(k, sock, other, bytes, out.files, out.cred);
  return length;
}

function enqueue(k: Kernel, sock: UnixSock, other: UnixSock, bytes: Uint8Array, files: File[], cred: PeerCred | null): void {
  // maybe_add_creds: told by the sender, or wanted by either side.
  const { tgid, cred: own } = k.current;
  const wanted = sock.passCred || other.passCred || other.embryo;
  const told = cred ?? (wanted ? { pid: tgid, uid: own.uid, gid: own.gid } : null);
  const message = new Message(bytes, sock, told, files);
  sock.sendWeight += message.weight;
  other.received.push(message);
  other.queue.wake(k, Infinity, Poll.IN | Poll.RDNORM);
}
