// The page that the stack's top lies in becomes another one, under translated code that has found it a hundred thousand times: a mapping in its
// place, copy on write after fork, a page that may not be written, one that is gone and comes back.
#include "check.h"
#include <ucontext.h>

#define STACK (16 * PAGE)

static ucontext_t outside, inside;
static int fd;
static char *page;
static volatile int faults;

/** Nothing of it is on the stack. */
static inline long call(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
}

static void on_segv(int number, siginfo_t *info, void *context) {
  faults++;
  char *at = (char *)((unsigned long)info->si_addr & -PAGE);
  if (at != page || faults > 1000) _exit(9);
  mprotect(at, PAGE, PROT_READ | PROT_WRITE);
}

__attribute__((noinline)) static long leaf(long n) {
  volatile long here[3] = {n, n + 1, n + 2};
  return here[0] ^ here[1] ^ here[2];
}

__attribute__((noinline)) static long hot(long rounds) {
  long sum = 0;
  for (long i = 0; i < rounds; i++) sum += leaf(i);
  return sum;
}

__attribute__((noinline)) static void work(void) {
  volatile long marker = 1;
  page = (char *)((unsigned long)&marker & -PAGE);
  const long at = (unsigned long)&marker & (PAGE - 1);
  long sum = 0;

  for (long round = 0; round < 8; round++) {
    sum += hot(100000);
    // What the page holds now, but for the marker.
    const long marked = 1000 + round;
    pwrite(fd, page, PAGE, round * PAGE);
    pwrite(fd, (const void *)&marked, sizeof marked, round * PAGE + at);
    call(SYS_mmap, (long)page, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, round * PAGE);
    if (marker != marked) printf("round %ld: marker %ld\n", round, marker);
    sum += hot(1000);
  }
  printf("mapped %ld, sum %ld\n", marker, sum);
  fflush(stdout);

  for (long round = 0; round < 4; round++) {
    marker = round;
    const pid_t pid = fork();
    if (pid == 0) {
      marker = 50 + round;
      sum = hot(20000);
      _exit(marker == 50 + round ? (int)(sum & 15) : 99);
    }
    sum = hot(20000);
    marker += 10;
    int status;
    waitpid(pid, &status, 0);
    printf("parent %ld, child %d, %ld\n", marker, WEXITSTATUS(status), sum & 15);
  }

  for (long round = 0; round < 4; round++) {
    sum = hot(20000);
    call(SYS_mprotect, (long)page, PAGE, PROT_READ, 0, 0, 0);
    marker = 70 + round;
    printf("protected %ld, faults %d\n", marker, faults);
  }
  faults = 0;
  for (long i = 0; i < 100000; i++) {
    // The same call each time: what follows it is translated, and begins with the marker.
    call(i % 1000 == 999 ? SYS_mprotect : SYS_getppid, (long)page, PAGE, PROT_READ, 0, 0, 0);
    marker = i;
  }
  printf("often %ld, faults %d\n", marker, faults);
  fflush(stdout);
  swapcontext(&inside, &outside);

  printf("back %ld\n", marker);
  swapcontext(&inside, &outside);
}

int main(void) {
  fd = memfd_create("stack", 0);
  ftruncate(fd, 8 * PAGE);
  char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  static char spare[8 * PAGE];
  stack_t alternate = {.ss_sp = spare, .ss_size = sizeof spare};
  sigaltstack(&alternate, NULL);
  handle(SIGSEGV, on_segv, SA_ONSTACK);

  getcontext(&inside);
  inside.uc_stack.ss_sp = stack;
  inside.uc_stack.ss_size = STACK;
  inside.uc_link = &outside;
  makecontext(&inside, work, 0);
  swapcontext(&outside, &inside);

  // Nobody is on the stack while it is away.
  char *kept = malloc(STACK);
  memcpy(kept, stack, STACK);
  madvise(stack, STACK, MADV_DONTNEED);
  printf("main %ld\n", hot(50000));
  munmap(stack, STACK);
  mmap(stack, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  memcpy(stack, kept, STACK);
  swapcontext(&outside, &inside);
  return 0;
}
