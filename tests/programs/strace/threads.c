#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What a tracer sees besides calls: signals, stops, deaths, and a thread whose exec ends its leader. */

static void on_alarm(int signo) { (void)signo; }

static void wait_for(int child, int options) {
  int status;
  waitpid(child, &status, options);
}

static void *execute(void *unused) {
  (void)unused;
  usleep(50000);
  execl("/bin/true", "true", (char *)0);
  return 0;
}

int main(void) {
  signal(SIGALRM, on_alarm);
  ualarm(50000, 0);
  struct timespec time = {1, 0};
  syscall(SYS_nanosleep, &time, NULL);
  ualarm(50000, 0);
  pause();

  int child = fork();
  if (child == 0) abort();
  wait_for(child, 0);

  child = fork();
  if (child == 0) pause();
  usleep(100000);
  kill(child, SIGSTOP);
  wait_for(child, WUNTRACED);
  kill(child, SIGKILL);
  wait_for(child, 0);

  child = fork();
  if (child == 0) pause();
  usleep(100000);
  kill(child, SIGTERM);
  wait_for(child, 0);

  child = vfork();
  if (child == 0) _exit(3);
  wait_for(child, 0);

  child = fork();
  if (child == 0) *(volatile int *)5 = 1;
  wait_for(child, 0);

  pthread_t thread;
  pthread_create(&thread, 0, execute, 0);
  pause();
}
