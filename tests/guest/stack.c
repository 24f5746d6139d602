// Stack growth to its limit, overflow caught on an alternate stack, deep recursion, faults in threads.
#include "check.h"
#include <pthread.h>
#include <setjmp.h>
#include <ucontext.h>

static sigjmp_buf back;
static char altstack[65536];
static char *main_top;
static volatile long deepest;

static void overflow(int sig, siginfo_t *si, void *context) {
  char here;
  long size = main_top - (char *)si->si_addr;
  printf("  caught %d code %d on the alternate stack %d, stack had %ld MiB\n", sig, si->si_code, &here >= altstack && &here < altstack + sizeof altstack, (size + (1 << 19)) >> 20);
  siglongjmp(back, 1);
}
__attribute__((noinline)) static long recurse(long n) {
  if (n < 0) return 0;
  volatile char room[1000];
  room[n % 1000] = (char)n;
  deepest = n;
  return recurse(n + 1) + room[(n * 7) % 1000];
}
__attribute__((noinline)) static long sum_down(long n) {
  volatile long here = n;
  return n == 0 ? 0 : sum_down(n - 1) + here;
}
static void limited(rlim_t bytes) {
  struct rlimit r;
  getrlimit(RLIMIT_STACK, &r);
  r.rlim_cur = bytes;
  setrlimit(RLIMIT_STACK, &r);
}
static void touch_far(long below) {
  volatile char *p = (char *)__builtin_frame_address(0) - below;
  *p = 1;
}
__attribute__((noinline)) static void big_array(void) {
  volatile char a[5 << 20];
  for (long i = sizeof a - 1; i >= 0; i -= PAGE) a[i] = 1;
  printf("  array %d\n", a[sizeof a - 1]);
}
static void *thread_fault(void *arg) {
  stack_t st = {.ss_sp = malloc(65536), .ss_size = 65536};
  sigaltstack(&st, 0);
  sigjmp_buf *mine = arg;
  if (sigsetjmp(*mine, 1) == 0) *(volatile char *)0x10 = 1;
  return (void *)5;
}
static sigjmp_buf thread_back;
static void thread_handler(int sig, siginfo_t *si, void *context) { siglongjmp(thread_back, 1); }
static void *thread_overflow(void *arg) { return (void *)recurse(0); }
static void *thread_die(void *arg) { *(volatile char *)0x10 = 1; return 0; }

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  char top;
  main_top = &top;
  stack_t st = {.ss_sp = altstack, .ss_size = sizeof altstack};
  sigaltstack(&st, 0);
  printf("deep recursion: %ld\n", sum_down(50000));
  for (int round = 0; round < 2; round++) {
    limited(round ? 3 << 20 : 6 << 20);
    printf("overflow, limit %d MiB\n", round ? 3 : 6);
    CHILD("  child", handle(SIGSEGV, overflow, SA_ONSTACK); if (sigsetjmp(back, 1) == 0) recurse(0); printf("  deep %d\n", deepest > (round ? 2500 : 5000)));
  }
  limited(8 << 20);
  CHILD("without an alternate stack", handle(SIGSEGV, overflow, 0); recurse(0));
  CHILD("1 MiB below in one step", touch_far(1 << 20));
  CHILD("7 MiB below in one step", touch_far(7 << 20));
  CHILD("9 MiB below in one step", touch_far(9 << 20));
  CHILD("a big array", big_array());
  CHILD("alternate stack itself overflows", st.ss_size = 8192; sigaltstack(&st, 0); handle(SIGSEGV, (void (*)(int, siginfo_t *, void *))recurse, SA_ONSTACK);
        *(volatile char *)8 = 1);
  CHILD("onstack flags", struct sigaction sa; memset(&sa, 0, sizeof sa); stack_t old; sigaltstack(0, &old); printf("  flags %d size %zu\n", old.ss_flags, old.ss_size);
        old.ss_flags = SS_DISABLE; SHOW(sigaltstack(&old, 0)); sigaltstack(0, &old); printf("  flags %d\n", old.ss_flags);
        old.ss_flags = 77; old.ss_size = 100000; SHOW(sigaltstack(&old, 0)); old.ss_flags = 0; old.ss_size = 2047; SHOW(sigaltstack(&old, 0)));

  pthread_t t;
  void *result;
  printf("fault in a thread, caught there\n");
  handle(SIGSEGV, thread_handler, SA_ONSTACK);
  pthread_create(&t, 0, thread_fault, &thread_back);
  pthread_join(t, &result);
  printf("  joined %ld\n", (long)result);
  CHILD("fault in a thread kills the process", signal(SIGSEGV, SIG_DFL); pthread_create(&t, 0, thread_die, 0); pause());
  CHILD("a thread's stack overflows into its guard", signal(SIGSEGV, SIG_DFL); pthread_create(&t, 0, thread_overflow, 0); pause());
  return 0;
}
