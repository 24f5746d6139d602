/** struct statfs of x86-64, f_flags bits (include/linux/statfs.h), f_type (uapi linux/magic.h). */
export const enum StatfsLayout {
  Type = 0,
  Bsize = 8,
  Blocks = 16,
  Bfree = 24,
  Bavail = 32,
  Files = 40,
  Ffree = 48,
  Fsid = 56,
  Namelen = 64,
  Frsize = 72,
  Flags = 80,
  Bytes = 120,
}

export const enum StFlag {
  RDONLY = 1,
  NOSUID = 2,
  NODEV = 4,
  NOEXEC = 8,
  VALID = 0x20,
  NOATIME = 1024,
  NODIRATIME = 2048,
  RELATIME = 4096,
}

export const enum FsMagic {
  TMPFS = 0x0102_1994,
  PIPEFS = 0x5049_5045,
  ANON_INODE = 0x0904_1934,
  OVERLAYFS = 0x794c_7630,
  EXT4 = 0xef53,
  PROC = 0x9fa0,
  DEVPTS = 0x1cd1,
  SOCKFS = 0x534f434b,
  V9FS = 0x0102_1997,
  BINFMTFS = 0x4249_4e4d,
}

/** struct ustat: s32 tfree, u64 tinode, two names of 6 bytes. */
export const enum UstatLayout {
  FreeBlocks = 0,
  FreeInodes = 8,
  Bytes = 32,
}
