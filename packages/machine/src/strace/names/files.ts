import {
  At,
  Falloc,
  Fadvise,
  FsMagic,
  LockOp,
  LockType,
  Mfd,
  Ms,
  O,
  RenameFlag,
  Rwf,
  Seal,
  Seek,
  SpliceFlag,
  StFlag,
  SyncRange,
  Umount,
} from '@ring3/abi';
import { table } from '../flags.js';

/** Names of the flags that file calls take, in the order in which strace prints them. */

export const openAccess = table('O_???', [O.RDONLY, 'O_RDONLY'], [O.WRONLY, 'O_WRONLY'], [O.RDWR, 'O_RDWR'], [O.ACCMODE, 'O_ACCMODE']);

export const openBits = table(
  'O_???',
  [O.CREAT, 'O_CREAT'],
  [O.EXCL, 'O_EXCL'],
  [O.NOCTTY, 'O_NOCTTY'],
  [O.TRUNC, 'O_TRUNC'],
  [O.APPEND, 'O_APPEND'],
  [O.NONBLOCK, 'O_NONBLOCK'],
  [O.SYNC, 'O_SYNC'],
  [O.SYNC_BIT, '__O_SYNC'],
  [O.DSYNC, 'O_DSYNC'],
  [O.DIRECT, 'O_DIRECT'],
  [O.LARGEFILE, 'O_LARGEFILE'],
  [O.NOFOLLOW, 'O_NOFOLLOW'],
  [O.NOATIME, 'O_NOATIME'],
  [O.CLOEXEC, 'O_CLOEXEC'],
  [O.PATH, 'O_PATH'],
  [O.TMPFILE, 'O_TMPFILE'],
  [O.TMPFILE_BIT, '__O_TMPFILE'],
  [O.DIRECTORY, 'O_DIRECTORY'],
  [O.ASYNC, 'FASYNC'],
);

export const atBits = table(
  'AT_???',
  [At.SYMLINK_NOFOLLOW, 'AT_SYMLINK_NOFOLLOW'],
  [At.REMOVEDIR, 'AT_REMOVEDIR'],
  [At.SYMLINK_FOLLOW, 'AT_SYMLINK_FOLLOW'],
  [At.NO_AUTOMOUNT, 'AT_NO_AUTOMOUNT'],
  [At.EMPTY_PATH, 'AT_EMPTY_PATH'],
);

/** faccessat2's AT_EACCESS has the value that AT_REMOVEDIR has elsewhere. */
export const accessAtBits = table(
  'AT_???',
  [At.SYMLINK_NOFOLLOW, 'AT_SYMLINK_NOFOLLOW'],
  [0x200, 'AT_EACCESS'],
  [At.EMPTY_PATH, 'AT_EMPTY_PATH'],
);

export const statxSync = table(
  'AT_STATX_???',
  [0, 'AT_STATX_SYNC_AS_STAT'],
  [At.STATX_FORCE_SYNC, 'AT_STATX_FORCE_SYNC'],
  [At.STATX_DONT_SYNC, 'AT_STATX_DONT_SYNC'],
  [At.STATX_SYNC_TYPE, 'AT_STATX_FORCE_SYNC|AT_STATX_DONT_SYNC'],
);

export const statxMask = table(
  'STATX_???',
  [0xfff, 'STATX_ALL'],
  [0x7ff, 'STATX_BASIC_STATS'],
  [0x1, 'STATX_TYPE'],
  [0x2, 'STATX_MODE'],
  [0x4, 'STATX_NLINK'],
  [0x8, 'STATX_UID'],
  [0x10, 'STATX_GID'],
  [0x20, 'STATX_ATIME'],
  [0x40, 'STATX_MTIME'],
  [0x80, 'STATX_CTIME'],
  [0x100, 'STATX_INO'],
  [0x200, 'STATX_SIZE'],
  [0x400, 'STATX_BLOCKS'],
  [0x800, 'STATX_BTIME'],
  [0x1000, 'STATX_MNT_ID'],
);

export const statxAttributes = table(
  'STATX_ATTR_???',
  [0x4, 'STATX_ATTR_COMPRESSED'],
  [0x10, 'STATX_ATTR_IMMUTABLE'],
  [0x20, 'STATX_ATTR_APPEND'],
  [0x40, 'STATX_ATTR_NODUMP'],
  [0x800, 'STATX_ATTR_ENCRYPTED'],
  [0x1000, 'STATX_ATTR_AUTOMOUNT'],
  [0x2000, 'STATX_ATTR_MOUNT_ROOT'],
);

