// Control flow that does not nest: returns without calls, stacks that are switched, longjmp, dispatch through tables that change.
#include "check.h"
#include <setjmp.h>
#include <ucontext.h>

static unsigned long sum;

/** A return to an address that was never called: retpolines. */
__attribute__((noinline)) static long through_return(void (*target)(void), long count) {
  __asm__ volatile(
      "sub $128, %%rsp\n"
      "1: push %1\n"
      "call 2f\n"
      "jmp 4f\n"
      "2: call 3f\n"
      "ud2\n"
      "3: mov %0, (%%rsp)\n"
      "ret\n"
      "4: pop %1\n"
      "dec %1\n"
      "jnz 1b\n"
      "add $128, %%rsp\n"
      : "+b"(target), "+r"(count)
      :
      : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory", "cc");
  return count;
}
static void adds_one(void) { sum++; }
static void adds_three(void) { sum += 3; }

/** A bytecode interpreter with computed gotos; the table changes while it runs. */
static unsigned long interpret(const unsigned char *program, long steps) {
  static void *usual[] = {&&add, &&shift, &&exclusive, &&back, &&swap};
  void *table[5];
  memcpy(table, usual, sizeof table);
  unsigned long a = 1, b = 2;
  long pc = 0;
#define NEXT \
  if (--steps < 0) return a ^ b; \
  goto *table[program[pc++ & 63] % 5]
  NEXT;
add: a += b + steps; NEXT;
shift: b = b << 7 | b >> 57; NEXT;
exclusive: a ^= b * 3; NEXT;
back: pc -= (a & 3) + 1; NEXT;
swap:
  { unsigned long c = a; a = b; b = c; }
  if ((steps & 1023) == 0) { void *t = table[0]; table[0] = table[2]; table[2] = t; }
  NEXT;
}

#pragma GCC diagnostic ignored "-Winfinite-recursion"
__attribute__((noinline)) static int descend(jmp_buf env, int n) {
  if (n == 0) longjmp(env, 1);
  return descend(env, n - 1) + n;
}

static void jumps(void) {
  volatile long count = 0;
  for (volatile int i = 0; i < 3000; i++) {
    jmp_buf env;
    if (setjmp(env) == 0) count += descend(env, i % 50);
    else count += 2;
  }
  printf("longjmp: %ld\n", count);
}

enum { COROUTINES = 5 };
static ucontext_t scheduler, coroutine[COROUTINES];
static unsigned long totals[COROUTINES];
static void body(int self) {
  for (int i = 0; i < 400; i++) {
    for (int k = 0; k < 30 + self; k++) totals[self] = totals[self] * 5 + k;
    swapcontext(&coroutine[self], i & 1 ? &scheduler : &coroutine[(self + 1) % COROUTINES]);
  }
}

static void coroutines(void) {
  static char stacks[COROUTINES][16384];
  for (int i = 0; i < COROUTINES; i++) {
    getcontext(&coroutine[i]);
    coroutine[i].uc_stack.ss_sp = stacks[i];
    coroutine[i].uc_stack.ss_size = sizeof stacks[i];
    coroutine[i].uc_link = &scheduler;
    makecontext(&coroutine[i], (void (*)(void))body, 1, i);
  }
  for (int round = 0; round < 500; round++) swapcontext(&scheduler, &coroutine[round % COROUTINES]);
  unsigned long all = 0;
  for (int i = 0; i < COROUTINES; i++) all = all * 31 + totals[i];
  printf("coroutines: %lx\n", all);
}

__attribute__((noinline)) static unsigned long odd(unsigned long n, unsigned long x);
__attribute__((noinline)) static unsigned long even(unsigned long n, unsigned long x) { return n == 0 ? x : odd(n - 1, x * 3) + 1; }
__attribute__((noinline)) static unsigned long odd(unsigned long n, unsigned long x) { return n == 0 ? x : even(n - 1, x ^ n) * 5; }

static int ackermann(int m, int n) { return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1)); }

static int by_last(const void *a, const void *b) { return *(const unsigned *)a % 1000 - *(const unsigned *)b % 1000; }
static int by_bits(const void *a, const void *b) { return __builtin_popcount(*(const unsigned *)a) - __builtin_popcount(*(const unsigned *)b); }

static void callbacks(void) {
  static unsigned numbers[3000];
  int (*orders[])(const void *, const void *) = {by_last, by_bits};
  unsigned long all = 0;
  for (int round = 0; round < 4; round++) {
    for (int i = 0; i < 3000; i++) numbers[i] = (i + 7 * round) * 2654435761u;
    qsort(numbers, 3000, sizeof *numbers, orders[round & 1]);
    for (int i = 0; i < 3000; i++) all = all * 31 + numbers[i] % 1000;
  }
  printf("callbacks: %lx\n", all);
}

/** Virtual calls through a pointer that changes at every step, at every hundredth, never. */
static unsigned long f0(unsigned long x) { return x + 1; }
static unsigned long f1(unsigned long x) { return x * 3; }
static unsigned long f2(unsigned long x) { return x ^ x >> 7; }
static unsigned long f3(unsigned long x) { return x - 5; }
static unsigned long (*volatile pointers[])(unsigned long) = {f0, f1, f2, f3};

static void virtual_calls(void) {
  unsigned long x = 1;
  for (int i = 0; i < 60000; i++) x = pointers[0](pointers[i & 3](pointers[i / 100 & 3](x)));
  printf("calls through pointers: %lx\n", x);
}

/** A stack of its own, left and entered by moves to rsp. */
static void other_stack(void) {
  static unsigned long stack[512];
  unsigned long result = 0, count = 20000;
  __asm__ volatile(
      "mov %%rsp, %%r12\n"
      "1: mov %2, %%rsp\n"
      "push %1\n"
      "call 2f\n"
      "pop %%rdx\n"
      "mov %%r12, %%rsp\n"
      "add %%rdx, %0\n"
      "dec %1\n"
      "jnz 1b\n"
      "jmp 3f\n"
      "2: addq $5, 8(%%rsp)\n"
      "ret $0\n"
      "3:\n"
      : "+r"(result), "+r"(count)
      : "r"(stack + 500)
      : "rdx", "r12", "cc", "memory");
  printf("another stack: %lu\n", result);
}

int main(void) {
  through_return(adds_one, 20000);
  through_return(adds_three, 20000);
  printf("through returns: %lu\n", sum);
  unsigned char program[64];
  for (int i = 0; i < 64; i++) program[i] = i * 37 + (i >> 2);
  printf("computed gotos: %lx\n", interpret(program, 300000));
  jumps();
  coroutines();
  printf("mutual recursion: %lx %lx\n", even(5000, 3), odd(4999, 4));
  printf("ackermann: %d\n", ackermann(2, 60));
  callbacks();
  virtual_calls();
  other_stack();
}
