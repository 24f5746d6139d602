import { PageSize, Poll } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import type { IoIter } from '../../io/io-iter.js';
import { EAGAIN, EBUSY, EFAULT, EINVAL, EPIPE } from '../../errno.js';
import { registerState } from '../../state.js';
import { WaitQueue } from '../../sched/wait-queue.js';

/** struct pipe_buffer: `length` bytes from `offset` on in one page. */
export class PipeBuffer {
  constructor(
    public bytes: Uint8Array,
    public offset: number,
    public length: number,
    /** Written by an O_DIRECT pipe: read() ends at its border, writes do not join it. Linux: PIPE_BUF_FLAG_PACKET */
    public packet: boolean,
  ) {}
}
registerState('PipeBuffer', PipeBuffer);

/** The default capacity in pages (PIPE_DEF_BUFFERS) and what an unprivileged F_SETPIPE_SZ may ask for (pipe_max_size), in bytes. */
const DEFAULT_SLOTS = 16;
export const PIPE_MAX_SIZE = 1_048_576;

/**
 * struct pipe_inode_info. Capacity is counted in slots of a page each, as Linux does: a small write joins the last slot where it fits
 * and otherwise takes a slot of its own, so that writes up to PIPE_BUF arrive in one piece.
 */
export class Pipe {
  readonly buffers: PipeBuffer[] = [];
  /** One that was read to its end, for the next write. Linux: tmp_page */
  private spare: PipeBuffer | null = null;
  slots = DEFAULT_SLOTS;
  readers = 0;
  writers = 0;
  /** How often it was opened for reading and writing: what a FIFO's open waits for to change. */
  readerOpens = 0;
  writerOpens = 0;
  /** Everyone who waits for the pipe to change. Linux: pipe->wait */
  readonly wait = new WaitQueue();

  get empty(): boolean {
    return this.buffers.length === 0;
  }
  get full(): boolean {
    return this.buffers.length >= this.slots;
  }
  /** Bytes in it (FIONREAD). */
  get bytes(): number {
    return this.buffers.reduce((sum, buffer) => sum + buffer.length, 0);
  }

  /** Linux: pipe_read, one pass. @returns 0: no writer is left @throws EAGAIN empty, but somebody may still write */
  read(k: Kernel, iter: IoIter): number {
    if (iter.remaining === 0) return 0;
    let copied = 0;
    while (iter.remaining > 0 && this.buffers.length > 0) {
      const buffer = this.buffers[0]!;
      const want = Math.min(buffer.length, iter.remaining);
      const n = iter.put(k, buffer.bytes, buffer.offset, want);
      copied += n;
      this.consume(buffer, buffer.packet && n === want ? buffer.length : n);
      if (n < want) {
        if (copied === 0) throw EFAULT;
        break;
      }
      if (buffer.packet) break;
    }
    if (copied > 0) {
      this.wait.wake(k, Infinity, Poll.OUT | Poll.WRNORM);
      return copied;
    }
    if (this.writers === 0) return 0;
    throw EAGAIN;
  }

  private consume(buffer: PipeBuffer, n: number): void {
    buffer.offset += n;
    buffer.length -= n;
    if (buffer.length > 0) return;
    this.buffers.shift();
    this.spare = buffer;
  }

  /** A buffer with room for `want` bytes. */
  private takeBuffer(want: number): PipeBuffer {
    const { spare } = this;
    if (!spare || spare.bytes.length < want) return new PipeBuffer(new Uint8Array(Math.max(want, 256)), 0, 0, false);
    this.spare = null;
    spare.offset = 0;
    return spare;
  }

  /** Linux: pipe_write, one pass: as much as there is room for; a page that cannot be read whole is not written at all. @throws EPIPE no reader @throws EAGAIN no room for anything */
  write(k: Kernel, iter: IoIter, packet: boolean): number {
    if (iter.remaining === 0) return 0;
    if (this.readers === 0) throw EPIPE;
    let copied = this.join(k, iter);
    let faulted = false;
    while (iter.remaining > 0 && !this.full) {
      const want = Math.min(PageSize.Bytes, iter.remaining);
      const buffer = this.takeBuffer(want);
      if (iter.take(k, buffer.bytes, 0, want) < want) {
        faulted = true;
        break;
      }
      buffer.length = want;
      buffer.packet = packet;
      this.buffers.push(buffer);
      copied += want;
    }
    if (copied > 0) {
      this.wait.wake(k, Infinity, Poll.IN | Poll.RDNORM);
      return copied;
    }
    throw faulted ? EFAULT : EAGAIN;
  }

  /** The odd part of a write joins the last page when all of that part fits there. */
  private join(k: Kernel, iter: IoIter): number {
    const last = this.buffers[this.buffers.length - 1];
    const odd = iter.remaining & PageSize.Mask;
    if (!last || last.packet || odd === 0) return 0;
    const end = last.offset + last.length;
    if (end + odd > PageSize.Bytes) return 0;
    if (end + odd > last.bytes.length) {
      const page = new Uint8Array(PageSize.Bytes);
      page.set(last.bytes);
      last.bytes = page;
    }
    const n = iter.take(k, last.bytes, end, odd);
    if (n < odd) throw EFAULT;
    last.length += n;
    return n;
  }

  /** A copy of the first bytes, at most `max`, which stay in it (tee, splice). */
  peek(max: number): Uint8Array {
    const bytes = new Uint8Array(Math.min(max, this.bytes));
    let at = 0;
    for (const buffer of this.buffers) {
      if (at === bytes.length) break;
      const part = buffer.bytes.subarray(buffer.offset, buffer.offset + Math.min(buffer.length, bytes.length - at));
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  /** Takes the first n bytes away. */
  discard(k: Kernel, n: number): void {
    while (n > 0) {
      const buffer = this.buffers[0]!;
      const part = Math.min(n, buffer.length);
      this.consume(buffer, part);
      n -= part;
    }
    this.wait.wake(k);
  }

  /** F_SETPIPE_SZ to a size that roundPipeSize gave. Linux: pipe_set_size. @throws EBUSY */
  resize(k: Kernel, bytes: number): number {
    const slots = bytes / PageSize.Bytes;
    if (slots < this.buffers.length) throw EBUSY;
    this.slots = slots;
    this.wait.wake(k);
    return bytes;
  }
}
registerState('Pipe', Pipe);

/** A page at least, and a power of two; negative counts as huge. Linux: round_pipe_size. @throws EINVAL beyond 2 GiB */
export function roundPipeSize(bytes: number): number {
  if (bytes < 0 || bytes > 2 ** 31) throw EINVAL;
  let size: number = PageSize.Bytes;
  while (size < bytes) size *= 2;
  return size;
}
