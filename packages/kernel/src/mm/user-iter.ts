import { PageSize } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EFAULT } from '../errno.js';
import { IoIter } from '../io/io-iter.js';
import { TASK_SIZE_MAX } from './layout.js';
import { PageWait } from './page-read.js';
import { userPageToRead, userPageToWrite } from './uaccess.js';

export interface UserSegment {
  base: number;
  len: number;
}

/** Up to so many bytes are copied one by one: a view for a bulk copy costs more. */
const SMALL = 32;

/** iov_iter over user memory of the current task. */
export class UserIter extends IoIter {
  private left: number;
  /** Bytes done of the current segment. */
  private offset = 0;
  /** Segments after the current one: from `next` on in `segments`. */
  private next = 0;
  private constructor(
    private readonly segments: readonly UserSegment[] | null,
    /** The current segment. */
    private base: number,
    private len: number,
  ) {
    super();
    this.left = len;
    if (segments) for (const segment of segments) this.left += segment.len;
  }

  /** @throws EFAULT where the range is not in user space */
  static single(va: number, length: number): UserIter {
    if (!(va >= 0 && length >= 0 && va + length <= TASK_SIZE_MAX)) throw EFAULT;
    return new UserIter(null, va, length);
  }

  /** @throws EFAULT where a segment is not in user space */
  static segments(segments: readonly UserSegment[]): UserIter {
    for (const { base, len } of segments) {
      if (!(base >= 0 && len >= 0 && base + len <= TASK_SIZE_MAX)) throw EFAULT;
    }
    return new UserIter(segments, 0, 0);
  }

  override get remaining(): number {
    return this.left;
  }

  /** Skips n bytes (iov_iter_advance): a call that is taken up again has moved them before. */
  advance(n: number): void {
    this.moved(n);
  }

  private moved(n: number): void {
    this.done += n;
    this.left -= n;
    this.offset += n;
  }

  /** Address of the next byte; there is one. */
  private get va(): number {
    while (this.offset >= this.len) {
      const { base, len } = this.segments![this.next++]!;
      this.offset -= this.len;
      this.base = base;
      this.len = len;
    }
    return this.base + this.offset;
  }

  /** Bytes from va to the end of its page or segment, at most `limit`. */
  private chunk(va: number, limit: number): number {
    return Math.min(limit, this.len - this.offset, PageSize.Bytes - (va & PageSize.Mask));
  }

  /**
   * Host address of the next bytes to write to (or read from); 0 when something was moved already, and the address is bad or its page
   * has to be waited for (k.vm.stalled).
   * @throws EFAULT when nothing was
   */
  private page(k: Kernel, write: boolean, doneBefore: number): number {
    try {
      const { va } = this;
      return write ? userPageToWrite(k, va) : userPageToRead(k, va);
    } catch (error) {
      if (doneBefore === 0 && this.done === 0) throw error;
      if (error === EFAULT) return 0;
      if (error instanceof PageWait) {
        k.vm.stalled = error;
        return 0;
      }
      throw error;
    }
  }

  override prepare(k: Kernel, length: number, write: boolean): void {
    if (k.vm.slowSources > 0) this.makePresent(k, Math.min(length, this.left), write);
  }

  /**
   * Makes the pages of the next `length` bytes present, so that what follows moves all of them: files take a short count for a bad
   * address. False: a page has to be waited for, and something was moved before. @throws PageWait when nothing was
   */
  private makePresent(k: Kernel, length: number, write: boolean): boolean {
    let { next, base, len, offset } = this;
    try {
      for (let left = length; left > 0;) {
        const end = base + Math.min(len, offset + left);
        for (let va = base + offset; va < end; va += PageSize.Bytes - (va & PageSize.Mask)) {
          if (write) userPageToWrite(k, va);
          else userPageToRead(k, va);
        }
        left -= Math.max(0, len - offset);
        if (left <= 0 || !this.segments || next >= this.segments.length) break;
        offset = Math.max(0, offset - len);
        ({ base, len } = this.segments[next++]!);
      }
      return true;
    } catch (error) {
      // The transfer meets it again, and says how far it came.
      if (error === EFAULT) return true;
      if (!(error instanceof PageWait) || this.done === 0) throw error;
      k.vm.stalled = error;
      return false;
    }
  }

  override put(k: Kernel, bytes: Uint8Array, from = 0, length = bytes.length - from): number {
    let n = 0;
    const total = Math.min(length, this.left);
    if (k.vm.slowSources > 0 && !this.makePresent(k, total, true)) return 0;
    while (n < total) {
      const host = this.page(k, true, n);
      if (host === 0) break;
      const size = this.chunk(host, total - n);
      const { u8 } = k.core;
      if (size <= SMALL) for (let i = 0; i < size; i++) u8[host + i] = bytes[from + n + i]!;
      else u8.set(size === bytes.length ? bytes : bytes.subarray(from + n, from + n + size), host);
      this.moved(size);
      n += size;
    }
    return n;
  }

  override putHost(k: Kernel, host: number, length: number): number {
    let n = 0;
    const total = Math.min(length, this.left);
    if (k.vm.slowSources > 0 && !this.makePresent(k, total, true)) return 0;
    while (n < total) {
      const to = this.page(k, true, n);
      if (to === 0) break;
      const size = this.chunk(to, total - n);
      k.core.u8.copyWithin(to, host + n, host + n + size);
      this.moved(size);
      n += size;
    }
    return n;
  }

  override take(k: Kernel, into: Uint8Array, at = 0, length = into.length - at): number {
    let n = 0;
    const total = Math.min(length, this.left);
    if (k.vm.slowSources > 0 && !this.makePresent(k, total, false)) return 0;
    while (n < total) {
      const from = this.page(k, false, n);
      if (from === 0) break;
      const size = this.chunk(from, total - n);
      const { u8 } = k.core;
      if (size <= SMALL) for (let i = 0; i < size; i++) into[at + n + i] = u8[from + i]!;
      else into.set(u8.subarray(from, from + size), at + n);
      this.moved(size);
      n += size;
    }
    return n;
  }

  override takeHost(k: Kernel, host: number, length: number): number {
    let n = 0;
    const total = Math.min(length, this.left);
    if (k.vm.slowSources > 0 && !this.makePresent(k, total, false)) return 0;
    while (n < total) {
      const from = this.page(k, false, n);
      if (from === 0) break;
      const size = this.chunk(from, total - n);
      k.core.u8.copyWithin(host + n, from, from + size);
      this.moved(size);
      n += size;
    }
    return n;
  }

  override putZero(k: Kernel, length: number): number {
    let n = 0;
    const total = Math.min(length, this.left);
    if (k.vm.slowSources > 0 && !this.makePresent(k, total, true)) return 0;
    while (n < total) {
      const to = this.page(k, true, n);
      if (to === 0) break;
      const size = this.chunk(to, total - n);
      k.core.u8.fill(0, to, to + size);
      this.moved(size);
      n += size;
    }
    return n;
  }
}
