import { Limit, O, Sig } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EAGAIN, EFAULT, EINVAL, EPIPE, Errno } from '../errno.js';
import type { IoIter } from '../io/io-iter.js';
import { PageWait } from '../mm/page-read.js';
import { copyFromUser } from '../mm/uaccess.js';
import { UserIter } from '../mm/user-iter.js';
import { PARKED, type BlockedOp } from '../sched/park.js';
import { expired, waitOn } from '../sched/wait.js';
import { parkForPage } from '../trap/page-wait.js';
import type { File } from '../vfs/file.js';
import { fget } from '../vfs/file-table.js';
import { readAt, readNext, writeAt, writeNext } from '../vfs/read-write.js';
import { signalSelf } from '../vfs/signal-self.js';

const POLLIN = 0x1;
const POLLOUT = 0x4;

/** What a blocked read or write leaves behind: its file (the descriptor may mean another one by then) and the bytes it has moved. */
export interface TransferOp extends BlockedOp {
  file: File;
  done: number;
}

/** The operation that this call left when it parked; null on its first run. */
export function transferOp(k: Kernel): TransferOp | null {
  return k.current.op as TransferOp | null;
}

/** The file of a transfer: the one it began with. @throws EBADF */
export function transferFile(k: Kernel, fd: number): File {
  return transferOp(k)?.file ?? fget(k, fd);
}

/** Parks until the file may be ready, or fails with EAGAIN where it must not block. @throws EAGAIN ERESTARTSYS */
export function waitFile(k: Kernel, file: File, events: number, kind: string, done: number, nonblock: boolean, deadline?: number): number {
  const queue = nonblock ? null : file.waitQueue(events);
  if (!queue) throw EAGAIN;
  const op: TransferOp = deadline === undefined ? { kind, file, done } : { kind, file, done, deadline };
  return waitOn(k, queue, op);
}

/**
 * A transfer stopped at a page that is not there yet, in user memory or in the file: the call sleeps, and goes on from `done`. A signal
 * that ends the sleep gives the caller what there is.
 */
function goOnLater(k: Kernel, kind: string, file: File, done: number): number {
  const wait = k.vm.stalled!;
  k.vm.stalled = null;
  const op: TransferOp = { kind, file, done };
  k.current.op = op;
  if (parkForPage(k, wait, false)) return PARKED;
  k.current.op = null;
  return done;
}

/** read(2) and kin. `pos` null: at f_pos. @throws what the file throws; EAGAIN only where it must not block */
export function readBlocking(k: Kernel, file: File, iter: IoIter, pos: number | null, nonblock = false): number {
  const done = transferOp(k)?.done ?? 0;
  if (done > 0 && iter instanceof UserIter) iter.advance(done);
  else if (file.readWouldBlock() && iter.remaining > 0) return waitToRead(k, file, nonblock);
  try {
    const n = done + (pos === null ? readNext(k, file, iter) : readAt(k, file, iter, pos + done));
    return k.vm.stalled && iter instanceof UserIter ? goOnLater(k, 'read', file, n) : n;
  } catch (error) {
    // What came before a page that had to be waited for is the answer.
    if (done > 0 && error instanceof Errno) return done;
    if (error !== EAGAIN) throw error;
    return waitToRead(k, file, nonblock);
  }
}

function waitToRead(k: Kernel, file: File, nonblock: boolean): number {
  const blocked = transferOp(k);
  if (blocked && expired(k, blocked)) return file.deadlinePassed();
  const deadline = blocked?.deadline ?? file.readDeadline(k);
  return waitFile(k, file, POLLIN, 'read', 0, nonblock || (file.flags & O.NONBLOCK) !== 0, deadline);
}

/** write(2) and kin: a stream's blocking write goes on until all is written; bytes already written beat every error. */
export function writeBlocking(k: Kernel, file: File, iter: UserIter, pos: number | null, nonblock = false): number {
  let done = transferOp(k)?.done ?? 0;
  if (done > 0) iter.advance(done);
  for (;;) {
    let error: unknown;
    try {
      const n = pos === null ? writeNext(k, file, iter) : writeAt(k, file, iter, pos + done);
      done += n;
      if (k.vm.stalled) return goOnLater(k, 'write', file, done);
      if (n === 0 || iter.remaining === 0 || !file.writesFully) return done;
      continue;
    } catch (caught) {
      error = caught;
    }
    if (error instanceof PageWait && done > 0) {
      k.vm.stalled = error;
      return goOnLater(k, 'write', file, done);
    }
    if (error === EPIPE) signalSelf(k, Sig.PIPE);
    if (error === EAGAIN) {
      try {
        return waitFile(k, file, POLLOUT, 'write', done, nonblock || (file.flags & O.NONBLOCK) !== 0);
      } catch (interrupted) {
        error = interrupted;
      }
    }
    if (done > 0) return done;
    throw error as Errno;
  }
}

/** A buffer argument. @throws EINVAL a length that is negative as a signed number @throws EFAULT */
export function bufferIter(va: number, length: number): UserIter {
  if (length >= 2 ** 63) throw EINVAL;
  return UserIter.single(va, Math.min(length, Limit.MAX_RW_COUNT));
}

/** struct iovec[count]: base 8, length 8. Linux: import_iovec. @throws EINVAL too many or negative @throws EFAULT */
export function iovecIter(k: Kernel, va: number, count: number): UserIter {
  if (count > Limit.IOV_MAX) throw EINVAL;
  if (count > 0 && va === 0) throw EFAULT;
  const bytes = copyFromUser(k, va, count * 16);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const segments: { base: number; len: number }[] = [];
  let total = 0;
  for (let at = 0; at < bytes.length; at += 16) {
    const base = view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
    const length = view.getUint32(at + 8, true) + view.getUint32(at + 12, true) * 2 ** 32;
    if (length >= 2 ** 63) throw EINVAL;
    const len = Math.min(length, Limit.MAX_RW_COUNT - total);
    total += len;
    segments.push({ base, len });
  }
  return UserIter.segments(segments);
}
