import { At, O, RLimit, SuidDump } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { Errno } from '../../errno.js';
import type { SigInfo } from '../../signal/signal-struct.js';
import { FsStruct } from '../../task/fs-struct.js';
import { rlimit } from '../../task/limits.js';
import { doTruncate } from '../../vfs/attr.js';
import type { File } from '../../vfs/file.js';
import { fput } from '../../vfs/file-table.js';
import { isReg } from '../../vfs/inode-life.js';
import { unlinkAt } from '../../vfs/namespace.js';
import { openAt } from '../../vfs/open.js';
import { execTraced, stage } from '../stage.js';
import { CoredumpParams } from './core-file.js';
import { formatCorename } from './corename.js';
import { zapThreads } from './zap-threads.js';

/** Wait status of a process that left a core file. */
const CORE_DUMPED = 0x80;

/**
 * A signal whose default action dumps core ends the current task: all that share its address space end with it, and where limits and
 * permissions allow, a core file is written. The process's wait status has its core bit then. Linux: fs/coredump.c: do_coredump.
 */
export function doCoredump(k: Kernel, info: SigInfo): void {
  const task = k.current;
  const { mm } = task;
  const format = mm?.binfmt;
  if (!mm || !format?.dumpsCore || mm.dumpable === SuidDump.Disable) return;
  const saved = task.cred;
  const asRoot = mm.dumpable === SuidDump.Root;
  if (asRoot) {
    task.cred = saved.clone();
    task.cred.fsuid = 0;
  }
  const threads = zapThreads(k, mm, info.signo);
  let file: File | null = null;
  try {
    const limit = rlimit(task, RLimit.CORE);
    const name = formatCorename(k, info.signo);
    if (limit < format.minCoredump) return;
    file = openCore(k, name, asRoot);
    if (!file) return;
    if (execTraced(k)) stage(k, 'do_coredump', { signo: info.signo, name, threads: threads.length });
    const params = new CoredumpParams(info, threads, file, limit, mm.coredumpFilter);
    if (format.coreDump(k, params)) task.signal.groupExitCode |= CORE_DUMPED;
  } finally {
    if (file) fput(k, file);
    task.cred = saved;
  }
}

/** The new, empty file; null where there may be none. A dump as root goes to a full path only, seen from the system's root. */
function openCore(k: Kernel, name: string, asRoot: boolean): File | null {
  const task = k.current;
  if (asRoot && !name.startsWith('/')) {
    k.platform.debug('coredump', `pid ${task.tgid} (${task.comm}) can only dump core to a full path`);
    return null;
  }
  const { fs } = task;
  try {
    if (asRoot) {
      task.fs = new FsStruct(k.init.fs.root, fs.pwd);
      task.fs.umask = fs.umask;
    } else {
      removeOld(k, name);
    }
    const file = openAt(k, At.FDCWD, name, O.CREAT | O.RDWR | O.NOFOLLOW | O.LARGEFILE | O.EXCL, 0o600);
    if (suitable(k, file)) return file;
    fput(k, file);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    k.platform.debug('coredump', `${name}: ${error.name}`);
  } finally {
    task.fs = fs;
  }
  return null;
}

function removeOld(k: Kernel, name: string): void {
  try {
    unlinkAt(k, At.FDCWD, name);
  } catch (error) {
    // None, or one that stays: opening tells.
    if (!(error instanceof Errno)) throw error;
  }
}

/** A file system that gives files an owner or mode of its own gets no core. */
function suitable(k: Kernel, file: File): boolean {
  const { inode } = file;
  const { cred } = k.current;
  const ours = isReg(inode) && inode.nlink === 1 && inode.uid === cred.fsuid && (inode.mode & 0o677) === 0o600;
  if (ours) doTruncate(k, inode, 0, cred);
  return ours;
}
