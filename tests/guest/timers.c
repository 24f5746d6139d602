// Clocks and timers: setitimer, timer_create in its kinds, overruns, clock_nanosleep, alarm, CPU clocks, errors.
#include "check.h"
#include <sys/time.h>
#include <sys/times.h>

static volatile int fired, value, code;
static void on(int sig, siginfo_t *si, void *context) { fired++; value = si->si_value.sival_int; code = si->si_code; }
static double now(clockid_t clock) { struct timespec t; clock_gettime(clock, &t); return (double)t.tv_sec + (double)t.tv_nsec / 1e9; }
// Mostly in user mode: asking for the time is the kernel's, which ITIMER_VIRTUAL does not count.
static void burn(double seconds) {
  double until = now(CLOCK_PROCESS_CPUTIME_ID) + seconds;
  while (now(CLOCK_PROCESS_CPUTIME_ID) < until) for (volatile int i = 0; i < 10000; i++) {}
}
static void burn_until_fired(int times) { for (int i = 0; i < 50 && fired < times; i++) burn(0.02); }
static volatile int thread_value;
static void notify(union sigval v) { thread_value = v.sival_int; }

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  handle(SIGALRM, on, 0), handle(SIGVTALRM, on, 0), handle(SIGPROF, on, 0), handle(SIGRTMIN, on, 0);
  struct timespec t, r;
  SHOW(clock_gettime(CLOCK_REALTIME, &t));
  SHOW(clock_gettime(99, &t));
  SHOW(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, 8));
  SHOW(clock_getres(CLOCK_MONOTONIC, &r));
  printf("resolution %ld %ld\n", (long)r.tv_sec, r.tv_nsec);
  SHOW(clock_getres(CLOCK_MONOTONIC_COARSE, &r));
  SHOW(clock_settime(CLOCK_MONOTONIC, &t));
  double a = now(CLOCK_MONOTONIC), b = now(CLOCK_MONOTONIC), c = now(CLOCK_BOOTTIME);
  printf("monotonic %d boot %d raw %d realtime %d tai %d\n", b >= a, c >= a, now(CLOCK_MONOTONIC_RAW) > 0, now(CLOCK_REALTIME) > 1.5e9, now(CLOCK_TAI) > 1.5e9);
  struct timeval tv;
  gettimeofday(&tv, 0);
  time_t wall = time(0);
  printf("time agrees %d\n", wall - tv.tv_sec <= 1 && now(CLOCK_REALTIME) - (double)wall < 2);

  printf("sleep\n");
  a = now(CLOCK_MONOTONIC);
  t = (struct timespec){0, 20000000};
  SHOW(nanosleep(&t, 0));
  b = now(CLOCK_MONOTONIC) - a;
  printf("20 ms %d\n", b >= 0.02 && b < 0.2);
  t = (struct timespec){0, 1000000000};
  SHOW(nanosleep(&t, 0));
  t = (struct timespec){-1, 0};
  SHOW(nanosleep(&t, 0));
  SHOW(nanosleep((void *)8, 0));
  printf("%s ", error_of(clock_nanosleep(99, 0, &t, 0)));
  printf("%s ", error_of(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &t, 0)));
  clock_gettime(CLOCK_REALTIME, &t);
  t.tv_sec--;
  printf("past %s ", error_of(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &t, 0)));
  clock_gettime(CLOCK_MONOTONIC, &t);
  t.tv_nsec += 15000000;
  if (t.tv_nsec >= 1000000000) { t.tv_sec++; t.tv_nsec -= 1000000000; }
  printf("future %s", error_of(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, 0)));
  clock_gettime(CLOCK_MONOTONIC, &r);
  printf(" reached %d\n", r.tv_sec > t.tv_sec || (r.tv_sec == t.tv_sec && r.tv_nsec >= t.tv_nsec));

  printf("interval timers\n");
  struct itimerval iv = {{0, 5000}, {0, 5000}}, old;
  SHOW(setitimer(ITIMER_REAL, &iv, 0));
  while (fired < 4) pause();
  SHOW(getitimer(ITIMER_REAL, &old));
  printf("interval %ld value below %d\n", (long)old.it_interval.tv_usec, old.it_value.tv_sec == 0 && old.it_value.tv_usec <= 5000);
  iv = (struct itimerval){0};
  SHOW(setitimer(ITIMER_REAL, &iv, &old));
  getitimer(ITIMER_REAL, &old);
  printf("stopped %ld\n", (long)old.it_value.tv_usec);
  iv.it_value.tv_usec = 1000000;
  SHOW(setitimer(ITIMER_REAL, &iv, 0));
  SHOW(setitimer(9, &iv, 0));
  SHOW(getitimer(ITIMER_REAL, (void *)8));
  fired = 0;
  iv = (struct itimerval){{0, 0}, {0, 10000}};
  SHOW(setitimer(ITIMER_VIRTUAL, &iv, 0));
  sleep_ms(30);
  printf("sleeping does not count %d\n", fired);
  burn_until_fired(1);
  printf("burning does %d\n", fired);
  SHOW(setitimer(ITIMER_PROF, &iv, 0));
  burn_until_fired(2);
  printf("prof %d\n", fired);
  fired = 0;
  SHOW(alarm(10));
  SHOW(alarm(0));
  SHOW(ualarm(5000, 0));
  while (!fired) sleep_ms(1);
  printf("alarm %d code %d\n", fired, code);
  CHILD("timers are not inherited", alarm(1); if (fork() == 0) _exit(alarm(0) == 0 ? 0 : 1); int st; wait(&st); show_status("  child", st); printf("  ours %u\n", alarm(0)));

  printf("timer_create\n");
  timer_t timer, second;
  struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_int = 42};
  struct itimerspec spec = {{0, 0}, {0, 5000000}}, got;
  SHOW(timer_create(CLOCK_MONOTONIC, &ev, &timer));
  SHOW(timer_create(99, &ev, &second));
  ev.sigev_signo = 99;
  SHOW(timer_create(CLOCK_MONOTONIC, &ev, &second));
  ev.sigev_signo = SIGRTMIN;
  fired = 0;
  SHOW(timer_settime(timer, 0, &spec, 0));
  while (!fired) sleep_ms(1);
  printf("fired %d value %d code %d overrun %d\n", fired, value, code, timer_getoverrun(timer));
  SHOW(timer_gettime(timer, &got));
  printf("left %ld\n", got.it_value.tv_nsec);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGRTMIN);
  sigprocmask(SIG_BLOCK, &set, 0);
  fired = 0;
  spec.it_interval.tv_nsec = 2000000;
  SHOW(timer_settime(timer, 0, &spec, 0));
  sleep_ms(40);
  siginfo_t si;
  SHOW(sigwaitinfo(&set, &si) == SIGRTMIN);
  printf("one signal, overrun counted %d, same %d\n", si.si_overrun >= 5, timer_getoverrun(timer) >= 5);
  spec = (struct itimerspec){{0, 0}, {0, 1}};
  SHOW(timer_settime(timer, TIMER_ABSTIME, &spec, &got));
  printf("old interval %ld\n", got.it_interval.tv_nsec);
  t = (struct timespec){1, 0};
  SHOW(sigtimedwait(&set, &si, &t) == SIGRTMIN);
  spec.it_value = (struct timespec){0, 0};
  SHOW(timer_settime(timer, 0, &spec, 0));
  spec.it_value.tv_nsec = -1;
  SHOW(timer_settime(timer, 0, &spec, 0));
  SHOW(timer_delete(timer));
  SHOW(syscall(SYS_timer_delete, 77));
  SHOW(syscall(SYS_timer_getoverrun, 77));
  ev.sigev_notify = SIGEV_NONE;
  SHOW(timer_create(CLOCK_REALTIME, &ev, &timer));
  spec = (struct itimerspec){{0, 0}, {100, 0}};
  timer_settime(timer, 0, &spec, 0);
  timer_gettime(timer, &got);
  printf("none: left %d\n", got.it_value.tv_sec >= 99);
  timer_settime(timer, 0, &(struct itimerspec){}, &got);
  printf("disarmed: was %d", got.it_value.tv_sec >= 99);
  timer_gettime(timer, &got);
  printf(", shows %d\n", got.it_value.tv_sec >= 99);
  ev.sigev_notify = SIGEV_THREAD, ev.sigev_notify_function = notify, ev.sigev_notify_attributes = 0;
  SHOW(timer_create(CLOCK_MONOTONIC, &ev, &second));
  spec = (struct itimerspec){{0, 0}, {0, 5000000}};
  timer_settime(second, 0, &spec, 0);
  while (!thread_value) sleep_ms(1);
  printf("thread got %d\n", thread_value);
  sigprocmask(SIG_UNBLOCK, &set, 0);
  fired = 0;
  SHOW(timer_create(CLOCK_PROCESS_CPUTIME_ID, &(struct sigevent){.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN}, &timer));
  timer_settime(timer, 0, &spec, 0);
  burn_until_fired(1);
  printf("cpu timer %d\n", fired);

  printf("cpu time\n");
  a = now(CLOCK_THREAD_CPUTIME_ID);
  burn(0.02);
  printf("thread %d\n", now(CLOCK_THREAD_CPUTIME_ID) - a >= 0.019);
  CHILD("child", burn(0.06));
  struct rusage ru;
  getrusage(RUSAGE_CHILDREN, &ru);
  printf("children %d\n", ru.ru_utime.tv_sec * 1e6 + (double)ru.ru_utime.tv_usec + (double)ru.ru_stime.tv_usec + ru.ru_stime.tv_sec * 1e6 >= 50000);
  struct tms tms;
  SHOW(times(&tms) > 0);
  printf("times %d %d\n", tms.tms_utime + tms.tms_stime > 0, tms.tms_cutime + tms.tms_cstime > 0);
  clockid_t other;
  SHOW(clock_getcpuclockid(getpid(), &other));
  SHOW(clock_gettime(other, &t));
  CHILD("RLIMIT_CPU", struct rlimit l = {1, 2}; setrlimit(RLIMIT_CPU, &l); burn(5));
  return 0;
}
