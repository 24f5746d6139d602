import type { Kernel } from '../kernel.js';
import type { File } from '../vfs/file.js';
import { EINVAL } from '../errno.js';
import { KernelIter } from '../io/kernel-iter.js';

/** One above the greatest loff_t. */
const LOFF_END = 2 ** 63;

/**
 * Reads up to `into.length` bytes at `position`, fewer only at the end of the file. Returns how many. Linux: fs/read_write.c: kernel_read.
 * @throws EINVAL a negative position, or an end that is no position any more @throws what reading the file throws
 */
export function kernelRead(k: Kernel, file: File, into: Uint8Array, position: number): number {
  if (position < 0 || position + into.length >= LOFF_END) throw EINVAL;
  let done = 0;
  while (done < into.length) {
    const n = file.read(k, new KernelIter(into.subarray(done)), position + done);
    if (n === 0) break;
    done += n;
  }
  return done;
}
