/* SHA-256 (FIPS 180-4) of a chain: each round hashes 1 KiB and feeds the digest back. */
#include "harness.h"

#include <string.h>

static uint32_t K[64], H0[8];

static uint32_t rotr(uint32_t x, int n) { return x >> n | x << (32 - n); }

/* The constants are the first 32 bits of the fractional parts of roots of primes; integer Newton steps find them exactly. */
static uint32_t root_bits(unsigned prime, int cube) {
  unsigned __int128 n = (unsigned __int128)prime << (cube ? 96 : 64);
  uint64_t low = 0, high = (uint64_t)1 << 38;
  while (low + 1 < high) {
    uint64_t mid = (low + high) / 2;
    unsigned __int128 square = (unsigned __int128)mid * mid;
    int above = cube ? square > n / mid : square > n;
    if (above) high = mid; else low = mid;
  }
  return (uint32_t)low;
}

static void constants(void) {
  int count = 0;
  for (unsigned p = 2; count < 64; p++) {
    int prime = 1;
    for (unsigned d = 2; d * d <= p; d++) if (p % d == 0) prime = 0;
    if (!prime) continue;
    K[count] = root_bits(p, 1);
    if (count < 8) H0[count] = root_bits(p, 0);
    count++;
  }
}

static void block(uint32_t h[8], const uint8_t *p) {
  uint32_t w[64];
  for (int i = 0; i < 16; i++) w[i] = (uint32_t)p[4 * i] << 24 | p[4 * i + 1] << 16 | p[4 * i + 2] << 8 | p[4 * i + 3];
  for (int i = 16; i < 64; i++) {
    uint32_t s0 = rotr(w[i - 15], 7) ^ rotr(w[i - 15], 18) ^ w[i - 15] >> 3;
    uint32_t s1 = rotr(w[i - 2], 17) ^ rotr(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7];
  for (int i = 0; i < 64; i++) {
    uint32_t t1 = k + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i];
    uint32_t t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    k = g; g = f; f = e; e = d + t1; d = c; c = b; b = a; a = t1 + t2;
  }
  h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += k;
}

static void digest(const uint8_t *data, size_t length, uint8_t out[32]) {
  uint32_t h[8];
  uint8_t last[128] = {0};
  memcpy(h, H0, sizeof h);
  size_t whole = length / 64 * 64, rest = length - whole, padded = rest < 56 ? 64 : 128;
  for (size_t i = 0; i < whole; i += 64) block(h, data + i);
  memcpy(last, data + whole, rest);
  last[rest] = 0x80;
  for (int i = 0; i < 8; i++) last[padded - 1 - i] = (uint8_t)((uint64_t)length * 8 >> 8 * i);
  for (size_t i = 0; i < padded; i += 64) block(h, last + i);
  for (int i = 0; i < 32; i++) out[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
}

static uint8_t message[1024], out[32];

static void setup(void) {
  constants();
  for (int i = 0; i < 1024; i++) message[i] = (uint8_t)(i * 7 + 1);
}

static void work(long first, long last) {
  for (long r = first; r < last; r++) {
    digest(message, sizeof message, out);
    memcpy(message + r % 31 * 32, out, 32);
  }
}

static void report(void) {
  for (int i = 0; i < 32; i++) printf("%02x", out[i]);
  putchar('\n');
}
