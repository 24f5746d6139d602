// link: static pie
// What tests/machine/stops.test.ts stops in and steps through. Without an argument everything, as a guest test.
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define FUNCTION __attribute__((noinline, noclone))

FUNCTION int leaf(int x) {
  __asm__ volatile("" ::: "memory");
  return 2 * x + 1;
}

FUNCTION int middle(int count) {
  int sum = 0;
  for (int i = 0; i < count; i++) sum += leaf(i);
  __asm__ volatile("" ::: "memory");
  return sum;
}

FUNCTION int recurse(int depth) {
  if (depth == 0) return leaf(0);
  int below = recurse(depth - 1);
  __asm__ volatile("" ::: "memory");
  return below + 1;
}

static jmp_buf place;

FUNCTION void thrower(int value) {
  leaf(value);
  longjmp(place, value);
}

FUNCTION int catcher(void) {
  int value = setjmp(place);
  if (value == 0) thrower(7);
  leaf(1);
  return value;
}

static volatile int handled;

FUNCTION void handler(int signo) { handled += leaf(signo); }

FUNCTION void raising(void) {
  kill(getpid(), SIGUSR1);
  __asm__ volatile("" ::: "memory");
}

FUNCTION void *thread_main(void *argument) {
  return (void *)(long)middle((int)(long)argument);
}

FUNCTION long copied(char *to, const char *from, long count) {
  void *end = to;
  long left = count;
  __asm__ volatile(".globl rep_here\nrep_here: rep movsb" : "+D"(end), "+S"(from), "+c"(left)::"memory");
  return (char *)end - to + left;
}

// mov eax, N; ret: its operand is written anew between two calls.
FUNCTION int self_modified(void) {
  unsigned char *code = mmap((void *)0x5000000, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  int sum = 0;
  for (int i = 1; i <= 3; i++) {
    memcpy(code, (unsigned char[]){0xb8, i, 0, 0, 0, 0xc3}, 6);
    sum += ((int (*)(void))code)();
  }
  // The same over the end of the first page.
  memcpy(code + 4093, (unsigned char[]){0xb8, 9, 0, 0, 0, 0xc3}, 6);
  for (int i = 0; i < 3; i++) sum += ((int (*)(void))(code + 4093))();
  munmap(code, 8192);
  return sum;
}

FUNCTION long lengthy(long count) {
  long sum = 0;
  for (long i = 0; i < count; i++) sum += leaf((int)i) + (sum >> 3);
  for (long i = 0; i < 20 * count; i++) {
    sum ^= i;
    __asm__ volatile("" : "+r"(sum));
  }
  return sum;
}

static void run(const char *what) {
  if (!strcmp(what, "calls")) printf("calls %d %d\n", middle(5), recurse(4));
  if (!strcmp(what, "jump")) printf("jump %d\n", catcher());
  if (!strcmp(what, "signal")) {
    signal(SIGUSR1, handler);
    raising();
    printf("signal %d\n", handled);
  }
  if (!strcmp(what, "fork")) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) _exit(leaf(20));
    int status;
    waitpid(child, &status, 0);
    printf("fork %d\n", WEXITSTATUS(status));
  }
  if (!strcmp(what, "exec")) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
      execl("/proc/self/exe", "stepping", "calls", NULL);
      _exit(127);
    }
    waitpid(child, NULL, 0);
  }
  if (!strcmp(what, "threads")) {
    pthread_t threads[2];
    void *sums[2];
    for (long i = 0; i < 2; i++) pthread_create(&threads[i], NULL, thread_main, (void *)(3 + i));
    for (int i = 0; i < 2; i++) pthread_join(threads[i], &sums[i]);
    printf("threads %ld %ld\n", (long)sums[0], (long)sums[1]);
  }
  if (!strcmp(what, "rep")) {
    char *pages = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    printf("rep %ld\n", copied(pages, pages + 2 * 4096, 2 * 4096));
  }
  if (!strcmp(what, "code")) printf("code %d\n", self_modified());
  if (!strcmp(what, "read")) {
    char byte = '-';
    long n = read(0, &byte, 1);
    leaf((int)n);
    printf("read %ld %c\n", n, n == 1 ? byte : '-');
  }
  if (!strcmp(what, "long")) printf("long %d\n", lengthy(1000000) != 0);
  if (!strcmp(what, "spin"))
    for (;;) leaf(1);
  if (!strcmp(what, "crash")) *(volatile int *)8 = 1;
}

int main(int argc, char **argv) {
  static const char *all[] = {"calls", "jump", "signal", "fork", "exec", "threads", "rep", "code"};
  if (argc > 1)
    for (int i = 1; i < argc; i++) run(argv[i]);
  else
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) run(all[i]);
  fflush(stdout);
  return 0;
}
