// The signal frame word for word, on a stack that was filled with a pattern; where it lies; the floating-point image below it.
#include "check.h"
#include <stddef.h>
#include <ucontext.h>

#define FILL 0xa5
#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1U << 31)
#endif
#define MAGIC1 0x46505853u
#define MAGIC2 0x46505845u

/** The kernel's frame: return address, ucontext with a mask of 8 bytes, siginfo. */
struct frame {
  uint64_t pretcode, uc_flags, uc_link, ss_sp;
  uint32_t ss_flags, ss_pad;
  uint64_t ss_size;
  uint64_t gregs[16], rip, eflags;
  uint16_t cs, gs, fs, ss;
  uint64_t err, trapno, oldmask, cr2, fpstate, reserved[8], sigmask;
  uint8_t info[128];
};
_Static_assert(sizeof(struct frame) == 440, "struct rt_sigframe");

static const char *const names[16] = {"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rdi", "rsi", "rbp", "rbx", "rdx", "rax", "rcx", "rsp"};
static uint8_t altstack[65536] __attribute__((aligned(64)));
extern char fault_at[], after_call[];
uint64_t sp_before;
struct frame *entry_rsp;

static void show_word(const char *name, uint64_t value) {
  if (value == (uintptr_t)fault_at) printf(" %s=fault_at", name);
  else if (value == (uintptr_t)after_call) printf(" %s=after_call", name);
  else if (value == sp_before) printf(" %s=sp", name);
  else if (value >= (uintptr_t)altstack && value < (uintptr_t)altstack + sizeof altstack) printf(" %s=altstack", name);
  else if (value == (uint64_t)getpid() && name[2] == 'i') printf(" %s=pid", name);
  else printf(" %s=%lx", name, value);
}

static void show_fpstate(const struct frame *f) {
  const uint8_t *fp = (const uint8_t *)f->fpstate;
  uint32_t sw[12];
  memcpy(sw, fp + 464, sizeof sw);
  int extended = f->uc_flags & 1;
  uint32_t end = 0;
  if (extended) memcpy(&end, fp + sw[1] - 4, 4);
  int zero = 1;
  for (int i = 0; i < 12; i++) zero &= sw[i] == 0;
  printf("fpstate: aligned %d, software bytes %s\n", (uintptr_t)fp % 64 == 0,
         extended ? (sw[0] == MAGIC1 && sw[1] == sw[4] + 4 && (sw[2] & 3) == 3 && end == MAGIC2 ? "as they should be" : "wrong") : zero ? "as they should be" : "wrong");
  size_t size = extended ? sw[1] : 512;
  uint64_t top = sp_before - 128;
  if ((uintptr_t)f >= (uintptr_t)altstack && (uintptr_t)f < (uintptr_t)altstack + sizeof altstack) top = (uintptr_t)altstack + sizeof altstack;
  uint64_t at = (top - size) & ~63ul;
  printf("places: fpstate %d, frame %d, rsp %d, restorer called from it %d\n", at == f->fpstate, ((at - sizeof *f) & ~15ul) - 8 == (uintptr_t)f,
         ((uintptr_t)f & 15) == 8, entry_rsp == f);
  uint16_t head[4];
  memcpy(head, fp, 8);
  uint32_t mxcsr;
  memcpy(&mxcsr, fp + 24, 4);
  printf("fcw %x fsw %x ftw %x mxcsr %x\n", head[0], head[1], head[2], mxcsr);
  for (int i = 0; i < 8; i++) {
    printf("st%d", i);
    for (int j = 0; j < 16; j++) printf(" %02x", fp[32 + i * 16 + j]);
    printf("\n");
  }
  for (int i = 0; i < 16; i++) {
    printf("xmm%d", i);
    for (int j = 0; j < 16; j++) printf(" %02x", fp[160 + i * 16 + j]);
    printf("\n");
  }
}

void body(int sig, siginfo_t *info, void *context) {
  struct frame *f = (struct frame *)((char *)context - 8);
  printf("signal %d, info where it belongs %d\n", sig, (void *)info == (void *)f->info);
  printf("restorer %d flags %lx link %lx", f->pretcode != 0, f->uc_flags & ~1ul, f->uc_link);
  show_word("ss_sp", f->ss_sp);
  printf(" ss_flags %x pad %x ss_size %lx\n", f->ss_flags, f->ss_pad, f->ss_size);
  for (int i = 0; i < 16; i++) show_word(names[i], f->gregs[i]);
  show_word("rip", f->rip);
  printf("\neflags %lx cs %x gs %x fs %x ss %x err %lx trapno %lx oldmask %lx cr2 %lx mask %lx\n", f->eflags, f->cs, f->gs, f->fs, f->ss, f->err, f->trapno,
         f->oldmask, f->cr2, f->sigmask);
  printf("reserved");
  for (int i = 0; i < 8; i++) printf(" %lx", f->reserved[i]);
  printf("\ninfo");
  for (int i = 0; i < 128; i += 4) {
    uint32_t word;
    memcpy(&word, f->info + i, 4);
    if (i == 16 && word == (uint32_t)getpid()) printf(" pid");
    else printf(" %x", word);
  }
  printf("\n");
  show_fpstate(f);
  if (f->trapno == 14 || f->trapno == 6) f->rip = (uintptr_t)after_call;
}

__asm__(".pushsection .data\n.balign 16\nsource: .quad 0x0123456789abcdef, 0xfedcba9876543210, 0x1111111122222222, 0x3333333344444444\n.popsection\n");
/** Notes rsp at entry, then goes on in C. */
void handler(int, siginfo_t *, void *);
__asm__(".text\nhandler: mov %rsp, entry_rsp(%rip)\n jmp body\n");

