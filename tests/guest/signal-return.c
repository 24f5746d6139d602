// rt_sigreturn with a frame that a handler changed: what is restored, what is masked, what is refused and how.
#include "check.h"
#include <setjmp.h>
#include <ucontext.h>

struct frame {
  uint64_t pretcode, uc_flags, uc_link, ss_sp;
  uint32_t ss_flags, ss_pad;
  uint64_t ss_size, gregs[16], rip, eflags;
  uint16_t cs, gs, fs, ss;
  uint64_t err, trapno, oldmask, cr2, fpstate, reserved[8], sigmask;
};
enum { RSP = 15, RAX = 13, RDX = 12 };

static uint8_t altstack[65536] __attribute__((aligned(64)));
static void (*change)(struct frame *);
static uint64_t resumed_rip, resumed_rsp, expected_rip;
static uint8_t image[32768] __attribute__((aligned(64)));

static void changer(int sig, siginfo_t *info, void *context) {
  struct frame *f = (struct frame *)((char *)context - 8);
  resumed_rip = f->rip;
  resumed_rsp = f->gregs[RSP];
  expected_rip = f->rip;
  change(f);
}

static void segv(int sig, siginfo_t *info, void *context) {
  struct frame *f = (struct frame *)((char *)context - 8);
  printf("  signal %d code %d addr %p trapno %lx err %lx rip %s rsp %s cs %x ss %x eflags %lx mask %lx fcw %x xmm0 %x\n", sig, info->si_code, info->si_addr, f->trapno,
         f->err, f->rip == resumed_rip ? "resumed" : f->rip == expected_rip ? "as set" : "other", f->gregs[RSP] == resumed_rsp ? "resumed" : "other", f->cs,
         f->ss, f->eflags & ~0x8d5ul, f->sigmask, *(uint16_t *)f->fpstate, *(uint8_t *)(f->fpstate + 160));
  fflush(stdout);
  _exit(3);
}

uint64_t flags_after, xmm_after[2];
uint16_t fcw_after, ss_after, cs_after;
uint32_t mxcsr_after;

static void run(void) {
  pid_t pid = getpid();
  long result;
  uint64_t number = 0x4242424242424242;
  uint16_t control = 0x27f;
  uint32_t mxcsr = 0x1fa0;
  __asm__ volatile(
    "movq %[n], %%xmm0\n punpcklqdq %%xmm0, %%xmm0\n fldcw %[c]\n ldmxcsr %[m]\n mov $234, %%eax\n mov %[p], %%edi\n mov %[p], %%esi\n mov $10, %%edx\n syscall\n"
    "mov %%rax, %[r]\n pushf\n pop flags_after(%%rip)\n movdqu %%xmm0, xmm_after(%%rip)\n fnstcw fcw_after(%%rip)\n stmxcsr mxcsr_after(%%rip)\n"
    "mov %%ss, ss_after(%%rip)\n mov %%cs, cs_after(%%rip)\n push $0x202\n popf\n"
    : [r] "=&r"(result) : [n] "r"(number), [c] "m"(control), [m] "m"(mxcsr), [p] "r"(pid) : "rax", "rcx", "rdx", "rsi", "rdi", "r11", "memory", "xmm0");
  uint16_t usual = 0x37f;
  uint32_t usual_mxcsr = 0x1f80;
  __asm__ volatile("fldcw %0\n ldmxcsr %1" ::"m"(usual), "m"(usual_mxcsr));
  sigset_t now;
  sigprocmask(SIG_BLOCK, 0, &now);
  stack_t st;
  sigaltstack(0, &st);
  printf("  result %lx flags %lx xmm0 %lx %lx fcw %x mxcsr %x cs %x ss %x mask %lx stack %d %x %zx\n", result, flags_after & ~0x8d5ul, xmm_after[0], xmm_after[1], fcw_after,
         mxcsr_after, cs_after, ss_after, *(uint64_t *)&now, st.ss_sp == (void *)altstack, (unsigned)st.ss_flags, st.ss_size);
}

