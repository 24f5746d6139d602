import { Cap, Ms, RLimit, S, Sig } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Cred } from '../task/cred.js';
import type { Inode, InodeChange, Timespec } from './inode.js';
import type { Mount } from './path.js';
import { EFBIG, EINVAL, EISDIR, EPERM, EROFS, ETXTBSY } from '../errno.js';
import { isDir, isReg } from './inode-life.js';
import { May, ownerOrCapable, permission } from './permission.js';
import { signalSelf } from './signal-self.js';
import { currentTime } from './times.js';

/** @throws EROFS on a read-only mount or super block. Linux: mnt_want_write */
export function wantWrite(mount: Mount | null, inode: Inode): void {
  if (inode.sb.readOnly || (mount && mount.flags & Ms.RDONLY)) throw EROFS;
}

/** Linux: chmod_common. @throws EPERM EROFS */
export function changeMode(k: Kernel, mount: Mount | null, inode: Inode, bits: number, cred: Cred): void {
  wantWrite(mount, inode);
  inode.refresh(k);
  if (!ownerOrCapable(inode, cred)) throw EPERM;
  let mode = (inode.mode & ~S.IALLUGO) | (bits & S.IALLUGO);
  if (!cred.hasGroup(inode.gid) && !cred.capable(Cap.FSETID)) mode &= ~S.ISGID;
  inode.setattr(k, { mode });
}

/** uid or gid −1: stays. Linux: chown_common. @throws EPERM EROFS */
export function changeOwner(k: Kernel, mount: Mount | null, inode: Inode, uid: number, gid: number, cred: Cred): void {
  wantWrite(mount, inode);
  inode.refresh(k);
  const change: InodeChange = {};
  if (uid !== -1) change.uid = uid >>> 0;
  if (gid !== -1) change.gid = gid >>> 0;
  const chown = cred.capable(Cap.CHOWN);
  if (change.uid !== undefined && !chown && (cred.fsuid !== inode.uid || change.uid !== inode.uid)) throw EPERM;
  if (change.gid !== undefined && !chown) {
    if (cred.fsuid !== inode.uid || !(cred.hasGroup(change.gid) || change.gid === inode.gid)) throw EPERM;
  }
  // ATTR_KILL_SUID | ATTR_KILL_SGID: for all but directories, even when nothing changes hands and even for root.
  if (!isDir(inode)) {
    const mode = withoutPrivileges(inode.mode);
    if (mode !== inode.mode) change.mode = mode;
  }
  inode.setattr(k, change);
}

/** S_ISGID without group execution is mandatory locking, not a privilege. Linux: should_remove_suid. */
function withoutPrivileges(mode: number): number {
  const kept = mode & ~S.ISUID;
  return kept & S.ISGID && kept & S.IXGRP ? kept & ~S.ISGID : kept;
}

/** A write or truncation by somebody without CAP_FSETID takes set-uid and set-gid away. Linux: file_remove_privs. */
export function removePrivileges(k: Kernel, inode: Inode, cred: Cred): void {
  if ((inode.mode & (S.ISUID | S.ISGID)) === 0 || !isReg(inode) || cred.capable(Cap.FSETID)) return;
  const mode = withoutPrivileges(inode.mode);
  if (mode !== inode.mode) inode.setattr(k, { mode });
}

/** null: the present time. A missing one stays. Linux: utimes_common. */
export function changeTimes(
  k: Kernel,
  mount: Mount | null,
  inode: Inode,
  times: { atime?: Timespec | null; mtime?: Timespec | null },
  cred: Cred,
): void {
  wantWrite(mount, inode);
  inode.refresh(k);
  const explicit = times.atime !== null || times.mtime !== null;
  if (explicit) {
    if (!ownerOrCapable(inode, cred)) throw EPERM;
  } else if (!ownerOrCapable(inode, cred)) {
    permission(k, inode, May.WRITE, cred);
  }
  const now = currentTime(k);
  const change: InodeChange = {};
  if (times.atime !== undefined) change.atime = times.atime ?? now;
  if (times.mtime !== undefined) change.mtime = times.mtime ?? now;
  inode.setattr(k, change);
}

/** MAX_LFS_FILESIZE */
export const MAX_FILE_SIZE = Number.MAX_SAFE_INTEGER - 4096;

/** @throws EFBIG beyond RLIMIT_FSIZE, with SIGXFSZ. Linux: inode_newsize_ok */
export function checkNewSize(k: Kernel, size: number): void {
  const limit = k.current.signal.rlimits[RLimit.FSIZE]?.cur ?? Infinity;
  if (size > limit) {
    signalSelf(k, Sig.XFSZ);
    throw EFBIG;
  }
  if (size > MAX_FILE_SIZE) throw EFBIG;
}

/** The change of size itself, permission checked before. Linux: do_truncate. */
export function doTruncate(k: Kernel, inode: Inode, size: number, cred: Cred): void {
  if (size < 0) throw EINVAL;
  if (size > inode.size) checkNewSize(k, size);
  removePrivileges(k, inode, cred);
  const now = currentTime(k);
  inode.setattr(k, { size, mtime: now });
}

/** truncate(2) by path. Linux: vfs_truncate. */
export function truncateInode(k: Kernel, mount: Mount | null, inode: Inode, size: number, cred: Cred): void {
  if (isDir(inode)) throw EISDIR;
  if (!isReg(inode)) throw EINVAL;
  wantWrite(mount, inode);
  permission(k, inode, May.WRITE, cred);
  if (inode.writeCount < 0) throw ETXTBSY;
  inode.refresh(k);
  doTruncate(k, inode, size, cred);
}

/** Linux: inode_init_owner: ids of a new inode in a directory. A set-gid directory hands down its group. */
export function initOwner(inode: Inode, dir: Inode | null, cred: Cred): void {
  inode.uid = cred.fsuid;
  inode.gid = cred.fsgid;
  if (!dir || !(dir.mode & S.ISGID)) return;
  inode.gid = dir.gid;
  if (isDir(inode)) inode.mode |= S.ISGID;
  else if ((inode.mode & (S.ISGID | S.IXGRP)) === (S.ISGID | S.IXGRP) && !cred.hasGroup(dir.gid) && !cred.capable(Cap.FSETID)) {
    inode.mode &= ~S.ISGID;
  }
}
