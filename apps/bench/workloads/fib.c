/* Fibonacci numbers by naive recursion: calls and returns. */
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) unsigned fib(unsigned n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

int main(int argc, char **argv) {
  long rounds = argc > 1 ? atol(argv[1]) : 1;
  unsigned sum = 0;
  for (long r = 0; r < rounds; r++) sum += fib(24 + (unsigned)(r & 1));
  printf("%u\n", sum);
  return 0;
}
