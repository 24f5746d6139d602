/*
 * main of a workload: PROGRAM [ROUNDS [CHUNKS]]
 *
 * A workload defines setup(), work(first, last), which does the rounds from first up to last, and report(), which prints a checksum.
 * Rounds cost about the same each. With CHUNKS > 1 they are done in so many equal parts: an empty line on stderr says that they begin, and
 * another that one is done, for who watches from outside. After the checksum follows a line for each: nanoseconds since the start of main.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void setup(void);
static void work(long first, long last);
static void report(void);

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void tick(long chunks) {
  if (chunks > 1 && write(2, "\n", 1) != 1) exit(2);
}

/* Numerical Recipes' generator: the same everywhere. */
static uint32_t random_state = 12345;
__attribute__((unused)) static uint32_t next_random(void) { return random_state = random_state * 1664525 + 1013904223; }

int main(int argc, char **argv) {
  long long start = now();
  long rounds = argc > 1 ? atol(argv[1]) : 1, chunks = argc > 2 ? atol(argv[2]) : 1;
  if (rounds < 1 || chunks < 1 || chunks > rounds) {
    fprintf(stderr, "usage: %s [ROUNDS [CHUNKS]], ROUNDS >= CHUNKS >= 1\n", argv[0]);
    return 2;
  }
  long long *done = malloc((size_t)chunks * sizeof *done);
  if (!done) return 2;
  setup();
  tick(chunks);
  for (long c = 0; c < chunks; c++) {
    work((long)((__int128)rounds * c / chunks), (long)((__int128)rounds * (c + 1) / chunks));
    done[c] = now() - start;
    tick(chunks);
  }
  report();
  if (chunks > 1)
    for (long c = 0; c < chunks; c++) printf("%lld\n", done[c]);
  return 0;
}
