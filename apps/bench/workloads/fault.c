/* Anonymous pages: map 1 MiB, touch each page, unmap. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { SIZE = 1 << 20, PAGE = 4096 };

int main(int argc, char **argv) {
  long rounds = argc > 1 ? atol(argv[1]) : 1, sum = 0;
  for (long r = 0; r < rounds; r++) {
    char *p = mmap(0, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) return 1;
    for (int i = 0; i < SIZE; i += PAGE) sum += ++p[i];
    munmap(p, SIZE);
  }
  printf("%ld\n", sum);
  return 0;
}
