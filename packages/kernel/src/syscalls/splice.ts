import { Limit, O, PipeLimit, Sig, SpliceFlag } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EAGAIN, EBADF, EINVAL, EPIPE, ESPIPE } from '../errno.js';
import { PipeFile } from '../fs/pipe/pipe-file.js';
import { KernelIter } from '../io/kernel-iter.js';
import { getI64Number, putU64 } from '../mm/uaccess.js';
import { fget } from '../vfs/file-table.js';
import type { File } from '../vfs/file.js';
import { isReg } from '../vfs/inode-life.js';
import { readAt, readNext, writeAt, writeNext } from '../vfs/read-write.js';
import { signalSelf } from '../vfs/signal-self.js';
import { iovecIter, readBlocking, waitFile } from './transfer.js';

const POLLIN = 0x1;
const POLLOUT = 0x4;
const CHUNK = 65_536;

function nonblocking(flags: number, file: File): boolean {
  return (flags & SpliceFlag.NONBLOCK) !== 0 || (file.flags & O.NONBLOCK) !== 0;
}

/** @throws EPIPE with SIGPIPE, when nobody reads the pipe any more */
function checkReaders(k: Kernel, file: PipeFile): void {
  if (file.pipe.readers > 0) return;
  signalSelf(k, Sig.PIPE);
  throw EPIPE;
}

/** From the pipe into a file or another pipe: what the target does not take stays in the pipe. */
function drain(k: Kernel, source: PipeFile, target: File, offsetVa: number, length: number, flags: number): number {
  if (target instanceof PipeFile) checkReaders(k, target);
  const bytes = source.pipe.peek(Math.min(length, CHUNK));
  if (bytes.length === 0) return source.pipe.writers === 0 ? 0 : waitFile(k, source, POLLIN, 'splice', 0, nonblocking(flags, source));
  const iter = new KernelIter(bytes);
  try {
    let n: number;
    if (offsetVa === 0) n = writeNext(k, target, iter);
    else {
      const pos = getI64Number(k, offsetVa);
      n = writeAt(k, target, iter, pos);
      putU64(k, offsetVa, pos + n);
    }
    source.pipe.discard(k, n);
    return n;
  } catch (error) {
    if (error === EPIPE) signalSelf(k, Sig.PIPE);
    if (error !== EAGAIN) throw error;
    return waitFile(k, target, POLLOUT, 'splice', 0, nonblocking(flags, target));
  }
}

/** From a file into the pipe, as much as there is room for. */
function fill(k: Kernel, source: File, offsetVa: number, target: PipeFile, length: number, flags: number): number {
  checkReaders(k, target);
  const { pipe } = target;
  const room = (pipe.slots - pipe.buffers.length) * PipeLimit.BUF;
  if (room === 0) return waitFile(k, target, POLLOUT, 'splice', 0, nonblocking(flags, target));
  const bytes = new Uint8Array(Math.min(length, room));
  const iter = new KernelIter(bytes);
  try {
    let n: number;
    if (offsetVa === 0) n = readNext(k, source, iter);
    else {
      const pos = getI64Number(k, offsetVa);
      n = readAt(k, source, iter, pos);
      putU64(k, offsetVa, pos + n);
    }
    return n === 0 ? 0 : pipe.write(k, new KernelIter(bytes.subarray(0, n)), false);
  } catch (error) {
    if (error !== EAGAIN) throw error;
    return waitFile(k, source, POLLIN, 'splice', 0, nonblocking(flags, source));
  }
}

/** Linux: do_splice. @throws EINVAL neither side is a pipe, or both are the same @throws ESPIPE an offset for a pipe */
export function sysSplice(k: Kernel, inFd: number, inVa: number, outFd: number, outVa: number, length: number, flags: number): number {
  if (length === 0) return 0;
  if (flags & ~SpliceFlag.ALL) throw EINVAL;
  const source = fget(k, inFd);
  const target = fget(k, outFd);
  if (!source.readable || !target.writable) throw EBADF;
  if (source instanceof PipeFile) {
    if (inVa !== 0) throw ESPIPE;
    if (target instanceof PipeFile && target.pipe === source.pipe) throw EINVAL;
    if (outVa !== 0 && !target.seekable) throw ESPIPE;
    if (target.flags & O.APPEND && isReg(target.inode)) throw EINVAL;
    return drain(k, source, target, outVa, length, flags);
  }
  if (!(target instanceof PipeFile)) throw EINVAL;
  if (outVa !== 0 || (inVa !== 0 && !source.seekable)) throw ESPIPE;
  return fill(k, source, inVa, target, length, flags);
}

/** Copies from pipe to pipe and takes nothing away. Linux: do_tee. @throws EINVAL not two different pipes */
export function sysTee(k: Kernel, inFd: number, outFd: number, length: number, flags: number): number {
  if (flags & ~SpliceFlag.ALL) throw EINVAL;
  if (length === 0) return 0;
  const source = fget(k, inFd);
  const target = fget(k, outFd);
  if (!source.readable || !target.writable) throw EBADF;
  if (!(source instanceof PipeFile) || !(target instanceof PipeFile) || source.pipe === target.pipe) throw EINVAL;
  checkReaders(k, target);
  const bytes = source.pipe.peek(Math.min(length, Limit.MAX_RW_COUNT));
  if (bytes.length === 0) return source.pipe.writers === 0 ? 0 : waitFile(k, source, POLLIN, 'tee', 0, nonblocking(flags, source));
  try {
    return target.pipe.write(k, new KernelIter(bytes), false);
  } catch (error) {
    if (error !== EAGAIN) throw error;
    return waitFile(k, target, POLLOUT, 'tee', 0, nonblocking(flags, target));
  }
}

/** User memory into a pipe as far as there is room, or a pipe into user memory. Linux: do_vmsplice. @throws EBADF not a pipe */
export function sysVmsplice(k: Kernel, fd: number, iov: number, count: number, flags: number): number {
  if (flags & ~SpliceFlag.ALL) throw EINVAL;
  const file = fget(k, fd);
  if (!(file instanceof PipeFile)) throw EBADF;
  const iter = iovecIter(k, iov, count);
  const nonblock = (flags & SpliceFlag.NONBLOCK) !== 0;
  if (!file.writable) return readBlocking(k, file, iter, null, nonblock);
  checkReaders(k, file);
  try {
    return file.pipe.write(k, iter, false);
  } catch (error) {
    if (error !== EAGAIN) throw error;
    return waitFile(k, file, POLLOUT, 'vmsplice', 0, nonblock);
  }
}
