// The [vsyscall] page: its three entries when called, and every other use of it.
#include "check.h"
#include <setjmp.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <ucontext.h>

#define VSYSCALL 0xffffffffff600000UL

static int (*const vgettimeofday)(struct timeval *, struct timezone *) = (void *)VSYSCALL;
static time_t (*const vtime)(time_t *) = (void *)(VSYSCALL + 0x400);
static long (*const vgetcpu)(unsigned *, unsigned *, void *) = (void *)(VSYSCALL + 0x800);

static sigjmp_buf out;
// A newer kernel's signal for a bad pointer no longer says where (tests/kernel-differences.md).
static volatile int brief;

// rip and rsp as the fault left them: at the entry, the return address still there.
static void on_fault(int signo, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  greg_t *r = u->uc_mcontext.gregs;
  if (brief) printf("signal %d\n", signo);
  else printf("signal %d code %d addr %p trapno %lld err %lld cr2 %llx rip %s\n", signo, info->si_code, info->si_addr, r[REG_TRAPNO], r[REG_ERR],
         (unsigned long long)r[REG_CR2], (unsigned long)r[REG_RIP] >> 12 == VSYSCALL >> 12 ? "in the page" : "elsewhere");
  if ((unsigned long)r[REG_RIP] >> 12 == VSYSCALL >> 12) printf("offset %llx\n", (unsigned long long)r[REG_RIP] & 0xfff);
  siglongjmp(out, 1);
}

#define FAULTS(what, ...) \
  do { \
    printf("%s: ", what); \
    if (!sigsetjmp(out, 1)) { \
      __VA_ARGS__; \
      printf("no signal\n"); \
    } \
  } while (0)

static int call(unsigned long address) {
  return ((int (*)(void *, void *))address)(0, 0);
}

// Which registers a call changes: rcx and r11 stay, as no system call happens.
static void registers(void) {
  unsigned long rax = 7, rcx = 0x1111, r11 = 0x2222, rdx = 0x3333, rdi = 0, rsi = 0, rsp_before, rsp_after;
  register unsigned long r11_ asm("r11") = r11;
  asm volatile("mov %%rsp, %[before]\n"
               "sub $128, %%rsp\n"
               "call *%[entry]\n"
               "add $128, %%rsp\n"
               "mov %%rsp, %[after]\n"
               : [before] "=&r"(rsp_before), [after] "=&r"(rsp_after), "+a"(rax), "+c"(rcx), "+r"(r11_), "+d"(rdx), "+D"(rdi), "+S"(rsi)
               : [entry] "r"(VSYSCALL)
               : "memory", "r8", "r9", "r10", "cc");
  printf("rax %ld rcx %lx r11 %lx rdx %lx, stack %s\n", rax, rcx, r11_, rdx, rsp_before == rsp_after ? "balanced" : "moved");
}

static void calls(void) {
  struct timeval a, v, b;
  struct timezone zone = {5, 6};
  syscall(SYS_gettimeofday, &a, 0);
  int result = vgettimeofday(&v, &zone);
  syscall(SYS_gettimeofday, &b, 0);
  printf("gettimeofday: %d %s zone %d %d\n", result, !timercmp(&v, &a, <) && !timercmp(&b, &v, <) ? "in order" : "goes back", zone.tz_minuteswest, zone.tz_dsttime);
  printf("nothing asked: %d\n", vgettimeofday(0, 0));
  printf("zone alone: %d\n", vgettimeofday(0, &zone));
  time_t stored = 0, before = syscall(SYS_time, 0), now = vtime(&stored);
  printf("time: %s %s\n", now == stored ? "stored" : "differs", now >= before ? "in order" : "goes back");
  printf("time: %d\n", vtime(0) >= now);
  unsigned cpu = 999, node = 999;
  long got = vgetcpu(&cpu, &node, 0);
  printf("getcpu: %ld %d %u\n", got, cpu < 999, node);
  got = vgetcpu(0, 0, 0);
  printf("getcpu of nothing: %ld\n", got);
  cpu = 999;
  got = vgetcpu(&cpu, 0, (void *)8);
  printf("getcpu without node: %ld %d\n", got, cpu < 999);
  registers();
}

