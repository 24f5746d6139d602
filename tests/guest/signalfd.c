// signalfd: kill, sigqueue, child's end, timers, changing the mask, readiness, blocking.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void show(const char *what, long result) {
  printf("%s: %ld%s%s\n", what, result, result < 0 ? " " : "", result < 0 ? strerrorname_np(errno) : "");
}

static void info(struct signalfd_siginfo *s, pid_t child) {
  printf("signo %u errno %d code %d pid %s uid %u status %d int %d ptr %lx\n", s->ssi_signo, s->ssi_errno, s->ssi_code,
         s->ssi_pid == (unsigned)getpid() ? "self" : s->ssi_pid == (unsigned)child ? "child" : "0", s->ssi_uid, s->ssi_status, s->ssi_int,
         (long)s->ssi_ptr);
}

static int ready(int fd, int ms) {
  struct pollfd p = {fd, POLLIN | POLLOUT, 0};
  poll(&p, 1, ms);
  return p.revents;
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGRTMIN);
  sigaddset(&set, SIGALRM);
  sigprocmask(SIG_BLOCK, &set, NULL);
  int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  struct signalfd_siginfo s[4];
  memset(s, 0, sizeof s);
  show("none", read(fd, s, sizeof s));
  show("short", read(fd, s, 100));
  printf("poll %x\n", ready(fd, 0));
  kill(getpid(), SIGUSR1);
  printf("poll %x\n", ready(fd, 0));
  show("read", read(fd, s, sizeof s));
  info(s, 0);
  union sigval v = {.sival_int = 42};
  sigqueue(getpid(), SIGRTMIN, v);
  v.sival_int = 43;
  sigqueue(getpid(), SIGRTMIN, v);
  kill(getpid(), SIGUSR1);
  show("three", read(fd, s, sizeof s));
  for (int i = 0; i < 3; i++) info(&s[i], 0);
  pid_t child = fork();
  if (child == 0) _exit(7);
  printf("poll %x\n", ready(fd, 5000));
  show("child", read(fd, s, sizeof s));
  info(s, child);
  wait(NULL);

  timer_t timer;
  struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM, .sigev_value.sival_int = 5};
  timer_create(CLOCK_MONOTONIC, &ev, &timer);
  struct itimerspec soon = {{0, 0}, {0, 10000000}};
  timer_settime(timer, 0, &soon, NULL);
  printf("poll %x\n", ready(fd, 5000));
  show("timer", read(fd, s, sizeof s));
  printf("signo %u code %d overrun %u int %d\n", s->ssi_signo, s->ssi_code, s->ssi_overrun, s->ssi_int);

  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, SIGUSR2);
  sigprocmask(SIG_BLOCK, &one, NULL);
  show("change", signalfd(fd, &one, 0) == fd);
  kill(getpid(), SIGUSR1);
  printf("poll %x\n", ready(fd, 0));
  kill(getpid(), SIGUSR2);
  show("usr2", read(fd, s, sizeof s));
  info(s, 0);
  show("bad fd", signalfd(0, &one, 0));
  show("bad flags", signalfd(-1, &one, 1));
  show("write", write(fd, s, 8));

  int blocking = signalfd(-1, &set, 0);
  show("left over", read(blocking, s, sizeof *s));
  info(s, 0);
  child = fork();
  if (child == 0) {
    usleep(20000);
    kill(getppid(), SIGUSR1);
    _exit(0);
  }
  show("blocked", read(blocking, s, sizeof *s));
  info(s, child);
  return 0;
}
