/* Two threads wake each other through a futex in turns: two context switches a round. */
#include "harness.h"
#include "one-cpu.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { END = -1 };

/* Whose turn it is: 0 the main thread's, 1 the other's. */
static int turn;
static long sum, others;
static pthread_t thread;

static void wait_for(int mine) {
  for (;;) {
    int now = __atomic_load_n(&turn, __ATOMIC_ACQUIRE);
    if (now == mine || now == END) return;
    syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, now, 0, 0, 0);
  }
}

static void pass(int to) {
  __atomic_store_n(&turn, to, __ATOMIC_RELEASE);
  syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
}

static void *other(void *unused) {
  for (;;) {
    wait_for(1);
    if (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) == END) return unused;
    others++;
    pass(0);
  }
}

static void setup(void) {
  one_cpu();
  if (pthread_create(&thread, 0, other, 0)) exit(1);
}

static void work(long first, long last) {
  for (long r = first; r < last; r++) {
    pass(1);
    wait_for(0);
    sum += r & 3;
  }
}

static void report(void) {
  pass(END);
  pthread_join(thread, 0);
  printf("%ld %ld\n", sum, others);
}
