/** mount(2) and umount2(2) flags (uapi linux/mount.h, include/linux/fs.h). */
export const enum Ms {
  RDONLY = 1,
  NOSUID = 2,
  NODEV = 4,
  NOEXEC = 8,
  SYNCHRONOUS = 16,
  REMOUNT = 32,
  MANDLOCK = 64,
  DIRSYNC = 128,
  NOATIME = 1024,
  NODIRATIME = 2048,
  BIND = 4096,
  MOVE = 8192,
  REC = 16384,
  SILENT = 32768,
  UNBINDABLE = 1 << 17,
  PRIVATE = 1 << 18,
  SLAVE = 1 << 19,
  SHARED = 1 << 20,
  RELATIME = 1 << 21,
  STRICTATIME = 1 << 24,
  LAZYTIME = 1 << 25,
  MGC_VAL = 0xc0ed_0000,
  MGC_MSK = 0xffff_0000,
}

export const enum Umount {
  FORCE = 1,
  DETACH = 2,
  EXPIRE = 4,
  NOFOLLOW = 8,
}
