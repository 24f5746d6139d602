// RFLAGS.RF in the signal frame: set for faults, not for traps and signals from elsewhere; handlers start without it.
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <ucontext.h>

static sigjmp_buf back;

static void show(int sig, siginfo_t *si, void *context) {
  (void)si;
  ucontext_t *uc = context;
  unsigned long now;
  __asm__("pushf\n pop %0" : "=r"(now));
  printf("signal %d: RF %d TF %d, in the handler RF %d\n", sig, (int)(uc->uc_mcontext.gregs[REG_EFL] >> 16 & 1),
         (int)(uc->uc_mcontext.gregs[REG_EFL] >> 8 & 1), (int)(now >> 16 & 1));
  if (sig != SIGUSR1) siglongjmp(back, 1);
}

#define TRY(code) \
  if (!sigsetjmp(back, 1)) __asm__ volatile(code ::: "rax", "rcx", "rdx", "memory", "cc")

int main(void) {
  struct sigaction action = {.sa_sigaction = show, .sa_flags = SA_SIGINFO};
  int signals[] = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGUSR1};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, 0);
  TRY("movl $1, 0");
  TRY("ud2");
  TRY("int3");
  TRY("hlt");
  TRY("xor %%eax, %%eax\n xor %%edx, %%edx\n xor %%ecx, %%ecx\n div %%ecx");
  TRY("int $0x42");
  TRY("pushf\n orl $0x100, (%%rsp)\n popf\n nop\n nop");
  TRY("mov $0x8000000000000000, %%rax\n mov (%%rax), %%al");
  raise(SIGUSR1);
  return 0;
}
