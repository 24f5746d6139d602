// Faults in the middle of hot loops, repaired by handlers or by the kernel: counted exactly, with exact registers.
#include "check.h"
#include <ucontext.h>

#define REG(context, name) ((context)->uc_mcontext.gregs[REG_##name])
enum { PAGES = 32 };

static unsigned char *area;
static volatile long faults;
static volatile uintptr_t last_address;

/** A write barrier: the page of the fault may be written from now on. */
static void barrier(int sig, siginfo_t *info, void *argument) {
  faults++;
  last_address = (uintptr_t)info->si_addr;
  mprotect((void *)(last_address & -PAGE), PAGE, PROT_READ | PROT_WRITE);
}

/** Every byte offset of a page, one after the other, round all pages. */
__attribute__((noinline)) static unsigned long sweep(unsigned char *at, long count, unsigned long sum) {
  for (long i = 0; i < count; i++) {
    unsigned long *p = (unsigned long *)(at + (i * 4104) % (PAGES * PAGE - 8));
    *p += i;
    sum = sum * 31 + *p;
  }
  return sum;
}

static void write_barriers(void) {
  handle(SIGSEGV, barrier, 0);
  unsigned long sum = 0;
  for (int round = 0; round < 40; round++) {
    sum = sweep(area, 3000, sum);
    mprotect(area + round % 7 * PAGE, (PAGES - round % 11 - 7) * PAGE, round & 1 ? PROT_READ : PROT_NONE);
  }
  printf("write barriers: %ld faults, sum %lx, last at +%lx\n", faults, sum, (long)(last_address - (uintptr_t)area));
}

/** Skips the load that faulted: what it was to load becomes -1. */
static void skip(int sig, siginfo_t *info, void *argument) {
  ucontext_t *u = argument;
  faults++;
  REG(u, RDX) = -1;
  REG(u, RIP) += 4;
}

static void skipped_loads(void) {
  handle(SIGSEGV, skip, 0);
  faults = 0;
  mprotect(area, PAGES * PAGE, PROT_READ | PROT_WRITE);
  memset(area, 1, PAGES * PAGE);
  for (int i = 3; i < PAGES; i += 4) mprotect(area + i * PAGE, PAGE, PROT_NONE);
  unsigned long sum = 0, count = PAGES * PAGE / 8;
  unsigned char *at = area;
  __asm__ volatile(
      "1: .byte 0x48, 0x8b, 0x57, 0x00\n" // mov 0(%rdi), %rdx: four bytes
      "add %%rdx, %0\n"
      "rol $3, %0\n"
      "add $8, %%rdi\n"
      "dec %1\n"
      "jnz 1b\n"
      : "+r"(sum), "+r"(count), "+D"(at)
      :
      : "rdx", "cc", "memory");
  printf("skipped loads: %ld, sum %lx\n", faults, sum);
}

static volatile long divisions;
static void divide(int sig, siginfo_t *info, void *argument) {
  ucontext_t *u = argument;
  divisions++;
  // The dividend and the flags before it are as the loop has left them.
  if ((unsigned long)REG(u, RAX) != (unsigned long)REG(u, RSI) * 7 || REG(u, RDX) != 0) printf("wrong operands\n");
  REG(u, RCX) = 3;
}

static void divisions_by_zero(void) {
  handle(SIGFPE, divide, 0);
  unsigned long sum = 0, i = 100000;
  __asm__ volatile(
      "1: lea (,%1,8), %%rax\n"
      "sub %1, %%rax\n"
      "mov %1, %%rcx\n"
      "and $1023, %%ecx\n"
      "xor %%edx, %%edx\n"
      "div %%rcx\n"
      "add %%rax, %0\n"
      "xor %%rdx, %0\n"
      "dec %1\n"
      "jnz 1b\n"
      : "+r"(sum), "+S"(i)
      :
      : "rax", "rcx", "rdx", "cc");
  printf("divisions by zero: %ld, sum %lx\n", divisions, sum);
}

static volatile long copies;
static void copied(int sig, siginfo_t *info, void *argument) {
  ucontext_t *u = argument;
  copies++;
  // So far: what rcx, rsi and rdi say together.
  if (copies < 4) printf("  copy stopped with %lld left, at +%lx\n", REG(u, RCX), (long)(REG(u, RDI) - (uintptr_t)area));
  mprotect((void *)((uintptr_t)info->si_addr & -PAGE), PAGE, PROT_READ | PROT_WRITE);
}

static void string_copies(void) {
  handle(SIGSEGV, copied, 0);
  mprotect(area, PAGES * PAGE, PROT_READ | PROT_WRITE);
  static unsigned char source[3 * PAGE];
  for (int i = 0; i < 3 * PAGE; i++) source[i] = i * 7;
  unsigned long sum = 0;
  for (int i = 0; i < 2000; i++) {
    if (i % 100 == 50) mprotect(area + PAGE, PAGE, i % 200 == 50 ? PROT_NONE : PROT_READ);
    unsigned char *to = area + 8 + i % 64, *from = source + i % 32;
    long count = PAGE + 100;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
    sum = sum * 31 + area[PAGE + i % 64];
  }
  printf("string copies: %ld faults, sum %lx\n", copies, sum);
}

/** What a loop reads changes its frame: other pages are put in its place. */
static void remapped(void) {
  unsigned char *one = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  unsigned long sum = 0;
  for (int i = 0; i < 300; i++) {
    unsigned char *other = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    other[100] = i;
    if (mremap(other, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, one + i % 2 * PAGE) == MAP_FAILED) printf("mremap fails\n");
    for (int k = 0; k < 500; k++) sum = sum * 3 + one[100 + k % 2 * PAGE] + k;
    if (i % 50 == 49) madvise(one, 2 * PAGE, MADV_DONTNEED);
  }
  printf("moved below a loop: sum %lx\n", sum);
}

/** Deep recursion: the stack grows in the middle of it. */
__attribute__((noinline)) static unsigned long deep(long n, unsigned long sum) {
  volatile unsigned char frame[200];
  frame[n % 200] = n;
  if (n == 0) return sum;
  return deep(n - 1, sum * 3 + n) + frame[n % 200];
}

int main(void) {
  area = mmap(0, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  write_barriers();
  skipped_loads();
  divisions_by_zero();
  string_copies();
  remapped();
  for (int i = 0; i < 5; i++) printf("deep: %lx\n", deep(20000 + i, i));
  CHILD("a store that is not allowed, in a hot loop", handle(SIGSEGV, barrier, SA_RESETHAND); mprotect(area + 5 * PAGE, PAGE, PROT_READ);
        signal(SIGSEGV, SIG_DFL); sweep(area, 100000, 0));
  CHILD("a stack without an end", deep(1L << 40, 0));
}
