/* A loop of register arithmetic: what the interpreter reaches when nothing else is in the way. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  uint64_t rounds = argc > 1 ? strtoull(argv[1], 0, 10) : 1;
  uint64_t a = 0x9e3779b97f4a7c15, b = 1;
  for (uint64_t i = 0; i < rounds; i++) {
    a ^= a >> 13;
    a += b * 5;
    b ^= a << 7;
    b += i;
    if (a & 1) b -= a >> 3;
  }
  printf("%016llx\n", (unsigned long long)(a ^ b));
  return 0;
}
