import { ErrorNumber, Poll, SockType } from '@ring3/abi';
import { errnoOf, type Errno } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import { WaitQueue } from '../../sched/wait-queue.js';
import { registerState } from '../../state.js';
import type { File } from '../../vfs/file.js';
import { fput } from '../../vfs/file-table.js';
import type { Inode } from '../../vfs/inode.js';
import type { UnixAddress } from './address.js';

/** net.core.{w,r}mem_default. */
const DEFAULT_BUFFER = 212992;
/** What a message weighs besides its bytes (struct sk_buff and its shared info). */
const MESSAGE_OVERHEAD = 576;
/** net.unix.max_dgram_qlen: datagrams that wait at a socket, unless listen said otherwise. */
const MAX_DGRAM_QLEN = 10;

export const enum SockState {
  Closed,
  Listening,
  Established,
}

/** Bits of sk_shutdown. */
export const enum Down {
  Receive = 1,
  Send = 2,
  Both = 3,
}

/** struct ucred. */
export interface PeerCred {
  pid: number;
  uid: number;
  gid: number;
}

/** A message in a receive queue (sk_buff with UNIXCB). */
export class Message {
  /** Bytes of it that a stream's reader has taken. */
  offset = 0;
  constructor(
    readonly bytes: Uint8Array,
    readonly from: UnixSock,
    readonly cred: PeerCred | null,
    /** Open files on their way (SCM_RIGHTS), one reference each. */
    public files: File[],
  ) {}
  get weight(): number {
    return this.bytes.length + MESSAGE_OVERHEAD;
  }
}
registerState('UnixMessage', Message);

/** struct unix_sock. net/unix/af_unix.c */
export class UnixSock {
  state = SockState.Closed;
  address: UnixAddress | null = null;
  /** The inode that its address names; null for abstract and no address. */
  boundInode: Inode | null = null;
  peer: UnixSock | null = null;
  peerCred: PeerCred = { pid: 0, uid: 0xffff_ffff, gid: 0xffff_ffff };
  peerGroups: number[] = [];
  readonly received: Message[] = [];
  /** Of a listener: connections that nobody has accepted. */
  readonly acceptQueue: UnixSock[] = [];
  backlog = MAX_DGRAM_QLEN;
  /** Weight of its messages in others' queues (sk_wmem_alloc). */
  sendWeight = 0;
  sendBuffer = DEFAULT_BUFFER;
  receiveBuffer = DEFAULT_BUFFER;
  shutdown = 0;
  /** sk_err, as a number; 0: none. */
  error = 0;
  passCred = false;
  /** Released: no file has it any more. */
  dead = false;
  /** Not accepted yet: no file has it so far. */
  embryo = false;
  /** ns; 0: no limit. */
  receiveTimeout = 0;
  sendTimeout = 0;
  lowWater = 1;
  /** Options that are kept and have no effect, by SO_*. */
  readonly flags = new Map<number, number>();
  /** Its own readers and writers; and those who wait for room in its queues (peer_wait). */
  readonly queue = new WaitQueue();
  readonly roomQueue = new WaitQueue();
  /** A write found no room: who listens for SIGIO is to hear of the next (SOCKWQ_ASYNC_NOSPACE). */
  noSpace = false;

  constructor(readonly type: SockType) {}

  get connectionBased(): boolean {
    return this.type !== SockType.DGRAM;
  }
  /** unix_writable */
  get writable(): boolean {
    return this.state !== SockState.Listening && this.sendWeight * 4 <= this.sendBuffer;
  }
  /** unix_recvq_full */
  get receiveFull(): boolean {
    return (this.state === SockState.Listening ? this.acceptQueue.length : this.received.length) > this.backlog;
  }

  /** sock_error: tells an error once. */
  takeError(): Errno | null {
    const { error } = this;
    this.error = 0;
    return error ? errnoOf(error) : null;
  }

  /** A message was taken from a queue: its sender has room again. Linux: unix_write_space */
  consumed(k: Kernel, message: Message): void {
    const { from } = message;
    from.sendWeight -= message.weight;
    if (from.writable) from.queue.wake(k, Infinity, Poll.OUT | Poll.WRNORM);
    this.roomQueue.wake(k);
  }

  /** unix_poll, unix_dgram_poll */
  poll(): number {
    let mask = 0;
    if (this.error) mask |= Poll.ERR;
    if (this.shutdown === Down.Both) mask |= Poll.HUP;
    if (this.shutdown & Down.Receive) mask |= Poll.RDHUP | Poll.IN | Poll.RDNORM;
    if (this.received.length > 0 || this.acceptQueue.length > 0) mask |= Poll.IN | Poll.RDNORM;
    if (this.connectionBased && this.state === SockState.Closed) mask |= Poll.HUP;
    if (this.writable && !this.peerFull) mask |= Poll.OUT | Poll.WRNORM | Poll.WRBAND;
    return mask;
  }

  /** A datagram's destination that does not talk back has its own limit. */
  private get peerFull(): boolean {
    return this.type !== SockType.STREAM && this.peer !== null && this.peer.peer !== this && this.peer.receiveFull;
  }

  /** unix_release_sock */
  release(k: Kernel): void {
    this.dead = true;
    this.state = SockState.Closed;
    this.shutdown = Down.Both;
    if (this.boundInode?.socket === this) this.boundInode.socket = null;
    if (this.address?.abstract && k.unixNames.get(nameKey(this, this.address)) === this) k.unixNames.delete(nameKey(this, this.address));
    const { peer } = this;
    this.peer = null;
    if (peer && this.connectionBased) {
      peer.shutdown = Down.Both;
      if (this.received.length > 0 || this.embryo) peer.error = ErrorNumber.ECONNRESET;
      peer.queue.wake(k);
    }
    for (const waiting of this.acceptQueue.splice(0)) waiting.release(k);
    this.purge(k);
    this.queue.wake(k);
    this.roomQueue.wake(k);
  }

  /** Drops what it has received and not read. */
  purge(k: Kernel): void {
    for (const message of this.received.splice(0)) {
      this.consumed(k, message);
      for (const file of message.files) fput(k, file);
    }
  }
}
registerState('UnixSock', UnixSock);

/** Where an abstract name is in Kernel.unixNames: each type has its own. */
export function nameKey({ type }: { readonly type: number }, { name }: UnixAddress): string {
  return `${type}:${name}`;
}

/** init_peercred: who the current task is, for its peer's SO_PEERCRED. */
export function currentCred(k: Kernel): PeerCred {
  const { cred, tgid } = k.current;
  return { pid: tgid, uid: cred.euid, gid: cred.egid };
}
