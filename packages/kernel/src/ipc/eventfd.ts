import { Efd, O, Poll } from '@ring3/abi';
import { EAGAIN, EFAULT, EINVAL } from '../errno.js';
import { anonInode, anonPath } from '../fs/anon/anon-inodefs.js';
import type { IoIter } from '../io/io-iter.js';
import type { Kernel } from '../kernel.js';
import { WaitQueue } from '../sched/wait-queue.js';
import { registerState } from '../state.js';
import { File } from '../vfs/file.js';
import type { Inode } from '../vfs/inode.js';
import type { Path } from '../vfs/path.js';

const COUNTER_BYTES = 8;
const MAX = (1n << 64n) - 1n;

/** eventfd(2): a 64-bit counter to read and write. fs/eventfd.c */
export class EventFdFile extends File {
  readonly queue = new WaitQueue();

  constructor(
    flags: number,
    inode: Inode,
    path: Path,
    private count: bigint,
    private readonly semaphore: boolean,
  ) {
    super(flags, inode, path);
  }

  /** @throws EINVAL fewer than 8 bytes @throws EAGAIN it is zero */
  override read(k: Kernel, iter: IoIter): number {
    if (iter.remaining < COUNTER_BYTES) throw EINVAL;
    if (this.count === 0n) throw EAGAIN;
    iter.prepare(k, COUNTER_BYTES, true);
    const value = this.semaphore ? 1n : this.count;
    this.count -= value;
    this.queue.wake(k, Infinity, Poll.OUT);
    if (iter.put(k, new Uint8Array(BigUint64Array.of(value).buffer)) < COUNTER_BYTES) throw EFAULT;
    return COUNTER_BYTES;
  }

  /** @throws EINVAL fewer than 8 bytes, or the value 2^64 − 1 @throws EAGAIN the counter would overflow */
  override write(k: Kernel, iter: IoIter): number {
    if (iter.remaining < COUNTER_BYTES) throw EINVAL;
    const bytes = new Uint8Array(COUNTER_BYTES);
    if (iter.take(k, bytes) < COUNTER_BYTES) throw EFAULT;
    const value = new DataView(bytes.buffer).getBigUint64(0, true);
    if (value === MAX) throw EINVAL;
    if (MAX - this.count <= value) throw EAGAIN;
    this.count += value;
    this.queue.wake(k, Infinity, Poll.IN);
    return COUNTER_BYTES;
  }

  override poll(): number {
    return (this.count > 0n ? Poll.IN : 0) | (this.count === MAX ? Poll.ERR : 0) | (MAX - 1n > this.count ? Poll.OUT : 0);
  }
  override waitQueue(): WaitQueue {
    return this.queue;
  }
  /** noop_llseek */
  override llseek(): number {
    return 0;
  }
  override get fdInfo(): string {
    return `eventfd-count: ${this.count.toString(16).padStart(16)}\n`;
  }
}
registerState('EventFdFile', EventFdFile);

/** `flags`: EFD_*. Linux: do_eventfd. */
export function createEventFd(k: Kernel, count: number, flags: number): File {
  if (flags & ~(Efd.SEMAPHORE | O.NONBLOCK | O.CLOEXEC)) throw EINVAL;
  const open = O.RDWR | (flags & O.NONBLOCK);
  return new EventFdFile(open, anonInode(k), anonPath(k, 'eventfd'), BigInt(count), (flags & Efd.SEMAPHORE) !== 0);
}
