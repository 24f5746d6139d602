// timer_create in every mode of notification, overruns, CPU clocks, what exec, fork and deletion do to timers; setitimer's corners.
#include "check.h"
#include <pthread.h>
#include <sys/time.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static volatile int fired, value, code, overrun, timer_of;
static volatile pid_t taker;
static void on(int sig, siginfo_t *si, void *context) { fired++; value = si->si_value.sival_int; code = si->si_code; overrun = si->si_overrun; timer_of = si->si_timerid; taker = (pid_t)syscall(SYS_gettid); }
static double now(clockid_t clock) { struct timespec t; clock_gettime(clock, &t); return (double)t.tv_sec + (double)t.tv_nsec / 1e9; }
// Mostly in user mode: asking for the time is the kernel's, which ITIMER_VIRTUAL does not count.
static void burn(double seconds) {
  double until = now(CLOCK_THREAD_CPUTIME_ID) + seconds;
  while (now(CLOCK_THREAD_CPUTIME_ID) < until) for (volatile int i = 0; i < 10000; i++) {}
}
static void burn_until_fired(int times) { for (int i = 0; i < 50 && fired < times; i++) burn(0.02); }
static long create(clockid_t clock, int notify, int sig, int number, pid_t tid, int *id) {
  struct sigevent ev;
  memset(&ev, 0, sizeof ev);
  ev.sigev_notify = notify, ev.sigev_signo = sig, ev.sigev_value.sival_int = number, ev.sigev_notify_thread_id = tid;
  return syscall(SYS_timer_create, clock, &ev, id);
}
static long set(int id, int flags, long first, long interval) {
  struct itimerspec spec = {{0, interval}, {first / 1000000000, first % 1000000000}};
  return syscall(SYS_timer_settime, id, flags, &spec, 0);
}
static volatile pid_t other;
static volatile int stop;
static void *thread(void *argument) { other = (pid_t)syscall(SYS_gettid); while (!stop) usleep(1000); return 0; }
static void show(const char *what) { printf("%s: fired %d value %d code %d\n", what, fired, value, code); fired = value = code = 0; }

