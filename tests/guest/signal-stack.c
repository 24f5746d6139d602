// Alternate stacks, handlers that fault, masks that a call saves in the frame, signals that cannot be blocked.
#include "check.h"
#include <poll.h>
#include <setjmp.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <ucontext.h>

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1U << 31)
#endif

static char stack_a[65536] __attribute__((aligned(4096))), stack_b[65536];
static const char *place(void *p) {
  char *c = p;
  return c >= stack_a && c < stack_a + sizeof stack_a ? "a" : c >= stack_b && c < stack_b + sizeof stack_b ? "b" : "usual";
}
static void show_stack(const char *what) {
  stack_t now;
  sigaltstack(0, &now);
  printf("  %s: sp %s flags %x size %zu\n", what, now.ss_sp ? place(now.ss_sp) : "null", (unsigned)now.ss_flags, now.ss_size);
}
static void on_stack(int sig, siginfo_t *info, void *context) {
  char here;
  ucontext_t *u = context;
  printf("  signal %d on %s, uc_stack %s %x %zu\n", sig, place(&here), u->uc_stack.ss_sp ? place(u->uc_stack.ss_sp) : "null", (unsigned)u->uc_stack.ss_flags, u->uc_stack.ss_size);
  show_stack("inside");
  stack_t b = {.ss_sp = stack_b, .ss_size = sizeof stack_b};
  SHOW(sigaltstack(&b, 0));
  if (sig == SIGUSR1) raise(SIGUSR2);
}

static sigjmp_buf back;
static volatile int depth;
static char *wild;
static void faults_again(int sig, siginfo_t *info, void *context) {
  if (++depth == 3) siglongjmp(back, 1);
  *wild = 1;
}
static void jumps(int sig, siginfo_t *info, void *context) { siglongjmp(back, sig); }
/** At the end of the stack it leaves too little for a frame, and enough for raise. */
static void recurse(int sig, siginfo_t *info, void *context) {
  char here;
  long left = &here - stack_a;
  volatile char *fill = left < 5000 ? __builtin_alloca((size_t)left - 700) : &here;
  *fill = 1;
  depth++;
  raise(sig);
  *fill += 1;
}
static void show_mask(int sig, siginfo_t *info, void *context) {
  sigset_t now;
  sigprocmask(SIG_BLOCK, 0, &now);
  printf("  signal %d: the frame's mask %lx, now %lx\n", sig, *(unsigned long *)&((ucontext_t *)context)->uc_sigmask, *(unsigned long *)&now);
}
static void mask_after(const char *what, long result, int error) {
  sigset_t now;
  sigprocmask(SIG_BLOCK, 0, &now);
  printf("%s: %ld %s, mask %lx\n", what, result, result < 0 ? error_name(error) : "", *(unsigned long *)&now);
}
#define MASKED(what, call) \
  do { \
    raise(SIGUSR1); \
    errno = 0; \
    long r_ = (call); \
    mask_after(what, r_, errno); \
  } while (0)

static void use(stack_t st) { sigaltstack(&st, 0); }

