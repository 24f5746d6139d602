// timerfd: one shot, periodic, absolute, gettime, cancellation, readiness.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static void show(const char *what, long result) {
  printf("%s: %ld%s%s\n", what, result, result < 0 ? " " : "", result < 0 ? strerrorname_np(errno) : "");
}

static int ready(int fd, int ms) {
  struct pollfd p = {fd, POLLIN | POLLOUT, 0};
  poll(&p, 1, ms);
  return p.revents;
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  uint64_t v = 0;
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  show("unset", read(fd, &v, 8));
  struct itimerspec once = {{0, 0}, {0, 20000000}}, old, now;
  show("set", timerfd_settime(fd, 0, &once, &old));
  printf("old %ld.%09ld\n", (long)old.it_value.tv_sec, old.it_value.tv_nsec);
  timerfd_gettime(fd, &now);
  printf("left %d\n", now.it_value.tv_nsec > 0 && now.it_value.tv_nsec <= 20000000);
  printf("poll now %x later %x\n", ready(fd, 0), ready(fd, 2000));
  show("short", read(fd, &v, 4));
  show("read", read(fd, &v, 8));
  printf("ticks %lu\n", v);
  show("again", read(fd, &v, 8));
  timerfd_gettime(fd, &now);
  printf("left %ld.%09ld\n", (long)now.it_value.tv_sec, now.it_value.tv_nsec);

  struct itimerspec every = {{0, 10000000}, {0, 10000000}};
  timerfd_settime(fd, 0, &every, NULL);
  struct timespec pause = {0, 55000000};
  nanosleep(&pause, NULL);
  show("periodic", read(fd, &v, 8));
  printf("ticks at least 5: %d\n", v >= 5);
  timerfd_gettime(fd, &now);
  printf("interval %ld left %d\n", now.it_interval.tv_nsec, now.it_value.tv_nsec > 0 && now.it_value.tv_nsec <= 10000000);
  struct itimerspec stop = {{0, 0}, {0, 0}};
  timerfd_settime(fd, 0, &stop, &old);
  printf("old interval %ld\n", old.it_interval.tv_nsec);
  printf("stopped %x\n", ready(fd, 30));

  struct timespec t;
  for (int clock = 0; clock < 2; clock++) {
    int id = clock ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    int abs = timerfd_create(id, 0);
    clock_gettime(id, &t);
    struct itimerspec at = {{0, 0}, {t.tv_sec, t.tv_nsec + 15000000}};
    if (at.it_value.tv_nsec >= 1000000000) at.it_value.tv_nsec -= 1000000000, at.it_value.tv_sec++;
    show("absolute", timerfd_settime(abs, TFD_TIMER_ABSTIME, &at, NULL));
    show("blocking read", read(abs, &v, 8));
    printf("ticks %lu\n", v);
    struct itimerspec past = {{0, 0}, {1, 0}};
    timerfd_settime(abs, TFD_TIMER_ABSTIME, &past, NULL);
    show("past", read(abs, &v, 8));
    close(abs);
  }
  show("bad clock", timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0));
  show("bad flags", timerfd_create(CLOCK_MONOTONIC, 1));
  once.it_value.tv_nsec = 1000000000;
  show("bad time", timerfd_settime(fd, 0, &once, NULL));
  once.it_value.tv_nsec = 1;
  show("bad settime flags", timerfd_settime(fd, 4, &once, NULL));
  show("no timerfd", timerfd_settime(0, 0, &once, NULL));
  show("write", write(fd, &v, 8));
  return 0;
}
