/** File types and permission bits, statx (uapi linux/stat.h), layout of struct stat (asm/stat.h). */
export const enum S {
  IFMT = 0o170000,
  IFSOCK = 0o140000,
  IFLNK = 0o120000,
  IFREG = 0o100000,
  IFBLK = 0o060000,
  IFDIR = 0o040000,
  IFCHR = 0o020000,
  IFIFO = 0o010000,
  ISUID = 0o4000,
  ISGID = 0o2000,
  ISVTX = 0o1000,
  IRWXU = 0o700,
  IRWXG = 0o070,
  IXGRP = 0o010,
  IRWXO = 0o007,
  IXUGO = 0o111,
  IRWXUGO = 0o777,
  /** S_IALLUGO */
  IALLUGO = 0o7777,
}

/**
 * struct stat of x86-64:
 *
 *     0 dev8 │ 8 ino8 │ 16 nlink8 │ 24 mode4 uid4 │ 32 gid4 pad4 │ 40 rdev8 │ 48 size8 │ 56 blksize8 │ 64 blocks8
 *     72 atime sec8 nsec8 │ 88 mtime │ 104 ctime │ 120 unused 24
 */
export const enum StatLayout {
  Dev = 0,
  Ino = 8,
  Nlink = 16,
  Mode = 24,
  Uid = 28,
  Gid = 32,
  Rdev = 40,
  Size = 48,
  Blksize = 56,
  Blocks = 64,
  Atime = 72,
  Mtime = 88,
  Ctime = 104,
  Bytes = 144,
}

/** struct statx: mask4 blksize4 attributes8 nlink4 uid4 gid4 mode2 pad2 ino8 size8 blocks8 attributes_mask8, four times of 16, devs. */
export const enum StatxLayout {
  Mask = 0,
  Blksize = 4,
  Attributes = 8,
  Nlink = 16,
  Uid = 20,
  Gid = 24,
  Mode = 28,
  Ino = 32,
  Size = 40,
  Blocks = 48,
  AttributesMask = 56,
  Atime = 64,
  Btime = 80,
  Ctime = 96,
  Mtime = 112,
  RdevMajor = 128,
  RdevMinor = 132,
  DevMajor = 136,
  DevMinor = 140,
  Bytes = 256,
}

export const enum Statx {
  BASIC_STATS = 0x7ff,
  BTIME = 0x800,
  RESERVED = 0x8000_0000,
}

/** utimensat's special tv_nsec values. */
export const enum Utime {
  NOW = 0x3fff_ffff,
  OMIT = 0x3fff_fffe,
}