int main(int argc, char **argv) {
  setvbuf(stdout, 0, _IOLBF, 0);
  int t, u;
  if (argc > 1) {
    struct itimerspec left;
    SHOW(syscall(SYS_timer_gettime, 0, &left));
    printf("alarm kept by exec %d\n", alarm(0) > 0);
    sigset_t p;
    sigpending(&p);
    printf("pending %lx\n", *(unsigned long *)&p);
    return 0;
  }
  for (int sig = 1; sig <= 64; sig++) if (sig == SIGALRM || sig == SIGVTALRM || sig == SIGPROF || sig == SIGUSR1 || sig == 40) handle(sig, on, 0);
  pid_t me = getpid();
  printf("what timer_create takes\n");
  SHOW(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, 0, 0, 0, &t));
  SHOW(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, 65, 0, 0, &t));
  SHOW(create(CLOCK_MONOTONIC, SIGEV_NONE, 65, 0, 0, &t));
  SHOW(create(CLOCK_MONOTONIC, SIGEV_THREAD, 0, 0, 0, &t));
  SHOW(create(CLOCK_MONOTONIC, 3, SIGUSR1, 0, 0, &t));
  SHOW(create(CLOCK_MONOTONIC, SIGEV_THREAD_ID, SIGUSR1, 0, 0, &t));
  SHOW(create(CLOCK_MONOTONIC, SIGEV_THREAD_ID, SIGUSR1, 0, 1, &t));
  SHOW(create(CLOCK_MONOTONIC, SIGEV_THREAD_ID | SIGEV_NONE, SIGUSR1, 0, me, &t));
  SHOW(create(CLOCK_MONOTONIC_RAW, SIGEV_SIGNAL, SIGUSR1, 0, 0, &t));
  SHOW(create(CLOCK_MONOTONIC_COARSE, SIGEV_SIGNAL, SIGUSR1, 0, 0, &t));
  SHOW(create(CLOCK_BOOTTIME, SIGEV_SIGNAL, SIGUSR1, 0, 0, &t));
  SHOW(create(CLOCK_TAI, SIGEV_SIGNAL, SIGUSR1, 0, 0, &t));
  SHOW(create(77, SIGEV_SIGNAL, SIGUSR1, 0, 0, &t));
  SHOW(syscall(SYS_timer_create, CLOCK_MONOTONIC, 8, &t));
  SHOW(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 0, 0, (int *)8));

  printf("settime\n");
  SHOW(syscall(SYS_timer_create, CLOCK_MONOTONIC, 0, &t));
  SHOW(set(t, 0, -1, 0));
  SHOW(set(t, 0, 1, 1000000000));
  SHOW(set(99, 0, 1, 0));
  SHOW(syscall(SYS_timer_settime, t, 0, 0, 0));
  SHOW(syscall(SYS_timer_settime, t, 0, 8, 0));
  SHOW(syscall(SYS_timer_gettime, t, 8));
  SHOW(syscall(SYS_timer_gettime, 99, &(struct itimerspec){0}));
  SHOW(syscall(SYS_timer_getoverrun, t));
  SHOW(syscall(SYS_timer_getoverrun, 99));
  SHOW(set(t, 0, 2000000, 0));
  while (!fired) sleep_ms(1);
  printf("value is the timer's number %d\n", value == t && timer_of == t);
  value = 0;
  show("SIGALRM by default");
  SHOW(syscall(SYS_timer_delete, t));
  SHOW(syscall(SYS_timer_delete, t));

  printf("to a thread\n");
  pthread_t id;
  pthread_create(&id, 0, thread, 0);
  while (!other) sleep_ms(1);
  SHOW(create(CLOCK_MONOTONIC, SIGEV_SIGNAL | SIGEV_THREAD_ID, SIGUSR1, 11, other, &t));
  set(t, 0, 2000000, 0);
  while (!fired) sleep_ms(1);
  printf("taken by it %d\n", taker == other);
  show("SIGEV_THREAD_ID");
  SHOW(create(CLOCK_MONOTONIC, SIGEV_THREAD, SIGUSR1, 12, 0, &u));
  set(u, 0, 2000000, 0);
  while (!fired) sleep_ms(1);
  show("SIGEV_THREAD is a signal for the kernel");
  stop = 1;
  pthread_join(id, 0);
  set(t, 0, 2000000, 0);
  sleep_ms(10);
  show("its thread is gone");
  syscall(SYS_timer_delete, t), syscall(SYS_timer_delete, u);

  printf("overruns\n");
  sigset_t s;
  sigemptyset(&s), sigaddset(&s, 40), sigaddset(&s, SIGALRM);
  sigprocmask(SIG_BLOCK, &s, 0);
  SHOW(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, 40, 13, 0, &t));
  set(t, 0, 1000000, 1000000);
  sleep_ms(30);
  siginfo_t si;
  SHOW(sigwaitinfo(&s, &si));
  printf("one of many %d value %d code %d timer %d, same %d\n", si.si_overrun >= 20, si.si_value.sival_int, si.si_code, si.si_timerid == t, syscall(SYS_timer_getoverrun, t) == si.si_overrun);
  sigqueue(me, 40, (union sigval){99});
  set(t, 0, 1000000, 0);
  sleep_ms(5);
  SHOW(sigwaitinfo(&s, &si));
  printf("queued before: code %d value %d\n", si.si_code, si.si_value.sival_int);
  SHOW(sigwaitinfo(&s, &si));
  printf("then: code %d value %d overrun %d\n", si.si_code, si.si_value.sival_int, si.si_overrun);
  syscall(SYS_timer_delete, t);
  struct itimerval fast = {{0, 1000}, {0, 1000}}, off = {0}, old;
  setitimer(ITIMER_REAL, &fast, 0);
  sleep_ms(10);
  SHOW(sigwaitinfo(&s, &si));
  printf("SIGALRM code %d\n", si.si_code);
  setitimer(ITIMER_REAL, &off, &old);
  printf("interval was %ld\n", (long)old.it_interval.tv_usec);
  sigtimedwait(&s, &si, &(struct timespec){0, 0});
  sigprocmask(SIG_UNBLOCK, &s, 0);
  fired = 0;

  printf("CPU clocks\n");
  SHOW(create(CLOCK_THREAD_CPUTIME_ID, SIGEV_SIGNAL, SIGUSR1, 14, 0, &t));
  SHOW(set(t, 0, 10000000, 0));
  sleep_ms(30);
  printf("sleep does not count %d\n", fired);
  burn_until_fired(1);
  show("thread");
  SHOW(create(CLOCK_PROCESS_CPUTIME_ID, SIGEV_SIGNAL, SIGUSR1, 15, 0, &u));
  SHOW(set(u, 0, 10000000, 10000000));
  burn_until_fired(3);
  printf("periodic %d\n", fired >= 3);
  set(u, 0, 0, 0);
  struct itimerspec left;
  syscall(SYS_timer_gettime, u, &left);
  printf("off: %ld %ld\n", left.it_value.tv_nsec, left.it_interval.tv_nsec);
  syscall(SYS_timer_delete, t), syscall(SYS_timer_delete, u);
  fired = 0;

  printf("setitimer\n");
  SHOW(setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 1000000}}, 0));
  SHOW(setitimer(ITIMER_REAL, &(struct itimerval){{0, 1000000}, {0, 0}}, 0));
  SHOW(setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {-1, 0}}, 0));
  SHOW(setitimer(3, &off, 0));
  SHOW(getitimer(-1, &old));
  SHOW(syscall(SYS_setitimer, ITIMER_REAL, 0, &old));
  SHOW(syscall(SYS_setitimer, ITIMER_REAL, 8, 0));
  SHOW(syscall(SYS_setitimer, ITIMER_REAL, &off, 8));
  SHOW(setitimer(ITIMER_VIRTUAL, &(struct itimerval){{0, 0}, {0, 10000}}, 0));
  burn_until_fired(1);
  show("virtual");
  SHOW(setitimer(ITIMER_PROF, &(struct itimerval){{0, 10000}, {0, 10000}}, 0));
  burn_until_fired(3);
  printf("prof, many times %d\n", fired >= 3);
  setitimer(ITIMER_PROF, &off, 0);
  fired = 0;
  SHOW(alarm(100));
  SHOW(alarm(50));
  getitimer(ITIMER_REAL, &old);
  printf("alarm is setitimer %d\n", old.it_value.tv_sec == 49 || old.it_value.tv_sec == 50);
  CHILD("fork has none", struct itimerval mine; getitimer(ITIMER_REAL, &mine); printf("%ld %ld\n", (long)mine.it_value.tv_sec, syscall(SYS_timer_gettime, 0, &left)));

  printf("exec\n");
  CHILD("exec", alarm(100); sigset_t all; sigfillset(&all); sigprocmask(SIG_SETMASK, &all, 0);
    SHOW(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, 40, 1, 0, &t)); SHOW(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, 41, 1, 0, &u));
    set(t, 0, 1, 0), set(u, 0, 1, 0); sleep_ms(5);
    sigqueue(getpid(), 41, (union sigval){5}); kill(getpid(), SIGUSR2);
    sigset_t p; sigpending(&p); printf("pending %lx\n", *(unsigned long *)&p); fflush(stdout);
    execl("/proc/self/exe", "timers", "again", (char *)0));
  return 0;
}
