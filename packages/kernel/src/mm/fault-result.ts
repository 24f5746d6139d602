/** How a page fault ended. */
export const enum FaultResult {
  Ok = 0,
  /** SIGSEGV, SEGV_MAPERR: nothing is mapped there. */
  SigsegvMaperr = 1,
  /** SIGSEGV, SEGV_ACCERR: the mapping does not allow it. */
  SigsegvAccerr = 2,
  /** SIGBUS, BUS_ADRERR: beyond the end of the file, or its page could not be read. */
  SigbusAdrerr = 3,
  /** No memory left: somebody has to die. */
  Oom = 4,
  /** Inside mm/ only: resolved, and bytes had to be read in. */
  Major = 5,
  /** In trap/ only: the page is not there yet, and the task sleeps for it. */
  Retry = 6,
}
