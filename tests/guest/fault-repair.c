// Handlers that mend a fault and return, that change registers of the interrupted code, and that fault themselves.
#include "check.h"
#include <setjmp.h>
#include <ucontext.h>

static char *base;
static volatile int faults;
static void mend(int sig, siginfo_t *si, void *context) {
  char *page = (char *)((uintptr_t)si->si_addr & ~(uintptr_t)(PAGE - 1));
  faults++;
  printf("  mend %d: code %d at page %ld + %ld, write %lld\n", faults, si->si_code, (long)(page - base) / PAGE, (long)((char *)si->si_addr - page),
         ((ucontext_t *)context)->uc_mcontext.gregs[REG_ERR] >> 1 & 1);
  mprotect(page, PAGE, PROT_READ | PROT_WRITE);
}
static void map_in(int sig, siginfo_t *si, void *context) {
  char *page = (char *)((uintptr_t)si->si_addr & ~(uintptr_t)(PAGE - 1));
  printf("  map page %ld\n", (long)(page - base) / PAGE);
  if (mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != page) _exit(9);
}
static void show_regs(int sig, siginfo_t *si, void *context) {
  greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
  printf("  rax %llx rbx %llx rcx %llx rdx %llx rsi %llx rdi %llx\n", r[REG_RAX], r[REG_RBX], r[REG_RCX], r[REG_RDX], r[REG_RSI], r[REG_RDI]);
  printf("  r8 %llx r9 %llx r10 %llx r11 %llx r12 %llx r13 %llx r14 %llx r15 %llx\n", r[REG_R8], r[REG_R9], r[REG_R10], r[REG_R11], r[REG_R12], r[REG_R13], r[REG_R14], r[REG_R15]);
  printf("  cf %lld zf %lld df %lld cs %llx at ud2 %d\n", r[REG_EFL] & 1, r[REG_EFL] >> 6 & 1, r[REG_EFL] >> 10 & 1, r[REG_CSGSFS] & 0xffff, memcmp((void *)r[REG_RIP], "\x0f\x0b", 2) == 0);
  unsigned df = 0;
  __asm__ volatile("pushf; pop %%rax; shr $10, %%eax; and $1, %%eax" : "=a"(df));
  printf("  df in the handler %u\n", df);
  r[REG_RIP] += 2;
  r[REG_RAX] = 0x1111;
  r[REG_RBX] = 0x2222;
  r[REG_R15] = 0x3333;
  r[REG_EFL] ^= 1;
  ((ucontext_t *)context)->uc_mcontext.fpregs->_xmm[3].element[0] = 0x40490fdb;
  ((ucontext_t *)context)->uc_mcontext.fpregs->mxcsr = 0x3f80;
}
static void skip_int3(int sig, siginfo_t *si, void *context) {
  greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
  printf("  SIGTRAP code %d, rip after int3 %d\n", si->si_code, ((unsigned char *)r[REG_RIP])[-1] == 0xcc);
}
static sigjmp_buf back;
static void nested_inner(int sig, siginfo_t *si, void *context) { printf("  inner fault in handler, code %d\n", si->si_code); siglongjmp(back, 2); }
static void nested_outer(int sig, siginfo_t *si, void *context) {
  printf("  outer SIGFPE code %d\n", si->si_code);
  handle(SIGSEGV, nested_inner, 0);
  *(volatile char *)base = 1;
  printf("  not reached\n");
}
static void same_again(int sig, siginfo_t *si, void *context) { write(1, "  once\n", 7); *(volatile char *)8 = 1; }
static void nodefer(int sig, siginfo_t *si, void *context) {
  static int depth;
  printf("  depth %d\n", ++depth);
  if (depth < 4) *(volatile char *)8 = 1;
  siglongjmp(back, depth);
}
static void step(int sig, siginfo_t *si, void *context) {
  static int steps;
  greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
  if (++steps == 5) { r[REG_EFL] &= ~0x100; printf("  single-stepped %d, code %d\n", steps, si->si_code); }
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  base = mmap(0, 16 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  handle(SIGSEGV, mend, 0);
  printf("mended by mprotect\n");
  base[5] = 7;
  printf("  %d %d\n", base[5], base[PAGE + 6]);
  *(uint64_t *)(base + 3 * PAGE - 4) = 0x0102030405060708;
  printf("  %llx\n", *(unsigned long long *)(base + 3 * PAGE - 4));
  memset(base + 4 * PAGE + 100, 'x', 2 * PAGE);
  printf("  %c%c\n", base[5 * PAGE], base[6 * PAGE + 99]);
  printf("a system call does not fault, it fails\n");
  int p[2];
  if (pipe(p)) return 1;
  SHOW(write(p[1], base + 8 * PAGE, 10));
  SHOW(write(p[1], base + 7 * PAGE - 5, 10));

  printf("mapped in\n");
  munmap(base, 16 * PAGE);
  handle(SIGSEGV, map_in, 0);
  base[10 * PAGE] = 3;
  printf("  sum %d\n", base[10 * PAGE] + base[11 * PAGE]);

  printf("registers\n");
  handle(SIGILL, show_regs, 0);
  uint64_t a, b, f, x, csr_after = 0, csr = 0x1f80;
  __asm__ volatile(
      "mov $0xa1, %%eax\n mov $0xb2, %%ebx\n mov $0xc3, %%ecx\n mov $0xd4, %%edx\n mov $0xe5, %%esi\n mov $0xf6, %%edi\n"
      "mov $8, %%r8d\n mov $9, %%r9d\n mov $10, %%r10d\n mov $11, %%r11d\n mov $12, %%r12d\n mov $13, %%r13d\n mov $14, %%r14d\n mov $15, %%r15d\n"
      "pxor %%xmm3, %%xmm3\n std\n stc\n ud2\n setc %%cl\n cld\n movq %%xmm3, %%rdx\n"
      : "=a"(a), "=b"(b), "=c"(f), "=d"(x) : : "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "xmm3", "cc", "memory");
  __asm__ volatile("stmxcsr %0\n ldmxcsr %1" : "=m"(csr_after) : "m"(csr));
  printf("  changed: rax %llx rbx %llx carry %d xmm3 %llx mxcsr %x\n", (unsigned long long)a, (unsigned long long)b, (int)(f & 1), (unsigned long long)x, (unsigned)csr_after & 0xffff);

  printf("int3\n");
  handle(SIGTRAP, skip_int3, 0);
  __asm__ volatile("int3");
  printf("trap flag\n");
  handle(SIGTRAP, step, 0);
  __asm__ volatile("pushf\n orl $0x100, (%%rsp)\n popf\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop" ::: "cc", "memory");

  printf("nested\n");
  munmap(base, 16 * PAGE);
  handle(SIGFPE, nested_outer, 0);
  volatile int zero = 0, jumped;
  if ((jumped = sigsetjmp(back, 1)) == 0) zero = 1 / zero;
  printf("  jumped %d\n", jumped);
  handle(SIGSEGV, nodefer, SA_NODEFER);
  if ((jumped = sigsetjmp(back, 1)) == 0) *(volatile char *)8 = 1;
  printf("  jumped from depth %d\n", jumped);
  CHILD("the same fault in its own handler", handle(SIGSEGV, same_again, 0); *(volatile char *)8 = 1);
  CHILD("bad frame: stack pointer without memory", handle(SIGUSR1, same_again, 0);
        __asm__ volatile("mov $39, %%eax\n syscall\n mov %%eax, %%edi\n mov $10, %%esi\n mov $62, %%eax\n mov $0x1000, %%esp\n syscall" ::: "rax", "rdi", "rsi", "rcx", "r11", "memory"));
  CHILD("sigreturn from nothing", __asm__ volatile("mov $16, %%esp\n mov $15, %%eax\n syscall" ::: "rax", "memory"));
  return 0;
}
