/* Binary search trees: malloc, recursion, unforeseeable branches, free. One round builds one of 500 nodes and takes it down. */
#include "harness.h"

enum { NODES = 500 };

struct node { struct node *left, *right; uint32_t key, count; };

static uint64_t sum;

static struct node *insert(struct node *n, uint32_t key) {
  if (!n) {
    n = calloc(1, sizeof *n);
    if (!n) exit(1);
    n->key = key;
  } else if (key < n->key) n->left = insert(n->left, key);
  else if (key > n->key) n->right = insert(n->right, key);
  n->count++;
  return n;
}

static uint32_t depth(const struct node *n) {
  if (!n) return 0;
  uint32_t left = depth(n->left), right = depth(n->right);
  sum += n->key >> 16;
  return 1 + (left > right ? left : right);
}

static void release(struct node *n) {
  if (!n) return;
  release(n->left);
  release(n->right);
  free(n);
}

static void setup(void) {}

static void work(long first, long last) {
  for (long r = first; r < last; r++) {
    struct node *root = 0;
    for (int i = 0; i < NODES; i++) root = insert(root, next_random());
    sum += depth(root);
    release(root);
  }
}

static void report(void) { printf("%llu\n", (unsigned long long)sum); }
