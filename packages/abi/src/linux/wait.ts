/** Options of wait4 and waitid (uapi linux/wait.h). */
export const enum WaitOption {
  WNOHANG = 0x00000001,
  WUNTRACED = 0x00000002,
  WSTOPPED = 0x00000002,
  WEXITED = 0x00000004,
  WCONTINUED = 0x00000008,
  WNOWAIT = 0x01000000,
  /** Do not wait for children of other threads in this group. */
  WNOTHREAD = 0x20000000,
  /** Wait for all children, whatever their exit signal. */
  WALL = 0x40000000,
  /** Only for children whose exit signal is not SIGCHLD. Bit 31: unsigned. */
  WCLONE = 0x80000000,
}

/** waitid's idtype. */
export const enum IdType {
  All = 0,
  Pid = 1,
  PidGroup = 2,
  PidFd = 3,
}
