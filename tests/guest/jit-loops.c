// Small loops, several turns of which are translated at once: at the ends of pages, of mappings and of what may be written, with data that one
// turn hands to the next.
#include "check.h"
#include <ucontext.h>

#define REG(context, name) ((context)->uc_mcontext.gregs[REG_##name])
enum { PAGES = 6, SIZE = PAGES * PAGE, ROUNDS = 300 };

static unsigned char *area, *twin;
static volatile long faults;

/** Pages of two mappings of one file, touched in an order of their own; behind each of them nothing. */
static void map(void) {
  int fd = memfd_create("area", 0);
  if (fd < 0 || ftruncate(fd, SIZE)) _exit(2);
  area = mmap(0, SIZE + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  twin = mmap(0, SIZE + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mmap(area, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
  mmap(twin, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
  for (int i = 0; i < PAGES; i++) memset(area + (i * 5 + 3) % PAGES * PAGE, i + 1, PAGE);
  for (int i = 0; i < SIZE; i++) area[i] = area[i] * 7 + i * 13 + (i >> 8);
}

static void on_segv(int number, siginfo_t *info, void *argument) {
  ucontext_t *u = argument;
  const long at = (unsigned char *)info->si_addr - area;
  faults++;
  if (at >= 0 && at < SIZE) {
    mprotect(area + (at & -PAGE), PAGE, PROT_READ | PROT_WRITE);
    return;
  }
  // Past the end: the loop's counter becomes its last.
  if (faults < 4 || faults % 64 == 0)
    printf("  +%lx: rcx %llx, rdx %llx, flags %llx\n", at, REG(u, RCX), REG(u, RDX), REG(u, EFL) & 0x8d5);
  REG(u, RDI) -= SIZE / 2;
  REG(u, RCX) = 1;
}

/** `step` bytes a turn, loaded by `load` to rdx, which the sum takes. */
#define SUM(name, load, step) \
  __attribute__((noinline)) static unsigned long name(unsigned char *at, long count) { \
    unsigned long sum = 0; \
    __asm__ volatile( \
        "1: " load "\n" \
        "add %%rdx, %0\n" \
        "rol $5, %0\n" \
        "add $" #step ", %%rdi\n" \
        "dec %%rcx\n" \
        "jnz 1b\n" \
        : "+r"(sum), "+c"(count), "+D"(at) \
        : \
        : "rdx", "cc", "memory"); \
    return sum; \
  }
SUM(bytes, "movzbl (%%rdi), %%edx", 1)
SUM(words, "movzwl 2(%%rdi), %%edx", 2)
SUM(quads, "mov -8(%%rdi), %%rdx", 8)
SUM(vectors, "movdqu (%%rdi), %%xmm1\n movq %%xmm1, %%rdx\n psrldq $8, %%xmm1\n movq %%xmm1, %%rax\n xor %%rax, %%rdx", 16)

static void sums(void) {
  unsigned long sum = 0;
  for (int round = 0; round < ROUNDS; round++) {
    const int skip = round % 23;
    sum = sum * 3 + bytes(area + skip, SIZE - skip);
    sum = sum * 3 + words(area - 2 + skip, (SIZE - skip) / 2);
    sum = sum * 3 + quads(area + 8 + skip, (SIZE - skip) / 8);
    sum = sum * 3 + vectors(area + skip, (SIZE - skip) / 16);
  }
  printf("sums %lx, faults %ld\n", sum, faults);
  for (int round = 0; round < ROUNDS; round++) sum = sum * 3 + bytes(area + SIZE - 100 - round % 50, 200) + quads(area + SIZE - 72 - round % 8, 50);
  printf("past the end: sums %lx, faults %ld\n", sum, faults);
}

/** Each element is made of those before it. */
__attribute__((noinline)) static void chain(unsigned char *at, long index, long end) {
  __asm__ volatile(
      "1: mov -8(%%rdi,%%rcx,4), %%edx\n"
      "add -4(%%rdi,%%rcx,4), %%edx\n"
      "xor %%ecx, (%%rdi,%%rcx,4)\n"
      "add %%edx, (%%rdi,%%rcx,4)\n"
      "inc %%rcx\n"
      "cmp %2, %%rcx\n"
      "jb 1b\n"
      : "+c"(index)
      : "D"(at), "r"(end)
      : "rdx", "cc", "memory");
}

/** The other mapping has what the last turn has just stored in this one. */
__attribute__((noinline)) static void through(unsigned char *to, const unsigned char *from, long count) {
  __asm__ volatile(
      "1: movzbl (%%rsi), %%edx\n"
      "lea 1(%%rdx,%%rdx,2), %%edx\n"
      "mov %%dl, (%%rdi)\n"
      "inc %%rsi\n"
      "lea 1(%%rdi), %%rdi\n"
      "dec %%rcx\n"
      "jnz 1b\n"
      : "+c"(count), "+D"(to), "+S"(from)
      :
      : "rdx", "cc", "memory");
}

/** Two ways through each turn; ends where the two differ. */
__attribute__((noinline)) static long common(const unsigned char *a, const unsigned char *b, long most) {
  long length = 0;
  while (length < most && a[length] == b[length]) length++;
  return length;
}

static unsigned long digest(void) {
  unsigned long sum = 0;
  for (int i = 0; i < SIZE; i++) sum = sum * 31 + area[i];
  return sum;
}

static void chains(void) {
  for (int round = 0; round < ROUNDS; round++) {
    chain(area + round % 9, 2, (SIZE - 16) / 4);
    through(twin + 1 + round % 5, area + round % 5, SIZE - 8);
    if (round % 8 == 0) mprotect(area + round / 8 % PAGES * PAGE, PAGE, round % 16 ? PROT_READ : PROT_NONE);
  }
  printf("chains %lx, faults %ld\n", digest(), faults);
  long length = 0;
  for (int round = 0; round < 40 * ROUNDS; round++) length += common(area + round % 4000, twin + round % 4000 + (round % 3 == 0), SIZE - 4001);
  printf("common %ld\n", length);
}

/** Elements of 24 bytes: some of them are changed, by what others hold. */
struct item { double value; unsigned long count; int next, other; };

__attribute__((noinline)) static double items(struct item *all, int count) {
  double sum = 0;
  for (int i = 0; i < count; i++) {
    all[i].value = all[i].value * 0.75 + i;
    if (all[i].count & 1) all[i].next++;
    all[i].count += all[i].next;
    sum += all[i].value;
  }
  return sum;
}

static void structs(void) {
  double sum = 0;
  struct item *all = (struct item *)(area + 40);
  memset(area, 0, SIZE);
  for (int i = 0; i < 900; i++) all[i] = (struct item){i / 8.0, i * 5, i % 3, 0};
  for (int round = 0; round < ROUNDS; round++) {
    sum += items(all, 900);
    if (round == ROUNDS / 2) {
      fflush(stdout);
      pid_t child = fork();
      if (!child) {
        printf("child %.6f\n", items(all, 900));
        fflush(stdout);
        _exit(0);
      }
      waitpid(child, 0, 0);
    }
  }
  printf("structs %.6f, %lx\n", sum, digest());
}

/** Memory of its own, shared with a child until one of the two writes. */
static void copies(void) {
  unsigned char *own = mmap(0, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int round = 0; round < 12; round++) {
    for (int i = 0; i < 30; i++) chain(own + i % 3, 2, (SIZE - 16) / 4);
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
      chain(own, 2, SIZE / 8);
      _exit(bytes(own, SIZE) & 0x7f);
    }
    chain(own, 2, SIZE / 4 - 4);
    int status;
    waitpid(child, &status, 0);
    printf("copies %x %lx\n", WEXITSTATUS(status), bytes(own, SIZE));
  }
}

/** Registers of an address are overwritten by each other, or copied on one way only: what was found for one is not what the other has. */
__attribute__((noinline)) static unsigned long overwritten(unsigned char *near, unsigned long index, unsigned char *other, long count) {
  unsigned long sum = 0;
  __asm__ volatile(
      // Too many for several turns at once: those would find all of it beforehand.
      "1: .rept 24\n nop\n .endr\n"
      "mov %[near], %%rdi\n"
      "mov %[index], %%rcx\n"
      "add (%%rdi,%%rcx,8), %[sum]\n"
      "mov %%rcx, %%rdi\n"
      "xor (%%rdi,%%rdi,8), %[sum]\n"
      "rol $7, %[sum]\n"
      "mov %[near], %%rdi\n"
      "add (%%rdi,%%rcx,8), %[sum]\n"
      "lea (%%rdi,%%rcx,8), %%rdi\n"
      "mov %[other], %%rbx\n"
      "add (%%rdi), %[sum]\n"
      "test $1, %[count]\n"
      "jz 2f\n"
      "mov %%rdi, %%rbx\n"
      "jmp 3f\n"
      "2: mov %%rdi, %%r8\n"
      "3: xor (%%rbx), %[sum]\n"
      "rol $9, %[sum]\n"
      "dec %[count]\n"
      "jnz 1b\n"
      : [sum] "+r"(sum), [count] "+r"(count)
      : [near] "r"(near), [index] "r"(index), [other] "r"(other)
      : "rdi", "rcx", "rbx", "r8", "cc", "memory");
  return sum;
}

/** Where an index times nine is an address, and so is the index with a register beside it. */
static void registers(void) {
  const unsigned long index = 0x2000000;
  unsigned char *square = mmap((void *)(9 * index), PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  unsigned char *here = mmap((void *)0x30000000, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  for (int i = 0; i < PAGE; i++) {
    square[i] = i * 7 + 1;
    here[i] = i * 11 + 2;
  }
  printf("registers %lx\n", overwritten(here - 8 * index, index, square + 64, 400001));
}

int main(void) {
  map();
  handle(SIGSEGV, on_segv, 0);
  sums();
  chains();
  structs();
  copies();
  registers();
  return 0;
}
