/* The sieve of Eratosthenes over a byte array of 1 MiB: strided byte stores. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 1 << 20 };

int main(int argc, char **argv) {
  long rounds = argc > 1 ? atol(argv[1]) : 1, count = 0;
  static unsigned char composite[N];
  for (long r = 0; r < rounds; r++) {
    memset(composite, 0, N);
    for (int i = 2; i < N; i++) {
      if (composite[i]) continue;
      count++;
      for (int j = i + i; j < N; j += i) composite[j] = 1;
    }
  }
  printf("%ld\n", count);
  return 0;
}
