import { FsMagic, O, S, SockType, Tio } from '@ring3/abi';
import { EAGAIN, EINVAL, ENOTTY, ENXIO, ESPIPE } from '../errno.js';
import type { IoIter } from '../io/io-iter.js';
import type { Kernel } from '../kernel.js';
import { putU32 } from '../mm/uaccess.js';
import type { WaitQueue } from '../sched/wait-queue.js';
import { registerState } from '../state.js';
import { File } from '../vfs/file.js';
import { fput } from '../vfs/file-table.js';
import { Inode, type InodeChange } from '../vfs/inode.js';
import { simpleSetattr } from '../vfs/simple-attr.js';
import { SuperBlock } from '../vfs/super-block.js';
import { Incoming, receiveMessage } from './unix/receive.js';
import { NOTHING_ELSE, sendMessage } from './unix/send.js';
import { SockState, type UnixSock } from './unix/unix-sock.js';

export class SocketInode extends Inode {
  override open(): File {
    throw ENXIO;
  }
  override setattr(k: Kernel, change: InodeChange): void {
    simpleSetattr(k, this, change);
  }
}
registerState('SocketInode', SocketInode);

class SockFs extends SuperBlock {
  override statfs(): { blocks: number; bfree: number; bavail: number; files: number; ffree: number } {
    return { blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 };
  }
}
registerState('SockFs', SockFs);

function makeSockFs(k: Kernel): SuperBlock {
  const sb = new SockFs(k.nextId.dev++, 'sockfs', 'sockfs', FsMagic.SOCKFS);
  sb.root = new SocketInode(sb, sb.allocIno(), S.IFDIR | 0o777);
  return sb;
}

/** struct socket as a file: net/socket.c's socket_file_ops. */
export class SocketFile extends File {
  constructor(
    flags: number,
    inode: Inode,
    path: File['path'],
    readonly sock: UnixSock,
  ) {
    super(flags, inode, path);
  }

  override get name(): string {
    return `socket:[${this.inode.ino}]`;
  }
  override get writesFully(): boolean {
    return this.sock.type === SockType.STREAM;
  }
  override get supportsAsync(): boolean {
    return true;
  }
  /** sk_wake_async: room is news only to who has lacked it. */
  override takeAsyncRoom(): boolean {
    const { noSpace } = this.sock;
    this.sock.noSpace = false;
    return noSpace;
  }
  override read(k: Kernel, iter: IoIter): number {
    if (iter.remaining === 0) return 0;
    const came = new Incoming();
    const n = receiveMessage(k, this.sock, iter, 0, came);
    for (const file of came.files) fput(k, file);
    return n;
  }
  override write(k: Kernel, iter: IoIter): number {
    return sendMessage(k, this.sock, iter, NOTHING_ELSE);
  }
  override llseek(): number {
    throw ESPIPE;
  }
  override poll(): number {
    return this.sock.poll();
  }
  override waitQueue(): WaitQueue {
    return this.sock.queue;
  }
  override readDeadline(k: Kernel): number | undefined {
    return this.sock.receiveTimeout ? k.clock.monotonic(k) + this.sock.receiveTimeout : undefined;
  }
  override deadlinePassed(): number {
    throw EAGAIN;
  }
  /** unix_ioctl: what waits to be read, and what of its own others have not read. */
  override ioctl(k: Kernel, request: number, arg: number): number {
    const { sock } = this;
    switch (request) {
      case Tio.FIONREAD:
        if (sock.state === SockState.Listening) throw EINVAL;
        putU32(k, arg, this.unread);
        return 0;
      case Tio.TIOCOUTQ:
        putU32(k, arg, sock.sendWeight);
        return 0;
      default:
        throw ENOTTY;
    }
  }
  private get unread(): number {
    const { received, type } = this.sock;
    if (type === SockType.DGRAM) return received[0]?.bytes.length ?? 0;
    return received.reduce((sum, { bytes, offset }) => sum + bytes.length - offset, 0);
  }
  override release(k: Kernel): void {
    this.sock.release(k);
  }
}
registerState('SocketFile', SocketFile);

/** sock_alloc_file. `flags`: SOCK_NONBLOCK. */
export function socketFile(k: Kernel, sock: UnixSock, flags: number): SocketFile {
  const mount = k.mounts.kernelMount(k, 'sockfs', makeSockFs);
  const { sb } = mount;
  const inode = new SocketInode(sb, sb.allocIno(), S.IFSOCK | 0o777);
  inode.uid = k.current.cred.fsuid;
  inode.gid = k.current.cred.fsgid;
  const path = k.mounts.pseudoPath(mount, inode, `socket:[${inode.ino}]`);
  return new SocketFile(O.RDWR | (flags & O.NONBLOCK), inode, path, sock);
}