static void same(struct frame *f) {}
static void result(struct frame *f) { f->gregs[RAX] = 0x123456789; }
static void restarts_not(struct frame *f) { f->gregs[RAX] = -512; }
static void no_image(struct frame *f) { f->fpstate = 0; }
static void bad_image(struct frame *f) { f->fpstate = 0x10; }
static void kernel_image(struct frame *f) { f->fpstate = 0xffff800000000000; }
static void unmapped_image(struct frame *f) { f->fpstate = (uintptr_t)mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }
static void image_elsewhere(struct frame *f) {
  uint32_t extended = 0;
  memcpy(&extended, (uint8_t *)f->fpstate + 468, 4);
  f->fpstate = (uintptr_t)memcpy(image, (void *)f->fpstate, f->uc_flags & 1 ? extended : 512);
  ((uint8_t *)f->fpstate)[160] = 0x77;
}
static void no_magic(struct frame *f) { memset((uint8_t *)f->fpstate + 464, 0, 48); ((uint8_t *)f->fpstate)[160] = 0x79; }
static void mxcsr_reserved(struct frame *f) { *(uint32_t *)(f->fpstate + 24) = 0x80001f80; }
static void mxcsr_other(struct frame *f) { *(uint32_t *)(f->fpstate + 24) = 0x9f80; }
static void fcw(struct frame *f) { *(uint16_t *)f->fpstate = 0x1f; }
static void flags_all(struct frame *f) { f->eflags = 0xfffffffffffffeff & ~0x40000ul; }
static void flags_none(struct frame *f) { f->eflags = 0; }
static void flags_resume(struct frame *f) { f->eflags |= 0x10000; }
static void flags_nested(struct frame *f) { f->eflags |= 0x3000 | 0x4000; }
static void mask(struct frame *f) { f->sigmask = ~0ul; }
static void rip_odd(struct frame *f) { expected_rip = f->rip = 0x8000000000000000; }
static void rip_kernel(struct frame *f) { expected_rip = f->rip = 0xffff800000001000; }
static void rip_edge(struct frame *f) { expected_rip = f->rip = 0x800000000000; }
static void rip_last(struct frame *f) { expected_rip = f->rip = 0x7ffffffff000; }
static void rip_null(struct frame *f) { expected_rip = f->rip = 0; }
static void cs_null(struct frame *f) { f->cs = 0; }
static void cs_data(struct frame *f) { f->cs = 0x2b; }
static void cs_kernel(struct frame *f) { f->cs = 0x10; }
static void cs_level(struct frame *f) { f->cs = 0x30; }
static void cs_beyond(struct frame *f) { f->cs = 0x1003; }
static void cs_local(struct frame *f) { f->cs = 0x7; }
static void ss_null(struct frame *f) { f->ss = 0; }
static void ss_code(struct frame *f) { f->ss = 0x33; }
static void ss_kernel(struct frame *f) { f->ss = 0x18; }
static void ss_level(struct frame *f) { f->ss = 0x28; }
static void ss_free(struct frame *f) { f->ss = 0x73; }
static void ss_beyond(struct frame *f) { f->ss = 0x1003; }
static void ss_local(struct frame *f) { f->ss = 0xf; }
static void ss_node(struct frame *f) { f->ss = 0x7b; }
static void ss_fixed(struct frame *f) { f->ss = 0; f->uc_flags &= ~4ul; }
static void ss_code_fixed(struct frame *f) { f->ss = 0x33; f->uc_flags &= ~4ul; }
static void both(struct frame *f) { f->ss = 0x33; f->cs = 0x2b; }
static void segments(struct frame *f) { f->fs = f->gs = 0x2b; }
static void stack_off(struct frame *f) { f->ss_flags = 2; }
static void stack_small(struct frame *f) { f->ss_size = 100; }
static void stack_flags(struct frame *f) { f->ss_flags = 77; }
static void stack_other(struct frame *f) { f->ss_size = 0x8000; f->ss_flags = 0x80000000; }
static void ignored(struct frame *f) { f->trapno = f->err = f->cr2 = f->oldmask = 99; f->uc_flags |= 0xff00; f->uc_link = 5; memset(f->reserved, 7, sizeof f->reserved); }

static struct { const char *name; void (*change)(struct frame *); } const cases[] = {
#define CASE(f) {#f, f}
  CASE(same), CASE(result), CASE(restarts_not), CASE(no_image), CASE(bad_image), CASE(kernel_image), CASE(unmapped_image), CASE(image_elsewhere),
  CASE(no_magic), CASE(mxcsr_reserved), CASE(mxcsr_other), CASE(fcw), CASE(flags_all), CASE(flags_none), CASE(flags_resume),
  CASE(flags_nested), CASE(mask), CASE(rip_odd), CASE(rip_kernel), CASE(rip_edge), CASE(rip_last), CASE(rip_null), CASE(cs_null), CASE(cs_data), CASE(cs_kernel),
  CASE(cs_level), CASE(cs_beyond), CASE(cs_local), CASE(ss_null), CASE(ss_code), CASE(ss_kernel), CASE(ss_level), CASE(ss_free), CASE(ss_beyond), CASE(ss_local), CASE(ss_node),
  CASE(ss_fixed), CASE(ss_code_fixed), CASE(both), CASE(segments), CASE(stack_off), CASE(stack_small), CASE(stack_flags), CASE(stack_other), CASE(ignored),
};

static void one(int i) {
  stack_t st = {.ss_sp = altstack, .ss_size = sizeof altstack};
  sigaltstack(&st, 0);
  change = cases[i].change;
  handle(SIGSEGV, segv, SA_ONSTACK);
  handle(SIGBUS, segv, SA_ONSTACK);
  handle(SIGFPE, segv, SA_ONSTACK);
  handle(SIGUSR1, changer, 0);
  run();
}

/** rt_sigreturn with rsp at `sp`. */
static void at_stack(uint64_t sp) {
  stack_t st = {.ss_sp = altstack, .ss_size = sizeof altstack};
  sigaltstack(&st, 0);
  handle(SIGSEGV, segv, SA_ONSTACK);
  resumed_rsp = sp;
  __asm__ volatile("mov %0, %%rsp\n mov $15, %%eax\n syscall" ::"r"(sp));
}

int main(void) {
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) CHILD(cases[i].name, one((int)i));
  char *gone = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHILD("no frame", at_stack((uintptr_t)gone));
  CHILD("non-canonical frame", at_stack(0x8000000000000000));
  CHILD("frame at 8", at_stack(8));
  CHILD("frame at the end", at_stack(0x7ffffffff000 - 8));
  CHILD("no handler", signal(SIGSEGV, SIG_DFL); change = cs_null; handle(SIGUSR1, changer, 0); run());
  CHILD("ignored", signal(SIGSEGV, SIG_IGN); change = mxcsr_reserved; handle(SIGUSR1, changer, 0); run());
  return 0;
}
