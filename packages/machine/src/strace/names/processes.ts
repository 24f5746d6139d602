import { ArchPrctl, Cap, CloneFlag, FutexOp, GetRandom, IdType, Prctl, PriorityWhich, RLimit, RUsageWho, SchedPolicy, WaitOption } from '@ring3/abi';
import { table } from '../flags.js';

/** Names of what calls about processes, threads and their limits take. */

export const cloneBits = table(
  'CLONE_???',
  [CloneFlag.VM, 'CLONE_VM'], [CloneFlag.FS, 'CLONE_FS'], [CloneFlag.FILES, 'CLONE_FILES'], [CloneFlag.SIGHAND, 'CLONE_SIGHAND'],
  [CloneFlag.PIDFD, 'CLONE_PIDFD'], [CloneFlag.PTRACE, 'CLONE_PTRACE'], [CloneFlag.VFORK, 'CLONE_VFORK'], [CloneFlag.PARENT, 'CLONE_PARENT'],
  [CloneFlag.THREAD, 'CLONE_THREAD'], [CloneFlag.NEWNS, 'CLONE_NEWNS'], [CloneFlag.SYSVSEM, 'CLONE_SYSVSEM'], [CloneFlag.SETTLS, 'CLONE_SETTLS'],
  [CloneFlag.PARENT_SETTID, 'CLONE_PARENT_SETTID'], [CloneFlag.CHILD_CLEARTID, 'CLONE_CHILD_CLEARTID'], [CloneFlag.UNTRACED, 'CLONE_UNTRACED'],
  [CloneFlag.CHILD_SETTID, 'CLONE_CHILD_SETTID'], [CloneFlag.NEWCGROUP, 'CLONE_NEWCGROUP'], [CloneFlag.NEWUTS, 'CLONE_NEWUTS'],
  [CloneFlag.NEWIPC, 'CLONE_NEWIPC'], [CloneFlag.NEWUSER, 'CLONE_NEWUSER'], [CloneFlag.NEWPID, 'CLONE_NEWPID'], [CloneFlag.NEWNET, 'CLONE_NEWNET'],
  [CloneFlag.IO, 'CLONE_IO'],
);

export const waitBits = table(
  'W???',
  [WaitOption.WNOHANG, 'WNOHANG'], [WaitOption.WEXITED, 'WEXITED'], [WaitOption.WSTOPPED, 'WSTOPPED'], [WaitOption.WCONTINUED, 'WCONTINUED'],
  [WaitOption.WNOWAIT, 'WNOWAIT'], [WaitOption.WCLONE, '__WCLONE'], [WaitOption.WALL, '__WALL'], [WaitOption.WNOTHREAD, '__WNOTHREAD'],
);

export const idTypes = table('P_???', [IdType.All, 'P_ALL'], [IdType.Pid, 'P_PID'], [IdType.PidGroup, 'P_PGID'], [IdType.PidFd, 'P_PIDFD']);

export const rlimitNames = table(
  'RLIMIT_???',
  [RLimit.CPU, 'RLIMIT_CPU'], [RLimit.FSIZE, 'RLIMIT_FSIZE'], [RLimit.DATA, 'RLIMIT_DATA'], [RLimit.STACK, 'RLIMIT_STACK'],
  [RLimit.CORE, 'RLIMIT_CORE'], [RLimit.RSS, 'RLIMIT_RSS'], [RLimit.NPROC, 'RLIMIT_NPROC'], [RLimit.NOFILE, 'RLIMIT_NOFILE'],
  [RLimit.MEMLOCK, 'RLIMIT_MEMLOCK'], [RLimit.AS, 'RLIMIT_AS'], [RLimit.LOCKS, 'RLIMIT_LOCKS'], [RLimit.SIGPENDING, 'RLIMIT_SIGPENDING'],
  [RLimit.MSGQUEUE, 'RLIMIT_MSGQUEUE'], [RLimit.NICE, 'RLIMIT_NICE'], [RLimit.RTPRIO, 'RLIMIT_RTPRIO'], [RLimit.RTTIME, 'RLIMIT_RTTIME'],
);

export const rusageWho = table(
  'RUSAGE_???',
  [RUsageWho.Self, 'RUSAGE_SELF'], [RUsageWho.Children, 'RUSAGE_CHILDREN'], [RUsageWho.Both, 'RUSAGE_BOTH'], [RUsageWho.Thread, 'RUSAGE_THREAD'],
);

export const priorityWhich = table(
  'PRIO_???',
  [PriorityWhich.Process, 'PRIO_PROCESS'], [PriorityWhich.ProcessGroup, 'PRIO_PGRP'], [PriorityWhich.User, 'PRIO_USER'],
);

export const schedPolicies = table(
  'SCHED_???',
  [SchedPolicy.Normal, 'SCHED_OTHER'], [SchedPolicy.Fifo, 'SCHED_FIFO'], [SchedPolicy.RoundRobin, 'SCHED_RR'], [SchedPolicy.Batch, 'SCHED_BATCH'],
  [SchedPolicy.Idle, 'SCHED_IDLE'], [SchedPolicy.Deadline, 'SCHED_DEADLINE'],
);

