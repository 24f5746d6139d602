/** uapi linux/fs.h, linux/limits.h, linux/uio.h, splice and rename flags. */
export const enum Seek {
  SET = 0,
  CUR = 1,
  END = 2,
  DATA = 3,
  HOLE = 4,
}

export const enum Limit {
  PATH_MAX = 4096,
  NAME_MAX = 255,
  /** UIO_MAXIOV */
  IOV_MAX = 1024,
  /** MAXSYMLINKS (include/linux/namei.h) */
  MAXSYMLINKS = 40,
  /** MAX_RW_COUNT (include/linux/fs.h): INT_MAX rounded down to a page. */
  MAX_RW_COUNT = 0x7fff_f000,
}

/** What a write to a pipe moves in one piece, and a slot of a pipe holds. */
export const enum PipeLimit {
  BUF = 4096,
}

export const enum RenameFlag {
  NOREPLACE = 1,
  EXCHANGE = 2,
  WHITEOUT = 4,
}

/** preadv2 and pwritev2. */
export const enum Rwf {
  HIPRI = 1,
  DSYNC = 2,
  SYNC = 4,
  NOWAIT = 8,
  APPEND = 16,
  /** All that 5.4 knows. */
  SUPPORTED = 31,
}

export const enum SpliceFlag {
  MOVE = 1,
  NONBLOCK = 2,
  MORE = 4,
  GIFT = 8,
  ALL = 15,
}

export const enum SyncRange {
  WAIT_BEFORE = 1,
  WRITE = 2,
  WAIT_AFTER = 4,
  ALL = 7,
}
