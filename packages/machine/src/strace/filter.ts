import { shortSignalName, signalOf } from './names/signals.js';

/** A -e expression that cannot be understood. */
export class StraceExpressionError extends Error {}

/** trace=%class: the calls that take a path, work on descriptors, and so on. */
const classes: Readonly<Record<string, readonly string[]>> = {
  file: [
    'open', 'openat', 'creat', 'stat', 'lstat', 'newfstatat', 'statx', 'access', 'faccessat', 'faccessat2', 'execve', 'execveat', 'chdir', 'rename', 'renameat',
    'renameat2', 'mkdir', 'mkdirat', 'rmdir', 'link', 'linkat', 'unlink', 'unlinkat', 'symlink', 'symlinkat', 'readlink', 'readlinkat', 'chmod', 'fchmodat',
    'chown', 'lchown', 'fchownat', 'utime', 'utimes', 'futimesat', 'utimensat', 'statfs', 'truncate', 'mknod', 'mknodat', 'chroot', 'getcwd', 'mount',
    'umount2', 'swapon', 'swapoff', 'acct', 'uselib', 'pivot_root', 'quotactl', 'setxattr', 'lsetxattr', 'getxattr', 'lgetxattr', 'listxattr', 'llistxattr',
    'removexattr', 'lremovexattr', 'inotify_add_watch', 'name_to_handle_at', 'fanotify_mark', 'open_tree', 'move_mount', 'fspick',
  ],
  process: [
    'fork', 'vfork', 'clone', 'clone3', 'execve', 'execveat', 'exit', 'exit_group', 'wait4', 'waitid', 'kill', 'tkill', 'tgkill', 'rt_sigqueueinfo',
    'rt_tgsigqueueinfo', 'pidfd_open', 'pidfd_send_signal', 'arch_prctl', 'unshare',
  ],
  network: [
    'socket', 'connect', 'accept', 'accept4', 'sendto', 'recvfrom', 'sendmsg', 'recvmsg', 'sendmmsg', 'recvmmsg', 'shutdown', 'bind', 'listen', 'getsockname',
    'getpeername', 'socketpair', 'setsockopt', 'getsockopt', 'sendfile', 'getpmsg', 'putpmsg',
  ],
  signal: [
    'rt_sigaction', 'rt_sigprocmask', 'rt_sigreturn', 'rt_sigpending', 'rt_sigtimedwait', 'rt_sigqueueinfo', 'rt_tgsigqueueinfo', 'rt_sigsuspend',
    'sigaltstack', 'kill', 'tkill', 'tgkill', 'pause', 'signalfd', 'signalfd4', 'pidfd_send_signal',
  ],
  desc: [
    'read', 'write', 'open', 'openat', 'creat', 'close', 'fstat', 'newfstatat', 'statx', 'poll', 'ppoll', 'lseek', 'mmap', 'ioctl', 'pread64', 'pwrite64',
    'readv', 'writev', 'preadv', 'pwritev', 'preadv2', 'pwritev2', 'pipe', 'pipe2', 'select', 'pselect6', 'dup', 'dup2', 'dup3', 'fcntl', 'flock', 'fsync',
    'fdatasync', 'ftruncate', 'getdents', 'getdents64', 'fchdir', 'fchmod', 'fchmodat', 'fchown', 'fchownat', 'fstatfs', 'readahead', 'fsetxattr',
    'fgetxattr', 'flistxattr', 'fremovexattr', 'epoll_create', 'epoll_create1', 'epoll_ctl', 'epoll_wait', 'epoll_pwait', 'fadvise64', 'mkdirat',
    'mknodat', 'unlinkat', 'renameat', 'renameat2', 'linkat', 'symlinkat', 'readlinkat', 'faccessat', 'faccessat2', 'futimesat', 'utimensat', 'splice', 'tee', 'vmsplice',
    'sync_file_range', 'syncfs', 'fallocate', 'timerfd_create', 'timerfd_settime', 'timerfd_gettime', 'eventfd', 'eventfd2', 'signalfd', 'signalfd4',
    'inotify_init', 'inotify_init1', 'inotify_add_watch', 'inotify_rm_watch', 'memfd_create', 'copy_file_range', 'sendfile', 'execveat',
    'name_to_handle_at', 'open_by_handle_at', 'perf_event_open', 'fanotify_init', 'fanotify_mark', 'pidfd_open', 'pidfd_send_signal', 'io_uring_setup',
  ],
  memory: [
    'mmap', 'mprotect', 'munmap', 'brk', 'mremap', 'msync', 'mincore', 'madvise', 'mlock', 'mlock2', 'munlock', 'mlockall', 'munlockall', 'remap_file_pages',
    'mbind', 'set_mempolicy', 'get_mempolicy', 'migrate_pages', 'move_pages', 'shmat', 'shmdt', 'pkey_mprotect', 'io_destroy', 'io_setup',
  ],
  ipc: ['msgget', 'msgsnd', 'msgrcv', 'msgctl', 'semget', 'semop', 'semctl', 'semtimedop', 'shmget', 'shmat', 'shmdt', 'shmctl'],
  creds: [
    'getuid', 'getgid', 'setuid', 'setgid', 'geteuid', 'getegid', 'setreuid', 'setregid', 'getgroups', 'setgroups', 'setresuid', 'getresuid', 'setresgid',
    'getresgid', 'setfsuid', 'setfsgid', 'capget', 'capset', 'prctl',
  ],
  clock: ['gettimeofday', 'settimeofday', 'adjtimex', 'time', 'clock_settime', 'clock_gettime', 'clock_getres', 'clock_adjtime'],
  stat: ['stat'],
  lstat: ['lstat'],
  fstat: ['fstat', 'newfstatat'],
  '%stat': ['stat', 'lstat', 'fstat', 'newfstatat', 'statx'],
  '%%stat': ['stat', 'lstat', 'fstat', 'newfstatat', 'statx', 'statfs', 'fstatfs', 'ustat'],
  pure: ['getpid', 'getppid', 'gettid', 'getuid', 'getgid', 'geteuid', 'getegid', 'getpgrp', 'getpgid', 'getsid', 'getpriority', 'getrusage'],
};

