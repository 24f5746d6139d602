/* libc's qsort over pseudo-random ints: indirect calls, compares, moves. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 20000 };

static int compare(const void *a, const void *b) {
  int x = *(const int *)a, y = *(const int *)b;
  return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
  long rounds = argc > 1 ? atol(argv[1]) : 1;
  static int v[N];
  uint32_t seed = 12345, sum = 0;
  for (long r = 0; r < rounds; r++) {
    for (int i = 0; i < N; i++) {
      seed = seed * 1664525 + 1013904223;
      v[i] = (int)(seed >> 4);
    }
    qsort(v, N, sizeof v[0], compare);
    for (int i = 0; i < N; i += 97) sum = sum * 31 + (uint32_t)v[i];
  }
  printf("%08x\n", sum);
  return 0;
}
