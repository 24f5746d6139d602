/* The cheapest system call, and a byte through a pipe and back. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv) {
  long rounds = argc > 1 ? atol(argv[1]) : 1, sum = 0;
  int ends[2];
  char byte = 1;
  if (pipe(ends)) return 1;
  for (long r = 0; r < rounds; r++) {
    for (int i = 0; i < 8; i++) sum += syscall(SYS_getppid) > 0;
    if (write(ends[1], &byte, 1) != 1 || read(ends[0], &byte, 1) != 1) return 1;
  }
  printf("%ld\n", sum);
  return 0;
}
