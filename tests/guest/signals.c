// Handlers, masks, queues, alternate stacks, restart, nested delivery, default actions seen by a parent.
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static volatile sig_atomic_t count, order[64], used;
static void note(int sig) { count++; if (used < 64) order[used++] = sig; }
static void info(int sig, siginfo_t *si, void *uc) {
  (void)uc;
  printf("  info: sig %d code %d value %d from %s\n", sig, si->si_code, si->si_value.sival_int, si->si_pid == getpid() ? "self" : "other");
}
static void on(int sig, void (*f)(int), int flags, sigset_t *mask) {
  struct sigaction sa = {.sa_handler = f, .sa_flags = flags};
  if (mask) sa.sa_mask = *mask;
  if (sigaction(sig, &sa, 0)) perror("sigaction");
}
static char altstack[65536];
static void onalt(int sig) {
  char here;
  stack_t now;
  sigaltstack(0, &now);
  printf("  sig %d on the alternate stack: %d, flags %d\n", sig, &here >= altstack && &here < altstack + sizeof altstack, now.ss_flags);
}
static void nest(int sig) {
  printf("  enter %d\n", sig);
  if (sig == SIGUSR1) raise(SIGUSR2);
  printf("  leave %d\n", sig);
}
static void child_status(const char *what, void (*f)(void)) {
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) { struct rlimit none = {0, 0}; setrlimit(RLIMIT_CORE, &none); f(); _exit(0); }
  int st;
  waitpid(pid, &st, 0);
  if (WIFSIGNALED(st)) printf("%s: killed by %d\n", what, WTERMSIG(st));
  else printf("%s: exited %d\n", what, WEXITSTATUS(st));
}
static void die_segv(void) { __asm__ volatile("movl $1, 0" ::: "memory"); }
static void die_abort(void) { abort(); }
static void die_kill(void) { kill(getpid(), SIGKILL); }
static void die_pipe(void) { int p[2]; if (pipe(p)) return; close(p[0]); if (write(p[1], "x", 1)) {} }
static void die_blocked_segv(void) { sigset_t s; sigfillset(&s); sigprocmask(SIG_BLOCK, &s, 0); die_segv(); }
static void die_ignored_segv(void) { signal(SIGSEGV, SIG_IGN); die_segv(); }
static void die_chld(void) { raise(SIGCHLD); raise(SIGWINCH); raise(SIGURG); raise(SIGCONT); _exit(3); }
static void die_rt(void) { raise(SIGRTMIN + 3); }
static void die_alarm(void) { signal(SIGALRM, SIG_DFL); ualarm(20000, 0); for (;;) pause(); }
static void die_cpu(void) { raise(SIGXCPU); }

