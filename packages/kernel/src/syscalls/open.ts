import { At, O } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { BlockedOp } from '../sched/park.js';
import { waitOn } from '../sched/wait.js';
import { fifoPartnerMissing } from '../fs/pipe/fifo.js';
import { PipeFile } from '../fs/pipe/pipe-file.js';
import { fdInstall, fput, unusedFd } from '../vfs/file-table.js';
import type { File } from '../vfs/file.js';
import { isFifo } from '../vfs/inode-life.js';
import { openAt } from '../vfs/open.js';
import { userPath } from './user-path.js';

/** An open that waits for the other end of a FIFO: the file, and how often the other side had been opened before. */
interface FifoOpen extends BlockedOp {
  file: PipeFile;
  opens: number;
  cloexec: boolean;
}

function install(k: Kernel, file: File, cloexec: boolean): number {
  try {
    return fdInstall(k, file, cloexec);
  } catch (error) {
    fput(k, file);
    throw error;
  }
}

function otherOpens(file: PipeFile): number {
  return file.readable ? file.pipe.writerOpens : file.pipe.readerOpens;
}

/** Waits until the other end has been opened, even if it is closed again by then. Linux: wait_for_partner. @throws ERESTARTSYS */
function waitForPartner(k: Kernel, op: FifoOpen): number {
  if (otherOpens(op.file) !== op.opens) return install(k, op.file, op.cloexec);
  try {
    return waitOn(k, op.file.pipe.wait, op);
  } catch (error) {
    fput(k, op.file);
    throw error;
  }
}

/** Linux: do_sys_open. */
export function doOpen(k: Kernel, dirfd: number, pathVa: number, flags: number, mode: number): number {
  if (k.current.op) return waitForPartner(k, k.current.op as FifoOpen);
  const name = userPath(k, pathVa);
  unusedFd(k);
  const file = openAt(k, dirfd, name, flags | O.LARGEFILE, mode);
  const cloexec = (flags & O.CLOEXEC) !== 0;
  if (file instanceof PipeFile && isFifo(file.inode) && fifoPartnerMissing(file)) {
    return waitForPartner(k, { kind: 'open', file, opens: otherOpens(file), cloexec });
  }
  return install(k, file, cloexec);
}

export function sysOpen(k: Kernel, pathVa: number, flags: number, mode: number): number {
  return doOpen(k, At.FDCWD, pathVa, flags, mode);
}

export function sysCreat(k: Kernel, pathVa: number, mode: number): number {
  return doOpen(k, At.FDCWD, pathVa, O.CREAT | O.WRONLY | O.TRUNC, mode);
}
