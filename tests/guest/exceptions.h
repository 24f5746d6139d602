// How an exception reaches a program: its signal, number, code, address, trap number, error code, where rip and RF are; single-stepping.
#pragma once
#include "check.h"
#include <setjmp.h>
#include <ucontext.h>
#include <xmmintrin.h>

static sigjmp_buf back;
static volatile uintptr_t at;
static char *page, *read_only;

static void on(int sig, siginfo_t *info, void *context) {
  greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
  printf("  signal %d code %d", sig, info->si_code);
  if ((uintptr_t)info->si_addr == at) printf(" addr at it");
  else if ((char *)info->si_addr >= page && (char *)info->si_addr < page + 8192) printf(" addr page+%lx", (char *)info->si_addr - page);
  else if ((char *)info->si_addr >= read_only && (char *)info->si_addr < read_only + 4096) printf(" addr read-only");
  else if ((uintptr_t)info->si_addr - at < 32) printf(" addr %lu behind", (uintptr_t)info->si_addr - at);
  else printf(" addr %p", info->si_addr);
  printf(" trapno %lld err %llx rf %d", r[REG_TRAPNO], r[REG_ERR], (int)(r[REG_EFL] >> 16 & 1));
  if (r[REG_TRAPNO] == 14 && ((uint64_t)r[REG_CR2] < (uintptr_t)page || (uint64_t)r[REG_CR2] >= (uintptr_t)page + 8192)) printf(" cr2 %s", (char *)r[REG_CR2] == (char *)info->si_addr ? "is addr" : "other");
  printf(" rip +%lld\n", r[REG_RIP] - (long long)at);
  siglongjmp(back, 1);
}

#define TRY(text, ...) \
  do { \
    printf("%s\n", text); \
    at = 0; \
    if (!sigsetjmp(back, 1)) { __VA_ARGS__; printf("  no signal\n"); } \
    fflush(stdout); \
  } while (0)
/** The last instruction is at `at`. */
#define AT "lea 1f(%%rip), %%rax\n mov %%rax, %0\n"
#define TRY_AT(text, before, instruction) TRY(text, __asm__ volatile(AT before "\n1: " instruction "\n" : "=m"(at) : [page] "r"(page), [ro] "r"(read_only) : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "memory", "cc"))

static uint64_t steps[64];
static int codes[64];
static volatile int stepped;
static uint64_t rcx_at[64];
static void step(int sig, siginfo_t *info, void *context) {
  greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
  if (stepped < 64) {
    steps[stepped] = (uint64_t)r[REG_RIP];
    rcx_at[stepped] = (uint64_t)r[REG_RCX];
    codes[stepped] = info->si_code * 100 + (int)r[REG_TRAPNO] * 10 + ((uint64_t)info->si_addr == (uint64_t)r[REG_RIP]) + (r[REG_EFL] & 0x100 ? 2 : 0);
    stepped++;
  }
}

#define STEPS(name, ...) \
  do { \
    stepped = 0; \
    uintptr_t base; \
    char from[16] = "0123456789abcde", to[16]; \
    __asm__ volatile("lea 1f(%%rip), %0\n lea %[from], %%rsi\n lea %[to], %%rdi\n pushf\n pop %%rax\n mov %%rax, %%rbx\n or $0x100, %%rax\n push %%rax\n popf\n 1: " __VA_ARGS__ "\n push %%rbx\n popf\n nop\n" \
      : "=&r"(base), [from] "+m"(from), [to] "=m"(to) : : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r11", "memory", "cc", "xmm0"); \
    printf("%s:", name); \
    for (int i = 0; i < stepped; i++) printf(" +%ld/%d/%ld", (long)(steps[i] - base), codes[i], (long)(rcx_at[i] > 100 ? -1 : rcx_at[i])); \
    printf("\n"); \
    fflush(stdout); \
  } while (0)

static void begin(void) {
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  page = mmap(0, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(page + 4096, 4096);
  read_only = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  static char altstack[65536];
  stack_t st = {.ss_sp = altstack, .ss_size = sizeof altstack};
  sigaltstack(&st, 0);
  int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
  for (int i = 0; i < 6; i++) handle(signals[i], on, SA_ONSTACK);
}