export const futexOps = table(
  'FUTEX_???',
  [FutexOp.Wait, 'FUTEX_WAIT'], [FutexOp.Wake, 'FUTEX_WAKE'], [FutexOp.Fd, 'FUTEX_FD'], [FutexOp.Requeue, 'FUTEX_REQUEUE'],
  [FutexOp.CmpRequeue, 'FUTEX_CMP_REQUEUE'], [FutexOp.WakeOp, 'FUTEX_WAKE_OP'], [FutexOp.LockPi, 'FUTEX_LOCK_PI'],
  [FutexOp.UnlockPi, 'FUTEX_UNLOCK_PI'], [FutexOp.TrylockPi, 'FUTEX_TRYLOCK_PI'], [FutexOp.WaitBitset, 'FUTEX_WAIT_BITSET'],
  [FutexOp.WakeBitset, 'FUTEX_WAKE_BITSET'], [FutexOp.WaitRequeuePi, 'FUTEX_WAIT_REQUEUE_PI'], [FutexOp.CmpRequeuePi, 'FUTEX_CMP_REQUEUE_PI'],
);

export const futexWakeOps = table('FUTEX_OP_???', [0, 'FUTEX_OP_SET'], [1, 'FUTEX_OP_ADD'], [2, 'FUTEX_OP_OR'], [3, 'FUTEX_OP_ANDN'], [4, 'FUTEX_OP_XOR']);

export const futexWakeCompares = table(
  'FUTEX_OP_CMP_???',
  [0, 'FUTEX_OP_CMP_EQ'], [1, 'FUTEX_OP_CMP_NE'], [2, 'FUTEX_OP_CMP_LT'], [3, 'FUTEX_OP_CMP_LE'], [4, 'FUTEX_OP_CMP_GT'], [5, 'FUTEX_OP_CMP_GE'],
);

export const archCodes = table(
  'ARCH_???',
  [ArchPrctl.SetGs, 'ARCH_SET_GS'], [ArchPrctl.SetFs, 'ARCH_SET_FS'], [ArchPrctl.GetFs, 'ARCH_GET_FS'], [ArchPrctl.GetGs, 'ARCH_GET_GS'],
  [ArchPrctl.GetCpuid, 'ARCH_GET_CPUID'], [ArchPrctl.SetCpuid, 'ARCH_SET_CPUID'], [0x3001, 'ARCH_CET_STATUS'],
);

export const prctlOptions = table(
  'PR_???',
  [Prctl.SET_PDEATHSIG, 'PR_SET_PDEATHSIG'], [Prctl.GET_PDEATHSIG, 'PR_GET_PDEATHSIG'], [Prctl.GET_DUMPABLE, 'PR_GET_DUMPABLE'],
  [Prctl.SET_DUMPABLE, 'PR_SET_DUMPABLE'], [Prctl.GET_UNALIGN, 'PR_GET_UNALIGN'], [Prctl.SET_UNALIGN, 'PR_SET_UNALIGN'],
  [Prctl.GET_KEEPCAPS, 'PR_GET_KEEPCAPS'], [Prctl.SET_KEEPCAPS, 'PR_SET_KEEPCAPS'], [Prctl.GET_FPEMU, 'PR_GET_FPEMU'],
  [Prctl.SET_FPEMU, 'PR_SET_FPEMU'], [Prctl.GET_FPEXC, 'PR_GET_FPEXC'], [Prctl.SET_FPEXC, 'PR_SET_FPEXC'],
  [Prctl.GET_TIMING, 'PR_GET_TIMING'], [Prctl.SET_TIMING, 'PR_SET_TIMING'], [Prctl.SET_NAME, 'PR_SET_NAME'], [Prctl.GET_NAME, 'PR_GET_NAME'],
  [Prctl.GET_ENDIAN, 'PR_GET_ENDIAN'], [Prctl.SET_ENDIAN, 'PR_SET_ENDIAN'], [Prctl.GET_SECCOMP, 'PR_GET_SECCOMP'],
  [Prctl.SET_SECCOMP, 'PR_SET_SECCOMP'], [Prctl.CAPBSET_READ, 'PR_CAPBSET_READ'], [Prctl.CAPBSET_DROP, 'PR_CAPBSET_DROP'],
  [Prctl.GET_TSC, 'PR_GET_TSC'], [Prctl.SET_TSC, 'PR_SET_TSC'], [Prctl.GET_SECUREBITS, 'PR_GET_SECUREBITS'],
  [Prctl.SET_SECUREBITS, 'PR_SET_SECUREBITS'], [Prctl.SET_TIMERSLACK, 'PR_SET_TIMERSLACK'], [Prctl.GET_TIMERSLACK, 'PR_GET_TIMERSLACK'],
  [Prctl.TASK_PERF_EVENTS_DISABLE, 'PR_TASK_PERF_EVENTS_DISABLE'], [Prctl.TASK_PERF_EVENTS_ENABLE, 'PR_TASK_PERF_EVENTS_ENABLE'],
  [Prctl.MCE_KILL, 'PR_MCE_KILL'], [Prctl.MCE_KILL_GET, 'PR_MCE_KILL_GET'], [Prctl.SET_MM, 'PR_SET_MM'],
  [Prctl.SET_CHILD_SUBREAPER, 'PR_SET_CHILD_SUBREAPER'], [Prctl.GET_CHILD_SUBREAPER, 'PR_GET_CHILD_SUBREAPER'],
  [Prctl.SET_NO_NEW_PRIVS, 'PR_SET_NO_NEW_PRIVS'], [Prctl.GET_NO_NEW_PRIVS, 'PR_GET_NO_NEW_PRIVS'],
  [Prctl.GET_TID_ADDRESS, 'PR_GET_TID_ADDRESS'], [Prctl.SET_THP_DISABLE, 'PR_SET_THP_DISABLE'], [Prctl.GET_THP_DISABLE, 'PR_GET_THP_DISABLE'],
  [Prctl.CAP_AMBIENT, 'PR_CAP_AMBIENT'], [Prctl.GET_SPECULATION_CTRL, 'PR_GET_SPECULATION_CTRL'],
  [Prctl.SET_SPECULATION_CTRL, 'PR_SET_SPECULATION_CTRL'], [Prctl.SET_PTRACER, 'PR_SET_PTRACER'], [0x5356_4d41, 'PR_SET_VMA'],
);

