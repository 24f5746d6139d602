/* fork, exit, wait. */
#include "harness.h"

#include <sys/wait.h>
#include <unistd.h>

static long sum;

static void setup(void) {}

static void work(long first, long last) {
  for (long r = first; r < last; r++) {
    pid_t child = fork();
    if (child < 0) exit(1);
    if (!child) _exit((int)(r & 15));
    int status;
    if (waitpid(child, &status, 0) != child) exit(1);
    sum += WEXITSTATUS(status);
  }
}

static void report(void) { printf("%ld\n", sum); }
