// Arguments at the edges of calls: wrapped addresses and lengths, rounding, priorities, times that are not to be written.
#include "check.h"
#include <linux/futex.h>
#include <poll.h>
#include <sys/personality.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>

static int memfd(const char *name, unsigned flags) { return syscall(SYS_memfd_create, name, flags); }
static int ioprio_set(int which, int who, int value) { return syscall(SYS_ioprio_set, which, who, value); }
static int ioprio_get(int which, int who) { return syscall(SYS_ioprio_get, which, who); }
static ssize_t copy_range(int in, loff_t *from, int out, loff_t *to, size_t n) { return syscall(SYS_copy_file_range, in, from, out, to, n, 0); }
static int futex(int *word, int op, int count, long count2, int *word2, int value) { return syscall(SYS_futex, word, op, count, count2, word2, value); }
static void nothing(int sig, siginfo_t *si, void *context) {}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  enter_scratch();

  void *end = (void *)-1;
  char *map = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  SHOW(msync(end, PAGE, MS_SYNC));
  SHOW(munmap(end, PAGE));
  SHOW(mprotect(end, PAGE, PROT_READ));
  SHOW(madvise(end, PAGE, MADV_NORMAL));
  SHOW(mincore(end, PAGE, (unsigned char *)map));
  SHOW(msync(map, -1, MS_ASYNC));
  SHOW(munmap(map, -1));
  SHOW(mprotect(map, -1, PROT_READ));
  SHOW(madvise(map, -1, MADV_NORMAL));
  SHOW(mmap(0, PAGE, PROT_READ, -1, -1, 0) == MAP_FAILED ? -1 : 0);
  SHOW(mmap(0, -1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);

  int p[2];
  if (pipe(p)) return 1;
  SHOW(fcntl(p[0], F_GETPIPE_SZ));
  SHOW(fcntl(p[0], F_SETPIPE_SZ, 0));
  SHOW(fcntl(p[0], F_SETPIPE_SZ, 3 * PAGE));
  SHOW(fcntl(p[0], F_SETPIPE_SZ, -1));
  SHOW(fcntl(p[0], F_SETPIPE_SZ, PAGE + 1));
  static char big[5 * PAGE] __attribute__((aligned(PAGE)));
  struct iovec v = {big, sizeof big};
  SHOW(vmsplice(p[1], &v, 1, 0));
  SHOW(vmsplice(p[1], &v, 1, SPLICE_F_NONBLOCK));
  SHOW(read(p[0], big, sizeof big));

  SHOW(memfd("a", 0x100));
  SHOW(memfd("a", -500));
  SHOW(memfd("a", 0x80000000));
  OK(memfd("a", MFD_CLOEXEC | MFD_ALLOW_SEALING));

  int in = open("in", O_RDWR | O_CREAT, 0600), out = open("out", O_RDWR | O_CREAT, 0600);
  if (write(in, "0123456789", 10) != 10) return 1;
  loff_t from = 2, to = 4;
  SHOW(copy_range(in, &from, out, &to, 100));
  printf("from %ld, to %ld\n", (long)from, (long)to);
  from = 1, to = 1;
  SHOW(copy_range(in, &from, out, &to, -1));
  SHOW(copy_range(in, &from, in, &to, 4));

  int words[2] = {0};
  SHOW(futex(words, FUTEX_CMP_REQUEUE, 1, -1, words + 1, 0));
  SHOW(futex(words, FUTEX_CMP_REQUEUE, -1, 1, words + 1, 0));
  SHOW(futex(words, FUTEX_CMP_REQUEUE, 1, 1, words + 1, 1));
  SHOW(futex(words, FUTEX_CMP_REQUEUE, 1, 1, words + 1, 0));

  SHOW(ioprio_set(1, 0, 2 << 13 | 7));
  SHOW(ioprio_get(1, 0));
  SHOW(ioprio_set(1, 0, 1));
  SHOW(ioprio_set(1, 0, 4 << 13));
  SHOW(ioprio_set(9, 0, 2 << 13));
  SHOW(ioprio_set(1, 0x3fffff, 2 << 13));
  CHILD("inherits", SHOW(ioprio_get(1, 0)));


  // Sticky timeouts: what is left is not written, and a signal ends the call though the handler restarts calls.
  handle(SIGALRM, nothing, SA_RESTART);
  struct timeval tv = {0, 10};
  SHOW(select(0, 0, 0, 0, &tv));
  printf("left %ld\n", (long)tv.tv_usec);
  int old = personality(0xffffffff);
  personality(old | STICKY_TIMEOUTS);
  tv.tv_usec = 10;
  SHOW(select(0, 0, 0, 0, &tv));
  printf("left %ld\n", (long)tv.tv_usec);
  tv = (struct timeval){3, 0};
  struct itimerval soon = {.it_value = {0, 20000}};
  setitimer(ITIMER_REAL, &soon, 0);
  SHOW(select(0, 0, 0, 0, &tv));
  printf("left %ld\n", (long)tv.tv_sec);
  personality(old);
  struct timespec *fixed = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  *fixed = (struct timespec){0, 20000000};
  mprotect(fixed, PAGE, PROT_READ);
  SHOW(syscall(SYS_ppoll, 0, 0, fixed, 0, 8));

  struct timespec now = {0, 1};
  SHOW(syscall(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &now, 0));
  SHOW(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC_RAW, 0, &now, 0));
  SHOW(syscall(SYS_clock_nanosleep, 77, 0, &now, 0));

  char name[64];
  SHOW(syscall(SYS_sysfs, 4));
  SHOW(syscall(SYS_sysfs, 1, "no such"));
  SHOW(syscall(SYS_sysfs, 2, 100000, name));
  OK(syscall(SYS_sysfs, 1, "tmpfs"));
  if (syscall(SYS_sysfs, 2, syscall(SYS_sysfs, 1, "proc"), name) == 0) puts(name);
  leave_scratch();
  return 0;
}
