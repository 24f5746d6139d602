/* Fibonacci numbers by naive recursion: calls and returns. */
#include "harness.h"

static __attribute__((noinline)) unsigned fib(unsigned n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

static unsigned sum;

static void setup(void) {}

static void work(long first, long last) {
  for (long r = first; r < last; r++) sum += fib(20 + (unsigned)(r & 1));
}

static void report(void) { printf("%u\n", sum); }
