import { FsMagic, O, S } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { registerState } from '../../state.js';
import type { File } from '../../vfs/file.js';
import { Inode, type InodeChange } from '../../vfs/inode.js';
import { SuperBlock } from '../../vfs/super-block.js';
import { touchCtime } from '../../vfs/times.js';
import { openFifo } from './fifo.js';
import { Pipe } from './pipe.js';
import { PipeFile } from './pipe-file.js';

/** An anonymous pipe's inode. It can be opened again through /proc/PID/fd, and chmodded, as on Linux. */
export class PipeInode extends Inode {
  override open(k: Kernel, flags: number): File {
    return openFifo(k, this, flags);
  }
  override setattr(k: Kernel, change: InodeChange): void {
    if (change.mode !== undefined) this.mode = change.mode;
    if (change.uid !== undefined) this.uid = change.uid;
    if (change.gid !== undefined) this.gid = change.gid;
    if (change.atime) this.atime = change.atime;
    if (change.mtime) this.mtime = change.mtime;
    touchCtime(k, this);
  }
}
registerState('PipeInode', PipeInode);

class PipeFs extends SuperBlock {
  override statfs(): { blocks: number; bfree: number; bavail: number; files: number; ffree: number } {
    return { blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 };
  }
}
registerState('PipeFs', PipeFs);

function makePipeFs(k: Kernel): SuperBlock {
  const sb = new PipeFs(k.nextId.dev++, 'pipefs', 'pipefs', FsMagic.PIPEFS);
  sb.root = new PipeInode(sb, sb.allocIno(), S.IFDIR | 0o555);
  return sb;
}

/** pipe2(2): the read end and the write end. `flags`: O_NONBLOCK, O_DIRECT. Linux: create_pipe_files. */
export function createPipe(k: Kernel, flags: number): [File, File] {
  const mount = k.mounts.kernelMount(k, 'pipefs', makePipeFs);
  const { sb } = mount;
  const inode = new PipeInode(sb, sb.allocIno(), S.IFIFO | 0o600);
  const { cred } = k.current;
  inode.uid = cred.fsuid;
  inode.gid = cred.fsgid;
  const now = k.clock.realtime(k);
  inode.updateTimes(k, { atime: now, mtime: now, ctime: now });
  inode.nlink = 1;
  const pipe = new Pipe();
  inode.pipe = pipe;
  const path = k.mounts.pseudoPath(mount, inode, `pipe:[${inode.ino}]`);
  const reader = new PipeFile(O.RDONLY | (flags & O.NONBLOCK), inode, path, pipe);
  const writer = new PipeFile(O.WRONLY | (flags & (O.NONBLOCK | O.DIRECT)), inode, path, pipe);
  return [reader, writer];
}