/** Which calls and signals are shown: strace's -e trace= and -e signal= expressions. */
export class StraceFilter {
  private call: (name: string) => boolean = () => true;
  private signal: (signo: number) => boolean = () => true;

  /**
   * @param knownCalls names of every system call
   * @throws StraceExpressionError
   */
  constructor(expressions: readonly string[], knownCalls: ReadonlySet<string>) {
    for (const expression of expressions) this.add(expression, knownCalls);
  }

  showsCall(name: string): boolean {
    return this.call(name);
  }

  showsSignal(signo: number): boolean {
    return this.signal(signo);
  }

  private add(expression: string, knownCalls: ReadonlySet<string>): void {
    const [, qualifier = 'trace', value = ''] = /^(?:([a-z]+)=)?(.*)$/s.exec(expression)!;
    switch (qualifier) {
      case 't': case 'trace':
        this.call = chooser(value, (item) => callMatcher(item, knownCalls));
        return;
      case 's': case 'signal': case 'signals': {
        const chosen = chooser(value, signalMatcher);
        this.signal = (signo) => chosen(shortSignalName(signo));
        return;
      }
      default:
        throw new StraceExpressionError(`-e ${expression}: only trace= and signal= are known`);
    }
  }
}

type Matcher = (name: string) => boolean;

/** A list of items, a leading ! inverts it; all and none. */
function chooser(value: string, matcherOf: (item: string) => Matcher): Matcher {
  if (value === 'all') return () => true;
  if (value === 'none') return () => false;
  const inverted = value.startsWith('!');
  const matchers = value.slice(inverted ? 1 : 0).split(',').map((item) => (item === 'all' ? () => true : item === 'none' ? () => false : matcherOf(item)));
  return (name) => matchers.some((matches) => matches(name)) !== inverted;
}

/** NAME, ?NAME (may be unknown), %CLASS or CLASS, /REGEX. */
function callMatcher(item: string, knownCalls: ReadonlySet<string>): Matcher {
  if (item.startsWith('/')) {
    try {
      const pattern = new RegExp(item.slice(1));
      return (name) => pattern.test(name);
    } catch {
      throw new StraceExpressionError(`invalid system call '${item}'`);
    }
  }
  const optional = item.startsWith('?');
  const name = optional ? item.slice(1) : item;
  const members = classes[name.startsWith('%') ? (classes[name] ? name : name.slice(1)) : name];
  if (members && (name.startsWith('%') || !knownCalls.has(name))) {
    const set = new Set(members);
    return (each) => set.has(each);
  }
  if (!optional && !knownCalls.has(name)) throw new StraceExpressionError(`invalid system call '${item}'`);
  return (each) => each === name;
}

function signalMatcher(item: string): Matcher {
  const signo = signalOf(item);
  if (signo === undefined) throw new StraceExpressionError(`invalid signal '${item}'`);
  const name = shortSignalName(signo);
  return (each) => each === name;
}
