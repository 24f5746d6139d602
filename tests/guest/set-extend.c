// setcc, widened in its own register or in another one, or stored.
#include <stdio.h>
#define BOTH(name, cc) \
  __attribute__((noipa)) static unsigned long name(unsigned long a, unsigned long b, unsigned char *at) { \
    unsigned long x = a * 0x9e3779b97f4a7c15, y = 0, z = b; \
    __asm__("cmp %4, %3\n set" cc " %b0\n movzbl %b0, %k0\n cmp %3, %4\n set" cc " %b1\n movzbl %b1, %k2\n" \
            "cmp %4, %3\n set" cc " (%5)\n movzbl (%5), %k1\n" : "+q"(x), "+q"(y), "+q"(z) : "r"(a), "r"(b), "r"(at) : "cc", "memory"); \
    return x * 3 + y * 5 + z * 7 + *at; \
  }
BOTH(below, "b") BOTH(less, "l") BOTH(overflow, "o") BOTH(equal, "e") BOTH(parity, "p") BOTH(sign, "s")
/** What setcc stores to is at the register that is widened behind it. */
__attribute__((noipa)) static unsigned long based(unsigned long a, unsigned char *at) {
  unsigned long r = (unsigned long)at;
  __asm__("cmp $100, %1\n seta (%0)\n movzbl %b0, %k0\n" : "+a"(r) : "r"(a) : "cc", "memory");
  return (r == ((unsigned long)at & 255)) + 2 * *at;
}
int main(void) {
  unsigned char byte;
  unsigned long sum = 0, x = 1;
  for (long i = 0; i < 400000; i++) {
    x = x * 6364136223846793005 + 1442695040888963407;
    sum = sum * 31 + below(x, x >> 7, &byte) + less(x, x << 3, &byte) + overflow(x, i, &byte);
    sum += equal(x & 3, i & 3, &byte) + parity(x, i, &byte) + sign(x, i, &byte);
    sum += based(x & 255, &byte);
  }
  printf("%lx\n", sum);
}
