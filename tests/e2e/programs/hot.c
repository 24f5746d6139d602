// Runs hot for a while, on its own and behind a pointer, and tells what it has reckoned.
#include <stdint.h>
#include <stdio.h>

static uint32_t step(uint32_t hash, uint32_t value) {
  hash = (hash ^ value) * 16777619u;
  return hash << 5 | hash >> 27;
}

int main(void) {
  uint32_t (*volatile call)(uint32_t, uint32_t) = step;
  uint32_t table[256], hash = 2166136261u;
  for (uint32_t i = 0; i < 256; i++) table[i] = i * i;
  for (uint32_t i = 0; i < 12000000; i++) {
    hash = call(hash, table[i & 255]);
    table[hash & 255] += hash;
  }
  printf("%08x\n", hash);
  return 0;
}
