/** Open and descriptor flags, fcntl commands, *at flags (uapi asm-generic/fcntl.h, linux/fcntl.h, linux/falloc.h). */
export const enum O {
  RDONLY = 0,
  WRONLY = 1,
  RDWR = 2,
  ACCMODE = 3,
  CREAT = 0o100,
  EXCL = 0o200,
  NOCTTY = 0o400,
  TRUNC = 0o1000,
  APPEND = 0o2000,
  NONBLOCK = 0o4000,
  DSYNC = 0o10000,
  /** Called FASYNC inside Linux. */
  ASYNC = 0o20000,
  DIRECT = 0o40000,
  LARGEFILE = 0o100000,
  DIRECTORY = 0o200000,
  NOFOLLOW = 0o400000,
  NOATIME = 0o1000000,
  CLOEXEC = 0o2000000,
  /** With DSYNC: O_SYNC. */
  SYNC_BIT = 0o4000000,
  SYNC = 0o4010000,
  PATH = 0o10000000,
  /** With DIRECTORY: O_TMPFILE. */
  TMPFILE_BIT = 0o20000000,
  TMPFILE = 0o20200000,
}

export const enum Fcntl {
  DUPFD = 0,
  GETFD = 1,
  SETFD = 2,
  GETFL = 3,
  SETFL = 4,
  GETLK = 5,
  SETLK = 6,
  SETLKW = 7,
  SETOWN = 8,
  GETOWN = 9,
  SETSIG = 10,
  GETSIG = 11,
  SETOWN_EX = 15,
  GETOWN_EX = 16,
  GETOWNER_UIDS = 17,
  OFD_GETLK = 36,
  OFD_SETLK = 37,
  OFD_SETLKW = 38,
  SETLEASE = 1024,
  GETLEASE = 1025,
  NOTIFY = 1026,
  DUPFD_CLOEXEC = 1030,
  SETPIPE_SZ = 1031,
  GETPIPE_SZ = 1032,
  ADD_SEALS = 1033,
  GET_SEALS = 1034,
  GET_RW_HINT = 1035,
  SET_RW_HINT = 1036,
  GET_FILE_RW_HINT = 1037,
  SET_FILE_RW_HINT = 1038,
}

/** F_GETFD/F_SETFD. */
export const enum FdFlag {
  CLOEXEC = 1,
}

/** struct flock's l_type. */
export const enum LockType {
  RDLCK = 0,
  WRLCK = 1,
  UNLCK = 2,
}

/** flock(2). */
export const enum LockOp {
  SH = 1,
  EX = 2,
  NB = 4,
  UN = 8,
  MAND = 32,
}

/** struct f_owner_ex's type. */
export const enum OwnerType {
  TID = 0,
  PID = 1,
  PGRP = 2,
}

export const enum Seal {
  SEAL = 1,
  SHRINK = 2,
  GROW = 4,
  WRITE = 8,
  FUTURE_WRITE = 16,
}

export const enum At {
  FDCWD = -100,
  SYMLINK_NOFOLLOW = 0x100,
  REMOVEDIR = 0x200,
  SYMLINK_FOLLOW = 0x400,
  NO_AUTOMOUNT = 0x800,
  EMPTY_PATH = 0x1000,
  STATX_FORCE_SYNC = 0x2000,
  STATX_DONT_SYNC = 0x4000,
  STATX_SYNC_TYPE = 0x6000,
}

/** fallocate's mode (linux/falloc.h). */
export const enum Falloc {
  KEEP_SIZE = 0x01,
  PUNCH_HOLE = 0x02,
  NO_HIDE_STALE = 0x04,
  COLLAPSE_RANGE = 0x08,
  ZERO_RANGE = 0x10,
  INSERT_RANGE = 0x20,
  UNSHARE_RANGE = 0x40,
}

/** posix_fadvise's advice (linux/fadvise.h). */
export const enum Fadvise {
  NORMAL = 0,
  RANDOM = 1,
  SEQUENTIAL = 2,
  WILLNEED = 3,
  DONTNEED = 4,
  NOREUSE = 5,
}

/** memfd_create (linux/memfd.h). */
export const enum Mfd {
  CLOEXEC = 1,
  ALLOW_SEALING = 2,
  HUGETLB = 4,
  HUGE_SHIFT = 26,
}
