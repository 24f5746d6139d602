/* A fast Fourier transform of 1,024 complex numbers in single precision, there and back. */
#include "harness.h"

#include <math.h>

enum { LOG = 10, N = 1 << LOG };

static float re[N], im[N], cosine[N / 2], sine[N / 2];

static void setup(void) {
  for (int i = 0; i < N / 2; i++) {
    cosine[i] = (float)cos(2 * M_PI * i / N);
    sine[i] = (float)sin(2 * M_PI * i / N);
  }
  for (int i = 0; i < N; i++) re[i] = (float)(next_random() >> 8) / 16777216.0f;
}

static void transform(float direction) {
  for (unsigned i = 1, j = 0; i < N; i++) {
    unsigned bit = N >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    float t = re[i]; re[i] = re[j]; re[j] = t;
    t = im[i]; im[i] = im[j]; im[j] = t;
  }
  for (int half = 1; half < N; half *= 2) {
    int stride = N / (2 * half);
    for (int start = 0; start < N; start += 2 * half) {
      for (int k = 0; k < half; k++) {
        int a = start + k, b = a + half;
        float wr = cosine[k * stride], wi = direction * sine[k * stride];
        float tr = re[b] * wr - im[b] * wi, ti = re[b] * wi + im[b] * wr;
        re[b] = re[a] - tr; im[b] = im[a] - ti;
        re[a] += tr; im[a] += ti;
      }
    }
  }
}

static void work(long first, long last) {
  for (long r = first; r < last; r++) {
    transform(1);
    for (int i = 0; i < N; i++) { re[i] *= 1.0f / N; im[i] *= 1.0f / N; }
    transform(-1);
    re[r % N] = 0.25f - re[r % N];
  }
}

static void report(void) {
  float sum = 0;
  for (int i = 0; i < N; i++) sum += re[i] * (float)(i % 7) + im[i];
  printf("%.6f\n", sum);
}
