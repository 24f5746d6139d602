/* Compression by matches in what came before (as LZ4 has them: bytes and copies), and back; the result is compared. One round is 16 KiB. */
#include "harness.h"

#include <string.h>

enum { N = 1 << 14, HASH = 1 << 12, LEAST = 4 };

static uint8_t text[N + 8], packed[2 * N], again[N + 8];
static uint64_t bytes;

static void setup(void) {
  static const char *words[] = {"the ", "quick ", "brown ", "fox ", "jumps ", "over ", "lazy ", "dog. ", "pack ", "my ", "box ", "with ", "jugs "};
  int at = 0;
  while (at < N) {
    if (next_random() >> 29 == 0) { text[at++] = (uint8_t)(next_random() >> 24); continue; }
    for (const char *p = words[(next_random() >> 16) % 13]; *p && at < N; p++) text[at++] = (uint8_t)*p;
  }
}

static uint32_t load32(const uint8_t *p) { uint32_t v; memcpy(&v, p, 4); return v; }

/* A literal run: 0 LENGTH BYTES; a copy: LENGTH OFFSET16, LENGTH from 4 to 255. */
static uint8_t *literals(uint8_t *out, const uint8_t *from, const uint8_t *to) {
  while (from < to) {
    int length = to - from > 255 ? 255 : (int)(to - from);
    *out++ = 0;
    *out++ = (uint8_t)length;
    memcpy(out, from, (size_t)length);
    out += length;
    from += length;
  }
  return out;
}

static int pack(void) {
  static uint16_t seen[HASH];
  memset(seen, 0, sizeof seen);
  uint8_t *out = packed;
  const uint8_t *start = text, *p = text + 1, *end = text + N;
  while (p + LEAST <= end) {
    uint32_t hash = load32(p) * 2654435761u >> 20;
    const uint8_t *match = text + seen[hash];
    seen[hash] = (uint16_t)(p - text);
    if (load32(match) != load32(p)) { p++; continue; }
    int length = LEAST;
    while (length < 255 && p + length < end && match[length] == p[length]) length++;
    out = literals(out, start, p);
    *out++ = (uint8_t)length;
    *out++ = (uint8_t)(p - match);
    *out++ = (uint8_t)((p - match) >> 8);
    p += length;
    start = p;
  }
  return (int)(literals(out, start, end) - packed);
}

static void unpack(int size) {
  uint8_t *out = again;
  for (const uint8_t *in = packed; in < packed + size;) {
    int length = *in++;
    if (!length) {
      length = *in++;
      memcpy(out, in, (size_t)length);
      in += length;
      out += length;
      continue;
    }
    const uint8_t *from = out - (in[0] | in[1] << 8);
    in += 2;
    while (length--) *out++ = *from++;
  }
}

static void work(long first, long last) {
  for (long r = first; r < last; r++) {
    int size = pack();
    unpack(size);
    if (memcmp(text, again, N)) {
      fprintf(stderr, "lz: what was packed is not what comes out\n");
      exit(1);
    }
    bytes += (uint64_t)size;
    text[next_random() >> 18] ^= 1;
  }
}

static void report(void) { printf("%llu\n", (unsigned long long)bytes); }