export const accessBits = table('?_OK', [0, 'F_OK'], [4, 'R_OK'], [2, 'W_OK'], [1, 'X_OK']);

export const whence = table(
  'SEEK_???',
  [Seek.SET, 'SEEK_SET'],
  [Seek.CUR, 'SEEK_CUR'],
  [Seek.END, 'SEEK_END'],
  [Seek.DATA, 'SEEK_DATA'],
  [Seek.HOLE, 'SEEK_HOLE'],
);

export const flockBits = table(
  'LOCK_???',
  [LockOp.SH, 'LOCK_SH'],
  [LockOp.EX, 'LOCK_EX'],
  [LockOp.UN, 'LOCK_UN'],
  [LockOp.NB, 'LOCK_NB'],
  [LockOp.MAND, 'LOCK_MAND'],
);

export const lockTypes = table('F_???', [LockType.RDLCK, 'F_RDLCK'], [LockType.WRLCK, 'F_WRLCK'], [LockType.UNLCK, 'F_UNLCK']);

export const sealBits = table(
  'F_SEAL_???',
  [Seal.SEAL, 'F_SEAL_SEAL'],
  [Seal.SHRINK, 'F_SEAL_SHRINK'],
  [Seal.GROW, 'F_SEAL_GROW'],
  [Seal.WRITE, 'F_SEAL_WRITE'],
  [Seal.FUTURE_WRITE, 'F_SEAL_FUTURE_WRITE'],
);

export const notifyBits = table(
  'DN_???',
  [0x1, 'DN_ACCESS'],
  [0x2, 'DN_MODIFY'],
  [0x4, 'DN_CREATE'],
  [0x8, 'DN_DELETE'],
  [0x10, 'DN_RENAME'],
  [0x20, 'DN_ATTRIB'],
  [0x8000_0000, 'DN_MULTISHOT'],
);

export const renameBits = table(
  'RENAME_???',
  [RenameFlag.NOREPLACE, 'RENAME_NOREPLACE'],
  [RenameFlag.EXCHANGE, 'RENAME_EXCHANGE'],
  [RenameFlag.WHITEOUT, 'RENAME_WHITEOUT'],
);

export const rwfBits = table(
  'RWF_???',
  [Rwf.HIPRI, 'RWF_HIPRI'],
  [Rwf.DSYNC, 'RWF_DSYNC'],
  [Rwf.SYNC, 'RWF_SYNC'],
  [Rwf.NOWAIT, 'RWF_NOWAIT'],
  [Rwf.APPEND, 'RWF_APPEND'],
);

export const spliceBits = table(
  'SPLICE_F_???',
  [SpliceFlag.MOVE, 'SPLICE_F_MOVE'],
  [SpliceFlag.NONBLOCK, 'SPLICE_F_NONBLOCK'],
  [SpliceFlag.MORE, 'SPLICE_F_MORE'],
  [SpliceFlag.GIFT, 'SPLICE_F_GIFT'],
);

export const fallocateBits = table(
  'FALLOC_FL_???',
  [Falloc.KEEP_SIZE, 'FALLOC_FL_KEEP_SIZE'],
  [Falloc.PUNCH_HOLE, 'FALLOC_FL_PUNCH_HOLE'],
  [Falloc.NO_HIDE_STALE, 'FALLOC_FL_NO_HIDE_STALE'],
  [Falloc.COLLAPSE_RANGE, 'FALLOC_FL_COLLAPSE_RANGE'],
  [Falloc.ZERO_RANGE, 'FALLOC_FL_ZERO_RANGE'],
  [Falloc.INSERT_RANGE, 'FALLOC_FL_INSERT_RANGE'],
  [Falloc.UNSHARE_RANGE, 'FALLOC_FL_UNSHARE_RANGE'],
);

export const fadviseValues = table(
  'POSIX_FADV_???',
  [Fadvise.NORMAL, 'POSIX_FADV_NORMAL'],
  [Fadvise.RANDOM, 'POSIX_FADV_RANDOM'],
  [Fadvise.SEQUENTIAL, 'POSIX_FADV_SEQUENTIAL'],
  [Fadvise.WILLNEED, 'POSIX_FADV_WILLNEED'],
  [Fadvise.DONTNEED, 'POSIX_FADV_DONTNEED'],
  [Fadvise.NOREUSE, 'POSIX_FADV_NOREUSE'],
);

