/* CRC-32 (the polynomial of zlib) by a table, a byte a step: a load that depends on the step before. One round is 4 KiB. */
#include "harness.h"

enum { N = 4096 };

static uint32_t table[256], crc = 0xffffffff;
static uint8_t data[N];

static void setup(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; bit++) value = value & 1 ? value >> 1 ^ 0xedb88320 : value >> 1;
    table[i] = value;
  }
  for (int i = 0; i < N; i++) data[i] = (uint8_t)(next_random() >> 24);
}

static void work(long first, long last) {
  uint32_t value = crc;
  for (long r = first; r < last; r++)
    for (int i = 0; i < N; i++) value = table[(value ^ data[i]) & 255] ^ value >> 8;
  crc = value;
}

static void report(void) { printf("%08x\n", crc ^ 0xffffffff); }
