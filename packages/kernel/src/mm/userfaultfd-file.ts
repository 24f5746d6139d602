import { O, PageSize, Poll, Uffd, Uffdio, UffdFeature, UffdIoctls } from '@ring3/abi';
import { EAGAIN, EFAULT, EINVAL, ESRCH, Errno } from '../errno.js';
import { anonInode, anonPath } from '../fs/anon/anon-inodefs.js';
import type { IoIter } from '../io/io-iter.js';
import type { Kernel } from '../kernel.js';
import type { WaitQueue } from '../sched/wait-queue.js';
import { registerState } from '../state.js';
import { File } from '../vfs/file.js';
import type { Inode } from '../vfs/inode.js';
import type { Path } from '../vfs/path.js';
import { copyToUser, getU64, getU64Number, putU64, putU64Pair } from './uaccess.js';
import { fillRange, registerRange, releaseUserfaultfd, unregisterRange } from './userfault-range.js';
import { Userfaultfd, type UserfaultWait } from './userfaultfd.js';

/** What is offered: no events besides faults. */
const FEATURES = UffdFeature.MISSING_SHMEM | UffdFeature.SIGBUS | UffdFeature.THREAD_ID;
/** UFFD_API_RANGE_IOCTLS */
const RANGE_IOCTLS = UffdIoctls.WAKE | UffdIoctls.COPY | UffdIoctls.ZEROPAGE;

/** The descriptor of userfaultfd(2). fs/userfaultfd.c */
export class UserfaultfdFile extends File {
  constructor(
    flags: number,
    inode: Inode,
    path: Path,
    readonly context: Userfaultfd,
  ) {
    super(flags, inode, path);
    // F_SETFL does not change what poll thinks of it.
    this.polls = (flags & O.NONBLOCK) !== 0;
  }
  private readonly polls: boolean;

  /** Messages of 32 bytes, as many as fit. @throws EINVAL before UFFDIO_API, or with less room @throws EAGAIN there is none */
  override read(k: Kernel, iter: IoIter): number {
    if (!this.context.running) throw EINVAL;
    let done = 0;
    for (;;) {
      if (iter.remaining < Uffd.MsgBytes) {
        if (done === 0) throw EINVAL;
        return done;
      }
      const wait = this.context.pending;
      if (!wait) {
        // As Linux, which blocks for each message: a blocking read fills its buffer, but for the one that has something already.
        if (done === 0) throw EAGAIN;
        return done;
      }
      if (done === 0) iter.prepare(k, iter.remaining, true);
      wait.isRead = true;
      if (iter.put(k, this.message(wait)) < Uffd.MsgBytes) {
        if (done === 0) throw EFAULT;
        return done;
      }
      done += Uffd.MsgBytes;
    }
  }

  /**
   * struct uffd_msg of a fault:
   *
   *     0 event u8 | 8 flags u64 | 16 address u64 | 24 thread id u32
   */
  private message(wait: UserfaultWait): Uint8Array {
    const bytes = new Uint8Array(Uffd.MsgBytes);
    const view = new DataView(bytes.buffer);
    bytes[0] = Uffd.EVENT_PAGEFAULT;
    view.setUint32(8, wait.write ? Uffd.PAGEFAULT_FLAG_WRITE : 0, true);
    view.setUint32(16, wait.address % 2 ** 32, true);
    view.setUint32(20, Math.floor(wait.address / 2 ** 32), true);
    if (this.context.features & UffdFeature.THREAD_ID) view.setUint32(24, wait.tid, true);
    return bytes;
  }

  override poll(): number {
    const { running, pending } = this.context;
    if (!running || !this.polls) return Poll.ERR;
    return pending ? Poll.IN : 0;
  }
  override waitQueue(): WaitQueue {
    return this.context.readers;
  }
  override llseek(): number {
    return 0;
  }
  override get fdInfo(): string {
    let pending = 0;
    for (const wait of this.context.waits) if (!wait.isRead) pending++;
    const api = `${Uffd.API.toString(16)}:${this.context.features.toString(16)}:0`;
    return `pending:\t${pending}\ntotal:\t${this.context.waits.size}\nAPI:\t${api}\n`;
  }

  override ioctl(k: Kernel, request: number, arg: number): number {
    if (request !== (Uffdio.API as number) && !this.context.running) throw EINVAL;
    switch (request as Uffdio) {
      case Uffdio.API:
        return this.handshake(k, arg);
      case Uffdio.REGISTER:
        return this.register(k, arg);
      case Uffdio.UNREGISTER: {
        const { start, end } = this.range(k, arg);
        unregisterRange(k, this.context, start, end);
        return 0;
      }
      case Uffdio.WAKE: {
        const { start, end } = this.range(k, arg);
        this.context.wake(k, start, end);
        return 0;
      }
      case Uffdio.COPY:
        return this.copy(k, arg);
      case Uffdio.ZEROPAGE:
        return this.zeropage(k, arg);
      default:
        throw EINVAL;
    }
  }

