/* For tcc -run: hot code that a program has just made, at addresses that were data before. */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned int u32;
typedef unsigned long long u64;

static u32 rotate(u32 x, int n) { return x << n | x >> (32 - n); }

static u32 mix(const unsigned char *p, int n) {
  u32 h = 0x811c9dc5;
  for (int i = 0; i < n; i++) h = rotate(h ^ p[i], 5) * 0x01000193 + (h >> 7);
  return h;
}

struct node { struct node *left, *right; int key; double weight; };

static struct node *insert(struct node *n, int key) {
  if (!n) {
    n = calloc(1, sizeof *n);
    n->key = key;
    n->weight = sqrt(key);
    return n;
  }
  if (key < n->key) n->left = insert(n->left, key);
  else if (key > n->key) n->right = insert(n->right, key);
  return n;
}
static double total(const struct node *n) { return n ? total(n->left) + n->weight + total(n->right) : 0; }

static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
static int by_value(const void *a, const void *b) { return *(const int *)a < *(const int *)b ? -1 : *(const int *)a > *(const int *)b; }

static int collatz(u64 n) {
  int steps = 0;
  while (n != 1) {
    switch (n & 3) {
      case 0: n >>= 2; steps += 2; break;
      case 2: n >>= 1; steps++; break;
      default: n = 3 * n + 1; steps++;
    }
  }
  return steps;
}

static jmp_buf env;
static int (*operations[])(int) = {abs, fib};

int main(int argc, char **argv) {
  static unsigned char data[20000];
  for (int i = 0; i < (int)sizeof data; i++) data[i] = i * i >> 3;
  u32 h = 0;
  for (int i = 0; i < 20; i++) h ^= mix(data + i, sizeof data - 20);
  printf("mix %08x\n", h);
  struct node *root = 0;
  for (int i = 0; i < 8000; i++) root = insert(root, (int)(i * 2654435761u >> 16));
  printf("tree %.6f\n", total(root));
  printf("fib %d\n", fib(20));
  static int numbers[20000];
  for (int i = 0; i < 20000; i++) numbers[i] = (int)(i * 2654435761u);
  qsort(numbers, 20000, sizeof *numbers, by_value);
  int inversions = 0;
  for (int i = 1; i < 20000; i++) inversions += numbers[i - 1] > numbers[i];
  printf("sort %d %d %d\n", inversions, numbers[0], numbers[19999]);
  int longest = 0;
  for (u64 n = 1; n < 6000; n++) longest = collatz(n) > longest ? collatz(n) : longest;
  printf("collatz %d\n", longest);
  double x = 0;
  for (int i = 1; i < 100000; i++) x += sin(i) / i + (float)i * 1e-9f;
  printf("series %.9f\n", x);
  volatile int jumped = 0;
  for (volatile int i = 0; i < 2000; i++) {
    if (setjmp(env) == 0) longjmp(env, operations[i & 1](i & 3) + 1);
    else jumped++;
  }
  printf("jumped %d, %s\n", jumped, argc > 1 ? argv[1] : "");
  return 3;
}
