import { FsMagic, O } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { EINVAL, ENXIO } from '../../errno.js';
import type { File } from '../../vfs/file.js';
import type { Inode } from '../../vfs/inode.js';
import { Pipe } from './pipe.js';
import { PipeFile } from './pipe-file.js';

/** A pipe without a name: whoever opens it through /proc never waits for the other end. Linux: fifo_open's is_pipe */
function isAnonymous(inode: Inode): boolean {
  return inode.sb.magic === FsMagic.PIPEFS;
}

/**
 * Opens a FIFO, or a pipe once more through /proc/PID/fd. The end counts at once; whether the opener has to wait for the other end is
 * fifoPartnerMissing's answer. Linux: fifo_open. @throws ENXIO O_WRONLY|O_NONBLOCK without a reader
 */
export function openFifo(k: Kernel, inode: Inode, flags: number): File {
  const mode = flags & O.ACCMODE;
  if (mode === O.ACCMODE) throw EINVAL;
  if (mode === O.WRONLY && flags & O.NONBLOCK && !isAnonymous(inode) && (inode.pipe?.readers ?? 0) === 0) throw ENXIO;
  const pipe = (inode.pipe ??= new Pipe());
  const file = new PipeFile(flags, inode, null, pipe);
  pipe.wait.wake(k);
  if (mode === O.RDONLY && flags & O.NONBLOCK && pipe.writers === 0 && !isAnonymous(inode)) file.expectWriter();
  return file;
}

/** Does a blocking open of this FIFO wait for its other end? O_RDWR never does. Linux: fifo_open's wait_for_partner */
export function fifoPartnerMissing(file: PipeFile): boolean {
  if (file.flags & O.NONBLOCK || isAnonymous(file.inode)) return false;
  const mode = file.flags & O.ACCMODE;
  if (mode === O.RDONLY) return file.pipe.writers === 0;
  return mode === O.WRONLY && file.pipe.readers === 0;
}