  /** struct uffdio_api: api, features, ioctls. @throws EINVAL (with zeros in it) a second time, another version, features that are not there */
  private handshake(k: Kernel, va: number): number {
    const { context } = this;
    if (context.running) throw EINVAL;
    const api = getU64Number(k, va);
    const [features, featuresHigh] = getU64(k, va + 8);
    getU64(k, va + 16);
    if (api !== Uffd.API || (features & ~FEATURES) !== 0 || featuresHigh !== 0) {
      copyToUser(k, va, new Uint8Array(24));
      throw EINVAL;
    }
    putU64(k, va + 8, FEATURES);
    putU64Pair(k, va + 16, UffdIoctls.REGISTER | UffdIoctls.UNREGISTER, UffdIoctls.ApiHigh);
    context.running = true;
    context.features = features;
    return 0;
  }

  /** struct uffdio_range: start, len. validate_range @throws EFAULT EINVAL */
  private range(k: Kernel, va: number): { start: number; end: number } {
    return this.validRange(k, getU64Number(k, va), getU64Number(k, va + 8));
  }

  private validRange(k: Kernel, start: number, length: number): { start: number; end: number } {
    const { taskSize } = this.context.mm;
    if (start % PageSize.Bytes !== 0 || length % PageSize.Bytes !== 0 || length === 0) throw EINVAL;
    if (start < k.vm.mmapMinAddr || start >= taskSize || length > taskSize - start) throw EINVAL;
    return { start, end: start + length };
  }

  /** struct uffdio_register: range, mode, ioctls. Write protection is refused, as in 5.4. */
  private register(k: Kernel, va: number): number {
    const start = getU64Number(k, va);
    const length = getU64Number(k, va + 8);
    const mode = getU64Number(k, va + 16);
    if (mode !== Uffd.REGISTER_MODE_MISSING) throw EINVAL;
    const range = this.validRange(k, start, length);
    registerRange(k, this.context, range.start, range.end);
    putU64(k, va + 24, RANGE_IOCTLS);
    return 0;
  }

  /** struct uffdio_copy: dst, src, len, mode, copy (out). @throws EINVAL ESRCH EAGAIN done in part, and what fillRange throws */
  private copy(k: Kernel, va: number): number {
    const dst = getU64Number(k, va);
    const src = getU64Number(k, va + 8);
    const length = getU64Number(k, va + 16);
    const mode = getU64Number(k, va + 24);
    const { start } = this.validRange(k, dst, length);
    if (src + length >= 2 ** 64 || (mode !== 0 && mode !== Uffd.COPY_MODE_DONTWAKE)) throw EINVAL;
    return this.fill(k, start, length, src, va + 32, mode === 0);
  }

  /** struct uffdio_zeropage: range, mode, zeropage (out). */
  private zeropage(k: Kernel, va: number): number {
    const { start, end } = this.range(k, va);
    const mode = getU64Number(k, va + 16);
    if (mode !== 0 && mode !== Uffd.ZEROPAGE_MODE_DONTWAKE) throw EINVAL;
    return this.fill(k, start, end - start, null, va + 24, mode === 0);
  }

  private fill(k: Kernel, start: number, length: number, src: number | null, resultVa: number, wakes: boolean): number {
    const { context } = this;
    if (context.mm.users === 0) throw ESRCH;
    let done: number;
    try {
      done = fillRange(k, context.mm, start, length, src);
    } catch (error) {
      if (error instanceof Errno) putU64(k, resultVa, -error.code);
      throw error;
    }
    putU64(k, resultVa, done);
    if (wakes) context.wake(k, start, start + done);
    if (done < length) throw EAGAIN;
    return 0;
  }

  override release(k: Kernel): void {
    releaseUserfaultfd(k, this.context);
    this.context.readers.wake(k, Infinity, Poll.HUP);
  }
}
registerState('UserfaultfdFile', UserfaultfdFile);

/** `flags`: O_CLOEXEC and O_NONBLOCK, checked. */
export function createUserfaultfd(k: Kernel, flags: number): File {
  const { mm } = k.current;
  if (!mm) throw EINVAL;
  k.vm.slowSources++;
  const open = O.RDWR | (flags & O.NONBLOCK);
  return new UserfaultfdFile(open, anonInode(k), anonPath(k, 'userfaultfd'), new Userfaultfd(mm));
}
