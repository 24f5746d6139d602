import type { Kernel } from '../kernel.js';

/**
 * struct iov_iter: where bytes of a read come to, or of a write come from. Either user memory of the current task, as segments of
 * (va, length), or kernel bytes. Files use the four transfer functions and never see addresses; user pages are faulted in on the way.
 * `done` counts bytes moved. A transfer that meets a bad address stops short; the one that moves nothing for that reason throws EFAULT.
 * Implemented by mm/user-iter.ts (user memory) and io/kernel-iter.ts (bytes).
 */
export abstract class IoIter {
  done = 0;
  abstract get remaining(): number;
  /**
   * For files that give something up before they hand it over (a counter, a signal): the next `length` bytes will not have to be waited
   * for. @throws PageWait the call is run again later
   */
  prepare(_k: Kernel, _length: number, _write: boolean): void {}
  /** Copies `length` bytes from `from` on to the destination (a read); returns how many fitted. */
  abstract put(k: Kernel, bytes: Uint8Array, from?: number, length?: number): number;
  /** The same from `length` bytes of the machine's linear memory (a page-cache frame). */
  abstract putHost(k: Kernel, host: number, length: number): number;
  /** Copies up to `length` bytes from the source (a write) into `into` at `at`; returns how many there were. */
  abstract take(k: Kernel, into: Uint8Array, at?: number, length?: number): number;
  abstract takeHost(k: Kernel, host: number, length: number): number;
  /** Zero bytes to the destination. */
  abstract putZero(k: Kernel, length: number): number;
}