static void faults(void) {
  char *page = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(page + PAGE, PAGE, PROT_READ);
  FAULTS("read", (void)*(volatile char *)VSYSCALL);
  FAULTS("read of its end", (void)*(volatile long *)(VSYSCALL + PAGE - 8));
  FAULTS("read of the second entry", (void)*(volatile char *)(VSYSCALL + 0x400));
  FAULTS("write", *(volatile char *)(VSYSCALL + 0x800) = 1);
  FAULTS("before it", (void)*(volatile char *)(VSYSCALL - 8));
  FAULTS("behind it", (void)*(volatile char *)(VSYSCALL + PAGE));
  FAULTS("call before it", call(VSYSCALL - PAGE));
  FAULTS("call behind it", call(VSYSCALL + PAGE));
  static const unsigned offsets[] = {1, 0x3ff, 0x401, 0x7ff, 0x801, 0xc00, 0xfff};
  for (unsigned i = 0; i < sizeof offsets / sizeof *offsets; i++) {
    printf("%x: ", offsets[i]);
    FAULTS("call", call(VSYSCALL + offsets[i]));
  }
  brief = 1;
  FAULTS("bad timeval", vgettimeofday((void *)8, 0));
  FAULTS("bad zone", vgettimeofday(0, (void *)16));
  brief = 0;
  FAULTS("kernel's timeval", vgettimeofday((void *)0xffff888000000000, 0));
  FAULTS("non-canonical timeval", vgettimeofday((void *)0x1234567812345678, 0));
  brief = 1;
  FAULTS("timeval at the end of user space", vgettimeofday((void *)0x7fffffffeff8, 0));
  FAULTS("bad time", vtime((void *)24));
  FAULTS("bad cpu", vgetcpu((void *)32, 0, 0));
  FAULTS("bad node", vgetcpu(0, (void *)40, 0));
  FAULTS("read-only", vtime((void *)(page + PAGE)));
  struct timeval *split = (void *)(page + PAGE - 8);
  FAULTS("half read-only", vgettimeofday(split, 0));
  // Pages of the first are written on demand.
  printf("on demand: %d\n", vtime((void *)page) > 0 && *(time_t *)page > 0);
  brief = 0;
  FAULTS("the vsyscall page itself", vtime((void *)VSYSCALL));
}

// Without the handler's printing of addresses that differ.
static void fatal(void) {
  signal(SIGSEGV, SIG_DFL);
  CHILD("read", (void)*(volatile char *)VSYSCALL);
  CHILD("misaligned", call(VSYSCALL + 3));
  CHILD("bad pointer", vtime((void *)8));
  CHILD("bad stack", asm volatile("mov %0, %%rsp\n jmp *%1" : : "r"(8L), "r"(VSYSCALL)));
  CHILD("non-canonical stack", asm volatile("mov %0, %%rsp\n jmp *%1" : : "r"(0x1234567812345678L), "r"(VSYSCALL)));
  CHILD("bad return address", {
    unsigned long stack[4] = {8};
    asm volatile("mov %0, %%rsp\n jmp *%1" : : "r"(stack), "r"(VSYSCALL), "D"(0), "S"(0) : "memory");
  });
  CHILD("blocked", {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, 0);
    vtime((void *)8);
  });
  CHILD("ignored", {
    signal(SIGSEGV, SIG_IGN);
    call(VSYSCALL + 3);
  });
}

int main(void) {
  calls();
  handle(SIGSEGV, on_fault, 0);
  handle(SIGBUS, on_fault, 0);
  faults();
  fatal();
  char bytes[4];
  struct iovec local = {bytes, 4}, remote = {(void *)VSYSCALL, 4};
  SHOW(process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
  SHOW(write(1, (void *)VSYSCALL, 4));
  SHOW(mprotect((void *)VSYSCALL, PAGE, PROT_READ));
  SHOW(munmap((void *)VSYSCALL, PAGE));
  SHOW(madvise((void *)VSYSCALL, PAGE, MADV_DONTNEED));
  SHOW(mlock((void *)VSYSCALL, PAGE));
  unsigned char in_core[1];
  SHOW(mincore((void *)VSYSCALL, PAGE, in_core));
  SHOW(mmap((void *)VSYSCALL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
  return 0;
}
