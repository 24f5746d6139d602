/* A picture of 128 x 128 pixels in bytes is blurred and mixed with another: narrow integers, loops that the compiler makes packed. */
#include "harness.h"

enum { SIDE = 128, PIXELS = SIDE * SIDE };

static uint8_t picture[PIXELS], other[PIXELS];
static uint16_t rows[PIXELS];

static void setup(void) {
  for (int i = 0; i < PIXELS; i++) {
    picture[i] = (uint8_t)(next_random() >> 24);
    other[i] = (uint8_t)(next_random() >> 24);
  }
}

__attribute__((optimize("O3"))) static void blur(uint8_t *restrict p, uint16_t *restrict sums) {
  for (int i = 1; i < PIXELS - 1; i++) sums[i] = (uint16_t)(p[i - 1] + 2 * p[i] + p[i + 1]);
  for (int i = SIDE; i < PIXELS - SIDE; i++) p[i] = (uint8_t)((sums[i - SIDE] + 2 * sums[i] + sums[i + SIDE]) >> 4);
}

__attribute__((optimize("O3"))) static void mix(uint8_t *restrict p, const uint8_t *restrict q, int weight) {
  for (int i = 0; i < PIXELS; i++) p[i] = (uint8_t)((p[i] * (256 - weight) + q[i] * weight) >> 8);
}

static void work(long first, long last) {
  for (long r = first; r < last; r++) {
    blur(picture, rows);
    mix(picture, other, 32 + (int)(r % 64));
  }
}

static void report(void) {
  uint32_t sum = 0;
  for (int i = 0; i < PIXELS; i++) sum = sum * 31 + picture[i];
  printf("%08x\n", sum);
}
