/** Flags of clone and clone3 (uapi linux/sched.h). */
export const enum CloneFlag {
  CSIGNAL = 0x000000ff,
  VM = 0x00000100,
  FS = 0x00000200,
  FILES = 0x00000400,
  SIGHAND = 0x00000800,
  PIDFD = 0x00001000,
  PTRACE = 0x00002000,
  VFORK = 0x00004000,
  PARENT = 0x00008000,
  THREAD = 0x00010000,
  NEWNS = 0x00020000,
  SYSVSEM = 0x00040000,
  SETTLS = 0x00080000,
  PARENT_SETTID = 0x00100000,
  CHILD_CLEARTID = 0x00200000,
  DETACHED = 0x00400000,
  UNTRACED = 0x00800000,
  CHILD_SETTID = 0x01000000,
  NEWCGROUP = 0x02000000,
  NEWUTS = 0x04000000,
  NEWIPC = 0x08000000,
  NEWUSER = 0x10000000,
  NEWPID = 0x20000000,
  NEWNET = 0x40000000,
  /** Bit 31: unsigned. */
  IO = 0x80000000,
}

/** struct clone_args of clone3 as of 5.4: u64 fields. */
export const enum CloneArgs {
  Flags = 0,
  PidFd = 8,
  ChildTid = 16,
  ParentTid = 24,
  ExitSignal = 32,
  Stack = 40,
  StackSize = 48,
  Tls = 56,
  /** CLONE_ARGS_SIZE_VER0. */
  SizeV0 = 64,
}

/** Scheduling policies. */
export const enum SchedPolicy {
  Normal = 0,
  Fifo = 1,
  RoundRobin = 2,
  Batch = 3,
  Idle = 5,
  Deadline = 6,
  /** Or-ed into the policy. */
  ResetOnFork = 0x40000000,
}

/** struct sched_attr (uapi linux/sched/types.h). */
export const enum SchedAttr {
  Size = 0,
  Policy = 4,
  Flags = 8,
  Nice = 16,
  Priority = 20,
  Runtime = 24,
  Deadline = 32,
  Period = 40,
  UtilMin = 48,
  UtilMax = 52,
  SizeV0 = 48,
  SizeV1 = 56,
}

/** task_struct.flags (include/linux/sched.h) that this kernel keeps. */
export const enum TaskFlag {
  EXITING = 0x00000004,
  FORKNOEXEC = 0x00000040,
  SUPERPRIV = 0x00000100,
  DUMPCORE = 0x00000200,
  SIGNALED = 0x00000400,
  NPROC_EXCEEDED = 0x00001000,
  KTHREAD = 0x00200000,
  RANDOMIZE = 0x00400000,
}
