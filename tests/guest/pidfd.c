// Processes held by a descriptor: pidfd_open, CLONE_PIDFD, signals, polling, waiting; kcmp and unshare beside them.
#include "check.h"
#include <linux/kcmp.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static int pidfd_open(pid_t pid, unsigned flags) { return syscall(SYS_pidfd_open, pid, flags); }
static int pidfd_send_signal(int fd, int sig, siginfo_t *info, unsigned flags) { return syscall(SYS_pidfd_send_signal, fd, sig, info, flags); }
static int kcmp(pid_t a, pid_t b, int type, unsigned long i, unsigned long j) { return syscall(SYS_kcmp, a, b, type, i, j); }
static const char *equal(int order) { return order == 0 ? "same" : order == 1 || order == 2 ? "other" : error_name(errno); }
static pid_t thread_id;
static int gate[2];
static void *thread(void *arg) {
  char c;
  thread_id = gettid();
  if (write(gate[1], "x", 1) != 1 || read(*(int *)arg, &c, 1)) {}
  return 0;
}

static void on_usr1(int sig, siginfo_t *si, void *context) { printf("signal %d, code %d, value %d\n", sig, si->si_code, si->si_int); }

static void readiness(const char *when, int fd) {
  struct pollfd p = {.fd = fd, .events = POLLIN};
  int n = poll(&p, 1, 0);
  printf("%s: poll %d, revents %#x\n", when, n, p.revents);
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  int hold[2];
  char c;
  if (pipe(hold) || pipe(gate)) return 1;

  SHOW(pidfd_open(0, 0));
  SHOW(pidfd_open(-1, 0));
  SHOW(pidfd_open(getpid(), 1));
  SHOW(pidfd_open(0x3fffff, 0));
  int self = pidfd_open(getpid(), 0);
  printf("descriptor flags %d, file flags %#x\n", fcntl(self, F_GETFD), fcntl(self, F_GETFL));
  char link[64] = {0}, name[32];
  snprintf(name, sizeof name, "/proc/self/fd/%d", self);
  if (readlink(name, link, sizeof link - 1) > 0) puts(link);
  SHOW(read(self, &c, 1));
  SHOW(write(self, &c, 1));
  readiness("alive", self);

  pthread_t t;
  pthread_create(&t, 0, thread, &hold[0]);
  if (read(gate[0], &c, 1) != 1) return 1;

  handle(SIGUSR1, on_usr1, 0);
  siginfo_t info = {.si_signo = SIGUSR1, .si_code = SI_QUEUE};
  info.si_value.sival_int = 42;
  SHOW(pidfd_send_signal(self, SIGUSR1, &info, 0));
  SHOW(pidfd_send_signal(self, SIGUSR1, 0, 0));
  SHOW(pidfd_send_signal(self, SIGUSR2, &info, 0));
  SHOW(pidfd_send_signal(self, 0, 0, 0));
  SHOW(pidfd_send_signal(self, 65, 0, 0));
  SHOW(pidfd_send_signal(hold[0], SIGUSR1, 0, 0));
  SHOW(pidfd_send_signal(-1, SIGUSR1, 0, 0));
  int proc = open("/proc/self", O_DIRECTORY | O_RDONLY);
  SHOW(pidfd_send_signal(proc, SIGUSR1, 0, 0));

  // A child that waits, with a descriptor from clone itself.
  int child_fd = -1;
  struct clone_args args = {.flags = CLONE_PIDFD, .pidfd = (uintptr_t)&child_fd, .exit_signal = SIGCHLD};
  pid_t child = syscall(SYS_clone3, &args, 64);
  if (child == 0) {
    printf("the child has its descriptor: %s\n", fcntl(child_fd, F_GETFD) < 0 ? error_name(errno) : "yes");
    pause();
    _exit(0);
  }
  sleep_ms(30);
  printf("parent: close on exec %d\n", fcntl(child_fd, F_GETFD));
  readiness("child waits", child_fd);
  info.si_code = SI_USER;
  SHOW(pidfd_send_signal(child_fd, SIGUSR1, &info, 0));
  SHOW(kcmp(getpid(), getpid(), KCMP_VM, 0, 0));
  printf("vm %s, files %s, fs %s, sighand %s\n", equal(kcmp(getpid(), child, KCMP_VM, 0, 0)), equal(kcmp(getpid(), child, KCMP_FILES, 0, 0)),
         equal(kcmp(getpid(), child, KCMP_FS, 0, 0)), equal(kcmp(getpid(), child, KCMP_SIGHAND, 0, 0)));
  printf("thread: vm %s, files %s\n", equal(kcmp(getpid(), thread_id, KCMP_VM, 0, 0)), equal(kcmp(getpid(), thread_id, KCMP_FILES, 0, 0)));
  printf("files: inherited %s, different %s\n", equal(kcmp(getpid(), child, KCMP_FILE, hold[0], hold[0])),
         equal(kcmp(getpid(), child, KCMP_FILE, hold[0], hold[1])));
  int forth = kcmp(getpid(), getpid(), KCMP_FILE, hold[0], hold[1]), back = kcmp(getpid(), getpid(), KCMP_FILE, hold[1], hold[0]);
  printf("an order: %s\n", forth + back == 3 ? "yes" : "no");
  SHOW(kcmp(getpid(), child, KCMP_FILE, 99, hold[0]));
  SHOW(kcmp(getpid(), child, 99, 0, 0));
  SHOW(kcmp(getpid(), 0x3fffff, KCMP_VM, 0, 0));

  siginfo_t how = {0};
  SHOW(waitid(P_PIDFD, child_fd, &how, WEXITED | WNOHANG));
  SHOW(pidfd_send_signal(child_fd, SIGTERM, 0, 0));
  struct pollfd p = {.fd = child_fd, .events = POLLIN};
  SHOW(poll(&p, 1, 5000));
  SHOW(waitid(P_PIDFD, child_fd, &how, WEXITED));
  printf("pid %s, code %d, status %d\n", how.si_pid == child ? "right" : "wrong", how.si_code, how.si_status);
  SHOW(pidfd_send_signal(child_fd, 0, 0, 0));
  SHOW(waitid(P_PIDFD, child_fd, &how, WEXITED));
  SHOW(waitid(P_PIDFD, hold[0], &how, WEXITED));
  SHOW(waitid(P_PIDFD, -1, &how, WEXITED));
  p.events = POLLIN;
  SHOW(poll(&p, 1, 0));
  args = (struct clone_args){.flags = CLONE_PIDFD, .pidfd = 8, .exit_signal = SIGCHLD};
  SHOW(syscall(SYS_clone3, &args, 64));
  SHOW(syscall(SYS_clone, CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, 0, &child_fd, 0, 0));

  // unshare gives this thread a table of its own.
  SHOW(unshare(0));
  SHOW(unshare(CLONE_SETTLS));
  SHOW(unshare(CLONE_VM));
  SHOW(unshare(CLONE_SIGHAND));
  SHOW(unshare(CLONE_THREAD));
  SHOW(unshare(CLONE_FILES | CLONE_FS | CLONE_SYSVSEM));
  printf("thread: vm %s, files %s, fs %s\n", equal(kcmp(getpid(), thread_id, KCMP_VM, 0, 0)), equal(kcmp(getpid(), thread_id, KCMP_FILES, 0, 0)),
         equal(kcmp(getpid(), thread_id, KCMP_FS, 0, 0)));
  if (write(hold[1], "x", 1) != 1) return 1;
  pthread_join(t, 0);
  return 0;
}
