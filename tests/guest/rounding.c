/* Rounding modes and flags of MXCSR that a function which is called changes, in loops that are hot. */
#include <fenv.h>
#include <stdio.h>

static volatile double one = 1, three = 3, tiny = 1e-320, huge = 1e300;

__attribute__((noinline)) static void set_rounding(unsigned mode) {
  unsigned mxcsr;
  __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
  mxcsr = (mxcsr & ~0x6000u) | mode << 13;
  __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
}

__attribute__((noinline)) static unsigned flags(unsigned clear) {
  unsigned mxcsr;
  __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
  unsigned found = mxcsr & 0x3f;
  if (clear) {
    mxcsr &= ~0x3fu;
    __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
  }
  return found;
}

int main(void) {
  double sums[4] = {0};
  float halves[4] = {0};
  long integers[4] = {0};
  for (int i = 0; i < 400000; i++) {
    set_rounding(i & 3);
    double third = one / three;
    sums[i & 3] += third;
    halves[i & 3] += (float)third;
    long n;
    __asm__("cvtsd2si %1, %0" : "=r"(n) : "x"(third * 5));
    integers[i & 3] += n;
  }
  set_rounding(0);
  for (int i = 0; i < 4; i++) printf("%a %a %ld\n", sums[i], (double)halves[i], integers[i]);
  unsigned seen[8] = {0};
  for (int i = 0; i < 400000; i++) {
    flags(1);
    double exact = one + three;
    seen[0] |= flags(1);
    double inexact = exact / three;
    seen[1] |= flags(1);
    double denormal = tiny + inexact;
    seen[2] |= flags(1);
    double overflow = huge * huge;
    seen[3] |= flags(1);
    double underflow = one / huge / huge;
    seen[4] |= flags(1);
    double invalid = overflow - overflow;
    seen[5] |= flags(1);
    seen[6] |= (unsigned)(invalid < denormal) + flags(1);
    seen[7] |= (unsigned)(invalid == underflow) + flags(1);
  }
  for (int i = 0; i < 8; i++) printf("%x ", seen[i]);
  printf("\n");
  return 0;
}
