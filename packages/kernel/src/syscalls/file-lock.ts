import { LockOp, LockType, Seek } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EAGAIN, EBADF, EINVAL, EOVERFLOW } from '../errno.js';
import { copyFromUser, copyToUser } from '../mm/uaccess.js';
import type { BlockedOp } from '../sched/park.js';
import { waitOn } from '../sched/wait.js';
import type { FilesStruct } from '../task/files-struct.js';
import type { File } from '../vfs/file.js';
import { fget } from '../vfs/file-table.js';
import { FileLock, checkDeadlock, findConflict, locksOf, setLock } from '../vfs/locks.js';

/** struct flock: type 2, whence 2, pad 4, start 8, len 8, pid 4, pad 4. */
const FLOCK_BYTES = 32;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function i64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getInt32(at + 4, true) * 2 ** 32;
}

function putI64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setInt32(at + 4, Math.floor(value / 2 ** 32), true);
}

/** The lock that a struct flock describes. Linux: flock64_to_posix_lock. @throws EINVAL EOVERFLOW */
function parse(k: Kernel, file: File, view: DataView, kind: 'posix' | 'ofd'): FileLock {
  const type = view.getInt16(0, true);
  const whence = view.getInt16(2, true);
  const length = i64(view, 16);
  if (kind === 'ofd' && view.getInt32(24, true) !== 0) throw EINVAL;
  if (type < LockType.RDLCK || type > LockType.UNLCK) throw EINVAL;
  let start = i64(view, 8);
  if (whence === Seek.CUR) start += file.pos;
  else if (whence === Seek.END) start += file.inode.size;
  else if (whence !== Seek.SET) throw EINVAL;
  let end = Infinity;
  if (length > 0) end = start + length - 1;
  else if (length < 0) {
    end = start - 1;
    start += length;
  }
  if (start < 0) throw EINVAL;
  if (end !== Infinity && end >= 2 ** 63) throw EOVERFLOW;
  const posix = kind === 'posix';
  return new FileLock(kind, posix ? k.current.files! : file, posix ? k.current.tgid : -1, type, start, end);
}

/** F_GETLK: the first lock in the way goes to user memory, or just type F_UNLCK. */
export function getLock(k: Kernel, file: File, va: number, kind: 'posix' | 'ofd'): number {
  const bytes = copyFromUser(k, va, FLOCK_BYTES);
  const view = viewOf(bytes);
  const wanted = parse(k, file, view, kind);
  if (wanted.type === LockType.UNLCK) throw EINVAL;
  const conflict = findConflict(file.inode, wanted);
  view.setInt16(0, conflict?.type ?? LockType.UNLCK, true);
  if (conflict) {
    view.setInt16(2, Seek.SET, true);
    putI64(view, 8, conflict.start);
    putI64(view, 16, conflict.end === Infinity ? 0 : conflict.end - conflict.start + 1);
    view.setInt32(24, conflict.pid, true);
  }
  copyToUser(k, va, bytes);
  return 0;
}

/** F_SETLK and F_SETLKW. @throws EAGAIN EDEADLK ERESTARTSYS @throws EBADF not open in the mode that the lock needs */
export function setFileLock(k: Kernel, file: File, va: number, kind: 'posix' | 'ofd', waits: boolean): number {
  const wanted = parse(k, file, viewOf(copyFromUser(k, va, FLOCK_BYTES)), kind);
  if (wanted.type === LockType.RDLCK && !file.readable) throw EBADF;
  if (wanted.type === LockType.WRLCK && !file.writable) throw EBADF;
  return lockOrWait(k, file, wanted, waits);
}

function lockOrWait(k: Kernel, file: File, wanted: FileLock, waits: boolean): number {
  const locks = locksOf(file.inode);
  if (wanted.kind === 'posix') locks.blocked.delete(wanted.owner as FilesStruct);
  try {
    setLock(k, file.inode, wanted);
    return 0;
  } catch (error) {
    if (error !== EAGAIN || !waits) throw error;
  }
  const conflict = findConflict(file.inode, wanted);
  if (conflict) checkDeadlock(locks, wanted, conflict);
  const op: BlockedOp = { kind: 'lock' };
  const result = waitOn(k, locks.wait, op);
  if (conflict && wanted.kind === 'posix' && conflict.kind === 'posix') {
    locks.blocked.set(wanted.owner as FilesStruct, conflict.owner as FilesStruct);
  }
  return result;
}

/** flock(2). @throws EWOULDBLOCK EINVAL EBADF ERESTARTSYS */
export function sysFlock(k: Kernel, fd: number, operation: number): number {
  const file = fget(k, fd);
  const types: Record<number, LockType> = { [LockOp.SH]: LockType.RDLCK, [LockOp.EX]: LockType.WRLCK, [LockOp.UN]: LockType.UNLCK };
  const type = types[operation & ~LockOp.NB];
  if (type === undefined) throw EINVAL;
  if (type !== LockType.UNLCK && !file.readable && !file.writable) throw EBADF;
  const lock = new FileLock('flock', file, k.current.tgid, type, 0, Infinity);
  return lockOrWait(k, file, lock, (operation & LockOp.NB) === 0);
}