int main(void) {
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  wild = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  printf("settings\n");
  show_stack("at first");
  stack_t a = {.ss_sp = stack_a, .ss_size = sizeof stack_a}, old;
  a.ss_size = 2047;
  SHOW(sigaltstack(&a, 0));
  a.ss_size = 2048;
  SHOW(sigaltstack(&a, 0));
  a.ss_size = 0, a.ss_flags = SS_DISABLE;
  SHOW(sigaltstack(&a, 0));
  show_stack("disabled");
  a.ss_flags = SS_DISABLE | SS_AUTODISARM;
  SHOW(sigaltstack(&a, 0));
  show_stack("disabled, disarming");
  a.ss_flags = 4, a.ss_size = sizeof stack_a;
  SHOW(sigaltstack(&a, 0));
  a.ss_flags = SS_ONSTACK | SS_DISABLE;
  SHOW(sigaltstack(&a, 0));
  a.ss_flags = SS_ONSTACK;
  SHOW(sigaltstack(&a, &old));
  show_stack("SS_ONSTACK");
  SHOW(sigaltstack((void *)8, 0));
  SHOW(sigaltstack(0, (void *)8));
  SHOW(sigaltstack(0, 0));

  printf("two handlers\n");
  a.ss_flags = 0;
  use(a);
  handle(SIGUSR1, on_stack, SA_ONSTACK), handle(SIGUSR2, on_stack, SA_ONSTACK);
  raise(SIGUSR1);
  show_stack("after");
  printf("one handler on the usual stack\n");
  handle(SIGUSR2, on_stack, 0);
  raise(SIGUSR2);
  show_stack("after");
  use(a);
  printf("disarmed while a handler runs\n");
  a.ss_flags = SS_AUTODISARM;
  use(a);
  handle(SIGUSR2, on_stack, SA_ONSTACK);
  raise(SIGUSR1);
  show_stack("after");
  a.ss_flags = SS_ONSTACK | SS_AUTODISARM;
  use(a);
  show_stack("both flags");
  raise(SIGUSR2);
  show_stack("after");
  a.ss_flags = 0;
  use(a);
  CHILD("kept by fork", show_stack("child"));

  printf("overflow\n");
  CHILD("of the alternate stack", handle(SIGUSR1, recurse, SA_ONSTACK | SA_NODEFER); raise(SIGUSR1); printf("came back\n"));
  CHILD("of it, with a handler", handle(SIGSEGV, jumps, SA_ONSTACK); handle(SIGUSR1, recurse, SA_ONSTACK | SA_NODEFER); if (!sigsetjmp(back, 1)) raise(SIGUSR1); printf("came back\n"));
  CHILD("no stack at all", struct sigaction sa = {.sa_sigaction = jumps, .sa_flags = SA_SIGINFO}; sigaction(SIGSEGV, &sa, 0); __asm__ volatile("mov %0, %%rsp\n movb $1, (%1)" ::"r"(wild), "r"(wild)));
  CHILD("no stack, alternate one", handle(SIGSEGV, jumps, SA_ONSTACK); int sig = sigsetjmp(back, 1); if (!sig) __asm__ volatile("mov %0, %%rsp\n movb $1, (%1)" ::"r"(wild), "r"(wild)); printf("jumped on %d\n", sig));
  CHILD("frame for another signal fails", handle(SIGSEGV, jumps, SA_ONSTACK); handle(SIGUSR1, jumps, 0); int sig = sigsetjmp(back, 1); if (!sig) __asm__ volatile("mov %0, %%rsp\n mov $39, %%eax\n syscall\n mov %%eax, %%edi\n mov %%eax, %%esi\n mov $10, %%edx\n mov $234, %%eax\n syscall" ::"r"(wild) : "rax", "rdi", "rsi", "rdx", "rcx", "r11"); printf("jumped on %d\n", sig));
  CHILD("no restorer", struct { void *handler; unsigned long flags; void *restorer; unsigned long mask; } raw_action = {jumps, SA_SIGINFO, 0, 0}; syscall(SYS_rt_sigaction, SIGUSR1, &raw_action, 0, 8); raise(SIGUSR1));
  CHILD("handler at nothing", struct sigaction sa = {.sa_handler = (void *)0x10}; sigaction(SIGUSR1, &sa, 0); raise(SIGUSR1));
  CHILD("handler at a non-canonical address", struct sigaction sa = {.sa_handler = (void *)0x8000000000000000}; sigaction(SIGUSR1, &sa, 0); handle(SIGSEGV, jumps, 0); int sig = sigsetjmp(back, 1); if (!sig) raise(SIGUSR1); printf("jumped on %d\n", sig));

  printf("a fault in the handler\n");
  CHILD("blocked by itself", handle(SIGSEGV, faults_again, 0); if (!sigsetjmp(back, 1)) *wild = 1; printf("depth %d\n", depth));
  CHILD("not blocked", handle(SIGSEGV, faults_again, SA_NODEFER); if (!sigsetjmp(back, 1)) *wild = 1; printf("depth %d\n", depth));
  CHILD("reset", handle(SIGSEGV, faults_again, SA_NODEFER | SA_RESETHAND); if (!sigsetjmp(back, 1)) *wild = 1; printf("depth %d\n", depth));
  CHILD("another signal's handler faults", handle(SIGUSR1, faults_again, 0); handle(SIGSEGV, jumps, 0); if (!sigsetjmp(back, 1)) raise(SIGUSR1); printf("depth %d\n", depth));
  CHILD("blocked, with a handler", sigset_t s; sigfillset(&s); sigprocmask(SIG_SETMASK, &s, 0); handle(SIGSEGV, jumps, 0); if (!sigsetjmp(back, 1)) *wild = 1; printf("never\n"));
  CHILD("blocked, sent from outside", sigset_t s; sigfillset(&s); sigprocmask(SIG_SETMASK, &s, 0); handle(SIGSEGV, jumps, 0); if (!sigsetjmp(back, 1)) kill(getpid(), SIGSEGV); printf("goes on\n"));
  CHILD("ignored, sent from outside", signal(SIGSEGV, SIG_IGN); kill(getpid(), SIGSEGV); printf("goes on\n"); *wild = 1);
  CHILD("ignored breakpoint", signal(SIGTRAP, SIG_IGN); __asm__ volatile("int3"));
  CHILD("blocked division", sigset_t s; sigfillset(&s); sigprocmask(SIG_SETMASK, &s, 0); volatile int zero = 0; printf("%d\n", 1 / zero));
  CHILD("the mask of siglongjmp", handle(SIGSEGV, jumps, 0); for (int i = 0; i < 3; i++) if (!sigsetjmp(back, 1)) *wild = 1; printf("three times\n"));

  printf("masks\n");
  handle(SIGUSR1, show_mask, 0);
  sigset_t usr1, none, usr2;
  sigemptyset(&none);
  sigemptyset(&usr1), sigaddset(&usr1, SIGUSR1), sigaddset(&usr1, SIGHUP);
  sigemptyset(&usr2), sigaddset(&usr2, SIGUSR2);
  sigprocmask(SIG_SETMASK, &usr1, 0);
  struct timespec second = {1, 0}, nothing = {0, 0};
  MASKED("sigsuspend", sigsuspend(&usr2));
  MASKED("ppoll", ppoll(0, 0, &second, &usr2));
  MASKED("pselect", pselect(0, 0, 0, 0, &second, &usr2));
  int ep = epoll_create1(0), p[2];
  struct epoll_event event;
  MASKED("epoll_pwait", epoll_pwait(ep, &event, 1, 1000, &usr2));
  MASKED("ppoll that does not wait", ppoll(0, 0, &nothing, &usr2));
  if (pipe(p)) return 1;
  struct pollfd ready = {.fd = p[1], .events = POLLOUT};
  MASKED("ppoll that is ready", ppoll(&ready, 1, &second, &usr2));
  sigset_t pending;
  sigpending(&pending);
  printf("still pending %lx\n", *(unsigned long *)&pending);
  MASKED("epoll_pwait with none", epoll_pwait(ep, &event, 1, 0, 0));
  MASKED("sigsuspend with all", (sigfillset(&pending), sigdelset(&pending, SIGUSR1), sigsuspend(&pending)));
  return 0;
}
