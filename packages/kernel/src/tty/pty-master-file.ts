import { O, Sig, Tio } from '@ring3/abi';
import { EAGAIN, EFAULT, EINVAL, EIO, ENOENT } from '../errno.js';
import type { IoIter } from '../io/io-iter.js';
import type { Kernel } from '../kernel.js';
import { getI32, putU32 } from '../mm/uaccess.js';
import type { WaitQueue } from '../sched/wait-queue.js';
import { registerState } from '../state.js';
import { File } from '../vfs/file.js';
import { fdInstall, fput } from '../vfs/file-table.js';
import type { Inode } from '../vfs/inode.js';
import { May } from '../vfs/permission.js';
import { openPath } from '../vfs/open.js';
import { receiveInput, sendForeground } from './input.js';
import { ttyIoctl } from './ioctl.js';
import { BUFFER_LIMIT, setPacketMode, WRITE_ROOM, type PtySlave } from './pty.js';

/** The master side of a pty: an open of /dev/ptmx. Its own line discipline is raw. */
export class PtyMasterFile extends File {
  constructor(
    flags: number,
    inode: Inode,
    readonly slave: PtySlave,
  ) {
    super(flags, inode, null);
  }

  override get name(): string {
    return '/dev/ptmx';
  }
  override get writesFully(): boolean {
    return true;
  }
  override get supportsAsync(): boolean {
    return true;
  }

  /** What the slave wrote; in packet mode behind a byte that says what it is. @throws EIO all slaves are closed */
  override read(k: Kernel, iter: IoIter): number {
    const { slave } = this;
    const before = iter.done;
    if (iter.remaining === 0) return 0;
    if (slave.packet && slave.packetStatus) {
      iter.put(k, Uint8Array.of(slave.packetStatus));
      slave.packetStatus = 0;
      return iter.done - before;
    }
    if (slave.pendingBytes === 0) {
      if (slave.slaveClosed) throw EIO;
      throw EAGAIN;
    }
    if (slave.packet) iter.put(k, Uint8Array.of(0));
    for (let chunk = slave.pending[0]; chunk && iter.remaining > 0; chunk = slave.pending[0]) {
      const moved = iter.put(k, chunk);
      if (moved === chunk.length) slave.pending.shift();
      else slave.pending[0] = chunk.subarray(moved);
      slave.pendingBytes -= moved;
      if (moved === 0) throw EFAULT;
    }
    slave.writeQueue.wake(k);
    return iter.done - before;
  }

  /** Input for the slave's line discipline. @throws EIO never opened, or closed: nobody would read it */
  override write(k: Kernel, iter: IoIter): number {
    const { slave } = this;
    if (slave.slaveClosed) throw EIO;
    const before = iter.done;
    while (iter.remaining > 0) {
      const room = Math.min(WRITE_ROOM, BUFFER_LIMIT - slave.held.length);
      if (room <= 0) {
        if (iter.done > before) break;
        throw EAGAIN;
      }
      const chunk = new Uint8Array(Math.min(iter.remaining, room));
      const n = iter.take(k, chunk);
      if (n === 0) break;
      receiveInput(k, slave, chunk.subarray(0, n));
    }
    return iter.done - before;
  }

  override poll(): number {
    return this.slave.pollMaster();
  }
  override waitQueue(): WaitQueue {
    return this.slave.masterQueue;
  }

  /** pty_unix98_ioctl, and what tty_ioctl does on a master for its slave. */
  override ioctl(k: Kernel, request: number, arg: number): number {
    const { slave } = this;
    switch (request) {
      case Tio.TIOCGPTN:
        putU32(k, arg, slave.index);
        return 0;
      case Tio.TIOCSPTLCK:
        slave.locked = getI32(k, arg) !== 0;
        return 0;
      case Tio.TIOCGPTLCK:
        putU32(k, arg, Number(slave.locked));
        return 0;
      case Tio.TIOCGPTPEER:
        return this.openPeer(k, arg);
      case Tio.TIOCPKT:
        setPacketMode(slave, getI32(k, arg) !== 0);
        return 0;
      case Tio.TIOCGPKT:
        putU32(k, arg, Number(slave.packet));
        return 0;
      case Tio.TIOCSIG:
        if (arg < 1 || arg > Sig.Count) throw EINVAL;
        sendForeground(k, slave, arg);
        return 0;
      case Tio.FIONREAD:
        putU32(k, arg, slave.pendingBytes);
        return 0;
      default:
        return ttyIoctl(k, slave, request, arg, true);
    }
  }

  /** ptm_open_peer: the slave, whatever the caller's /dev/pts is. */
  private openPeer(k: Kernel, flags: number): number {
    const path = k.devpts?.pathOf(k, this.slave);
    if (!path) throw ENOENT;
    const file = openPath(k, path, flags & ~O.CLOEXEC, flags & O.ACCMODE ? May.READ | May.WRITE : May.READ);
    try {
      return fdInstall(k, file, (flags & O.CLOEXEC) !== 0);
    } catch (error) {
      fput(k, file);
      throw error;
    }
  }

  override release(k: Kernel): void {
    this.slave.closeMaster(k);
  }
}
registerState('PtyMasterFile', PtyMasterFile);
