// The queues of signals: order, values, limits, what a sender may claim, flags of an action, choice of the thread.
#include "check.h"
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>

static volatile int got[128], used;
static volatile long values[128];
static volatile pid_t takers[128];
static void note(int sig, siginfo_t *si, void *context) {
  if (used >= 128) return;
  values[used] = (long)si->si_value.sival_ptr;
  takers[used] = (pid_t)syscall(SYS_gettid);
  got[used++] = sig;
}
static void show(const char *what) {
  printf("%s:", what);
  for (int i = 0; i < used; i++) printf(" %d/%lx", got[i], values[i]);
  printf("\n");
  used = 0;
}
static sigset_t all, none;
static void block(void) { sigprocmask(SIG_SETMASK, &all, 0); }
static void unblock(void) { sigprocmask(SIG_SETMASK, &none, 0); }
static long queue(pid_t pid, int sig, long value) { return sigqueue(pid, sig, (union sigval){.sival_ptr = (void *)value}); }
static long raw(pid_t pid, int sig, int code, int number) {
  siginfo_t si;
  memset(&si, 0, sizeof si);
  si.si_signo = 99;
  si.si_code = code;
  si.si_errno = 7;
  si.si_pid = 1234;
  si.si_uid = 77;
  si.si_value.sival_int = number;
  return syscall(SYS_rt_sigqueueinfo, pid, sig, &si);
}
static long thread_raw(pid_t pid, pid_t tid, int sig, int code) {
  siginfo_t si;
  memset(&si, 0, sizeof si);
  si.si_code = code;
  return syscall(SYS_rt_tgsigqueueinfo, pid, tid, sig, &si);
}

static volatile int stop;
static pid_t tid_of[4];
static sigset_t mask_of[4];
static pthread_barrier_t barrier;
static void *thread(void *argument) {
  long i = (long)argument;
  pthread_sigmask(SIG_SETMASK, &mask_of[i], 0);
  tid_of[i] = (pid_t)syscall(SYS_gettid);
  pthread_barrier_wait(&barrier);
  while (!stop) usleep(1000);
  return 0;
}
static int index_of(pid_t tid) {
  for (int i = 0; i < 4; i++)
    if (tid_of[i] == tid) return i;
  return -1;
}

