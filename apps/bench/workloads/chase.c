/* A pointer chase: a random cycle through 4 MiB, one dependent load a step. One round is 4,096 steps. */
#include "harness.h"

enum { NODES = 1 << 16, STEPS = 4096 };

static struct node { struct node *next; uint64_t value, padding[6]; } nodes[NODES], *at = nodes;
static uint64_t sum;

/* Sattolo's shuffle: one cycle through all. */
static void setup(void) {
  static uint32_t order[NODES];
  for (uint32_t i = 0; i < NODES; i++) order[i] = i;
  for (uint32_t i = NODES - 1; i > 0; i--) {
    uint32_t j = (uint32_t)(((uint64_t)next_random() * i) >> 32), t = order[i];
    order[i] = order[j];
    order[j] = t;
  }
  for (uint32_t i = 0; i < NODES; i++) nodes[i] = (struct node){.next = &nodes[order[i]], .value = i};
}

static void work(long first, long last) {
  struct node *p = at;
  for (long r = first; r < last; r++) {
    for (int i = 0; i < STEPS; i++) {
      sum = sum * 3 + p->value;
      p = p->next;
    }
  }
  at = p;
}

static void report(void) { printf("%016llx\n", (unsigned long long)sum); }
