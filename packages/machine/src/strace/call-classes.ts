/** strace's -e trace=%CLASS: the calls that take a path, work on descriptors, and so on. */
const classes: Readonly<Record<string, ReadonlySet<string>>> = {
  file: names(`
    open openat creat stat lstat newfstatat statx access faccessat faccessat2 execve execveat chdir rename renameat renameat2 mkdir
    mkdirat rmdir link linkat unlink unlinkat symlink symlinkat readlink readlinkat chmod fchmodat chown lchown fchownat utime utimes
    futimesat utimensat statfs truncate mknod mknodat chroot getcwd mount umount2 swapon swapoff acct uselib pivot_root quotactl
    setxattr lsetxattr getxattr lgetxattr listxattr llistxattr removexattr lremovexattr inotify_add_watch name_to_handle_at
    fanotify_mark open_tree move_mount fspick`),
  process: names(`
    fork vfork clone clone3 execve execveat exit exit_group wait4 waitid kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo
    pidfd_open pidfd_send_signal arch_prctl unshare`),
  network: names(`
    socket connect accept accept4 sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown bind listen getsockname getpeername
    socketpair setsockopt getsockopt sendfile getpmsg putpmsg`),
  signal: names(`
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_tgsigqueueinfo rt_sigsuspend sigaltstack
    kill tkill tgkill pause signalfd signalfd4 pidfd_send_signal`),
  desc: names(`
    read write open openat creat close fstat newfstatat statx poll ppoll lseek mmap ioctl pread64 pwrite64 readv writev preadv pwritev
    preadv2 pwritev2 pipe pipe2 select pselect6 dup dup2 dup3 fcntl flock fsync fdatasync ftruncate getdents getdents64 fchdir fchmod
    fchmodat fchown fchownat fstatfs readahead fsetxattr fgetxattr flistxattr fremovexattr epoll_create epoll_create1 epoll_ctl
    epoll_wait epoll_pwait fadvise64 mkdirat mknodat unlinkat renameat renameat2 linkat symlinkat readlinkat faccessat faccessat2
    futimesat utimensat splice tee vmsplice sync_file_range syncfs fallocate timerfd_create timerfd_settime timerfd_gettime eventfd
    eventfd2 signalfd signalfd4 inotify_init inotify_init1 inotify_add_watch inotify_rm_watch memfd_create copy_file_range sendfile
    execveat name_to_handle_at open_by_handle_at perf_event_open fanotify_init fanotify_mark pidfd_open pidfd_send_signal
    io_uring_setup`),
  memory: names(`
    mmap mprotect munmap brk mremap msync mincore madvise mlock mlock2 munlock mlockall munlockall remap_file_pages mbind
    set_mempolicy get_mempolicy migrate_pages move_pages shmat shmdt pkey_mprotect io_destroy io_setup`),
  ipc: names(`msgget msgsnd msgrcv msgctl semget semop semctl semtimedop shmget shmat shmdt shmctl`),
  creds: names(`
    getuid getgid setuid setgid geteuid getegid setreuid setregid getgroups setgroups setresuid getresuid setresgid getresgid setfsuid
    setfsgid capget capset prctl`),
  clock: names(`gettimeofday settimeofday adjtimex time clock_settime clock_gettime clock_getres clock_adjtime`),
  stat: names(`stat`),
  lstat: names(`lstat`),
  fstat: names(`fstat newfstatat`),
  '%stat': names(`stat lstat fstat newfstatat statx`),
  '%%stat': names(`stat lstat fstat newfstatat statx statfs fstatfs ustat`),
  pure: names(`getpid getppid gettid getuid getgid geteuid getegid getpgrp getpgid getsid getpriority getrusage`),
};

function names(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/**
 * The calls of a class, written %file or, as old scripts do, file. %stat and %%stat have their signs in their names.
 * @returns undefined when there is no such class
 */
export function callClass(text: string): ReadonlySet<string> | undefined {
  return classes[text] ?? classes[text.replace(/^%/, '')];
}
