import { O, Poll, SignalFdInfo } from '@ring3/abi';
import { EAGAIN, EFAULT, EINVAL } from '../errno.js';
import { anonInode, anonPath } from '../fs/anon/anon-inodefs.js';
import type { IoIter } from '../io/io-iter.js';
import type { Kernel } from '../kernel.js';
import { WaitQueue } from '../sched/wait-queue.js';
import { dequeueSignal } from '../signal/dequeue.js';
import { layoutOf, SigInfoLayout } from '../signal/siginfo.js';
import type { SigHand, SigInfo } from '../signal/signal-struct.js';
import { AllSignals, KernelOnlySignals } from '../signal/sigset.js';
import { registerState } from '../state.js';
import { File } from '../vfs/file.js';
import type { Inode } from '../vfs/inode.js';
import type { Path } from '../vfs/path.js';

/** signalfd(2): reading takes signals of the reader, whoever made the descriptor. fs/signalfd.c */
export class SignalFdFile extends File {
  /** Whose signals were looked at last: where the next wait is. */
  private sighand: SigHand;

  constructor(
    k: Kernel,
    flags: number,
    inode: Inode,
    path: Path,
    public mask: bigint,
  ) {
    super(flags, inode, path);
    this.sighand = k.current.sighand;
  }

  /** As many struct signalfd_siginfo as fit and are pending. @throws EINVAL no room for one @throws EAGAIN none pending */
  override read(k: Kernel, iter: IoIter): number {
    if (iter.remaining < SignalFdInfo.Bytes) throw EINVAL;
    this.sighand = k.current.sighand;
    const before = iter.done;
    iter.prepare(k, iter.remaining, true);
    while (iter.remaining >= SignalFdInfo.Bytes) {
      const info = dequeueSignal(k, k.current, AllSignals & ~this.mask);
      if (!info) break;
      if (iter.put(k, encodeSignalFdInfo(info)) < SignalFdInfo.Bytes) {
        if (iter.done === before) throw EFAULT;
        break;
      }
    }
    if (iter.done === before) throw EAGAIN;
    return iter.done - before;
  }

  override poll(k: Kernel): number {
    const { pending, signal, sighand } = k.current;
    this.sighand = sighand;
    return (pending.set | signal.shared.set) & this.mask ? Poll.IN : 0;
  }
  override waitQueue(): WaitQueue {
    return this.sighand.signalfdQueue;
  }
  /** noop_llseek */
  override llseek(): number {
    return 0;
  }
  override get fdInfo(): string {
    return `sigmask:\t${this.mask.toString(16).padStart(16, '0')}\n`;
  }
}
registerState('SignalFdFile', SignalFdFile);

/** `flags`: SFD_NONBLOCK, SFD_CLOEXEC. */
export function createSignalFd(k: Kernel, mask: bigint, flags: number): File {
  const path = anonPath(k, 'signalfd');
  return new SignalFdFile(k, O.RDWR | (flags & O.NONBLOCK), anonInode(k), path, mask & ~KernelOnlySignals);
}

/** signalfd_copyinfo */
function encodeSignalFdInfo(info: SigInfo): Uint8Array {
  const bytes = new Uint8Array(SignalFdInfo.Bytes);
  const view = new DataView(bytes.buffer);
  const i32 = (at: SignalFdInfo, value = 0): void => view.setInt32(at, value, true);
  const u64 = (at: SignalFdInfo, value = 0): void => view.setBigUint64(at, BigInt(value), true);
  i32(SignalFdInfo.Signo, info.signo);
  i32(SignalFdInfo.Errno, info.errno);
  i32(SignalFdInfo.Code, info.code);
  switch (layoutOf(info.signo, info.code)) {
    case SigInfoLayout.Timer:
      i32(SignalFdInfo.Tid, info.timerId);
      i32(SignalFdInfo.Overrun, info.overrun);
      putValue(view, info);
      break;
    case SigInfoLayout.Poll:
      i32(SignalFdInfo.Band, info.band);
      i32(SignalFdInfo.Fd, info.fd);
      break;
    case SigInfoLayout.Fault:
      u64(SignalFdInfo.Addr, info.addr);
      break;
    case SigInfoLayout.Child:
      i32(SignalFdInfo.Pid, info.pid);
      i32(SignalFdInfo.Uid, info.uid);
      i32(SignalFdInfo.Status, info.status);
      u64(SignalFdInfo.Utime, Math.floor((info.utime ?? 0) / NS_PER_TICK));
      u64(SignalFdInfo.Stime, Math.floor((info.stime ?? 0) / NS_PER_TICK));
      break;
    case SigInfoLayout.Sys:
      u64(SignalFdInfo.CallAddr, info.addr);
      i32(SignalFdInfo.Syscall, info.syscall);
      i32(SignalFdInfo.Arch, info.arch);
      break;
    case SigInfoLayout.Rt:
      putValue(view, info);
      i32(SignalFdInfo.Pid, info.pid);
      i32(SignalFdInfo.Uid, info.uid);
      break;
    default:
      i32(SignalFdInfo.Pid, info.pid);
      i32(SignalFdInfo.Uid, info.uid);
  }
  return bytes;
}

/** clock_t counts hundredths of a second. */
const NS_PER_TICK = 10_000_000;

function putValue(view: DataView, { value }: SigInfo): void {
  view.setUint32(SignalFdInfo.Ptr, value?.[0] ?? 0, true);
  view.setUint32(SignalFdInfo.Ptr + 4, value?.[1] ?? 0, true);
  view.setUint32(SignalFdInfo.Int, value?.[0] ?? 0, true);
}
