// Threads: mutexes, condition variables, timed waits, a signal to one thread, cancellation, robust mutexes, the end of a process with threads.
#include "check.h"
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t robust;
static long counter;
static int ready;
static __thread long local = 5;
static pthread_t target;
static volatile int hits;

static void *count(void *argument) {
  for (int i = 0; i < 20000; i++) {
    pthread_mutex_lock(&mutex);
    counter++;
    pthread_mutex_unlock(&mutex);
  }
  local += (long)argument;
  return (void *)local;
}

static void *wait_ready(void *argument) {
  pthread_mutex_lock(&mutex);
  while (!ready) pthread_cond_wait(&cond, &mutex);
  ready--;
  pthread_mutex_unlock(&mutex);
  return argument;
}

static void *sleep_long(void *argument) {
  struct timespec time = {20, 0};
  return nanosleep(&time, argument) < 0 ? (void *)(long)errno : 0;
}

static void *lock_and_die(void *argument) {
  pthread_mutex_lock(&robust);
  return argument;
}

static void on_signal(int signo) {
  (void)signo;
  if (pthread_equal(pthread_self(), target)) hits++;
}

static void mutexes_and_conditions(void) {
  pthread_t threads[8];
  long sum = 0;
  for (long i = 0; i < 8; i++) pthread_create(&threads[i], 0, count, (void *)i);
  for (int i = 0; i < 8; i++) {
    void *result;
    pthread_join(threads[i], &result);
    sum += (long)result;
  }
  printf("counter %ld, thread-local sum %ld\n", counter, sum);

  for (int i = 0; i < 4; i++) pthread_create(&threads[i], 0, wait_ready, 0);
  usleep(1000);
  pthread_mutex_lock(&mutex);
  ready = 4;
  pthread_cond_broadcast(&cond);
  pthread_mutex_unlock(&mutex);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], 0);
  printf("left after broadcast: %d\n", ready);

  struct timespec deadline;
  clock_gettime(CLOCK_REALTIME, &deadline);
  pthread_mutex_lock(&mutex);
  printf("timed wait: %s\n", error_name(pthread_cond_timedwait(&cond, &mutex, &deadline)));
  pthread_mutex_unlock(&mutex);
}

static void signals_and_cancellation(void) {
  void *result;
  pthread_t thread;
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGUSR1, &action, 0);
  pthread_create(&target, 0, sleep_long, 0);
  usleep(20000);
  pthread_kill(target, SIGUSR1);
  pthread_join(target, &result);
  printf("handled in the thread: %d, its sleep: %s\n", hits, error_name((int)(long)result));

  pthread_create(&thread, 0, sleep_long, 0);
  pthread_cancel(thread);
  pthread_join(thread, &result);
  printf("cancelled: %d\n", result == PTHREAD_CANCELED);

  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&robust, &attributes);
  pthread_create(&thread, 0, lock_and_die, 0);
  pthread_join(thread, 0);
  printf("robust: %s\n", error_name(pthread_mutex_lock(&robust)));
}

/** How a process with a sleeping second thread ends. */
static void ends(const char *name, void (*end)(void)) {
  int status;
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    pthread_t thread;
    pthread_create(&thread, 0, sleep_long, 0);
    end();
  }
  waitpid(pid, &status, 0);
  printf("%s: exit %d, signal %d\n", name, WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

static void by_exit(void) { exit(4); }
static void by_signal(void) { kill(getpid(), SIGTERM); }
static void by_leader_then_alarm(void) {
  alarm(1);
  pthread_exit(0);
}

int main(void) {
  mutexes_and_conditions();
  signals_and_cancellation();
  ends("exit", by_exit);
  ends("signal", by_signal);
  ends("leader gone, then a signal", by_leader_then_alarm);
  return 0;
}