int main(void) {
  sigset_t set, old, pending;
  printf("simple\n");
  on(SIGUSR1, note, 0, 0);
  raise(SIGUSR1); kill(getpid(), SIGUSR1);
  printf("  count %d\n", (int)count);

  printf("blocked: standard signals collapse, real-time ones queue in order\n");
  sigemptyset(&set); sigaddset(&set, SIGUSR1);
  for (int i = 0; i < 3; i++) sigaddset(&set, SIGRTMIN + i);
  sigprocmask(SIG_BLOCK, &set, &old);
  count = used = 0;
  for (int i = 0; i < 3; i++) on(SIGRTMIN + i, note, 0, &set);
  on(SIGUSR1, note, 0, &set);
  for (int i = 0; i < 3; i++) { raise(SIGUSR1); raise(SIGRTMIN + 2 - i); raise(SIGRTMIN + 1); }
  sigpending(&pending);
  printf("  pending usr1 %d rtmin %d int %d\n", sigismember(&pending, SIGUSR1), sigismember(&pending, SIGRTMIN), sigismember(&pending, SIGINT));
  sigprocmask(SIG_SETMASK, &old, 0);
  printf("  delivered:");
  for (int i = 0; i < used; i++) printf(" %d", (int)order[i] - (order[i] >= SIGRTMIN ? SIGRTMIN - 100 : 0));
  printf("\n");

  printf("siginfo\n");
  struct sigaction sa = {.sa_sigaction = info, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR2, &sa, 0);
  sigqueue(getpid(), SIGUSR2, (union sigval){.sival_int = 77});
  raise(SIGUSR2); kill(getpid(), SIGUSR2);

  printf("alternate stack\n");
  stack_t st = {.ss_sp = altstack, .ss_size = sizeof altstack};
  sigaltstack(&st, 0);
  on(SIGUSR2, onalt, SA_ONSTACK, 0); raise(SIGUSR2);
  on(SIGUSR2, onalt, 0, 0); raise(SIGUSR2);
  st.ss_size = 100; printf("  too small: %d", sigaltstack(&st, 0)); printf(" %s\n", strerror(errno));

  printf("nested\n");
  on(SIGUSR1, nest, 0, 0); on(SIGUSR2, nest, 0, 0); raise(SIGUSR1);
  sigemptyset(&set); sigaddset(&set, SIGUSR2);
  on(SIGUSR1, nest, 0, &set); raise(SIGUSR1);

  printf("reset and nodefer\n");
  on(SIGUSR1, note, SA_RESETHAND, 0); raise(SIGUSR1);
  struct sigaction now; sigaction(SIGUSR1, 0, &now);
  printf("  default again: %d\n", now.sa_handler == SIG_DFL);

  printf("restart\n");
  int p[2]; char c; struct itimerval soon = {.it_value = {0, 30000}};
  if (pipe(p)) return 1;
  on(SIGALRM, note, 0, 0);
  setitimer(ITIMER_REAL, &soon, 0);
  ssize_t n = read(p[0], &c, 1);
  printf("  without SA_RESTART: %zd %s\n", n, strerror(errno));
  on(SIGALRM, note, SA_RESTART, 0);
  setitimer(ITIMER_REAL, &soon, 0);
  fflush(stdout);
  if (fork() == 0) { usleep(80000); if (write(p[1], "z", 1)) {} _exit(0); }
  n = read(p[0], &c, 1);
  printf("  with SA_RESTART: %zd %c\n", n, c);
  wait(0);
  setitimer(ITIMER_REAL, &soon, 0);
  struct timespec ask = {5, 0}, left = {0, 0};
  n = nanosleep(&ask, &left);
  printf("  nanosleep: %zd %s, about 5 s left: %d\n", n, strerror(errno), left.tv_sec == 4);
  setitimer(ITIMER_REAL, &soon, 0);
  sigset_t none; sigemptyset(&none);
  n = sigsuspend(&none);
  printf("  sigsuspend: %zd %s\n", n, strerror(errno));

  printf("sigtimedwait\n");
  sigemptyset(&set); sigaddset(&set, SIGUSR1); sigprocmask(SIG_BLOCK, &set, 0);
  struct timespec brief = {0, 10000000}; siginfo_t got;
  n = sigtimedwait(&set, &got, &brief); printf("  timeout: %zd %s\n", n, strerror(errno));
  raise(SIGUSR1); n = sigwaitinfo(&set, &got); printf("  got: %d code %d\n", (int)n == SIGUSR1, got.si_code);

  printf("registers survive a handler\n");
  on(SIGUSR2, note, 0, 0);
  uint64_t a = 0x1122334455667788, b = 0; double d = 1.5, e = 0; long double l = 2.25L, m;
  pid_t me = getpid();
  __asm__ volatile("movq %3, %%xmm9\n mov $62, %%eax\n mov %4, %%edi\n mov $12, %%esi\n syscall\n movq %%xmm9, %1\n mov %2, %0" : "=r"(b), "=x"(e) : "r"(a), "x"(d), "r"(me) : "rax", "rcx", "r11", "rdi", "rsi", "xmm9", "memory");
  m = l * 2;
  printf("  %llx %g %Lg\n", (unsigned long long)b, e, m);

  child_status("segv", die_segv); child_status("abort", die_abort); child_status("kill", die_kill); child_status("pipe", die_pipe);
  child_status("blocked segv", die_blocked_segv); child_status("ignored segv", die_ignored_segv); child_status("ignored by default", die_chld);
  child_status("real-time default", die_rt); child_status("alarm", die_alarm); child_status("xcpu", die_cpu);

  printf("errors\n");
  printf("  kill 0x7fffffff: %d", kill(0x7ffffff0, 0)); printf(" %s\n", strerror(errno));
  printf("  sigaction SIGKILL: %d", sigaction(SIGKILL, &sa, 0)); printf(" %s\n", strerror(errno));
  printf("  kill bad signal: %d", kill(getpid(), 65)); printf(" %s\n", strerror(errno));
  return 0;
}
