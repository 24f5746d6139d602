/* Anonymous pages: one round maps 1 MiB, touches each of its 256 pages, unmaps. */
#include "harness.h"

#include <sys/mman.h>

enum { SIZE = 1 << 20, PAGE = 4096 };

static long sum;

static void setup(void) {}

static void work(long first, long last) {
  for (long r = first; r < last; r++) {
    char *p = mmap(0, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) exit(1);
    for (int i = 0; i < SIZE; i += PAGE) sum += ++p[i];
    munmap(p, SIZE);
  }
}

static void report(void) { printf("%ld\n", sum); }
