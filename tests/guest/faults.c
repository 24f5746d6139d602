// Synchronous faults: signal, si_code, si_addr, trapno, error code, cr2, and where rip stands.
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

static sigjmp_buf back;
static char *base;
static int quiet_address;

static void handler(int sig, siginfo_t *si, void *context) {
  ucontext_t *uc = context;
  long where = (char *)si->si_addr - base;
  printf("  signal %d code %d trapno %lld err %#llx", sig, si->si_code, uc->uc_mcontext.gregs[REG_TRAPNO], uc->uc_mcontext.gregs[REG_ERR]);
  if (quiet_address) printf(" addr %s", si->si_addr ? "set" : "null");
  else printf(" addr base%+ld", where);
  if (sig == SIGSEGV && uc->uc_mcontext.gregs[REG_TRAPNO] == 14) printf(" cr2 base%+ld", (long)((char *)uc->uc_mcontext.gregs[REG_CR2] - base));
  printf("\n");
  siglongjmp(back, 1);
}

#define TRY(name, statement) \
  do { \
    printf("%s\n", name); \
    if (sigsetjmp(back, 1) == 0) { statement; printf("  no signal\n"); } \
  } while (0)

int main(void) {
  struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  for (int sig = 1; sig < 32; sig++)
    if (sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE || sig == SIGILL || sig == SIGTRAP) sigaction(sig, &sa, 0);
  base = mmap(0, 8 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(base + 4096, 4096, PROT_READ);
  mprotect(base + 2 * 4096, 4096, PROT_NONE);
  munmap(base + 3 * 4096, 4096);
  volatile char *p = base;

  TRY("write to a read-only page", p[4096 + 5] = 1);
  TRY("read from a PROT_NONE page", (void)p[2 * 4096 + 7]);
  TRY("write to a PROT_NONE page", p[2 * 4096 + 7] = 1);
  TRY("read from an unmapped page", (void)p[3 * 4096 + 9]);
  TRY("write to an unmapped page", p[3 * 4096 + 9] = 1);
  TRY("read across into an unmapped page", (void)*(volatile uint64_t *)(p + 3 * 4096 - 4096 - 4));
  TRY("write across into a read-only page", *(volatile uint64_t *)(p + 4096 - 4) = 1);
  printf("  nothing was written: %d\n", p[4095]);
  TRY("execute a page without PROT_EXEC", ((void (*)(void))(base + 16))());
  TRY("execute an unmapped page", ((void (*)(void))(base + 3 * 4096 + 16))());

  char *code = mmap(0, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(code + 4096, 4096);
  memcpy(code + 4094, "\x48\xb8", 2);
  base = code;
  TRY("an instruction that crosses into an unmapped page", ((void (*)(void))(code + 4094))());

  char path[] = "/tmp/ring3-faults-XXXXXX";
  int fd = mkstemp(path);
  unlink(path);
  if (ftruncate(fd, 100)) return 1;
  base = mmap(0, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  p = base;
  TRY("within the last page of a file", (void)p[200]);
  TRY("read beyond the end of a file", (void)p[4096 + 3]);
  TRY("write beyond the end of a file", p[2 * 4096 + 3] = 1);
  if (ftruncate(fd, 3 * 4096)) return 1;
  TRY("after it has grown", p[2 * 4096 + 3] = 1);
  if (ftruncate(fd, 4096)) return 1;
  TRY("after truncation", (void)p[2 * 4096 + 3]);

  quiet_address = 1;
  base = 0;
  volatile int zero = 0, one = 1;
  TRY("integer division by zero", one = one / zero);
  volatile int minimum = (int)0x80000000, minus = -1;
  TRY("integer division overflow", one = minimum / minus);
  TRY("non-canonical address", (void)*(volatile char *)0x8000000000000000ull);
  TRY("non-canonical stack address", __asm__ volatile("mov %%rsp, %%rax\n mov $0x8000000000000000, %%rsp\n xchg %%rax, %%rsp\n mov $0x8000000000000000, %%rbp\n mov (%%rbp), %%rax" ::: "rax", "rbp"));
  TRY("ud2", __asm__ volatile("ud2"));
  TRY("hlt", __asm__ volatile("hlt"));
  TRY("cli", __asm__ volatile("cli"));
  TRY("int3", __asm__ volatile("int3"));
  TRY("int 0x42", __asm__ volatile("int $0x42"));
  TRY("in al, dx", __asm__ volatile("in %%dx, %%al" ::: "rax"));
  TRY("movaps from an odd address", __asm__ volatile("lea 1(%%rsp), %%rax\n movaps (%%rax), %%xmm0" ::: "rax", "xmm0"));
  TRY("mov to cr0", __asm__ volatile("mov %%rax, %%cr0" :::));
  TRY("kernel address", (void)*(volatile char *)0xffff800000000000ull);
  TRY("null", (void)*(volatile char *)0);
  return 0;
}
