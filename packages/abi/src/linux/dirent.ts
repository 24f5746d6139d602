/** Directory entry types (include/linux/fs_types.h: DT_*) and the layouts of struct linux_dirent(64). */
export const enum Dt {
  UNKNOWN = 0,
  FIFO = 1,
  CHR = 2,
  DIR = 4,
  BLK = 6,
  REG = 8,
  LNK = 10,
  SOCK = 12,
  WHT = 14,
}

/**
 *     linux_dirent64  │ d_ino 8 │ d_off 8 │ d_reclen 2 │ d_type 1 │ d_name … NUL │ pad to 8
 *     linux_dirent    │ d_ino 8 │ d_off 8 │ d_reclen 2 │ d_name … NUL │ pad │ d_type in the last byte
 */
export const enum Dirent {
  Ino = 0,
  Off = 8,
  Reclen = 16,
  Name = 18,
}

/** What linux_dirent64 has elsewhere. */
export const enum Dirent64 {
  Type = 18,
  Name = 19,
}