/** A signal with known registers: 0 by a page fault, 1 by an undefined instruction, 2 by tgkill. Goes on at after_call. */
void provoke(int how, pid_t pid);
__asm__(
  ".text\nprovoke: push %rbp; push %rbx; push %r12; push %r13; push %r14; push %r15; sub $1032, %rsp\n"
  "mov %rsp, sp_before(%rip); finit; fld1; fldpi; fldz\n"
  "xorps %xmm0, %xmm0; xorps %xmm1, %xmm1; xorps %xmm2, %xmm2; xorps %xmm3, %xmm3; xorps %xmm4, %xmm4; xorps %xmm6, %xmm6; xorps %xmm7, %xmm7;"
  "xorps %xmm8, %xmm8; xorps %xmm9, %xmm9; xorps %xmm10, %xmm10; xorps %xmm11, %xmm11; xorps %xmm12, %xmm12; xorps %xmm13, %xmm13; xorps %xmm14, %xmm14;"
  "movaps source(%rip), %xmm5; movaps source+16(%rip), %xmm15\n"
  "mov %edi, %ecx; mov %esi, %edi\n"
  "mov $0x808, %r8; mov $0x909, %r9; mov $0x1010, %r10; mov $0x1111, %r11; mov $0x1212, %r12; mov $0x1313, %r13; mov $0x1414, %r14\n"
  "movabs $0xfedcba9876543210, %r15; mov $0xbbb, %ebx; mov $0xdead000, %eax; mov $0xdd, %edx; mov $0xb5b5, %ebp\n"
  "cmp $2, %ecx; je 2f; mov $0x5151, %esi; mov $0xd1d1, %edi; cmp $1, %ecx; je 1f\n"
  "push $0x8d5; popf\n"
  "fault_at: movb $1, (%rax)\n"
  "1: ud2\n"
  "2: mov %edi, %esi; mov $234, %eax; mov $10, %edx; push $0x4d7; popf; syscall\n"
  "after_call: cld; finit; add $1032, %rsp; pop %r15; pop %r14; pop %r13; pop %r12; pop %rbx; pop %rbp; ret\n");

__attribute__((noinline)) static long red_zone(pid_t pid) {
  long kept;
  __asm__ volatile(
    "movq $0x1111, -8(%%rsp)\n movq $0x2222, -128(%%rsp)\n mov $234, %%eax\n mov %1, %%edi\n mov %1, %%esi\n mov $12, %%edx\n syscall\n"
    "mov -8(%%rsp), %0\n shl $16, %0\n or -128(%%rsp), %0\n"
    : "=&r"(kept) : "r"(pid) : "rax", "rcx", "rdx", "rsi", "rdi", "r11", "memory");
  return kept;
}

static void on(int sig, int flags, uint64_t mask) {
  struct { void *handler; uint64_t flags; void *restorer; uint64_t mask; } sa = {0};
  struct sigaction probe = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  // libc's restorer.
  sigaction(sig, &probe, 0);
  syscall(SYS_rt_sigaction, sig, 0, &sa, 8);
  sa.flags = (uint32_t)flags | 0x04000000u;
  sa.mask = mask;
  syscall(SYS_rt_sigaction, sig, &sa, 0, 8);
}

static void nothing(int sig) {}

/** Fills what lies below this function's frame, where the next frame will be. */
__attribute__((noinline)) static void fill_below(void) {
  volatile uint8_t area[40000];
  for (size_t i = 0; i < sizeof area; i++) area[i] = FILL;
}

int main(void) {
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  stack_t st = {.ss_sp = altstack, .ss_size = sizeof altstack};
  sigaltstack(&st, 0);
  sigset_t some;
  sigemptyset(&some);
  sigaddset(&some, SIGRTMAX);
  sigaddset(&some, SIGHUP);
  sigprocmask(SIG_BLOCK, &some, 0);
  pid_t pid = getpid();

  printf("== a page fault, alternate stack\n");
  memset(altstack, FILL, sizeof altstack);
  on(SIGSEGV, SA_SIGINFO | SA_ONSTACK, 0);
  provoke(0, pid);
  printf("== an undefined instruction\n");
  memset(altstack, FILL, sizeof altstack);
  on(SIGILL, SA_SIGINFO | SA_ONSTACK | SA_NODEFER, 0);
  provoke(1, pid);
  printf("== tgkill, alternate stack\n");
  memset(altstack, FILL, sizeof altstack);
  on(SIGUSR1, SA_SIGINFO | SA_ONSTACK, 2);
  provoke(2, pid);
  printf("== tgkill, without SA_SIGINFO\n");
  memset(altstack, FILL, sizeof altstack);
  on(SIGUSR1, SA_ONSTACK, 2);
  provoke(2, pid);
  printf("== tgkill, the usual stack\n");
  on(SIGUSR1, SA_SIGINFO, 2);
  fflush(stdout);
  fill_below();
  provoke(2, pid);
  printf("== disarmed\n");
  st.ss_flags = SS_AUTODISARM;
  sigaltstack(&st, 0);
  memset(altstack, FILL, sizeof altstack);
  on(SIGUSR1, SA_SIGINFO | SA_ONSTACK, 2);
  provoke(2, pid);
  stack_t now;
  sigaltstack(0, &now);
  printf("after it: %d %x %zu\n", now.ss_sp == (void *)altstack, (unsigned)now.ss_flags, now.ss_size);
  struct sigaction quiet = {.sa_handler = nothing};
  sigaction(SIGUSR2, &quiet, 0);
  printf("red zone %lx\n", red_zone(pid));
  return 0;
}
