// poll, ppoll, select, pselect: events, time-outs, closed and bad descriptors, masks that are atomic, waking by other processes.
#include "check.h"
#include <poll.h>
#include <sys/select.h>

static int p[2], q[2];
static volatile int handled;
static void handler(int sig, siginfo_t *si, void *context) { handled++; }
static long ms_since(struct timespec *start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000;
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  if (pipe(p) || pipe(q)) return 1;
  char c;
  struct timespec start, t;
  struct pollfd f[5] = {{p[0], POLLIN, 0}, {p[1], POLLOUT, 0}, {-1, POLLIN, 99}, {99, POLLIN, 0}, {q[0], POLLIN | POLLRDHUP, 0}};
  SHOW(poll(f, 5, 0));
  printf("%x %x %x %x %x\n", f[0].revents, f[1].revents, f[2].revents, f[3].revents, f[4].revents);
  close(q[1]);
  if (write(p[1], "x", 1)) {}
  SHOW(poll(f, 5, -1));
  printf("%x %x %x %x %x\n", f[0].revents, f[1].revents, f[2].revents, f[3].revents, f[4].revents);
  f[0].events = 0;
  SHOW(poll(f, 1, 0));
  SHOW(poll((void *)8, 1, 0));
  SHOW(poll(f, 0, 5));
  SHOW(poll(f, 1 << 24, 0));
  int fd = open("/proc/self/exe", O_RDONLY), null = open("/dev/null", O_RDWR);
  struct pollfd files[2] = {{fd, POLLIN | POLLOUT | POLLPRI, 0}, {null, POLLIN | POLLOUT, 0}};
  SHOW(poll(files, 2, -1));
  printf("%x %x\n", files[0].revents, files[1].revents);
  if (read(p[0], &c, 1)) {}
  clock_gettime(CLOCK_MONOTONIC, &start);
  f[0].events = POLLIN;
  SHOW(poll(f, 1, 30));
  printf("about 30 ms %d\n", ms_since(&start) >= 30 && ms_since(&start) < 200);
  if (fork() == 0) { sleep_ms(15); if (write(p[1], "x", 1)) {} _exit(0); }
  SHOW(poll(f, 1, 5000));
  wait(0);
  if (read(p[0], &c, 1)) {}
  printf("masks\n");
  handle(SIGUSR1, handler, 0);
  sigset_t usr, none, old;
  sigemptyset(&usr), sigemptyset(&none);
  sigaddset(&usr, SIGUSR1);
  sigprocmask(SIG_BLOCK, &usr, 0);
  raise(SIGUSR1);
  t = (struct timespec){0, 10000000};
  SHOW(ppoll(f, 1, &t, 0));
  printf("handled %d\n", handled);
  t = (struct timespec){5, 0};
  SHOW(ppoll(f, 1, &t, &none));
  printf("handled %d\n", handled);
  sigprocmask(SIG_SETMASK, 0, &old);
  printf("blocked again %d\n", sigismember(&old, SIGUSR1));
  raise(SIGUSR1);
  if (write(p[1], "x", 1)) {}
  t = (struct timespec){0, 0};
  SHOW(ppoll(f, 1, &t, &none));
  printf("ready beats the signal: handled %d\n", handled);
  sigprocmask(SIG_UNBLOCK, &usr, 0);
  printf("handled %d\n", handled);
  t = (struct timespec){-1, 0};
  SHOW(ppoll(f, 1, &t, 0));

  printf("select\n");
  fd_set in, out, bad;
  memset(&in, 0, sizeof in), memset(&out, 0, sizeof out), memset(&bad, 0, sizeof bad);
  FD_SET(p[0], &in), FD_SET(q[0], &in), FD_SET(p[1], &out);
  struct timeval tv = {0, 0};
  SHOW(select(20, &in, &out, &bad, &tv));
  printf("%d %d %d\n", !!FD_ISSET(p[0], &in), !!FD_ISSET(q[0], &in), !!FD_ISSET(p[1], &out));
  if (read(p[0], &c, 1)) {}
  memset(&in, 0, sizeof in);
  FD_SET(p[0], &in);
  tv = (struct timeval){0, 20000};
  SHOW(select(p[0] + 1, &in, 0, 0, &tv));
  printf("%d left %ld\n", !!FD_ISSET(p[0], &in), (long)tv.tv_usec);
  FD_SET(p[0], &in);
  tv = (struct timeval){5, 0};
  if (fork() == 0) { sleep_ms(15); if (write(p[1], "x", 1)) {} _exit(0); }
  SHOW(select(p[0] + 1, &in, 0, 0, &tv));
  wait(0);
  printf("left %d\n", tv.tv_sec == 4);
  memset(&in, 0, sizeof in);
  FD_SET(40, &in);
  tv = (struct timeval){0, 0};
  SHOW(select(41, &in, 0, 0, &tv));
  SHOW(select(-1, 0, 0, 0, &tv));
  SHOW(select(0, 0, 0, 0, &tv));
  tv.tv_usec = -1;
  SHOW(select(0, 0, 0, 0, &tv));
  SHOW(select(5, (void *)8, 0, 0, 0));
  handled = 0;
  sigprocmask(SIG_BLOCK, &usr, 0);
  raise(SIGUSR1);
  memset(&in, 0, sizeof in);
  t = (struct timespec){5, 0};
  SHOW(pselect(0, &in, 0, 0, &t, &none));
  printf("handled %d\n", handled);
  printf("both ends\n");
  memset(f, 0, sizeof f);
  pipe(q);
  f[0] = (struct pollfd){q[1], POLLOUT, 0};
  if (fork() == 0) { close(q[1]); sleep_ms(15); _exit(0); }
  close(q[0]);
  f[0].events = 0;
  SHOW(poll(f, 1, 2000));
  printf("%x\n", f[0].revents);
  wait(0);
  return 0;
}
