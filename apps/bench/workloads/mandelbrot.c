/* The Mandelbrot set, scalar doubles: multiplies, adds and a compare per step. One round is one line of the picture. */
#include "harness.h"

enum { WIDTH = 256, HEIGHT = 256, LIMIT = 256 };

static uint64_t sum;

static void setup(void) {}

static void work(long first, long last) {
  for (long r = first; r < last; r++) {
    double ci = 2.4 * (double)(r % HEIGHT) / HEIGHT - 1.2;
    for (int column = 0; column < WIDTH; column++) {
      double cr = 3.0 * column / WIDTH - 2.2, x = 0, y = 0;
      int steps = 0;
      for (; steps < LIMIT && x * x + y * y <= 4; steps++) {
        double next = x * x - y * y + cr;
        y = 2 * x * y + ci;
        x = next;
      }
      sum = sum * 31 + (uint64_t)steps;
    }
  }
}

static void report(void) { printf("%016llx\n", (unsigned long long)sum); }
