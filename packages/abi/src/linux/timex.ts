/** struct timex and its constants (uapi linux/timex.h). */

/**
 *   0 modes   8 offset  16 freq  24 maxerror  32 esterror  40 status  48 constant  56 precision  64 tolerance
 *  72 time (timeval)    88 tick  96 ppsfreq … 152 stbcnt   160 tai
 */
export const enum Timex {
  Modes = 0,
  Offset = 8,
  Freq = 16,
  MaxError = 24,
  EstError = 32,
  Status = 40,
  Constant = 48,
  Precision = 56,
  Tolerance = 64,
  Time = 72,
  Tick = 88,
  Bytes = 208,
}

export const enum Adj {
  OFFSET_SINGLESHOT = 0x0001,
  OFFSET_READONLY = 0x2000,
  ADJTIME = 0x8000,
}

export const enum TimexStatus {
  /** STA_UNSYNC */
  Unsync = 0x0040,
  /** TIME_ERROR: what adjtimex returns while the clock is not synchronized. */
  Error = 5,
}
