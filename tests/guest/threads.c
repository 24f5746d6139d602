// pthreads: join, mutex kinds, condition variables, rwlocks, barriers, TLS, keys, cancellation, robust mutexes, many threads.
#include "check.h"
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static __thread int tls = 5;
static __thread char big_tls[5000];
static long counter, turn, readers_seen, onces, serials, destroyed;

static void *add(void *arg) {
  for (int i = 0; i < 1000; i++) {
    pthread_mutex_lock(&lock);
    counter++;
    pthread_mutex_unlock(&lock);
    if (i % 100 == 0) sched_yield();
  }
  tls += (long)arg;
  big_tls[4999] = (char)tls;
  return (void *)(long)(tls + big_tls[4999]);
}
static void *in_turn(void *arg) {
  long mine = (long)arg;
  for (int round = 0; round < 3; round++) {
    pthread_mutex_lock(&lock);
    while (turn % 4 != mine) pthread_cond_wait(&cond, &lock);
    printf(" %ld", mine);
    turn++;
    pthread_cond_broadcast(&cond);
    pthread_mutex_unlock(&lock);
  }
  return 0;
}
static void *reader(void *arg) {
  for (int i = 0; i < 100; i++) {
    pthread_rwlock_rdlock(&rw);
    __atomic_fetch_add(&readers_seen, 1, __ATOMIC_SEQ_CST);
    pthread_rwlock_unlock(&rw);
  }
  return 0;
}
static void *writer(void *arg) {
  for (int i = 0; i < 100; i++) { pthread_rwlock_wrlock(&rw); counter++; pthread_rwlock_unlock(&rw); }
  return 0;
}
static void *meet(void *arg) {
  for (int i = 0; i < 5; i++)
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) __atomic_fetch_add(&serials, 1, __ATOMIC_SEQ_CST);
  return 0;
}
static void init(void) { onces++; }
static void *run_once(void *arg) { pthread_once(&once, init); return 0; }
static void destroy(void *value) { __atomic_fetch_add(&destroyed, (long)value, __ATOMIC_SEQ_CST); }
static void *keyed(void *arg) { pthread_setspecific(key, arg); return pthread_getspecific(key); }
static void cleanup(void *arg) { printf("  cleanup %s\n", (char *)arg); }
static void *cancelled(void *arg) {
  int p[2];
  char c;
  pipe(p);
  pthread_cleanup_push(cleanup, "outer");
  pthread_cleanup_push(cleanup, "inner");
  if (read(p[0], &c, 1)) {}
  pthread_cleanup_pop(0);
  pthread_cleanup_pop(0);
  return 0;
}
static void *uncancellable(void *arg) {
  int old;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
  sleep_ms(20);
  printf("  still here\n");
  pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old);
  pthread_testcancel();
  return 0;
}
static void *spin(void *arg) {
  int old;
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &old);
  for (;;) {}
}
static pthread_mutex_t robust;
static void *die_with_lock(void *arg) { pthread_mutex_lock(&robust); return 0; }
static sem_t sem;
static void *poster(void *arg) { for (int i = 0; i < 10; i++) sem_post(&sem); return 0; }
static void *waiter(void *arg) { for (int i = 0; i < 10; i++) sem_wait(&sem); return 0; }
static void *quick(void *arg) { return arg; }

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  pthread_t t[64];
  void *result;
  long sum = 0;
  for (long i = 0; i < 64; i++) pthread_create(&t[i], 0, add, (void *)i);
  for (int i = 0; i < 64; i++) { pthread_join(t[i], &result); sum += (long)result; }
  printf("64 threads: counter %ld, tls sum %ld, mine %d\n", counter, sum, tls);
  printf("in turn:");
  for (long i = 3; i >= 0; i--) pthread_create(&t[i], 0, in_turn, (void *)i);
  for (int i = 0; i < 4; i++) pthread_join(t[i], 0);
  printf("\n");
  counter = 0;
  for (int i = 0; i < 6; i++) pthread_create(&t[i], 0, i % 2 ? reader : writer, 0);
  for (int i = 0; i < 6; i++) pthread_join(t[i], 0);
  printf("rwlock: %ld written, %ld read\n", counter, readers_seen);
  pthread_barrier_init(&barrier, 0, 8);
  for (int i = 0; i < 8; i++) pthread_create(&t[i], 0, meet, 0);
  for (int i = 0; i < 8; i++) pthread_join(t[i], 0);
  printf("barrier: %ld serial\n", serials);
  for (int i = 0; i < 8; i++) pthread_create(&t[i], 0, run_once, 0);
  for (int i = 0; i < 8; i++) pthread_join(t[i], 0);
  printf("once: %ld\n", onces);
  pthread_key_create(&key, destroy);
  for (long i = 1; i <= 8; i++) pthread_create(&t[i], 0, keyed, (void *)i);
  for (int i = 1; i <= 8; i++) pthread_join(t[i], 0);
  printf("key destructors: %ld\n", destroyed);
  sem_init(&sem, 0, 0);
  for (int i = 0; i < 8; i++) pthread_create(&t[i], 0, i % 2 ? poster : waiter, 0);
  for (int i = 0; i < 8; i++) pthread_join(t[i], 0);
  int value;
  sem_getvalue(&sem, &value);
  printf("semaphore: %d\n", value);

  printf("cancel\n");
  pthread_create(&t[0], 0, cancelled, 0);
  sleep_ms(10);
  pthread_cancel(t[0]);
  pthread_join(t[0], &result);
  printf("  %d\n", result == PTHREAD_CANCELED);
  pthread_create(&t[0], 0, uncancellable, 0);
  sleep_ms(5);
  pthread_cancel(t[0]);
  pthread_join(t[0], &result);
  printf("  %d\n", result == PTHREAD_CANCELED);
  pthread_create(&t[0], 0, spin, 0);
  sleep_ms(10);
  pthread_cancel(t[0]);
  pthread_join(t[0], &result);
  printf("  asynchronous %d\n", result == PTHREAD_CANCELED);

  printf("mutex kinds\n");
  pthread_mutexattr_t a;
  pthread_mutexattr_init(&a);
  pthread_mutexattr_settype(&a, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_t m;
  pthread_mutex_init(&m, &a);
  printf("  %s", error_of(pthread_mutex_lock(&m)));
  printf(" %s", error_of(pthread_mutex_lock(&m)));
  printf(" %s", error_of(pthread_mutex_unlock(&m)));
  printf(" %s\n", error_of(pthread_mutex_unlock(&m)));
  pthread_mutexattr_settype(&a, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&m, &a);
  printf("  %s", error_of(pthread_mutex_lock(&m)));
  printf(" %s", error_of(pthread_mutex_lock(&m)));
  printf(" %s\n", error_of(pthread_mutex_trylock(&m)));
  struct timespec soon;
  clock_gettime(CLOCK_REALTIME, &soon);
  soon.tv_nsec += 10000000;
  if (soon.tv_nsec >= 1000000000) { soon.tv_sec++; soon.tv_nsec -= 1000000000; }
  pthread_mutex_lock(&lock);
  printf("  timed %s", error_of(pthread_mutex_timedlock(&lock, &soon)));
  printf(" cond %s", error_of(pthread_cond_timedwait(&cond, &lock, &soon)));
  printf(" try %s\n", error_of(pthread_mutex_trylock(&lock)));
  pthread_mutexattr_init(&a);
  pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&robust, &a);
  pthread_create(&t[0], 0, die_with_lock, 0);
  pthread_join(t[0], 0);
  printf("  robust %s", error_of(pthread_mutex_lock(&robust)));
  printf(" %s", error_of(pthread_mutex_consistent(&robust)));
  printf(" %s", error_of(pthread_mutex_unlock(&robust)));
  printf(" %s\n", error_of(pthread_mutex_lock(&robust)));
  pthread_mutex_t *shared = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(shared, &a);
  pid_t pid = fork();
  if (pid == 0) { pthread_mutex_lock(shared); kill(getpid(), SIGKILL); }
  sleep_ms(10);
  printf("  owner killed: %s\n", error_of(pthread_mutex_lock(shared)));
  waitpid(pid, 0, 0);
  pthread_mutexattr_init(&a);
  pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT);
  pthread_mutex_init(&m, &a);
  printf("  pi lock %s", error_of(pthread_mutex_lock(&m)));
  printf(" unlock %s\n", error_of(pthread_mutex_unlock(&m)));

  int fine = 0;
  for (long i = 0; i < 1000; i++) { pthread_create(&t[0], 0, quick, (void *)i); pthread_join(t[0], &result); fine += (long)result == i; }
  printf("one after another: %d\n", fine);
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
  for (int i = 0; i < 20; i++) pthread_create(&t[0], &attr, poster, 0);
  for (int i = 0; i < 200; i++) sem_wait(&sem);
  printf("detached\n");
  return 0;
}
