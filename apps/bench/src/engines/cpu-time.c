/*
 * cpu-time [-t] PROGRAM ARG…: runs it and writes one line to fd 3 when it has ended: microseconds of user time, of system time (children
 * included that were waited for), and of wall time. With -t, before that a line for each line that it writes to stderr: nanoseconds of CPU
 * time that the process had used then. Exit status: the program's, 128 + N for signal N, 125 when it could not be measured, 127 when it
 * could not be executed. Whoever kills this process kills the program.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long micros(struct timeval t) { return t.tv_sec * 1000000L + t.tv_usec; }

static long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

/* Passes the program's stderr on; a line of it is a moment to be noted. */
static int watch(pid_t child, int from) {
  clockid_t clock;
  char text[4096];
  if (clock_getcpuclockid(child, &clock)) return -1;
  for (ssize_t n; (n = read(from, text, sizeof text)) > 0;) {
    struct timespec t;
    if (!clock_gettime(clock, &t))
      for (ssize_t i = 0; i < n; i++)
        if (text[i] == '\n') dprintf(3, "%lld\n", t.tv_sec * 1000000000LL + t.tv_nsec);
    if (write(2, text, (size_t)n) != n) return -1;
  }
  return 0;
}

int main(int argc, char **argv) {
  int ticks = argc > 1 && !strcmp(argv[1], "-t"), ends[2];
  char **command = argv + 1 + ticks;
  if (!command[0] || (ticks && pipe(ends))) return 125;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  long start = now();
  pid_t child = fork();
  if (child < 0) return 125;
  if (!child) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(3);
    if (ticks) {
      dup2(ends[1], 2);
      close(ends[0]);
      close(ends[1]);
    }
    execvp(command[0], command);
    _exit(127);
  }
  if (ticks) {
    close(ends[1]);
    if (watch(child, ends[0])) return 125;
  }
  int status;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) != child) return 125;
  dprintf(3, "%ld %ld %ld\n", micros(usage.ru_utime), micros(usage.ru_stime), now() - start);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