export const dumpable = table('SUID_DUMP_???', [0, 'SUID_DUMP_DISABLE'], [1, 'SUID_DUMP_USER'], [2, 'SUID_DUMP_ROOT']);

export const capabilities = table(
  'CAP_???',
  [Cap.CHOWN, 'CAP_CHOWN'], [Cap.DAC_OVERRIDE, 'CAP_DAC_OVERRIDE'], [Cap.DAC_READ_SEARCH, 'CAP_DAC_READ_SEARCH'], [Cap.FOWNER, 'CAP_FOWNER'],
  [Cap.FSETID, 'CAP_FSETID'], [Cap.KILL, 'CAP_KILL'], [Cap.SETGID, 'CAP_SETGID'], [Cap.SETUID, 'CAP_SETUID'], [Cap.SETPCAP, 'CAP_SETPCAP'],
  [Cap.LINUX_IMMUTABLE, 'CAP_LINUX_IMMUTABLE'], [Cap.NET_BIND_SERVICE, 'CAP_NET_BIND_SERVICE'], [Cap.NET_BROADCAST, 'CAP_NET_BROADCAST'],
  [Cap.NET_ADMIN, 'CAP_NET_ADMIN'], [Cap.NET_RAW, 'CAP_NET_RAW'], [Cap.IPC_LOCK, 'CAP_IPC_LOCK'], [Cap.IPC_OWNER, 'CAP_IPC_OWNER'],
  [Cap.SYS_MODULE, 'CAP_SYS_MODULE'], [Cap.SYS_RAWIO, 'CAP_SYS_RAWIO'], [Cap.SYS_CHROOT, 'CAP_SYS_CHROOT'], [Cap.SYS_PTRACE, 'CAP_SYS_PTRACE'],
  [Cap.SYS_PACCT, 'CAP_SYS_PACCT'], [Cap.SYS_ADMIN, 'CAP_SYS_ADMIN'], [Cap.SYS_BOOT, 'CAP_SYS_BOOT'], [Cap.SYS_NICE, 'CAP_SYS_NICE'],
  [Cap.SYS_RESOURCE, 'CAP_SYS_RESOURCE'], [Cap.SYS_TIME, 'CAP_SYS_TIME'], [Cap.SYS_TTY_CONFIG, 'CAP_SYS_TTY_CONFIG'], [Cap.MKNOD, 'CAP_MKNOD'],
  [Cap.LEASE, 'CAP_LEASE'], [Cap.AUDIT_WRITE, 'CAP_AUDIT_WRITE'], [Cap.AUDIT_CONTROL, 'CAP_AUDIT_CONTROL'], [Cap.SETFCAP, 'CAP_SETFCAP'],
  [Cap.MAC_OVERRIDE, 'CAP_MAC_OVERRIDE'], [Cap.MAC_ADMIN, 'CAP_MAC_ADMIN'], [Cap.SYSLOG, 'CAP_SYSLOG'], [Cap.WAKE_ALARM, 'CAP_WAKE_ALARM'],
  [Cap.BLOCK_SUSPEND, 'CAP_BLOCK_SUSPEND'], [Cap.AUDIT_READ, 'CAP_AUDIT_READ'],
  [38, 'CAP_PERFMON'], [39, 'CAP_BPF'], [40, 'CAP_CHECKPOINT_RESTORE'],
);

export const randomBits = table('GRND_???', [GetRandom.NonBlock, 'GRND_NONBLOCK'], [GetRandom.Random, 'GRND_RANDOM'], [4, 'GRND_INSECURE']);
