// Signals in the middle of hot loops: at every instruction the registers are what the instructions before it have left.
#include "check.h"
#include <setjmp.h>
#include <sys/time.h>
#include <ucontext.h>

#define REG(context, name) ((context)->uc_mcontext.gregs[REG_##name])

/** Where a signal may find the loop, and how often it did. */
extern const unsigned char loop_start[], loop_between[], loop_store[], loop_flags[], loop_branch[], loop_end[], loop_in_callee[], loop_callee_end[];
static volatile long hits, wrong, in_callee;
static volatile long added;
static long memory_word;

/**
 * rax counts up by 3 and rbx down by 5 in every round, r8 holds their sum after the store; r12 counts rounds down. Which of the steps of a
 * round are done follows from rip.
 */
static unsigned long run_loop(unsigned long rounds) {
  unsigned long a = 0, b = 0;
  register unsigned long extra __asm__("r13") = 0;
  // A handler that finds rip in the callee reads its return address; the red zone is left alone.
  __asm__ volatile(
      ".globl loop_start, loop_store, loop_flags, loop_end, loop_in_callee, loop_callee_end, loop_between, loop_branch\n"
      "sub $128, %%rsp\n"
      "mov %%rsi, %%r12\n"
      "jmp loop_start\n"
      "loop_in_callee: add $3, %%rax\n"
      "ret\n"
      "loop_callee_end:\n"
      "loop_start:\n"
      "call loop_in_callee\n"
      "loop_between: sub $5, %%rbx\n"
      "loop_store: lea (%%rax,%%rbx), %%r8\n"
      "mov %%r8, (%%rdi)\n"
      "loop_flags: cmp %%rbx, %%rax\n"
      "adc $0, %%r13\n"
      "dec %%r12\n"
      "loop_branch: jnz loop_start\n"
      "loop_end: add $128, %%rsp\n"
      : "+a"(a), "+b"(b), "+r"(extra)
      : "D"(&memory_word), "S"(rounds)
      : "r8", "r12", "memory", "cc");
  return a + b * 7 + extra * 11;
}

static void look(int sig, siginfo_t *info, void *argument) {
  ucontext_t *u = argument;
  const unsigned char *rip = (void *)REG(u, RIP);
  if (rip < loop_in_callee || rip >= loop_end) return;
  hits++;
  const unsigned long done = REG(u, RSI) - REG(u, R12);
  unsigned long a = 3 * done, b = -5 * done;
  const int inside = rip >= loop_in_callee && rip < loop_callee_end;
  if (inside) {
    in_callee++;
    if (rip != loop_in_callee) a += 3;
    if (*(const unsigned char **)REG(u, RSP) != loop_between) wrong++;
  } else {
    // At the last branch the round has been counted already.
    if (rip > loop_start) a += 3;
    if (rip > loop_between) b -= 5;
    if (rip == loop_branch) a -= 3, b += 5;
  }
  if ((unsigned long)REG(u, RAX) != a || (unsigned long)REG(u, RBX) != b) {
    wrong++;
    if (wrong < 4) printf("at +%ld: rax %lld, not %ld; rbx %lld, not %ld\n", (long)(rip - loop_start), REG(u, RAX), a, REG(u, RBX), b);
  }
}

static volatile long counted;
static void change(int sig, siginfo_t *info, void *argument) {
  ucontext_t *u = argument;
  // In the loop of `changed` alone r15 is odd.
  if (!(REG(u, R15) & 1)) return;
  REG(u, R14) += 1000;
  added += 1000;
  counted++;
}

/** Counts in r14, which the handler adds to. */
static long changed(long rounds) {
  long sum;
  __asm__ volatile(
      "xor %%r14d, %%r14d\n"
      "mov $1, %%r15d\n"
      "1: add $1, %%r14\n"
      "imul $3, %%r14, %%rdx\n"
      "xor %%rdx, %%r9\n"
      "dec %1\n"
      "jnz 1b\n"
      "xor %%r15d, %%r15d\n"
      "mov %%r14, %0\n"
      : "=r"(sum), "+r"(rounds)
      :
      : "r14", "r15", "rdx", "r9", "cc");
  return sum;
}

static sigjmp_buf back;
static volatile int leaves;
static void leave(int sig, siginfo_t *info, void *argument) {
  if (leaves) siglongjmp(back, 1);
}

static volatile unsigned long spun;
static void spin_forever(void) { for (unsigned long i = 1;; i = i * 3 + 1) spun = i; }

static void every(long microseconds) {
  struct itimerval timer = {{0, microseconds}, {0, microseconds}};
  setitimer(ITIMER_REAL, &timer, 0);
}

int main(void) {
  handle(SIGALRM, look, SA_RESTART);
  every(1000);
  time_t until = time(0) + 20;
  unsigned long same = run_loop(1000), result = same;
  while (hits < 60 && time(0) < until) result = run_loop(1000000);
  printf("registers in the loop: %ld wrong, %s\n", wrong, hits >= 60 ? "often seen" : "not seen");
  printf("results %lx %lx\n", same, result);
  handle(SIGALRM, change, SA_RESTART);
  long off = 0;
  while (counted < 30 && time(0) < until) {
    added = 0;
    long sum = changed(2000000);
    if (sum != 2000000 + added) off++;
  }
  printf("a register that handlers change: %ld off\n", off);
  handle(SIGALRM, leave, SA_NODEFER);
  int left = 0;
  while (left < 20) {
    if (sigsetjmp(back, 1) == 0) {
      leaves = 1;
      spin_forever();
    }
    leaves = 0;
    left++;
  }
  printf("left an endless loop %d times\n", left);
  every(0);
}
