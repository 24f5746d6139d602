// futex(2) itself: wait, wake counts, bitsets, requeue, wake_op, errors, time-outs, sharing between processes.
#include "check.h"
#include <linux/futex.h>
#include <pthread.h>

static int word, other;
static volatile int woken, waiting;
static long futex(void *at, int op, long value, void *t, void *second, int last) { return syscall(SYS_futex, at, op, value, t, second, last); }
static void *waiter(void *arg) {
  __atomic_fetch_add(&waiting, 1, __ATOMIC_SEQ_CST);
  long r = arg ? futex(&word, FUTEX_WAIT_BITSET_PRIVATE, 0, 0, 0, (int)(long)arg) : futex(&word, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
  if (r == 0) __atomic_fetch_add(&woken, 1, __ATOMIC_SEQ_CST);
  return 0;
}
static pthread_t t[16];
static void start(int n, const long *bits) {
  woken = waiting = 0;
  for (int i = 0; i < n; i++) pthread_create(&t[i], 0, waiter, bits ? (void *)bits[i] : 0);
  while (waiting < n) sleep_ms(1);
  sleep_ms(10);
}
static void finish(int n) {
  futex(&word, FUTEX_WAKE_PRIVATE, 1000, 0, 0, 0);
  futex(&other, FUTEX_WAKE_PRIVATE, 1000, 0, 0, 0);
  for (int i = 0; i < n; i++) pthread_join(t[i], 0);
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  struct timespec brief = {0, 5000000}, bad = {0, 1000000000}, negative = {-1, 0}, past = {0, 0};
  SHOW(futex(&word, FUTEX_WAIT, 1, 0, 0, 0));
  SHOW(futex(&word, FUTEX_WAIT, 0, &brief, 0, 0));
  SHOW(futex(&word, FUTEX_WAIT, 0, &bad, 0, 0));
  SHOW(futex(&word, FUTEX_WAIT, 0, &negative, 0, 0));
  SHOW(futex(&word, FUTEX_WAIT_BITSET, 0, &past, 0, -1));
  SHOW(futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &past, 0, -1));
  SHOW(futex(&word, FUTEX_WAIT_BITSET, 0, &brief, 0, 0));
  SHOW(futex(&word, FUTEX_WAKE_BITSET, 1, 0, 0, 0));
  SHOW(futex(&word, FUTEX_WAKE, 1, 0, 0, 0));
  SHOW(futex((char *)&word + 1, FUTEX_WAIT, 0, 0, 0, 0));
  SHOW(futex((char *)&word + 2, FUTEX_WAKE, 1, 0, 0, 0));
  SHOW(futex((void *)4096, FUTEX_WAIT, 0, 0, 0, 0));
  SHOW(futex((void *)4096, FUTEX_WAKE, 1, 0, 0, 0));
  SHOW(futex((void *)4096, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0));
  SHOW(futex((void *)0x8000000000000000, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0));
  SHOW(futex(&word, 99, 1, 0, 0, 0));
  SHOW(futex(&word, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1, 0, 0, 0));
  SHOW(futex(&word, FUTEX_FD, 1, 0, 0, 0));
  start(8, 0);
  SHOW(futex(&word, FUTEX_WAKE_PRIVATE, 3, 0, 0, 0));
  SHOW(futex(&word, FUTEX_WAKE_PRIVATE, 0, 0, 0, 0));
  SHOW(futex(&word, FUTEX_WAKE, 3, 0, 0, 0));
  SHOW(futex(&word, FUTEX_WAKE_PRIVATE, 1000, 0, 0, 0));
  finish(8);
  const long bits[] = {1, 2, 3, 4};
  start(4, bits);
  SHOW(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 10, 0, 0, 8));
  SHOW(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 10, 0, 0, 2));
  SHOW(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 10, 0, 0, 5));
  finish(4);
  start(6, 0);
  SHOW(futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)2, &other, 5));
  SHOW(futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)2, &other, 0));
  SHOW(futex(&other, FUTEX_WAKE_PRIVATE, 10, 0, 0, 0));
  SHOW(futex(&word, FUTEX_REQUEUE_PRIVATE, 1, (void *)1, &other, 0));
  SHOW(futex(&word, FUTEX_WAKE_PRIVATE, 10, 0, 0, 0));
  SHOW(futex(&other, FUTEX_WAKE_PRIVATE, 10, 0, 0, 0));
  finish(6);
  start(3, 0);
  other = 5;
  SHOW(futex(&other, FUTEX_WAKE_OP_PRIVATE, 1, (void *)2, &word, FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 0)));
  printf("word %d\n", word);
  SHOW(futex(&word, FUTEX_WAKE_OP_PRIVATE, 1, (void *)2, &other, FUTEX_OP(FUTEX_OP_SET, 9, FUTEX_OP_CMP_GT, 7)));
  printf("other %d\n", other);
  SHOW(futex(&other, FUTEX_WAKE_OP_PRIVATE, 1, (void *)2, &other, FUTEX_OP(FUTEX_OP_XOR | FUTEX_OP_OPARG_SHIFT, 4, FUTEX_OP_CMP_LT, 7)));
  printf("other %d\n", other);
  SHOW(futex(&other, FUTEX_WAKE_OP_PRIVATE, 1, (void *)2, &other, FUTEX_OP(9, 4, FUTEX_OP_CMP_LT, 7)));
  word = 0;
  finish(3);

  printf("between processes\n");
  int *shared = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  char path[] = "/tmp/ring3-futex-XXXXXX";
  int fd = mkstemp(path);
  if (ftruncate(fd, PAGE)) return 1;
  int *a = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), *b = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  int *cow = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  *cow = 0;
  unlink(path);
  for (int kind = 0; kind < 3; kind++) {
    pid_t pid = fork();
    struct timespec t300 = {1, 0};
    if (pid == 0) _exit(futex(kind == 0 ? shared : kind == 1 ? a : cow, FUTEX_WAIT, 0, &t300, 0, 0) == 0 ? 1 : 2);
    long n = 0;
    for (int i = 0; n == 0 && i < (kind == 2 ? 30 : 900); i++) { sleep_ms(1); n = futex(kind == 0 ? shared : kind == 1 ? b : cow, FUTEX_WAKE, 1, 0, 0, 0); }
    printf("  kind %d: woken %ld\n", kind, n);
    int st;
    waitpid(pid, &st, 0);
    show_status("  waiter", st);
  }
  printf("private waits are not found by shared wakes of another mapping\n");
  pid_t pid = fork();
  struct timespec t40 = {0, 60000000};
  if (pid == 0) _exit(futex(a, FUTEX_WAIT_PRIVATE, 0, &t40, 0, 0) == 0 ? 1 : 2);
  sleep_ms(20);
  SHOW(futex(b, FUTEX_WAKE, 1, 0, 0, 0));
  int st;
  waitpid(pid, &st, 0);
  show_status("  waiter", st);

  void *head;
  size_t length;
  SHOW(syscall(SYS_get_robust_list, 0, &head, &length));
  printf("length %zu\n", length);
  SHOW(syscall(SYS_set_robust_list, head, 23));
  return 0;
}