export const syncRangeBits = table(
  'SYNC_FILE_RANGE_???',
  [SyncRange.WAIT_BEFORE, 'SYNC_FILE_RANGE_WAIT_BEFORE'],
  [SyncRange.WRITE, 'SYNC_FILE_RANGE_WRITE'],
  [SyncRange.WAIT_AFTER, 'SYNC_FILE_RANGE_WAIT_AFTER'],
);

export const memfdBits = table(
  'MFD_???',
  [Mfd.CLOEXEC, 'MFD_CLOEXEC'],
  [Mfd.ALLOW_SEALING, 'MFD_ALLOW_SEALING'],
  [Mfd.HUGETLB, 'MFD_HUGETLB'],
);

export const xattrBits = table('XATTR_???', [1, 'XATTR_CREATE'], [2, 'XATTR_REPLACE']);

export const mountBits = table(
  'MS_???',
  [Ms.RDONLY, 'MS_RDONLY'],
  [Ms.NOSUID, 'MS_NOSUID'],
  [Ms.NODEV, 'MS_NODEV'],
  [Ms.NOEXEC, 'MS_NOEXEC'],
  [Ms.SYNCHRONOUS, 'MS_SYNCHRONOUS'],
  [Ms.REMOUNT, 'MS_REMOUNT'],
  [Ms.MANDLOCK, 'MS_MANDLOCK'],
  [Ms.DIRSYNC, 'MS_DIRSYNC'],
  [Ms.NOATIME, 'MS_NOATIME'],
  [Ms.NODIRATIME, 'MS_NODIRATIME'],
  [Ms.BIND, 'MS_BIND'],
  [Ms.MOVE, 'MS_MOVE'],
  [Ms.REC, 'MS_REC'],
  [Ms.SILENT, 'MS_SILENT'],
  [Ms.UNBINDABLE, 'MS_UNBINDABLE'],
  [Ms.PRIVATE, 'MS_PRIVATE'],
  [Ms.SLAVE, 'MS_SLAVE'],
  [Ms.SHARED, 'MS_SHARED'],
  [Ms.RELATIME, 'MS_RELATIME'],
  [Ms.STRICTATIME, 'MS_STRICTATIME'],
  [Ms.LAZYTIME, 'MS_LAZYTIME'],
);

export const umountBits = table(
  'MNT_???',
  [Umount.FORCE, 'MNT_FORCE'],
  [Umount.DETACH, 'MNT_DETACH'],
  [Umount.EXPIRE, 'MNT_EXPIRE'],
  [Umount.NOFOLLOW, 'UMOUNT_NOFOLLOW'],
);

export const statfsTypes = table(
  'MAGIC_???',
  [FsMagic.TMPFS, 'TMPFS_MAGIC'],
  [FsMagic.PIPEFS, 'PIPEFS_MAGIC'],
  [FsMagic.ANON_INODE, 'ANON_INODE_FS_MAGIC'],
  [FsMagic.OVERLAYFS, 'OVERLAYFS_SUPER_MAGIC'],
  [FsMagic.EXT4, 'EXT2_SUPER_MAGIC'],
  [FsMagic.PROC, 'PROC_SUPER_MAGIC'],
  [FsMagic.DEVPTS, 'DEVPTS_SUPER_MAGIC'],
  [FsMagic.V9FS, 'V9FS_MAGIC'],
  [FsMagic.BINFMTFS, 'BINFMTFS_MAGIC'],
);

export const statfsBits = table(
  'ST_???',
  [StFlag.VALID, 'ST_VALID'],
  [StFlag.RDONLY, 'ST_RDONLY'],
  [StFlag.NOSUID, 'ST_NOSUID'],
  [StFlag.NODEV, 'ST_NODEV'],
  [StFlag.NOEXEC, 'ST_NOEXEC'],
  [StFlag.NOATIME, 'ST_NOATIME'],
  [StFlag.NODIRATIME, 'ST_NODIRATIME'],
  [StFlag.RELATIME, 'ST_RELATIME'],
);
