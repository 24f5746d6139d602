// epoll: level, edge, one shot, several descriptors in order, nesting, errors, timeouts, signals, closing.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void show(const char *what, long result) {
  printf("%s: %ld%s%s\n", what, result, result < 0 ? " " : "", result < 0 ? strerrorname_np(errno) : "");
}

static int ctl(int ep, int op, int fd, uint32_t events, uint64_t data) {
  struct epoll_event e = {.events = events, .data.u64 = data};
  return epoll_ctl(ep, op, fd, &e);
}

static void drain(const char *what, int ep, int max, int timeout) {
  struct epoll_event e[8];
  memset(e, 0, sizeof e);
  int n = epoll_wait(ep, e, max, timeout);
  printf("%s: %d", what, n);
  if (n < 0) printf(" %s", strerrorname_np(errno));
  for (int i = 0; i < n; i++) printf(" [%x %lx]", e[i].events, (unsigned long)e[i].data.u64);
  printf("\n");
}

static void nothing(int signo) { (void)signo; }

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  int ep = epoll_create1(EPOLL_CLOEXEC);
  int p[2];
  pipe(p);
  uint64_t v = 1;
  show("create 0", epoll_create(0));
  show("create1 flags", epoll_create1(1));
  show("add", ctl(ep, EPOLL_CTL_ADD, p[0], EPOLLIN, 0x1122334455667788));
  show("add twice", ctl(ep, EPOLL_CTL_ADD, p[0], EPOLLIN, 1));
  show("add self", ctl(ep, EPOLL_CTL_ADD, ep, EPOLLIN, 1));
  show("mod missing", ctl(ep, EPOLL_CTL_MOD, p[1], EPOLLIN, 1));
  show("del missing", ctl(ep, EPOLL_CTL_DEL, p[1], 0, 0));
  show("bad op", ctl(ep, 9, p[0], EPOLLIN, 1));
  show("bad fd", ctl(ep, EPOLL_CTL_ADD, 99, EPOLLIN, 1));
  show("no epoll", ctl(p[0], EPOLL_CTL_ADD, p[1], EPOLLIN, 1));
  int file = open("/proc/self/exe", O_RDONLY);
  show("regular", ctl(ep, EPOLL_CTL_ADD, file, EPOLLIN, 1));
  int dev = open("/dev/null", O_RDWR);
  show("/dev/null", ctl(ep, EPOLL_CTL_ADD, dev, EPOLLIN, 1));
  struct epoll_event e;
  show("maxevents 0", epoll_wait(ep, &e, 0, 0));
  show("wait on a pipe", epoll_wait(p[0], &e, 1, 0));

  drain("empty", ep, 8, 0);
  drain("timeout", ep, 8, 10);
  write(p[1], "ab", 2);
  drain("level", ep, 8, -1);
  drain("level again", ep, 8, 0);
  char c[8];
  read(p[0], c, 2);
  drain("drained", ep, 8, 0);

  show("edge", ctl(ep, EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLET, 2));
  write(p[1], "a", 1);
  drain("edge 1", ep, 8, 0);
  drain("edge none", ep, 8, 0);
  write(p[1], "b", 1);
  drain("edge 2", ep, 8, 0);
  read(p[0], c, 1);
  drain("edge after a read", ep, 8, 0);
  show("rearm by mod", ctl(ep, EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLET, 3));
  drain("edge 3", ep, 8, 0);

  show("oneshot", ctl(ep, EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLONESHOT, 4));
  drain("shot", ep, 8, 0);
  write(p[1], "c", 1);
  drain("disabled", ep, 8, 0);
  show("arm", ctl(ep, EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLONESHOT, 5));
  drain("shot", ep, 8, 0);

  int a = eventfd(1, 0), b = eventfd(0, 0), d = eventfd(1, 0);
  ctl(ep, EPOLL_CTL_ADD, a, EPOLLIN, 0xa);
  ctl(ep, EPOLL_CTL_ADD, b, EPOLLIN | EPOLLOUT, 0xb);
  ctl(ep, EPOLL_CTL_ADD, d, EPOLLIN | EPOLLET, 0xd);
  drain("three", ep, 8, 0);
  drain("one at a time", ep, 1, 0);
  drain("one at a time", ep, 1, 0);
  drain("one at a time", ep, 1, 0);
  read(a, &v, 8);
  write(b, &v, 8);
  write(d, &v, 8);
  drain("changed", ep, 8, 0);

  int copy = dup(a);
  write(a, &v, 8);
  close(a);
  drain("closed, but a copy is open", ep, 8, 0);
  close(copy);
  drain("all closed", ep, 8, 0);
  show("del", ctl(ep, EPOLL_CTL_DEL, b, 0, 0));
  drain("deleted", ep, 8, 0);

  close(p[1]);
  show("rearm", ctl(ep, EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLRDHUP, 6));
  drain("hangup", ep, 8, 0);
  read(p[0], c, 8);
  drain("hangup, empty", ep, 8, 0);
  close(p[0]);

  int outer = epoll_create1(0), third = epoll_create1(0);
  show("nest", ctl(outer, EPOLL_CTL_ADD, ep, EPOLLIN, 0x10));
  show("circle", ctl(ep, EPOLL_CTL_ADD, outer, EPOLLIN, 0x11));
  show("nest", ctl(third, EPOLL_CTL_ADD, outer, EPOLLIN, 0x12));
  show("wide circle", ctl(ep, EPOLL_CTL_ADD, third, EPOLLIN, 0x13));
  show("exclusive epoll", ctl(third, EPOLL_CTL_ADD, epoll_create1(0), EPOLLIN | EPOLLEXCLUSIVE, 1));
  drain("nested quiet", outer, 8, 0);
  write(d, &v, 8);
  drain("nested", third, 8, 0);
  drain("nested", outer, 8, 0);
  drain("inner", ep, 8, 0);
  drain("nested quiet", outer, 8, 0);

  int x = eventfd(0, 0);
  show("exclusive", ctl(ep, EPOLL_CTL_ADD, x, EPOLLIN | EPOLLEXCLUSIVE, 0xe));
  show("exclusive mod", ctl(ep, EPOLL_CTL_MOD, x, EPOLLIN, 0xe));
  show("exclusive oneshot", ctl(ep, EPOLL_CTL_ADD, b, EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT, 1));
  if (fork() == 0) {
    usleep(20000);
    write(x, &v, 8);
    _exit(0);
  }
  drain("blocked", ep, 8, -1);
  wait(NULL);
  read(x, &v, 8);

  struct sigaction sa = {.sa_handler = nothing, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &sa, NULL);
  alarm(1);
  drain("interrupted", ep, 8, 5000);
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &all, NULL);
  kill(getpid(), SIGALRM);
  drain("masked", ep, 8, 0);
  show("pwait", epoll_pwait(ep, &e, 1, 1000, &none));
  return 0;
}
