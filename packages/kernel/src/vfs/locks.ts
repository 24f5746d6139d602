import { LockType } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { FilesStruct } from '../task/files-struct.js';
import type { File } from './file.js';
import type { Inode } from './inode.js';
import { registerState } from '../state.js';
import { WaitQueue } from '../sched/wait-queue.js';
import { EAGAIN, EDEADLK } from '../errno.js';

/** struct file_lock. `end` is the last byte, Infinity for "to the end of the file". */
export class FileLock {
  constructor(
    /** Owned by a process's descriptor table (posix), or by an open file (ofd, flock). */
    readonly kind: 'posix' | 'ofd' | 'flock',
    readonly owner: FilesStruct | File,
    /** What F_GETLK reports: −1 for an OFD lock. */
    readonly pid: number,
    public type: LockType,
    public start: number,
    public end: number,
  ) {}
}
registerState('FileLock', FileLock);

/** struct file_lock_context of one inode. */
export class FileLocks {
  list: FileLock[] = [];
  /** Woken when a lock goes away or shrinks. */
  readonly wait = new WaitQueue();
  /** Who waits for whose posix lock, for the deadlock check. */
  readonly blocked = new Map<FilesStruct, FilesStruct>();
}
registerState('FileLocks', FileLocks);

export function locksOf(inode: Inode): FileLocks {
  return (inode.locks ??= new FileLocks());
}

function isRange(lock: FileLock): boolean {
  return lock.kind !== 'flock';
}

/** The first lock of another owner that is in the way; null: none. Linux: posix_locks_conflict, flock_locks_conflict. */
export function findConflict(inode: Inode, wanted: FileLock): FileLock | null {
  for (const lock of inode.locks?.list ?? []) {
    if (lock.owner === wanted.owner || isRange(lock) !== isRange(wanted)) continue;
    if (lock.type !== LockType.WRLCK && wanted.type !== LockType.WRLCK) continue;
    if (lock.start <= wanted.end && wanted.start <= lock.end) return lock;
  }
  return null;
}

/** Would waiting for `conflict` close a circle of posix locks? Linux: posix_locks_deadlock. */
export function checkDeadlock(locks: FileLocks, wanted: FileLock, conflict: FileLock): void {
  if (wanted.kind !== 'posix') return;
  let owner: FilesStruct | undefined = conflict.owner as FilesStruct;
  for (let i = 0; owner && i < 10; i++) {
    if (owner === wanted.owner) throw EDEADLK;
    owner = locks.blocked.get(owner);
  }
}

/**
 * Sets or clears a byte range or the flock of an owner: what it had there before is replaced, split or merged.
 * Linux: posix_lock_inode, flock_lock_inode. @throws EAGAIN another owner's lock is in the way
 */
export function setLock(k: Kernel, inode: Inode, wanted: FileLock): void {
  const locks = locksOf(inode);
  if (wanted.type !== LockType.UNLCK && findConflict(inode, wanted)) {
    // An flock that is converted loses what it had first (flock(2), "not guaranteed to be atomic").
    if (wanted.kind === 'flock') removeFlock(k, locks, wanted.owner);
    throw EAGAIN;
  }
  if (wanted.kind === 'flock') {
    removeFlock(k, locks, wanted.owner);
    if (wanted.type !== LockType.UNLCK) locks.list.push(wanted);
    return;
  }
  const kept: FileLock[] = [];
  let { start, end } = wanted;
  for (const lock of locks.list) {
    if (lock.owner !== wanted.owner || lock.kind !== wanted.kind) {
      kept.push(lock);
      continue;
    }
    if (lock.type === wanted.type && lock.start <= end + 1 && start <= lock.end + 1) {
      start = Math.min(start, lock.start);
      end = Math.max(end, lock.end);
      continue;
    }
    if (lock.end < start || end < lock.start) {
      kept.push(lock);
      continue;
    }
    if (lock.start < start) kept.push(new FileLock(lock.kind, lock.owner, lock.pid, lock.type, lock.start, start - 1));
    if (lock.end > end) kept.push(new FileLock(lock.kind, lock.owner, lock.pid, lock.type, end + 1, lock.end));
  }
  if (wanted.type !== LockType.UNLCK) kept.push(new FileLock(wanted.kind, wanted.owner, wanted.pid, wanted.type, start, end));
  locks.list = kept;
  locks.wait.wake(k);
}

function removeFlock(k: Kernel, locks: FileLocks, owner: FilesStruct | File): void {
  const before = locks.list.length;
  locks.list = locks.list.filter((lock) => lock.kind !== 'flock' || lock.owner !== owner);
  if (locks.list.length !== before) locks.wait.wake(k);
}

/** Closing any descriptor of a file drops all posix locks that this table has on it. Linux: locks_remove_posix. */
export function dropPosixLocks(k: Kernel, inode: Inode, files: FilesStruct): void {
  dropOwner(k, inode, files);
}

/** The open file is gone: its OFD locks and flock too. Linux: locks_remove_file. */
export function dropFileLocks(k: Kernel, file: File): void {
  dropOwner(k, file.inode, file);
}

function dropOwner(k: Kernel, inode: Inode, owner: FilesStruct | File): void {
  const locks = inode.locks;
  if (!locks || locks.list.length === 0) return;
  const before = locks.list.length;
  locks.list = locks.list.filter((lock) => lock.owner !== owner);
  if (locks.list.length !== before) locks.wait.wake(k);
}