int main(void) {
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  sigfillset(&all);
  sigemptyset(&none);
  for (int sig = 1; sig <= 64; sig++)
    if (sig != SIGKILL && sig != SIGSTOP && (sig < 32 || sig > 33)) {
      struct sigaction sa = {.sa_sigaction = note, .sa_flags = SA_SIGINFO, .sa_mask = all};
      if (sigaction(sig, &sa, 0)) printf("sigaction %d fails\n", sig);
    }
  pid_t pid = getpid();

  block();
  for (int sig = 64; sig >= 1; sig--)
    if (sig != SIGKILL && sig != SIGSTOP && sig != SIGCONT && sig != SIGTSTP && sig != SIGTTIN && sig != SIGTTOU && (sig < 32 || sig > 33)) queue(pid, sig, sig);
  sigset_t pending;
  sigpending(&pending);
  printf("pending %lx\n", *(unsigned long *)&pending);
  unblock();
  show("all of them, synchronous first, then by number");

  block();
  queue(pid, SIGUSR1, 1), queue(pid, SIGUSR1, 2), queue(pid, 40, 1), queue(pid, 40, 2), queue(pid, 40, 3), queue(pid, 39, 4);
  syscall(SYS_tgkill, pid, pid, 40);
  unblock();
  show("the thread's own first");
  block();
  raw(pid, SIGSEGV, -1, 5), raw(pid, SIGHUP, -1, 6), thread_raw(pid, pid, SIGTERM, SEGV_MAPERR), thread_raw(pid, pid, SIGFPE, FPE_INTDIV), thread_raw(pid, pid, SIGSEGV, SEGV_MAPERR);
  unblock();
  show("a fault's codes before others");

  printf("what a sender may claim\n");
  pid_t child = fork();
  if (!child) { for (;;) pause(); }
  SHOW(raw(child, 0, 0, 0));
  SHOW(raw(child, 0, SI_TKILL, 0));
  SHOW(raw(child, 0, SI_KERNEL, 0));
  SHOW(raw(child, 0, 1, 0));
  SHOW(raw(child, 0, SI_QUEUE, 0));
  SHOW(raw(child, 0, SI_TIMER, 0));
  SHOW(raw(child, 0, -60, 0));
  SHOW(raw(child, 0, -100, 0));
  SHOW(raw(child, 65, SI_QUEUE, 0));
  SHOW(raw(child, -1, SI_QUEUE, 0));
  SHOW(raw(0, 0, SI_QUEUE, 0));
  SHOW(raw(-1, 0, SI_QUEUE, 0));
  SHOW(raw(0x7ffffff0, 0, SI_USER, 0));
  SHOW(raw(0x7ffffff0, 99, SI_QUEUE, 0));
  SHOW(syscall(SYS_rt_sigqueueinfo, pid, 0, 8));
  SHOW(thread_raw(pid, pid, 0, SI_USER));
  SHOW(thread_raw(child, child, 0, SI_USER));
  SHOW(thread_raw(child, child, 0, SI_QUEUE));
  SHOW(thread_raw(child, pid, 0, SI_QUEUE));
  SHOW(thread_raw(0, child, 0, SI_QUEUE));
  SHOW(thread_raw(child, 0, 0, SI_QUEUE));
  SHOW(thread_raw(child, -1, 0, SI_QUEUE));
  SHOW(syscall(SYS_rt_tgsigqueueinfo, 0, 0, 0, 8));
  SHOW(syscall(SYS_rt_tgsigqueueinfo, pid, pid, 99, 8));
  siginfo_t big;
  memset(&big, 0xff, sizeof big);
  big.si_code = -100;
  SHOW(syscall(SYS_rt_sigqueueinfo, pid, 0, &big));
  big.si_code = SI_QUEUE;
  SHOW(syscall(SYS_rt_sigqueueinfo, pid, 0, &big));
  SHOW(kill(child, 65));
  SHOW(kill(child, -1));
  SHOW(kill(child, 0));
  SHOW(kill(INT32_MIN, 0));
  SHOW(kill(-0x7ffffff0, 0));
  SHOW(syscall(SYS_tkill, 0, 0));
  SHOW(syscall(SYS_tkill, -1, 0));
  SHOW(syscall(SYS_tkill, child, 65));
  SHOW(syscall(SYS_tgkill, -1, child, 0));
  SHOW(syscall(SYS_tgkill, pid, child, 0));
  SHOW(syscall(SYS_tgkill, child, child, 0));
  kill(child, SIGKILL);
  waitpid(child, 0, 0);
  block();
  raw(pid, SIGUSR1, 0x4321, 3);
  siginfo_t si;
  SHOW(sigwaitinfo(&all, &si));
  printf("kept: signo %d code %x errno %d pid %d uid %d value %d\n", si.si_signo, si.si_code, si.si_errno, si.si_pid, si.si_uid, si.si_value.sival_int);
  unblock();

  printf("RLIMIT_SIGPENDING\n");
  CHILD("limit",
    SHOW(setgid(54321));
    SHOW(setuid(54321));
    struct rlimit three = {3, 3};
    SHOW(setrlimit(RLIMIT_SIGPENDING, &three));
    block();
    for (int i = 0; i < 5; i++) SHOW(queue(getpid(), 40, i));
    SHOW(queue(getpid(), SIGUSR1, 5));
    SHOW(kill(getpid(), 41));
    SHOW(kill(getpid(), SIGUSR2));
    pid_t other = fork();
    if (!other) { SHOW(queue(getpid(), 42, 1)); SHOW(raise(43)); used = 0; unblock(); show("in the child"); fflush(stdout); _exit(0); }
    waitpid(other, 0, 0);
    FILE *status = fopen("/proc/self/status", "r");
    char line[200];
    while (fgets(line, sizeof line, status)) if (!strncmp(line, "SigQ", 4) || !strncmp(line, "SigPnd", 6) || !strncmp(line, "ShdPnd", 6)) fputs(line, stdout);
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    timer_t timer;
    SHOW(timer_create(CLOCK_MONOTONIC, &event, &timer));
    unblock();
    show("delivered");
    SHOW(timer_create(CLOCK_MONOTONIC, &event, &timer));
    block();
    for (int i = 0; i < 3; i++) SHOW(queue(getpid(), 40, i));
    SHOW(timer_delete(timer));
    SHOW(queue(getpid(), 40, 9));
    signal(40, SIG_IGN);
    for (int i = 0; i < 4; i++) SHOW(queue(getpid(), 44, i)));

  printf("flags of an action\n");
  struct { void *handler; unsigned long flags; void *restorer; unsigned long mask; } act, old;
  unsigned long flags[] = {SA_NOCLDSTOP, SA_NOCLDWAIT, SA_SIGINFO, SA_ONSTACK, SA_RESTART, SA_NODEFER, 0x80000000ul, SA_RESETHAND | SA_NODEFER | SA_SIGINFO};
  for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
    act.handler = SIG_DFL, act.flags = flags[i] & 0xffffffff, act.restorer = (void *)0x1234, act.mask = ~0ul;
    SHOW(syscall(SYS_rt_sigaction, SIGUSR1, &act, 0, 8));
    memset(&old, 0xff, sizeof old);
    SHOW(syscall(SYS_rt_sigaction, SIGUSR1, 0, &old, 8));
    printf("  %p %lx %p %lx\n", old.handler, old.flags, old.restorer, old.mask);
  }
  SHOW(syscall(SYS_rt_sigaction, SIGUSR1, &act, 0, 4));
  SHOW(syscall(SYS_rt_sigaction, 0, &act, 0, 8));
  SHOW(syscall(SYS_rt_sigaction, 65, 0, &old, 8));
  SHOW(syscall(SYS_rt_sigaction, SIGKILL, 0, &old, 8));
  SHOW(syscall(SYS_rt_sigaction, SIGKILL, &act, 0, 8));
  SHOW(syscall(SYS_rt_sigaction, SIGSTOP, &act, 0, 8));
  SHOW(syscall(SYS_rt_sigaction, SIGKILL, 8, 0, 8));
  act.handler = (void *)-1l;
  SHOW(syscall(SYS_rt_sigaction, SIGUSR2, &act, 8, 8));
  SHOW(syscall(SYS_rt_sigaction, SIGUSR2, 0, &old, 8));
  printf("  changed all the same %p\n", old.handler);
  SHOW(syscall(SYS_rt_sigprocmask, 9, 0, &old, 8));
  SHOW(syscall(SYS_rt_sigprocmask, 9, &all, 0, 8));
  SHOW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, 0, 16));
  SHOW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, 8, 0, 8));
  SHOW(syscall(SYS_rt_sigpending, &old, 9));
  SHOW(syscall(SYS_rt_sigpending, 8, 8));
  SHOW(syscall(SYS_rt_sigsuspend, &none, 4));
  SHOW(syscall(SYS_rt_sigtimedwait, &none, 0, &(struct timespec){0, -1}, 8));
  SHOW(syscall(SYS_rt_sigtimedwait, &none, 0, &(struct timespec){-1, 0}, 8));
  SHOW(syscall(SYS_rt_sigtimedwait, &none, 0, &(struct timespec){0, 0}, 8));
  SHOW(syscall(SYS_rt_sigtimedwait, &none, 0, 8, 8));

  printf("an ignored signal is thrown away, a blocked one waits\n");
  block();
  struct sigaction usr2 = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR2, &usr2, 0);
  queue(pid, SIGUSR2, 1), queue(pid, 50, 1), queue(pid, 50, 2);
  signal(SIGUSR2, SIG_IGN), signal(50, SIG_IGN);
  sigpending(&pending);
  printf("after SIG_IGN %lx\n", *(unsigned long *)&pending);
  queue(pid, SIGUSR2, 3);
  sigpending(&pending);
  printf("blocked and ignored %lx\n", *(unsigned long *)&pending);
  sigaction(SIGUSR2, &usr2, 0);
  unblock();
  show("got");

  printf("choice of the thread\n");
  pthread_t threads[4];
  pthread_barrier_init(&barrier, 0, 4);
  sigset_t mine;
  for (int i = 1; i < 4; i++) sigfillset(&mask_of[i]);
  sigdelset(&mask_of[2], SIGUSR2);
  sigdelset(&mask_of[3], SIGHUP);
  sigdelset(&mask_of[3], 51);
  for (long i = 1; i < 4; i++) pthread_create(&threads[i], 0, thread, (void *)i);
  tid_of[0] = pid;
  pthread_barrier_wait(&barrier);
  sigfillset(&mine);
  sigdelset(&mine, SIGALRM);
  pthread_sigmask(SIG_SETMASK, &mine, 0);
  used = 0;
  kill(pid, SIGUSR2), sleep_ms(10), kill(pid, SIGHUP), sleep_ms(10), kill(pid, SIGALRM), sleep_ms(10), queue(pid, 51, 1), sleep_ms(10);
  syscall(SYS_tgkill, pid, tid_of[3], SIGHUP), sleep_ms(10);
  kill(tid_of[2], SIGHUP), sleep_ms(10);
  kill(pid, SIGTERM);
  for (int i = 0; i < used; i++) printf("  %d by thread %d\n", got[i], index_of(takers[i]));
  used = 0;
  sigpending(&pending);
  printf("nobody takes %lx\n", *(unsigned long *)&pending);
  sigdelset(&mine, SIGTERM);
  pthread_sigmask(SIG_SETMASK, &mine, 0);
  printf("SIGTERM then by thread %d\n", used ? index_of(takers[0]) : -1);
  stop = 1;
  for (int i = 1; i < 4; i++) pthread_join(threads[i], 0);
  return 0;
}
