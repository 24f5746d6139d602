/* The sieve of Eratosthenes over a byte array of 1 MiB: strided byte stores. */
#include "harness.h"

#include <string.h>

enum { N = 1 << 20 };

static unsigned char composite[N];
static long count;

static void setup(void) {}

static void work(long first, long last) {
  for (long r = first; r < last; r++) {
    memset(composite, 0, N);
    for (int i = 2; i < N; i++) {
      if (composite[i]) continue;
      count++;
      for (int j = i + i; j < N; j += i) composite[j] = 1;
    }
  }
}

static void report(void) { printf("%ld\n", count); }
