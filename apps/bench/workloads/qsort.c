/* libc's qsort over pseudo-random ints: indirect calls, compares, moves. */
#include "harness.h"

enum { N = 2000 };

static int compare(const void *a, const void *b) {
  int x = *(const int *)a, y = *(const int *)b;
  return x < y ? -1 : x > y;
}

static int v[N];
static uint32_t sum;

static void setup(void) {}

static void work(long first, long last) {
  for (long r = first; r < last; r++) {
    for (int i = 0; i < N; i++) v[i] = (int)(next_random() >> 4);
    qsort(v, N, sizeof v[0], compare);
    for (int i = 0; i < N; i += 97) sum = sum * 31 + (uint32_t)v[i];
  }
}

static void report(void) { printf("%08x\n", sum); }
