/* Five bodies under gravity, scalar doubles: sub, mul, add, sqrt, div. */
#include "harness.h"

#include <math.h>

enum { BODIES = 5 };

static double x[BODIES][3], v[BODIES][3], mass[BODIES];

static void step(double dt) {
  for (int i = 0; i < BODIES; i++) {
    for (int j = i + 1; j < BODIES; j++) {
      double d[3], square = 0.01;
      for (int k = 0; k < 3; k++) {
        d[k] = x[i][k] - x[j][k];
        square += d[k] * d[k];
      }
      double magnitude = dt / (square * sqrt(square));
      for (int k = 0; k < 3; k++) {
        v[i][k] -= d[k] * mass[j] * magnitude;
        v[j][k] += d[k] * mass[i] * magnitude;
      }
    }
  }
  for (int i = 0; i < BODIES; i++) {
    for (int k = 0; k < 3; k++) x[i][k] += dt * v[i][k];
  }
}

static void setup(void) {
  for (int i = 0; i < BODIES; i++) {
    mass[i] = 1.0 / (i + 1);
    for (int k = 0; k < 3; k++) {
      x[i][k] = (i + 1) * 1.5 * (k == i % 3 ? 1 : -0.25);
      v[i][k] = 0.3 * ((i + k) % 3 - 1);
    }
  }
}

static void work(long first, long last) {
  for (long r = first; r < last; r++) step(0.001);
}

static void report(void) { printf("%.12f %.12f %.12f\n", x[0][0], x[2][1], v[4][2]); }
