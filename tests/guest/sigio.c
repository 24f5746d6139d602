// SIGIO: O_ASYNC, F_SETOWN, F_SETSIG on pipes and pseudo-terminals.
#include "check.h"
#include <pty.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static volatile int count, last_code, last_fd, last_signo;
static volatile long last_band;

static void handler(int signo, siginfo_t *info, void *context) {
  (void)context;
  count++;
  last_signo = signo;
  last_code = info->si_code;
  last_fd = info->si_fd;
  last_band = info->si_band;
}

static void report(const char *what, int fd) {
  if (last_signo == SIGIO && last_code == SI_KERNEL)
    printf("%s: %d plain SIGIO\n", what, count);
  else
    printf("%s: %d signal %d code %d band %lx fd %s\n", what, count, count ? last_signo : 0, count ? last_code : 0,
           count ? last_band : 0, !count ? "none" : last_fd == fd ? "same" : "other");
  count = last_signo = last_code = last_band = 0;
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  sigaction(SIGIO, &action, NULL);
  sigaction(SIGRTMIN + 3, &action, NULL);
  sigaction(SIGCHLD, &action, NULL);

  int ends[2];
  char buffer[65536] = {0};
  pipe(ends);
  printf("owner %d\n", fcntl(ends[0], F_GETOWN));
  struct f_owner_ex ex = {-1, -1};
  int got = fcntl(ends[0], F_GETOWN_EX, &ex);
  printf("owner_ex %d %d %d\n", got, ex.type, ex.pid);
  fcntl(ends[0], F_SETFL, O_ASYNC);
  write(ends[1], "a", 1);
  report("without owner", ends[0]);
  printf("setown %d\n", fcntl(ends[0], F_SETOWN, getpid()));
  printf("getown same %d\n", fcntl(ends[0], F_GETOWN) == getpid());
  write(ends[1], "a", 1);
  report("write", ends[0]);
  fcntl(ends[0], F_SETSIG, SIGRTMIN + 3);
  read(ends[0], buffer, 2);
  write(ends[1], "a", 1);
  report("with F_SETSIG", ends[0]);
  read(ends[0], buffer, 1);
  report("reading tells the reader nothing", ends[0]);
  fcntl(ends[0], F_SETSIG, SIGCHLD);
  write(ends[1], "a", 1);
  report("a signal with codes of its own", ends[0]);
  fcntl(ends[0], F_SETSIG, SIGRTMIN + 3);
  fcntl(ends[0], F_SETFL, 0);
  write(ends[1], "a", 1);
  report("O_ASYNC off", ends[0]);

  read(ends[0], buffer, 2);
  fcntl(ends[1], F_SETOWN, getpid());
  fcntl(ends[1], F_SETSIG, SIGRTMIN + 3);
  int on = 1;
  SHOW(ioctl(ends[1], FIOASYNC, &on));
  SHOW(fcntl(ends[1], F_GETFL));
  write(ends[1], buffer, sizeof buffer);
  count = 0;
  read(ends[0], buffer, sizeof buffer);
  report("room for the writer", ends[1]);
  close(ends[0]);
  report("the reader closes", ends[1]);
  close(ends[1]);

  pipe(ends);
  fcntl(ends[0], F_SETOWN, -getpgrp());
  printf("group %d\n", fcntl(ends[0], F_GETOWN) == -getpgrp());
  fcntl(ends[0], F_SETOWN, 0);
  fcntl(ends[0], F_SETOWN_EX, &(struct f_owner_ex){F_OWNER_TID, gettid()});
  fcntl(ends[0], F_GETOWN_EX, &ex);
  printf("thread %d %d\n", ex.type, ex.pid == gettid());
  fcntl(ends[0], F_SETFL, O_ASYNC);
  close(ends[1]);
  report("the writer closes", ends[0]);
  SHOW(fcntl(ends[0], F_SETOWN, 0x3fffff));
  ex.type = 7;
  SHOW(fcntl(ends[0], F_SETOWN_EX, &ex));
  close(ends[0]);

  int sockets[2];
  socketpair(AF_UNIX, SOCK_STREAM, 0, sockets);
  fcntl(sockets[0], F_SETOWN, getpid());
  fcntl(sockets[0], F_SETSIG, SIGRTMIN + 3);
  fcntl(sockets[0], F_SETFL, O_ASYNC);
  write(sockets[1], "a", 1);
  report("a socket's peer writes", sockets[0]);
  write(sockets[0], "a", 1);
  read(sockets[1], buffer, 1);
  report("there was room all the time", sockets[0]);
  close(sockets[0]);
  close(sockets[1]);

  int event = eventfd(0, 0);
  SHOW(ioctl(event, FIOASYNC, &on));

  int master, slave;
  openpty(&master, &slave, NULL, NULL, NULL);
  fcntl(slave, F_SETFL, O_ASYNC);
  printf("terminal's owner %d\n", fcntl(slave, F_GETOWN) == getpid());
  fcntl(slave, F_SETSIG, SIGRTMIN + 3);
  write(master, "half", 4);
  usleep(20000);
  report("half a line", slave);
  write(master, "\n", 1);
  for (int i = 0; i < 100 && count == 0; i++) usleep(1000);
  printf("a line: %d code %d\n", count > 0, last_code);
  return 0;
}
