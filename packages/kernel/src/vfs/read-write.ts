import { Limit, O, PageSize, RLimit, Seal, Sig } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { IoIter } from '../io/io-iter.js';
import type { File } from './file.js';
import { EBADF, EFBIG, EINVAL, EOVERFLOW, EPERM } from '../errno.js';
import { MAX_FILE_SIZE } from './attr.js';
import { isReg } from './inode-life.js';
import { LimitedIter } from './limited-iter.js';
import { signalSelf } from './signal-self.js';

/** Linux: rw_verify_area. @throws EINVAL @throws EOVERFLOW the transfer would go round the end of 2^64 */
function checkNegative(file: File, pos: number, count: number): void {
  if (!file.hasUnsignedOffsets) throw EINVAL;
  if (count >= -pos) throw EOVERFLOW;
}

/** Reads at `pos`; f_pos stays. Linux: vfs_read. @throws EBADF not open for reading @throws EAGAIN would block */
export function readAt(k: Kernel, file: File, iter: IoIter, pos: number): number {
  if (!file.readable) throw EBADF;
  if (pos < 0) checkNegative(file, pos, iter.remaining);
  const bounded = iter.remaining > Limit.MAX_RW_COUNT ? new LimitedIter(iter, Limit.MAX_RW_COUNT) : iter;
  const n = file.read(k, bounded, pos);
  const { ioac } = k.current;
  ioac.syscr++;
  ioac.rchar += n;
  return n;
}

/** Reads at f_pos and moves it. */
export function readNext(k: Kernel, file: File, iter: IoIter): number {
  const n = readAt(k, file, iter, file.pos);
  if (file.seekable) file.pos += n;
  return n;
}

/** Writes at `pos`; f_pos stays. Linux: vfs_write, generic_write_checks. @throws EBADF EFBIG (with SIGXFSZ) EPERM (seals) EAGAIN */
export function writeAt(k: Kernel, file: File, iter: IoIter, pos: number): number {
  if (!file.writable) throw EBADF;
  if (pos < 0) checkNegative(file, pos, iter.remaining);
  let room: number = Limit.MAX_RW_COUNT;
  if (isReg(file.inode) && iter.remaining > 0) room = Math.min(room, roomAt(k, file, pos, iter.remaining));
  const n = file.write(k, iter.remaining > room ? new LimitedIter(iter, room) : iter, pos);
  const { ioac } = k.current;
  ioac.syscw++;
  ioac.wchar += n;
  return n;
}

/** How many bytes RLIMIT_FSIZE, the largest file size and seals leave from `pos` on. Linux: generic_write_check_limits. */
function roomAt(k: Kernel, file: File, pos: number, count: number): number {
  const { seals, size } = file.inode;
  let room = Infinity;
  if (seals) {
    if (seals & (Seal.WRITE | Seal.FUTURE_WRITE)) throw EPERM;
    // shmem_write_begin refuses at the first page that would have to grow.
    if (seals & Seal.GROW && pos + count > size) room = size - (size % PageSize.Bytes) - pos;
    if (room <= 0) throw EPERM;
  }
  const limit = k.current.signal.rlimits[RLimit.FSIZE]?.cur ?? Infinity;
  if (pos >= limit) {
    signalSelf(k, Sig.XFSZ);
    throw EFBIG;
  }
  if (pos >= MAX_FILE_SIZE) throw EFBIG;
  return Math.min(limit - pos, MAX_FILE_SIZE - pos, room);
}

/** Where the next write goes: f_pos, or the end for O_APPEND. */
function writePosition(k: Kernel, file: File): number {
  if (!(file.flags & O.APPEND) || !isReg(file.inode)) return file.pos;
  file.inode.refresh(k);
  return file.inode.size;
}

/** Writes at f_pos, or at the end for O_APPEND, and moves f_pos. */
export function writeNext(k: Kernel, file: File, iter: IoIter): number {
  const pos = writePosition(k, file);
  const n = writeAt(k, file, iter, pos);
  if (file.seekable) file.pos = pos + n;
  return n;
}
