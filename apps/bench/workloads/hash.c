/* A hash table with open addressing: 64-bit keys come, are looked for and go. One round is a generation of 1,000 keys. */
#include "harness.h"

enum { SLOTS = 1 << 15, GENERATION = 1000, ALIVE = 16 };

static struct slot { uint64_t key; uint32_t value, used; } table[SLOTS];
static uint64_t hits, misses;

static uint32_t place(uint64_t key) {
  key ^= key >> 33;
  key *= 0xff51afd7ed558ccd;
  return (uint32_t)(key >> 40) & (SLOTS - 1);
}

static struct slot *look(uint64_t key) {
  for (uint32_t i = place(key);; i = (i + 1) & (SLOTS - 1))
    if (!table[i].used || table[i].key == key) return &table[i];
}

/* Closes the gap, so that every key stays reachable from its place. */
static void drop(struct slot *gone) {
  uint32_t hole = (uint32_t)(gone - table);
  for (uint32_t i = (hole + 1) & (SLOTS - 1); table[i].used; i = (i + 1) & (SLOTS - 1)) {
    uint32_t home = place(table[i].key);
    if (((i - home) & (SLOTS - 1)) < ((i - hole) & (SLOTS - 1))) continue;
    table[hole] = table[i];
    hole = i;
  }
  table[hole].used = 0;
}

static uint64_t key_of(long generation, int i) { return ((uint64_t)generation * GENERATION + (uint64_t)i) * 0x9e3779b97f4a7c15; }

static void setup(void) {}

static void work(long first, long last) {
  for (long r = first; r < last; r++) {
    for (int i = 0; i < GENERATION; i++) {
      struct slot *slot = look(key_of(r, i));
      *slot = (struct slot){.key = key_of(r, i), .value = (uint32_t)i, .used = 1};
    }
    for (int i = 0; i < 2 * GENERATION; i++) {
      struct slot *slot = look(key_of(r - (long)(next_random() >> 27), i % GENERATION));
      if (slot->used) hits += slot->value;
      else misses++;
    }
    for (int i = 0; i < GENERATION && r >= ALIVE; i++) drop(look(key_of(r - ALIVE, i)));
  }
}

static void report(void) { printf("%llu %llu\n", (unsigned long long)hits, (unsigned long long)misses); }
