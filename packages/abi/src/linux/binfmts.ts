/** Limits of execve: include/uapi/linux/binfmts.h, include/uapi/linux/limits.h, fs/exec.c. */
export const enum Binprm {
  /** Bytes of the file that the formats look at. */
  BufSize = 256,
  /** One argument or environment string, with its NUL: 32 pages. */
  MaxArgStrLen = 131072,
  MaxArgStrings = 0x7fffffff,
  /** Strings and pointers may always take this much (ARG_MAX). */
  ArgMin = 131072,
  /** … and never more than this: ¾ of _STK_LIM. */
  ArgLimit = 6 * 1024 * 1024,
  /** _STK_LIM: the default stack limit. */
  StackLimit = 8 * 1024 * 1024,
}

/** linux_binprm.interp_flags (include/linux/binfmts.h). */
export const enum BinprmFlag {
  EnforceNonDump = 1 << 0,
  ExecFd = 1 << 1,
  PathInaccessible = 1 << 2,
}

/** linux_binprm.unsafe (include/linux/security.h). */
export const enum LsmUnsafe {
  Share = 1,
  Ptrace = 2,
  NoNewPrivs = 4,
}

/** mm_struct.dumpable (include/linux/sched/coredump.h). */
export const enum SuidDump {
  Disable = 0,
  User = 1,
  Root = 2,
}
