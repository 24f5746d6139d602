/* libc's string functions over text of 64 KiB: strlen, memchr, memcmp, memcpy, memmove, memset, strstr. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 1 << 16 };

int main(int argc, char **argv) {
  long rounds = argc > 1 ? atol(argv[1]) : 1;
  static char text[N], copy[N];
  uint32_t seed = 1;
  uint64_t sum = 0;
  for (int i = 0; i < N - 1; i++) {
    seed = seed * 1103515245 + 12345;
    text[i] = "abcdefghijklmno "[seed >> 28];
  }
  for (long r = 0; r < rounds; r++) {
    memcpy(copy, text, N);
    memmove(copy + 3, copy, N / 2);
    sum += strlen(copy) + (uint64_t)memcmp(copy, text, 3);
    for (char *p = copy; (p = memchr(p, ' ', (size_t)(copy + N - p))); p++) sum++;
    char *hit = strstr(text + r % 1000, "hello");
    sum += hit ? (uint64_t)(hit - text) : 7;
    memset(copy, (int)(r & 0x7f), N / 4);
    sum += (unsigned char)copy[r % N];
  }
  printf("%llu\n", (unsigned long long)sum);
  return 0;
}
