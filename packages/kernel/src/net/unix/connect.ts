import { ErrorNumber, Poll, SockType } from '@ring3/abi';
import { EAGAIN, ECONNREFUSED, EINVAL, EISCONN, ENOTCONN, EOPNOTSUPP, EPERM } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import { decodeAddress, findSocket, type UnixAddress } from './address.js';
import { currentCred, Down, SockState, UnixSock } from './unix-sock.js';

/** unix_socketpair */
export function pairSockets(k: Kernel, a: UnixSock, b: UnixSock): void {
  a.peer = b;
  b.peer = a;
  for (const sock of [a, b]) {
    sock.peerCred = currentCred(k);
    sock.peerGroups = [...k.current.cred.groups];
    if (sock.connectionBased) sock.state = SockState.Established;
  }
}

/** unix_listen. @throws EOPNOTSUPP a datagram socket @throws EINVAL no address, or connected */
export function listen(k: Kernel, sock: UnixSock, backlog: number): void {
  if (!sock.connectionBased) throw EOPNOTSUPP;
  if (!sock.address || sock.state === SockState.Established) throw EINVAL;
  if (backlog > sock.backlog) sock.roomQueue.wake(k);
  sock.backlog = backlog;
  sock.state = SockState.Listening;
  sock.peerCred = currentCred(k);
  sock.peerGroups = [...k.current.cred.groups];
}

/** connect to a listener: unix_stream_connect. @throws EAGAIN its queue is full: wait on the returned listener's roomQueue */
export function connectStream(k: Kernel, sock: UnixSock, address: UnixAddress | null): void {
  const other = findSocket(k, address, sock.type);
  if (other.state !== SockState.Listening || other.shutdown & Down.Receive) throw ECONNREFUSED;
  if (sock.state === SockState.Established) throw EISCONN;
  if (sock.state !== SockState.Closed) throw EINVAL;
  if (other.receiveFull) throw EAGAIN;
  const fresh = new UnixSock(sock.type);
  fresh.embryo = true;
  fresh.address = other.address;
  fresh.peer = sock;
  fresh.state = SockState.Established;
  fresh.peerCred = currentCred(k);
  fresh.peerGroups = [...k.current.cred.groups];
  fresh.passCred = other.passCred;
  sock.peer = fresh;
  sock.state = SockState.Established;
  sock.peerCred = other.peerCred;
  sock.peerGroups = other.peerGroups;
  other.acceptQueue.push(fresh);
  other.queue.wake(k, Infinity, Poll.IN | Poll.RDNORM);
}

/** unix_dgram_connect: where send goes to, and who may send here. `bytes` null: nobody any more (AF_UNSPEC). @throws EPERM */
export function connectDatagram(k: Kernel, sock: UnixSock, bytes: Uint8Array | null): void {
  const other = bytes ? findSocket(k, decodeAddress(bytes), sock.type) : null;
  if (other && !maySend(sock, other)) throw EPERM;
  const old = sock.peer;
  sock.peer = other;
  if (other) other.roomQueue.wake(k);
  if (!old || old === other) return;
  // unix_dgram_disconnected: what the old peer sent is gone.
  if (sock.received.length === 0) return;
  sock.purge(k);
  if (old.dead || old.peer !== sock) return;
  old.error = ErrorNumber.ECONNRESET;
  old.queue.wake(k);
}

/** unix_may_send: a connected datagram socket hears its peer only. */
export function maySend(sock: UnixSock, other: UnixSock): boolean {
  return other.peer === null || other.peer === sock;
}

/** unix_accept. @throws EINVAL not listening @throws EAGAIN nobody has connected */
export function acceptSocket(k: Kernel, sock: UnixSock): UnixSock {
  if (!sock.connectionBased) throw EOPNOTSUPP;
  if (sock.state !== SockState.Listening) throw EINVAL;
  const fresh = sock.acceptQueue.shift();
  if (!fresh) throw sock.shutdown & Down.Receive ? EINVAL : EAGAIN;
  fresh.embryo = false;
  sock.roomQueue.wake(k);
  return fresh;
}

/** unix_shutdown. `how`: SHUT_*. The peer of a connection sees the other halves. */
export function shutdownSocket(k: Kernel, sock: UnixSock, how: number): void {
  if (how < 0 || how > 2) throw EINVAL;
  const mode = how + 1;
  sock.shutdown |= mode;
  const { peer } = sock;
  if (peer && sock.type !== SockType.DGRAM) {
    peer.shutdown |= (mode & Down.Receive ? Down.Send : 0) | (mode & Down.Send ? Down.Receive : 0);
    peer.queue.wake(k);
  }
  sock.queue.wake(k);
}

/** The peer whose address getpeername tells. @throws ENOTCONN */
export function peerOf(sock: UnixSock): UnixSock {
  if (!sock.peer) throw ENOTCONN;
  return sock.peer;
}
