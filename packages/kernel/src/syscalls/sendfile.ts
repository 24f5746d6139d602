import { Limit, O, Sig } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EAGAIN, EBADF, EINVAL, EISDIR, EOVERFLOW, EPIPE, ESPIPE } from '../errno.js';
import { KernelIter } from '../io/kernel-iter.js';
import { getI64Number, putU64 } from '../mm/uaccess.js';
import { fget } from '../vfs/file-table.js';
import type { File } from '../vfs/file.js';
import { isDir, isReg } from '../vfs/inode-life.js';
import { readAt, writeAt, writeNext } from '../vfs/read-write.js';
import { signalSelf } from '../vfs/signal-self.js';
import { transferOp, waitFile } from './transfer.js';

const CHUNK = 65_536;
const POLLOUT = 0x4;

/** Where a descriptor's side of a copy stands: an offset in user memory, or f_pos. */
function startOf(k: Kernel, file: File, offsetVa: number): number {
  if (offsetVa === 0) return file.pos;
  const pos = getI64Number(k, offsetVa);
  if (pos < 0) throw EINVAL;
  return pos;
}

function storePosition(k: Kernel, file: File, offsetVa: number, pos: number): void {
  if (offsetVa === 0) file.pos = pos;
  else putU64(k, offsetVa, pos);
}

/** Linux: do_sendfile. @throws EINVAL a source without pages, an O_APPEND target */
export function sysSendfile(k: Kernel, outFd: number, inFd: number, offsetVa: number, count: number): number {
  const source = fget(k, inFd);
  if (!source.readable) throw EBADF;
  if (offsetVa !== 0 && !source.seekable) throw ESPIPE;
  const target = fget(k, outFd);
  if (!target.writable) throw EBADF;
  if (!source.seekable || isDir(source.inode) || (target.flags & O.APPEND && isReg(target.inode))) throw EINVAL;
  const length = Math.min(count, Limit.MAX_RW_COUNT);
  let done = transferOp(k)?.done ?? 0;
  const start = startOf(k, source, offsetVa);
  const buffer = new Uint8Array(Math.min(CHUNK, length));
  let error: unknown = null;
  while (done < length && error === null) {
    try {
      const n = readAt(k, source, new KernelIter(buffer.subarray(0, Math.min(buffer.length, length - done))), start + done);
      if (n === 0) break;
      done += writeNext(k, target, new KernelIter(buffer.subarray(0, n)));
    } catch (caught) {
      error = caught;
    }
  }
  if (error === EPIPE) signalSelf(k, Sig.PIPE);
  if (error === EAGAIN) {
    try {
      return waitFile(k, target, POLLOUT, 'sendfile', done, (target.flags & O.NONBLOCK) !== 0);
    } catch (interrupted) {
      error = interrupted;
    }
  }
  if (done === 0 && error !== null) throw error;
  storePosition(k, source, offsetVa, start + done);
  return done;
}

/** Does the range run past 2^64? The greatest lengths arrive cut to 2^64 − 2048. */
function wraps(pos: number, count: number): boolean {
  return count >= 2 ** 64 - 2048 ? pos > 0 : pos + count >= 2 ** 64;
}

/** Linux: vfs_copy_file_range (5.4 copies between file systems too). @throws EISDIR EINVAL EBADF EOVERFLOW */
export function sysCopyFileRange(
  k: Kernel,
  inFd: number,
  inVa: number,
  outFd: number,
  outVa: number,
  count: number,
  flags: number,
): number {
  const source = fget(k, inFd);
  const target = fget(k, outFd);
  if (flags !== 0) throw EINVAL;
  if (isDir(source.inode) || isDir(target.inode)) throw EISDIR;
  if (!isReg(source.inode) || !isReg(target.inode)) throw EINVAL;
  if (!source.readable || !target.writable || target.flags & O.APPEND) throw EBADF;
  const from = startOf(k, source, inVa);
  const to = startOf(k, target, outVa);
  if (wraps(from, count) || wraps(to, count)) throw EOVERFLOW;
  source.inode.refresh(k);
  const length = Math.max(0, Math.min(count, Limit.MAX_RW_COUNT, source.inode.size - from));
  if (source.inode === target.inode && from < to + length && to < from + length) throw EINVAL;
  let done = 0;
  const buffer = new Uint8Array(Math.min(CHUNK, length));
  try {
    while (done < length) {
      const n = readAt(k, source, new KernelIter(buffer.subarray(0, Math.min(buffer.length, length - done))), from + done);
      if (n === 0) break;
      done += writeAt(k, target, new KernelIter(buffer.subarray(0, n)), to + done);
    }
  } catch (error) {
    if (done === 0) throw error;
  }
  storePosition(k, source, inVa, from + done);
  storePosition(k, target, outVa, to + done);
  return done;
}
