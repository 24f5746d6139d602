/* A loop of register arithmetic: what the interpreter reaches when nothing else is in the way. */
#include "harness.h"

static uint64_t state[2] = {0x9e3779b97f4a7c15, 1};

static void setup(void) {}

static void work(long first, long last) {
  uint64_t a = state[0], b = state[1];
  for (long i = first; i < last; i++) {
    a ^= a >> 13;
    a += b * 5;
    b ^= a << 7;
    b += (uint64_t)i;
    if (a & 1) b -= a >> 3;
  }
  state[0] = a;
  state[1] = b;
}

static void report(void) { printf("%016llx\n", (unsigned long long)(state[0] ^ state[1])); }
