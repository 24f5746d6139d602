// String instructions: directions, sizes, page borders, faults in the middle with the registers that they leave, and restart after mending.
#include "check.h"
#include <setjmp.h>
#include <ucontext.h>

static char *base;
static uint64_t rcx, rsi, rdi;
static sigjmp_buf back;
static void stop(int sig, siginfo_t *si, void *context) {
  greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
  rcx = r[REG_RCX], rsi = r[REG_RSI], rdi = r[REG_RDI];
  r[REG_EFL] &= ~0x400;
  siglongjmp(back, 1);
}
static int mended;
static void mend(int sig, siginfo_t *si, void *context) {
  mended++;
  mprotect((void *)((uintptr_t)si->si_addr & ~4095ul), PAGE, PROT_READ | PROT_WRITE);
}
static long relative(uint64_t address) { return address < 0x1000 ? (long)address : (long)((char *)address - base); }
#define FAULT(name, text, count, from, to) \
  do { \
    if (sigsetjmp(back, 1) == 0) { \
      uint64_t c_ = (count), s_ = (uint64_t)(from), d_ = (uint64_t)(to); \
      __asm__ volatile(text "\n cld" : "+c"(c_), "+S"(s_), "+D"(d_) : "a"(0x4141414141414141ul) : "memory", "cc"); \
      printf("%s: done rcx %ld rsi %ld rdi %ld\n", name, (long)c_, relative(s_), relative(d_)); \
    } else printf("%s: fault rcx %ld rsi %ld rdi %ld\n", name, (long)rcx, relative(rsi), relative(rdi)); \
  } while (0)
static void reset(void) {
  mprotect(base, 8 * PAGE, PROT_READ | PROT_WRITE);
  for (int i = 0; i < 8 * PAGE; i++) base[i] = (char)(i % 127);
  mprotect(base + 3 * PAGE, PAGE, PROT_NONE);
  mprotect(base + 6 * PAGE, PAGE, PROT_READ);
}
static unsigned checksum(void) {
  unsigned h = 1;
  for (int i = 0; i < 8 * PAGE; i++)
    if (i / PAGE != 3) h = h * 31 + (unsigned char)base[i];
  return h;
}

int main(void) {
  base = mmap(0, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  handle(SIGSEGV, stop, 0);
  char *edge = base + 3 * PAGE, *after = base + 4 * PAGE, *ro = base + 6 * PAGE;
  reset();
  FAULT("movsb up to the edge", "rep movsb", 100, base, edge - 100);
  FAULT("movsb over the edge", "rep movsb", 100, base, edge - 60);
  FAULT("movsq over the edge", "rep movsq", 100, base + 3, edge - 60);
  FAULT("movsq source over the edge", "rep movsq", 100, edge - 36, base);
  FAULT("movsw backwards", "std\n rep movsw", 100, base + 4000, after + 20);
  FAULT("movsb backwards source", "std\n rep movsb", 100, after + 20, base + 4000);
  FAULT("movsb overlapping up", "rep movsb", 5000, base, base + 1);
  FAULT("movsb overlapping down", "rep movsb", 5000, base + 10, base + 3);
  FAULT("movsd overlapping by two", "rep movsl", 500, base, base + 2);
  FAULT("stosb over the edge", "rep stosb", 5000, base, edge - 4097);
  FAULT("stosq over the edge", "rep stosq", 5000, base, edge - 4100);
  FAULT("stosd backwards", "std\n rep stosl", 50, base, after + 40);
  FAULT("stosq into read-only", "rep stosq", 600, base, ro - 4000);
  FAULT("movsq into read-only, unaligned", "rep movsq", 600, base, ro - 12);
  FAULT("nothing to do", "rep stosq", 0, base, edge);
  FAULT("lodsb", "rep lodsb", 10, edge - 5, base);
  FAULT("scasb finds", "mov $0x2a, %%al\n repne scasb", 1000, base, base + 5000);
  FAULT("scasb runs out", "mov $0xff, %%al\n repne scasb", 100, base, base + 5000);
  FAULT("scasb over the edge", "mov $0xff, %%al\n repne scasb", 1000, base, edge - 7);
  FAULT("scasw same", "mov $0x4141, %%ax\n repe scasw", 1000, base, base + 5000);
  reset();
  FAULT("cmpsb equal then not", "repe cmpsb", 1000, base, base + 127);
  base[127 * 3 + 50] = 0;
  FAULT("cmpsb differs", "repe cmpsb", 1000, base, base + 127);
  FAULT("cmpsb over the edge", "repe cmpsb", 1000, edge - 20, base + (3 * PAGE - 20) % 127);
  FAULT("cmpsq backwards", "std\n repe cmpsq", 20, base + 1270, base + 127);
  FAULT("32-bit addresses", "mov $10, %%ecx\n addr32 rep stosb", 10, 0, (uint32_t)(uintptr_t)8);
  FAULT("movs without rep", "movsb\n movsw\n movsl\n movsq", 0, base, base + 100);
  FAULT("stos at the edge", "stosb\n stosb", 0, base, edge - 1);
  printf("checksum %u\n", checksum());
  reset();
  handle(SIGSEGV, mend, 0);
  FAULT("mended movsb", "rep movsb", 3 * PAGE, base + 4 * PAGE + 5, base + 100);
  printf("  mended %d\n", mended);
  FAULT("mended stosq", "rep stosq", 600, base, ro - 4000);
  printf("  mended %d, %d %d\n", mended, ro[0], ro[799]);
  reset();
  mended = 0;
  memmove(base + 2 * PAGE + 11, base + 5 * PAGE, 2 * PAGE);
  memset(ro - 5, 7, 100);
  printf("libc: mended %d, %d %d\n", mended, base[3 * PAGE], ro[3]);
  strcpy(edge - 6, "hello");
  mprotect(edge, PAGE, PROT_NONE);
  printf("at the edge: %zu %d %s\n", strlen(edge - 6), memcmp(edge - 6, "hello", 6), strchr(edge - 6, 'o'));
  printf("checksum %u\n", checksum());
  return 0;
}
