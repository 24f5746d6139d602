import type { Kernel } from '../kernel.js';
import type { IoIter } from '../io/io-iter.js';
import type { FileReadahead } from '../mm/readahead.js';
import type { WaitQueue } from '../sched/wait-queue.js';
import type { FileOwner } from './fasync.js';
import type { DirEntry, Inode } from './inode.js';
import type { Path } from './path.js';
import { O } from '@ring3/abi';
import { EINVAL, ENODEV, ENOTDIR, ENOTTY, ESPIPE } from '../errno.js';

/** Somebody who watches a file without a reference to it, and must let go when it is released (an epoll item). */
export interface FileWatch {
  fileReleased(k: Kernel): void;
}

/**
 * struct file with its file_operations. Operations never block: where they cannot go on they throw EAGAIN, and the syscall layer
 * parks the task on `waitQueue` unless O_NONBLOCK is set (sched/park.ts). Reference counted through fget/fput (vfs/file-table.ts).
 */
export abstract class File {
  refs = 1;
  /** Linux: f_ep_links. null: nobody. */
  watches: Set<FileWatch> | null = null;
  /** f_ra: how its mappings have been read so far; null: not yet. */
  readahead: FileReadahead | null = null;
  /** f_pos; a directory's is the index of the next entry. */
  pos = 0;
  /** Who gets SIGIO (F_SETOWN), and the signal that F_SETSIG chose instead; 0: none. */
  owner: FileOwner | null = null;
  ownerSignal = 0;
  constructor(
    /** O_* including the access mode; F_SETFL changes it. */
    public flags: number,
    readonly inode: Inode,
    /** null for what has no name in a tree (a pipe): then `name` says what /proc shows. */
    public path: Path | null,
  ) {
    inode.users++;
  }

  /** FMODE_READ, FMODE_WRITE: an O_PATH file and access mode 3 have neither. */
  get readable(): boolean {
    return (this.flags & O.PATH) === 0 && ((this.flags + 1) & 1) !== 0;
  }
  get writable(): boolean {
    return (this.flags & O.PATH) === 0 && ((this.flags + 1) & 2) !== 0;
  }
  /** FMODE_UNSIGNED_OFFSET: positions are addresses; a negative one is in the upper half of 2^64. */
  get hasUnsignedOffsets(): boolean {
    return false;
  }
  /** A blocking write goes on until everything is written (pipes, ttys, sockets); false: what one write() took is the answer. */
  get writesFully(): boolean {
    return false;
  }

  /** What readlink(/proc/PID/fd/N) shows where path is null: 'pipe:[123]'. */
  get name(): string {
    return `anon_inode:[${this.constructor.name}]`;
  }
  /** Lines of /proc/PID/fdinfo/N after the ones that every file has (show_fdinfo). */
  get fdInfo(): string {
    return '';
  }
  /** Reads up to iter.remaining bytes at `pos`; returns how many, 0 at end of file. The caller advances f_pos. @throws EAGAIN would block */
  read(_k: Kernel, _iter: IoIter, _pos: number): number {
    throw EINVAL;
  }
  /** Would read throw EAGAIN? Asked before it by who sleeps then, where it is cheap to know: false says nothing. */
  readWouldBlock(): boolean {
    return false;
  }
  write(_k: Kernel, _iter: IoIter, _pos: number): number {
    throw EINVAL;
  }
  /** Does pread/lseek make sense? (FMODE_LSEEK) */
  get seekable(): boolean {
    return false;
  }
  /** The new position. The default refuses (ESPIPE); regular files and directories use genericLlseek. */
  llseek(_k: Kernel, _offset: number, _whence: number): number {
    throw ESPIPE;
  }
  /** Current readiness: POLLIN | POLLOUT | POLLHUP | POLLERR … */
  poll(_k: Kernel): number {
    return 0x145; // POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM: always ready, Linux: DEFAULT_POLLMASK
  }
  /** The queue that is woken when readiness for `events` (POLL*) may have changed; null: never changes. */
  waitQueue(_events: number): WaitQueue | null {
    return null;
  }
  /** Does it send SIGIO with O_ASYNC (does it have a fasync operation)? */
  get supportsAsync(): boolean {
    return false;
  }
  /** There is room for writing: does that make a SIGIO? */
  takeAsyncRoom(): boolean {
    return true;
  }
  /** O_ASYNC is being set: a terminal chooses an owner where there is none. */
  asyncStarted(_k: Kernel): void {}
  /** Absolute monotonic ns at which a blocked read of it ends with 0 bytes (a terminal's VTIME); undefined: it waits for ever. */
  readDeadline(_k: Kernel): number | undefined {
    return undefined;
  }
  /** The result of a read whose deadline is past. */
  deadlinePassed(): number {
    return 0;
  }
  readdir(_k: Kernel): DirEntry[] {
    throw ENOTDIR;
  }
  /** arg is the third argument as an unsigned Number (a user address for most requests). */
  ioctl(_k: Kernel, _request: number, _arg: number): number {
    throw ENOTTY;
  }
  fsync(_k: Kernel, _dataOnly: boolean): void {
    throw EINVAL;
  }
  /** Checks whether it can be mapped; the mapping itself goes through inode.mapping. @throws ENODEV where it cannot */
  mmap(_k: Kernel, _prot: number, _flags: number): void {
    throw ENODEV;
  }
  /** A descriptor of it was closed (flush), before the reference is dropped. */
  flush(_k: Kernel): void {}
  /** The last reference is gone. */
  release(_k: Kernel): void {}
}
