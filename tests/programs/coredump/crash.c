/* Dies in a way that dumps core: crash [plain | undumpable | setuid | abort | vfork | thread | shared | queued] */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

volatile int marker = 0x5eed;
char text[] = "in the data segment";
static pthread_barrier_t ready;

static void *waiter(void *argument) {
  pthread_barrier_wait(&ready);
  if (argument) usleep(10000), *(volatile int *)argument = 1;
  /* What is left of the barrier tells who came to it first. */
  asm volatile("mov $9, %%r9" ::: "r9");
  pause();
  return argument;
}

static int inner(int depth, int *where) {
  return depth ? inner(depth - 1, where) + 1 : *where;
}

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "plain";
  pthread_t thread;
  char *heap = malloc(100);
  char *hidden = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  /* Made up at run time, so that the program's own file does not hold them. */
  sprintf(heap, "on the %s", getenv("WHERE") ? getenv("WHERE") : "heap");
  sprintf(hidden, "not to be %s", getenv("WHERE") ? getenv("WHERE") : "seen");
  madvise(hidden, 4096, MADV_DONTDUMP);
  pthread_barrier_init(&ready, 0, 2);
  pthread_create(&thread, 0, waiter, strcmp(how, "thread") ? 0 : (void *)0x20);
  pthread_barrier_wait(&ready);
  usleep(20000);

  if (!strcmp(how, "undumpable")) prctl(PR_SET_DUMPABLE, 0);
  if (!strcmp(how, "setuid") && setuid(1000)) return 1;
  if (!strcmp(how, "thread")) for (;;) pause();
  if (!strcmp(how, "shared")) {
    char *memory = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    sprintf(memory, "shared %s", getenv("WHERE") ? getenv("WHERE") : "memory");
  }
  if (!strcmp(how, "queued")) sigqueue(getpid(), SIGQUIT, (union sigval){.sival_int = 77}), sleep(1);
  if (!strcmp(how, "abort")) abort();
  if (!strcmp(how, "vfork") && vfork()) return 2;
  double number = 1.5;
  /* The others hold what string functions, which differ by processor, have left there. */
  asm volatile("movsd %0, %%xmm5\n\tmov $0x1234567890abcdef, %%r12\n\tfldpi\n\tmov $8, %%r8\n\tmov $-9, %%r9\n\tmov $10, %%r10\n\t"
               "mov $11, %%r11\n\tmov $12, %%ecx\n\tmov $13, %%edx" ::"m"(number)
               : "xmm5", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12");
  return inner(3, (int *)16);
}
