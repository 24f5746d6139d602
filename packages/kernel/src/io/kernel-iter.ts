import type { Kernel } from '../kernel.js';
import { IoIter } from './io-iter.js';

/** iov_iter over bytes of the kernel's own (ITER_KVEC): execve's reads, sendfile, tests. */
export class KernelIter extends IoIter {
  constructor(readonly bytes: Uint8Array) {
    super();
  }

  override get remaining(): number {
    return this.bytes.length - this.done;
  }

  override put(_k: Kernel, bytes: Uint8Array, from = 0, length = bytes.length - from): number {
    const n = Math.min(length, this.remaining);
    this.bytes.set(n === bytes.length ? bytes : bytes.subarray(from, from + n), this.done);
    this.done += n;
    return n;
  }

  override putHost(k: Kernel, host: number, length: number): number {
    return this.put(k, k.core.u8.subarray(host, host + length));
  }

  override take(_k: Kernel, into: Uint8Array, at = 0, length = into.length - at): number {
    const n = Math.min(length, this.remaining);
    into.set(this.bytes.subarray(this.done, this.done + n), at);
    this.done += n;
    return n;
  }

  override takeHost(k: Kernel, host: number, length: number): number {
    const n = Math.min(length, this.remaining);
    k.core.u8.set(this.bytes.subarray(this.done, this.done + n), host);
    this.done += n;
    return n;
  }

  override putZero(_k: Kernel, length: number): number {
    const n = Math.min(length, this.remaining);
    this.bytes.fill(0, this.done, this.done + n);
    this.done += n;
    return n;
  }
}
