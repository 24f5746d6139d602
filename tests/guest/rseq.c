// Restartable sequences: what registration checks, the processor that the area names, and where an interrupted section goes on.
#include "check.h"
#include <pthread.h>
#include <sched.h>
#include <sys/rseq.h>
#include <sys/time.h>
#include <ucontext.h>

#define SIGNATURE 0x53053053

struct area {
  uint32_t cpu_id_start, cpu_id;
  uint64_t cs;
  uint32_t flags, rest[11];
} __attribute__((aligned(64)));
struct section {
  uint32_t version, flags;
  uint64_t start, length, abort;
} __attribute__((aligned(32)));

static struct area mine;
extern char section_start[], section_end[], section_abort[];
// Counts in a critical section until something interrupts it: then 1.
long count(struct area *area, struct section *section, volatile long *rounds, long limit);
asm(".text\n.globl count\ncount:\n"
    "  mov %rsi, 8(%rdi)\n"
    "section_start:\n"
    "  incq (%rdx)\n"
    "  cmp %rcx, (%rdx)\n"
    "  jl section_start\n"
    "section_end:\n"
    "  xor %eax, %eax\n"
    "  ret\n"
    "  .long 0x53053053\n"
    "section_abort:\n"
    "  mov $1, %eax\n"
    "  ret\n");

static long call(void *area, uint32_t length, int flags, uint32_t signature) { return syscall(SYS_rseq, area, length, flags, signature); }

static struct section plain(void) {
  struct section s = {0, 0, (uintptr_t)section_start, section_end - section_start, (uintptr_t)section_abort};
  return s;
}

static volatile int alarms, at_abort;
static void on_alarm(int sig, siginfo_t *info, void *context) {
  (void)sig, (void)info;
  alarms++;
  if (((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] == (long)section_abort) at_abort++;
}

static void *thread(void *arg) {
  (void)arg;
  struct area *own = (struct area *)((char *)__builtin_thread_pointer() + __rseq_offset);
  printf("a thread of its own area: cpu %s\n", own->cpu_id == (uint32_t)sched_getcpu() ? "right" : "wrong");
  return 0;
}

// In a child: an area whose section is bad kills it at the next look.
static void bad(const char *what, struct section *s, uint64_t at) {
  CHILD(what, {
    mine.cs = at ? at : (uintptr_t)s;
    for (int i = 0; i < 50; i++) sleep_ms(1);
  });
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  struct area *glibc = (struct area *)((char *)__builtin_thread_pointer() + __rseq_offset);
  printf("glibc has one: %d\n", __rseq_size > 0);
  printf("cpu %s, start %s\n", glibc->cpu_id == (uint32_t)sched_getcpu() ? "right" : "wrong", glibc->cpu_id_start == glibc->cpu_id ? "same" : "other");
  pthread_t t;
  pthread_create(&t, 0, thread, 0), pthread_join(t, 0);

  SHOW(call(glibc, 32, 0, SIGNATURE));
  SHOW(call(glibc, 32, 0, 1));
  SHOW(call(&mine, 32, 0, SIGNATURE));
  SHOW(call(glibc, 32, 2, SIGNATURE));
  SHOW(call(glibc, 32, 3, SIGNATURE));
  SHOW(call(&mine, 32, 1, SIGNATURE));
  SHOW(call(glibc, 32, 1, 1));
  SHOW(call(glibc, 16, 1, SIGNATURE));
  SHOW(call(glibc, 32, 1, SIGNATURE));
  printf("unregistered: %d %u\n", (int)glibc->cpu_id, glibc->cpu_id_start);
  SHOW(call(glibc, 32, 1, SIGNATURE));
  SHOW(call((char *)&mine + 8, 32, 0, SIGNATURE));
  SHOW(call(&mine, 31, 0, SIGNATURE));
  SHOW(call((void *)0xffff800000000000, 32, 0, SIGNATURE));
  mine.cpu_id = -1;
  SHOW(call(&mine, 32, 0, SIGNATURE));
  printf("cpu %s\n", mine.cpu_id == (uint32_t)sched_getcpu() ? "right" : "wrong");

  struct section s = plain();
  volatile long rounds = 0;
  while (rounds = 0, count(&mine, &s, &rounds, 10)) {}
  printf("uninterrupted: %ld rounds\n", rounds);
  sleep_ms(2);
  printf("outside of it: %s\n", mine.cs ? "still named" : "cleared");

  handle(SIGALRM, on_alarm, SA_SIGINFO);
  for (int i = 0; i < 20; i++) {
    struct itimerval soon = {{0, 0}, {0, 3000}};
    int before = alarms;
    while (alarms == before) {
      if (soon.it_value.tv_usec) setitimer(ITIMER_REAL, &soon, 0);
      soon.it_value.tv_usec = 0;
      rounds = 0;
      if (count(&mine, &s, &rounds, 1L << 62) != 1 || mine.cs) printf("not aborted\n");
    }
  }
  printf("aborted by signals: %d, at the abort handler: %d\n", alarms, at_abort > 0);

  // Without signals: somebody else gets the processor.
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(sched_getcpu(), &one);
  sched_setaffinity(0, sizeof one, &one);
  pid_t other = fork();
  if (other == 0)
    for (;;) {}
  rounds = 0;
  printf("aborted by preemption: %ld\n", count(&mine, &s, &rounds, 1L << 62));
  kill(other, SIGKILL), waitpid(other, 0, 0);

  CHILD("a child of fork has its parent's", { SHOW(call(&mine, 32, 0, SIGNATURE)); });
  s = plain(), s.version = 1;
  bad("version", &s, 0);
  s = plain(), s.abort = s.start;
  bad("abort handler inside", &s, 0);
  s = plain(), s.abort += 1;
  bad("signature", &s, 0);
  s = plain(), s.start = 0x7ffffffff000;
  bad("start beyond user space", &s, 0);
  bad("unmapped", &s, 8);
  bad("section beyond user space", &s, 0xffff800000000000);
  CHILD("unmapped area", {
    void *page = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SHOW(call(&mine, 32, 1, SIGNATURE));
    SHOW(call(page, 32, 0, SIGNATURE));
    munmap(page, PAGE);
    for (int i = 0; i < 50; i++) sleep_ms(1);
  });
  return 0;
}
