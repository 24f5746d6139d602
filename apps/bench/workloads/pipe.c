/* A byte goes to another process through a pipe and comes back through another: two context switches, four system calls. */
#include "harness.h"
#include "one-cpu.h"

#include <sys/wait.h>
#include <unistd.h>

static int there[2], back[2];
static pid_t child;
static long sum;

static void answer(void) {
  unsigned char byte;
  close(there[1]);
  close(back[0]);
  while (read(there[0], &byte, 1) == 1) {
    byte++;
    if (write(back[1], &byte, 1) != 1) _exit(1);
  }
  _exit(0);
}

static void setup(void) {
  one_cpu();
  if (pipe(there) || pipe(back)) exit(1);
  child = fork();
  if (child < 0) exit(1);
  if (!child) answer();
  close(there[0]);
  close(back[1]);
}

static void work(long first, long last) {
  for (long r = first; r < last; r++) {
    unsigned char byte = (unsigned char)r;
    if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1) exit(1);
    sum += byte;
  }
}

static void report(void) {
  int status;
  close(there[1]);
  if (waitpid(child, &status, 0) != child || status) exit(1);
  printf("%ld\n", sum);
}
