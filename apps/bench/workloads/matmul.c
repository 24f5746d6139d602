/* Products of matrices of doubles, the inner loop over columns: two loads, a multiply, an add and a store a step. */
#include "harness.h"

enum { N = 96 };

static double a[N][N], b[N][N], c[N][N];

static void setup(void) {
  for (int i = 0; i < N; i++) {
    for (int j = 0; j < N; j++) {
      a[i][j] = (next_random() >> 8) / 16777216.0;
      b[i][j] = (next_random() >> 8) / 16777216.0 / N;
    }
  }
}

static void work(long first, long last) {
  for (long r = first; r < last; r++) {
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < N; j++) c[i][j] = 0;
      for (int k = 0; k < N; k++)
        for (int j = 0; j < N; j++) c[i][j] += a[i][k] * b[k][j];
    }
    a[r % N][(r + 1) % N] += c[r % 7][r % 5] * 0.001;
  }
}

static void report(void) {
  double sum = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) sum += c[i][j];
  printf("%.9f\n", sum);
}
