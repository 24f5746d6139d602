#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* Makes calls with arguments of every kind, most of which fail: what matters is how strace prints them. */
#define C(n, ...) syscall((long)SYS_##n, ##__VA_ARGS__)

static void on(int s) { (void)s; }

int main(void) {
  char buf[256]; struct stat st; struct timespec ts = {0, 1000}; struct timespec ts0 = {0,0}; struct timeval tv = {0, 5}; int p[2];
  C(open, "/nonexistent\n\"quoted\"\001\x7f\xff", O_RDONLY|O_CREAT|O_EXCL|O_NOCTTY|O_TRUNC|O_APPEND|O_NONBLOCK|O_DSYNC|O_ASYNC|
      O_DIRECT|O_LARGEFILE|O_DIRECTORY|O_NOFOLLOW|O_NOATIME|O_CLOEXEC, 04755);
  C(open, "/tmp", O_WRONLY|O_TMPFILE|O_SYNC, 0600); close(3); C(open, "/tmp", O_PATH); close(3); C(open, "/tmp", 3); close(3);
  C(open, (void*)0x1234, O_RDWR|0x40000000); C(openat, -5, "x", O_RDWR|O_CREAT, 0); C(creat, "/nonexistent/x", 0644); C(access, "/", 0);
  C(access, "/", 7); C(access, "/", 9); C(faccessat, -100, "/", 4); C(lseek, 99, -5L, 0); C(lseek, 99, 5L, 1); C(lseek, 99, 5L, 2);
  C(lseek, 99, 5L, 3); C(lseek, 99, 5L, 4); C(lseek,99,5L,5); C(pipe2, p, O_CLOEXEC|O_NONBLOCK); C(pipe, p); C(pipe2, NULL, 0);
  C(write, p[1], "0123456789abcdefghijklmnopqrstuvwxyz", 36); C(read, p[0], buf, 20); C(read, p[0], buf, 100);
  C(write, p[1], "\1\2\0031", 4); C(write, p[1], (void*)8, 4); C(write, p[1], "", 0); C(write,p[1],NULL,0); C(read, p[0], buf, 0);
  struct iovec iov[3] = {{"hello", 5}, {"world\n", 6}, {NULL, 0}}; C(writev, p[1], iov, 3);
  struct iovec rv[2] = {{buf, 4}, {buf + 4, 100}}; C(readv, p[0], rv, 2); C(writev, p[1], iov, 0); C(writev, 99, iov, 1);
  C(pwrite64, 99, "abc", 3, 7L); C(pread64, 99, buf, 3, 7L); C(preadv, 99, rv, 1, 3L, 0L); C(pwritev, 99, iov, 1, 3L, 0L);
  C(preadv2,99,rv,1,3L,0L,31); C(dup, 1); C(dup2, 1, 50); C(dup3, 1, 51, O_CLOEXEC); C(dup3, 1, 1, 0); C(close, 50); C(stat, "/", &st);
  C(lstat, "/dev/null", &st); C(stat, "/nope", &st); C(fstat, 1000, &st); C(stat, "/", NULL);
  C(newfstatat, -100, "/dev/null", &st, AT_SYMLINK_NOFOLLOW|AT_EMPTY_PATH|AT_NO_AUTOMOUNT|AT_SYMLINK_FOLLOW|AT_REMOVEDIR);
  C(newfstatat, 3, "", &st, AT_EMPTY_PATH); C(fcntl, 1, F_DUPFD, 60); C(fcntl, 1, F_DUPFD_CLOEXEC, 60); C(fcntl, 60, F_GETFD);
  C(fcntl, 61, F_GETFD); C(fcntl, 60, F_SETFD, 1); C(fcntl, 60, F_SETFD, 2); C(fcntl, 60, F_SETFD, 0); C(fcntl, p[0], F_GETFL);
  C(fcntl, p[1], F_GETFL); C(fcntl, p[0], F_SETFL, O_NONBLOCK|O_APPEND); C(fcntl, p[0], F_SETFL, 0);
  struct flock fl = {F_WRLCK, SEEK_SET, 1, 2, 0}; C(fcntl, 1, F_GETLK, &fl); C(fcntl, 1000, F_SETLK, &fl); C(fcntl, 1000, F_SETLKW,
      &fl);
  C(fcntl, 1000, F_OFD_SETLK, &fl); C(fcntl, 1, F_GETOWN); C(fcntl, 1, F_SETOWN, 0); C(fcntl, 1, F_GETSIG); C(fcntl, 1, F_SETSIG,
      SIGIO);
  C(fcntl, p[0], F_GETPIPE_SZ); C(fcntl, p[0], F_SETPIPE_SZ, 4096); C(fcntl, 1000, F_SETLEASE, F_WRLCK); C(fcntl, 1, 999, 5);
  C(fcntl, 1, F_ADD_SEALS, 5); C(fcntl, 1, F_GET_SEALS); C(fcntl, 1000, F_NOTIFY, 5); C(flock, 1000, LOCK_EX|LOCK_NB);
  C(flock, 1000, LOCK_UN); C(fsync, 1000);
  C(mmap, NULL, 4096L, PROT_READ|PROT_WRITE|PROT_EXEC, MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE|MAP_STACK|MAP_POPULATE|MAP_LOCKED|
      MAP_GROWSDOWN, -1, 0L);
  C(mmap, NULL, 0L, PROT_NONE, MAP_SHARED_VALIDATE|MAP_SYNC|MAP_32BIT|MAP_FIXED|MAP_FIXED_NOREPLACE|MAP_EXECUTABLE|MAP_DENYWRITE|
      MAP_HUGETLB|MAP_NONBLOCK|0x80000000, 5, 4096L);
  C(mmap, NULL, 0L, 0x100, 0, 5, 4096L); C(mmap, NULL, 0L, PROT_READ|PROT_GROWSDOWN|PROT_GROWSUP|8, 0x4, 5, -4096L);
  void *m = (void*)C(mmap, NULL, 8192L, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0L); C(mprotect, m, 4096L, PROT_NONE);
  C(madvise, m, 4096L, MADV_DONTNEED); C(madvise, m, 4096L, MADV_HUGEPAGE); C(madvise, m, 4096L, 77);
  C(mremap, m, 8192L, 4096L, MREMAP_MAYMOVE); C(msync, m, 4096L, MS_SYNC|MS_ASYNC|MS_INVALIDATE); C(mlock, m, 4096L); C(mlockall, 7);
  C(munlockall); C(munmap, m, 4096L); C(munmap, (void*)1, 1L); C(brk, 1L); C(memfd_create, "name", 3); 
  struct { void *h; unsigned long f; void *r; unsigned long m; } ka = {(void *)on, 0xdc000007, (void *)on, ~0UL}, ko;
  C(rt_sigaction, SIGUSR1, &ka, &ko, 8); ka.f = 0; ka.m = 0; ka.h = SIG_IGN;
  C(rt_sigaction, SIGUSR1, &ka, &ko, 8); C(rt_sigaction, SIGKILL, NULL, &ko, 8); C(rt_sigaction, 64, NULL, NULL, 8);
  C(rt_sigaction, 99, &ka, NULL, 8); C(rt_sigaction, 34, (void*)8, NULL, 7);
  uint64_t set = (1UL << (SIGINT-1)) | (1UL << (SIGCHLD-1)) | (1UL << 33), o; C(rt_sigprocmask, SIG_BLOCK, &set, &o, 8);
  C(rt_sigprocmask, SIG_UNBLOCK, &set, &o, 8); C(rt_sigprocmask, SIG_SETMASK, NULL, &o, 8); C(rt_sigprocmask, 5, &set, &o,
      8); set = ~0UL;
  C(rt_sigprocmask, 5, &set, &o, 8); C(rt_sigpending, &o, 8); C(rt_sigtimedwait, &set, buf, &ts0, 8);
  stack_t ss = {buf, SS_DISABLE, 0}, so; C(sigaltstack, &ss, &so); C(sigaltstack, NULL, &so); ss.ss_flags = 0; ss.ss_size = 100;
  C(sigaltstack, &ss, NULL); ss.ss_flags=SS_ONSTACK|(1U<<31); C(sigaltstack, &ss, NULL); C(kill, getpid(), 0);
  C(kill, -12345678, SIGTERM); C(tgkill, getpid(), getpid(), 0); C(tkill, getpid(), 0); siginfo_t si; memset(&si,0,sizeof si);
  si.si_signo=10; si.si_code=SI_QUEUE; C(rt_sigqueueinfo, -5, SIGUSR1, &si); C(nanosleep, &ts, NULL);
  C(clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, &ts0); C(clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
  ts.tv_nsec = 2000000000; C(nanosleep, &ts, NULL); ts.tv_nsec = 0; C(nanosleep,NULL,NULL); C(clock_gettime, CLOCK_REALTIME, (void*)8);
  C(clock_getres, CLOCK_MONOTONIC, &ts0); C(clock_gettime, 99, &ts0); C(gettimeofday, NULL, NULL); C(clock_gettime, CLOCK_BOOTTIME,
      NULL);
  C(clock_getres, CLOCK_THREAD_CPUTIME_ID, NULL);
  struct pollfd pf[3] = {{p[1], POLLOUT|POLLIN, 0}, {p[0], POLLIN|POLLPRI|POLLRDHUP|POLLRDNORM|POLLRDBAND|POLLWRNORM|POLLWRBAND,
      0}, {-1, 0, 0}};
  C(poll, pf, 3L, 0); C(poll, pf + 1, 1L, 1); C(poll, NULL, 0L, 0); pf[1].fd = 1000; C(poll, pf, 3L, -1); pf[1].fd=p[0];
  C(ppoll, pf, 2L, &ts, &set, 8L); C(ppoll, pf, 2L, NULL, NULL, 8L); fd_set r, w; FD_ZERO(&r); FD_ZERO(&w); FD_SET(p[0], &r);
  FD_SET(p[1], &w); FD_SET(1, &w); FD_ZERO(&r); FD_SET(p[0], &r); C(select, 0, NULL, NULL, NULL, &tv); ts.tv_nsec=5;
  struct { void *s; size_t n; } ps = {&set, 8}; FD_SET(p[0],&r); C(pselect6, 20, &r, &w, NULL, &ts, &ps);
  C(pselect6, 20, NULL, NULL, NULL, &ts, NULL); struct rlimit rl; C(getrlimit, RLIMIT_STACK, &rl);
  C(prlimit64, 0, RLIMIT_CORE, NULL, &rl); C(prlimit64, 0, RLIMIT_CORE, &rl, NULL); C(setrlimit, 99, &rl);
  C(getrlimit, RLIMIT_RTTIME, &rl); rl.rlim_cur = 1000; rl.rlim_max = 1024; C(setrlimit, 77, &rl); struct rusage ru;
  C(getrusage, RUSAGE_SELF, NULL); C(getrusage, RUSAGE_CHILDREN, &ru); C(getrusage, 5, &ru); struct utsname un; C(uname, (void*)8);
  C(sysinfo, NULL); C(wait4, -1, NULL, WNOHANG|WUNTRACED|WCONTINUED, NULL); C(wait4, -1, NULL, __WALL|__WCLONE|__WNOTHREAD, &ru);
  C(waitid, P_ALL, 0, &si, WEXITED|WNOHANG|WSTOPPED|WNOWAIT, NULL); C(waitid, P_PID, 5, NULL, 0, NULL);
  C(waitid, P_PGID, 5, NULL, WCONTINUED, &ru); C(clone, 0x1000UL|CLONE_THREAD|SIGCHLD, NULL, NULL, NULL, 0);
  C(futex, &p[0], 0, 12345, &ts, NULL, 0); C(futex, &p[0], 128, 12345, NULL, NULL, 0); C(futex, &p[0], 1, 1, NULL, NULL, 0);
  C(futex, &p[0], 129, 2147483647, NULL, NULL, 0); C(futex, &p[0], 3, 1, 2L, &p[1], 0); C(futex, &p[0], 4|128, 1, 2L, &p[1], 5);
  C(futex, &p[0], 5, 1, 2L, &p[1], 0x4005001); C(futex, &p[0], 9|256|128, 7, &ts, NULL, -1); C(futex, &p[0], 10, 1, NULL, NULL, 0xff);
  C(futex,&p[0],9|128,12345,NULL,NULL,0xffffffff); C(futex,&p[0],99,0,0,0,0); C(set_robust_list, buf, 24L); C(set_tid_address, NULL);
  C(arch_prctl, 0x1003, buf); C(arch_prctl, 0x1001, 0UL); C(arch_prctl, 0x9999, 5UL); C(arch_prctl, 0x1004, buf);
  C(arch_prctl, 0x1011, 0); C(prctl, PR_SET_NAME, "name"); C(prctl, PR_GET_NAME, buf); C(prctl, PR_SET_PDEATHSIG, SIGTERM);
  C(prctl, PR_GET_PDEATHSIG, &p[0]); C(prctl, PR_GET_DUMPABLE); C(prctl, PR_SET_DUMPABLE, 1); C(prctl, PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0);
  C(prctl, PR_GET_NO_NEW_PRIVS, 0,0,0,0); C(prctl, PR_CAPBSET_READ, 5); C(prctl, PR_SET_KEEPCAPS, 0); C(prctl, PR_GET_KEEPCAPS);
  C(prctl, PR_SET_CHILD_SUBREAPER, 0); C(prctl, PR_GET_CHILD_SUBREAPER, &p[0]); C(prctl, 9999, 1, 2, 3, 4); C(prctl,PR_GET_TIMERSLACK);
  C(prctl,PR_SET_TIMERSLACK,50000); struct termios t; struct winsize ws; p[0] = C(open, "/dev/null", O_RDONLY); C(ioctl, p[0], TCGETS, &t); C(ioctl, p[0], TIOCGWINSZ, &ws);
  int n; C(ioctl, p[0], FIONREAD, &n); C(ioctl, p[0], TIOCGPGRP, &n); C(ioctl, p[0], TIOCSPGRP, &n); C(ioctl, p[0], TCSETSW, &t);
  C(ioctl, p[0], TIOCSCTTY, 0); C(ioctl, p[0], 0x12345678, 5); C(ioctl, p[0], FIONBIO, &n); C(ioctl, p[0], FIOCLEX);
  C(ioctl, p[0], FIONCLEX); C(ioctl, p[0], TIOCGSID,
      &n); C(ioctl,p[0],TIOCNOTTY); C(ioctl,p[0],TCFLSH,TCIFLUSH); C(ioctl,p[0],TCXONC,1);
  C(ioctl,p[0],TCSBRK,1); struct statfs sf; C(statfs, "/nope", &sf); C(fstatfs, 0, (void*)8); C(getcwd, buf, 256L); C(getcwd, buf, 1L);
  C(chdir, "/"); C(fchdir, 1000); C(readlink, "/proc/self/exe", buf, 20L); C(readlink, "/nope", buf, 20L); C(mkdir, "/", 0777);
  C(rmdir, "/nope"); C(unlink, "/nope"); C(unlinkat, -100, "/nope", AT_REMOVEDIR); C(rename, "/nope", "/nope2");
  C(renameat2, -100, "/nope", -100, "/nope2", 7); C(link, "/nope", "/x"); C(symlink, "a", "/nope/b"); C(chmod, "/nope", 04755);
  C(fchmod, 1000, 0644); C(chown, "/nope", 0, -1); C(fchownat, -100, "/nope", 1, 2, 0x100); C(fchmodat, -100, "/nope", 0600);
  C(mknod, "/", S_IFCHR|0666, 0x103); C(mknodat, -100, "/", S_IFREG|0666, 0); C(mkdirat, -100, "/", 0700);
  C(linkat, -100, "/nope", -100, "/x", 0x400); C(symlinkat, "a", -100, "/"); C(truncate, "/nope", 5L); C(ftruncate, 1000, 7L);
  C(umask, 022); C(chroot, "/nope"); struct timespec ut[2] = {{0, UTIME_NOW}, {5, UTIME_OMIT}}; C(utimensat, -100, "/nope", ut, 0x100);
  ut[0].tv_nsec=5; C(utimensat, -100, "/nope", ut, 0); C(utimensat, -100, "/nope", NULL, 0); struct timeval uv[2]={{1,2},{3,4}};
  C(utimes, "/nope", uv); C(utime, "/nope", NULL); C(futimesat,-100,"/nope",uv); long ub[2]={1,2}; C(utime,"/nope",ub);
  C(statx, -100, "/nope", 0x2000|0x4000, 0x800, buf); C(getdents64, 1000, buf, 100); C(getdents, 1000, buf, 100);
  C(sendfile, 1000, 1001, NULL, 5L); long off=3; C(sendfile, 1000, 1001, &off, 5L); C(splice, 1000, NULL, 1001, &off, 5L, 15);
  C(tee, 1000, 1001, 5L, 2); C(vmsplice, 1000, iov, 1L, 8); C(copy_file_range, 1000, NULL, 1001, &off, 5L, 0);
  C(fadvise64, 1000, 0L, 5L, POSIX_FADV_SEQUENTIAL); C(fallocate, 1000, 3, 0L, 5L); C(readahead, 1000, 0L, 5L);
  C(sync_file_range, 1000, 0L, 5L, 7); C(getuid); int a, b, c; C(getresuid, &a, &b, &c); C(getresgid, &a, &b, &c); gid_t gs[50];
  C(getgroups, 0, NULL); C(getgroups, 50, gs); C(setgroups, 1000000, NULL); gs[0] = 5; gs[1] = 6; C(setfsuid, 0); C(getpgid, 0);
  C(getsid, 0); C(setpgid, 0, 12345678); C(getpriority, PRIO_PROCESS, 0); C(setpriority, PRIO_PROCESS, 0, 0);
  C(setpriority, PRIO_USER, 0, 0); C(getpriority, 7, 0); C(sched_yield); C(sched_getaffinity, 12345678, 8L, buf);
  C(sched_getparam, 0, buf); struct sched_param sp = {0}; C(sched_setscheduler, 0, SCHED_OTHER, &sp); C(sched_getscheduler, 0);
  C(sched_get_priority_max, SCHED_FIFO); C(sched_setparam,0,&sp); C(sched_get_priority_min, 99); unsigned long cm=5;
  struct itimerval it = {{0, 0}, {0, 0}}; C(setitimer, ITIMER_REAL, &it, NULL); C(getitimer, ITIMER_VIRTUAL, &it);
  C(setitimer, ITIMER_PROF, &it, &it); C(alarm, 0); C(timer_create, CLOCK_MONOTONIC, NULL, &n); struct itimerspec its = {{0,0},{5,0}};
  C(timer_settime, 0, 0, &its, &its); C(timer_gettime, 0, (void*)8); C(timer_getoverrun, 0); C(timer_delete, 0); struct sigevent ev={0};
  ev.sigev_notify=SIGEV_NONE; C(timer_create, CLOCK_REALTIME, &ev, &n); ev.sigev_notify=SIGEV_SIGNAL; ev.sigev_signo=10;
  C(timer_create, CLOCK_REALTIME, &ev, &n); C(getrandom, buf, 0L, 1); C(getrandom, (void*)8, 5L, 7);
  C(setxattr, "/nope", "user.x", "val", 3L, XATTR_CREATE); C(getxattr, "/nope", "user.x", buf, 100L); C(listxattr, "/nope", buf, 100L);
  C(removexattr, "/nope", "user.x"); C(fgetxattr, 1000, "user.x", NULL, 0L); C(execve, "/nope", NULL, NULL);
  char *av[] = {"a\n", "b", NULL}, *e[] = {"A=1", NULL}; C(execve, "/nope", av, e); C(execve, (void*)8, (void*)8,
      (void*)8); char *la[40];
  for (int i = 0; i < 39; i++) la[i] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"; la[39] = 0; C(execve, "/nope", la, la);
  C(execveat, 5, "", av, e, AT_EMPTY_PATH); C(mount, "none", "/nope", "tmpfs", MS_NOSUID|MS_NODEV, "mode=755"); C(umount2, "/nope", 2);
  C(personality, 0xffffffffUL); C(sethostname, NULL, 1000L); C(syslog, 99, NULL, 0); C(getcpu, NULL, NULL, NULL);
  C(process_vm_readv, -5, iov, 1L, iov, 1L, 0L); C(capget, NULL,
      NULL); struct {unsigned v; int p;} ch={0x20080522,0}; unsigned cd[6]={0};
  return 7;
}
