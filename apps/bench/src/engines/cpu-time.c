/*
 * cpu-time PROGRAM ARG…: runs it and writes one line to fd 3 when it has ended: microseconds of user time, of system time (children
 * included that were waited for), and of wall time. Exit status: the program's, 128 + N for signal N, 125 when it could not be measured,
 * 127 when it could not be executed. Whoever kills this process kills the program.
 */
#include <signal.h>
#include <stdio.h>
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

int main(int argc, char **argv) {
  if (argc < 2) return 125;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  long start = now();
  pid_t child = fork();
  if (child < 0) return 125;
  if (!child) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(3);
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  int status;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) != child) return 125;
  dprintf(3, "%ld %ld %ld\n", micros(usage.ru_utime), micros(usage.ru_stime), now() - start);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
