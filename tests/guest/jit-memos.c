// Pages that hot loops have read and written a moment ago become others, or go away: what the loops remember of them must go, too.
#include "check.h"
#include <setjmp.h>

enum { WORDS = PAGE / 8, ROUNDS = 300 };

static sigjmp_buf back;
static volatile long faults;

static void leave(int sig, siginfo_t *info, void *argument) {
  faults++;
  siglongjmp(back, 1);
}

__attribute__((noinline)) static unsigned long sum(const unsigned long *p, long count) {
  unsigned long sum = 0;
  for (long i = 0; i < count; i++) sum = sum * 3 + p[i];
  return sum;
}

__attribute__((noinline)) static void fill(unsigned long *p, long count, unsigned long value) {
  for (long i = 0; i < count; i++) p[i] = value + i;
}

/** Words at every seventh byte: some lie in two pages. */
__attribute__((noinline)) static unsigned long strided(const unsigned char *p, long bytes) {
  unsigned long sum = 0;
  for (long i = 0; i + 8 <= bytes; i += 7) sum = sum * 5 + *(const unsigned long *)(p + i);
  return sum;
}

static void heat(unsigned long *page) {
  unsigned long total = 0;
  for (int i = 0; i < ROUNDS; i++) {
    fill(page, WORDS, i);
    total += sum(page, WORDS);
  }
  printf("hot: %lx\n", total);
}

static void try_sum(const char *what, const unsigned long *p) {
  if (sigsetjmp(back, 1)) printf("%s: read faults, %ld\n", what, faults);
  else printf("%s: %lx\n", what, sum(p, 4));
}

static void try_fill(const char *what, unsigned long *p) {
  if (sigsetjmp(back, 1)) printf("%s: write faults, %ld\n", what, faults);
  else {
    fill(p, 4, 77);
    printf("%s: written, %lx\n", what, sum(p, WORDS));
  }
}

int main(void) {
  handle(SIGSEGV, leave, 0);
  handle(SIGBUS, leave, 0);
  const int both = PROT_READ | PROT_WRITE;
  unsigned char *area = mmap(NULL, 8 * PAGE, both, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  unsigned long *page = (unsigned long *)area;
  for (int i = 0; i < 12; i++) heat(page);

  // Another page at the same address.
  int file = memfd_create("pages", 0);
  ftruncate(file, 2 * PAGE);
  pwrite(file, "another page", 12, 0);
  mmap(page, PAGE, both, MAP_SHARED | MAP_FIXED, file, 0);
  try_sum("mapped over", page);
  heat(page);
  pwrite(file, "written from outside", 20, 0);
  try_sum("written from outside", page);
  mmap(page, PAGE, both, MAP_SHARED | MAP_FIXED, file, PAGE);
  try_sum("the file's second page", page);
  ftruncate(file, PAGE);
  try_sum("truncated", page);
  mmap(page, PAGE, both, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

  // Zeros that are read, then written.
  for (int i = 0; i < ROUNDS; i++) sum(page, WORDS);
  try_sum("zeros", page);
  page[1] = 5;
  try_sum("no zeros", page);
  heat(page);
  madvise(page, PAGE, MADV_DONTNEED);
  try_sum("zeros again", page);

  heat(page);
  mprotect(page, PAGE, PROT_READ);
  try_sum("read-only", page);
  try_fill("read-only", page);
  mprotect(page, PAGE, PROT_NONE);
  try_sum("no access", page);
  mprotect(page, PAGE, both);
  try_fill("all access", page);

  // A copy on write, from both sides.
  for (int parent = 0; parent < 2; parent++) {
    heat(page);
    fflush(stdout);
    int pipes[2];
    pipe(pipes);
    pid_t child = fork();
    if (child == 0) {
      char go;
      if (parent) read(pipes[0], &go, 1);
      try_sum("in the child", page);
      try_fill("in the child", page);
      fflush(stdout);
      _exit(0);
    }
    if (parent) {
      try_fill("in the parent", page);
      fflush(stdout);
      write(pipes[1], "", 1);
    }
    waitpid(child, NULL, 0);
    try_sum("behind the child", page);
  }

  // Addresses whose lower bits are those of a page that is hot.
  heat(page);
  const uintptr_t strange[] = {1ul << 32, 1ul << 46, 1ul << 47, 1ul << 63, 0xffff8000ul << 32};
  for (unsigned i = 0; i < sizeof strange / sizeof *strange; i++) {
    try_sum("upper bits", (unsigned long *)((uintptr_t)page ^ strange[i]));
    try_fill("upper bits", (unsigned long *)((uintptr_t)page ^ strange[i]));
    try_sum("upper bits alone", (unsigned long *)strange[i]);
  }
  try_sum("null", NULL);
  try_fill("the last word", (unsigned long *)-8ul);

  // Two pages that lie the other way round in memory, words across them, a hole behind them.
  munmap(area + 3 * PAGE, PAGE);
  fill((unsigned long *)(area + 2 * PAGE), WORDS, 1);
  fill((unsigned long *)(area + PAGE), WORDS, 2);
  unsigned long total = 0;
  for (int i = 0; i < ROUNDS; i++) total += strided(area + i % 8, 3 * PAGE - 8);
  printf("strided: %lx\n", total);
  if (sigsetjmp(back, 1)) printf("into the hole: %ld\n", faults);
  else printf("no hole: %lx\n", strided(area, 4 * PAGE));

  // Code among the words.
  unsigned char *code = area + 5 * PAGE;
  mprotect(code, PAGE, both | PROT_EXEC);
  long results = 0;
  for (int i = 0; i < 200; i++) {
    // mov eax, i; ret; in words that the loop writes.
    fill((unsigned long *)code, WORDS, 0xc300000000b8ul | (unsigned long)i << 8);
    for (int j = 0; j < 50; j++) results = results * 3 + ((int (*)(void))code)();
  }
  printf("code: %lx\n", results);
  munmap(page, PAGE);
  try_sum("unmapped", page);
  printf("%ld faults\n", faults);
  return 0;
}
