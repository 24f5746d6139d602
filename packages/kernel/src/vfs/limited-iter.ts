import type { Kernel } from '../kernel.js';
import { IoIter } from '../io/io-iter.js';

/** At most `limit` bytes of another iterator: how a size limit shortens a transfer. Linux: iov_iter_truncate. */
export class LimitedIter extends IoIter {
  constructor(
    private readonly inner: IoIter,
    private readonly limit: number,
  ) {
    super();
  }
  get remaining(): number {
    return Math.min(this.inner.remaining, this.limit - this.done);
  }
  private moved(n: number): number {
    this.done += n;
    return n;
  }
  override prepare(k: Kernel, length: number, write: boolean): void {
    this.inner.prepare(k, Math.min(length, this.remaining), write);
  }
  put(k: Kernel, bytes: Uint8Array, from = 0, length = bytes.length - from): number {
    return this.moved(this.inner.put(k, bytes, from, Math.min(length, this.remaining)));
  }
  putHost(k: Kernel, host: number, length: number): number {
    return this.moved(this.inner.putHost(k, host, Math.min(length, this.remaining)));
  }
  take(k: Kernel, into: Uint8Array, at = 0, length = into.length - at): number {
    return this.moved(this.inner.take(k, into, at, Math.min(length, this.remaining)));
  }
  takeHost(k: Kernel, host: number, length: number): number {
    return this.moved(this.inner.takeHost(k, host, Math.min(length, this.remaining)));
  }
  putZero(k: Kernel, length: number): number {
    return this.moved(this.inner.putZero(k, Math.min(length, this.remaining)));
  }
}
