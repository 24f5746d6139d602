/* libc's string functions over text of 64 KiB: strlen, memchr, memcmp, memcpy, memmove, memset, strstr. */
#include "harness.h"

#include <string.h>

enum { N = 1 << 16 };

static char text[N], copy[N];
static uint64_t sum;

static void setup(void) {
  for (int i = 0; i < N - 1; i++) text[i] = "abcdefghijklmno "[next_random() >> 28];
}

static void work(long first, long last) {
  for (long r = first; r < last; r++) {
    memcpy(copy, text, N);
    memmove(copy + 3, copy, N / 2);
    sum += strlen(copy) + (uint64_t)memcmp(copy, text, 3);
    for (char *p = copy; (p = memchr(p, ' ', (size_t)(copy + N - p))); p++) sum++;
    char *hit = strstr(text + r % 1000, "hello");
    sum += hit ? (uint64_t)(hit - text) : 7;
    memset(copy, (int)(r & 0x7f), N / 4);
    sum += (unsigned char)copy[r % N];
  }
}

static void report(void) { printf("%llu\n", (unsigned long long)sum); }
