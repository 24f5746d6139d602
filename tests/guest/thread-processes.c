// Threads and processes together: signals to threads, exec and fork from a thread, the leader's early exit, exit_group.
#include "check.h"
#include <dirent.h>
#include <pthread.h>
#include <sys/prctl.h>

static pid_t gettid_(void) { return (pid_t)syscall(SYS_gettid); }
static volatile pid_t handled_by;
static __thread int my_number;
static volatile int handled_number, ready, stop;
static void handler(int sig, siginfo_t *si, void *context) { handled_by = gettid_(); handled_number = my_number; }
static void *wait_here(void *arg) {
  my_number = (int)(long)arg;
  __atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
  while (!stop) sleep_ms(2);
  return (void *)(long)handled_number;
}
static void *block_and_wait(void *arg) {
  sigset_t s;
  sigemptyset(&s);
  sigaddset(&s, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &s, 0);
  __atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
  int sig = 0;
  sigwait(&s, &sig);
  return (void *)(long)sig;
}
static int threads_of_self(void) {
  DIR *d = opendir("/proc/self/task");
  int n = 0;
  for (struct dirent *e; (e = readdir(d));) n += e->d_name[0] != '.';
  closedir(d);
  return n;
}
static char **args;
static int leader_goes;
static void *exec_here(void *arg) {
  char *argv[] = {args[0], "after-exec", arg, 0};
  for (int i = 0; leader_goes && i < 2000 && access("/proc/self/exe", F_OK) == 0; i++) sleep_ms(1);
  printf("  /proc/self/exe %s\n", access("/proc/self/exe", F_OK) ? error_name(errno) : "there");
  execv(args[0], argv);
  _exit(9);
}
static void *fork_here(void *arg) {
  pid_t pid = fork();
  if (pid == 0) { printf("  child has %d thread, tid is pid %d\n", threads_of_self(), gettid_() == getpid()); fflush(stdout); _exit(6); }
  int st;
  waitpid(pid, &st, 0);
  show_status("  forked in a thread", st);
  return 0;
}
static void *exit_group_here(void *arg) { sleep_ms(5); exit(21); }
static void *thread_exit_late(void *arg) { sleep_ms(30); printf("  the last thread ends\n"); return 0; }
static void *parent_of(void *arg) { int st; return (void *)(long)(waitpid((pid_t)(long)arg, &st, 0) == (pid_t)(long)arg ? WEXITSTATUS(st) : -1); }
static void *only_own(void *arg) { int st; pid_t r = waitpid((pid_t)(long)arg, &st, __WNOTHREAD); return (void *)(long)(r < 0 ? errno : 0); }

int main(int argc, char **argv) {
  setvbuf(stdout, 0, _IOLBF, 0);
  args = argv;
  if (argc > 1) {
    char expected[20];
    snprintf(expected, sizeof expected, "%d", getpid());
    printf("  after exec: pid kept %d, tid is pid %d, threads %d\n", strcmp(argv[2], expected) == 0, gettid_() == getpid(), threads_of_self());
    return 17;
  }
  pthread_t t[4];
  void *result;
  handle(SIGUSR1, handler, 0);
  for (long i = 0; i < 3; i++) pthread_create(&t[i], 0, wait_here, (void *)(i + 1));
  while (ready < 3) sleep_ms(1);
  for (int i = 0; i < 3; i++) { handled_number = -1; pthread_kill(t[i], SIGUSR1); while (handled_number < 0) sleep_ms(1); printf("to thread %d: handled by %d\n", i + 1, handled_number); }
  sigset_t s;
  sigemptyset(&s);
  sigaddset(&s, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &s, 0);
  handled_number = -1;
  kill(getpid(), SIGUSR1);
  while (handled_number < 0) sleep_ms(1);
  printf("to the process, main blocks it: by another %d\n", handled_number != 0 && handled_by != getpid());
  raise(SIGUSR1);
  sigset_t pending;
  sigpending(&pending);
  printf("to main itself: pending %d\n", sigismember(&pending, SIGUSR1));
  pthread_sigmask(SIG_UNBLOCK, &s, 0);
  printf("  then handled by main %d\n", handled_by == getpid());
  stop = 1;
  for (int i = 0; i < 3; i++) pthread_join(t[i], 0);
  sigemptyset(&s);
  sigaddset(&s, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &s, 0);
  ready = 0;
  pthread_create(&t[0], 0, block_and_wait, 0);
  while (!ready) sleep_ms(1);
  kill(getpid(), SIGUSR2);
  pthread_join(t[0], &result);
  printf("sigwait in a thread: %ld\n", (long)result);
  SHOW(syscall(SYS_tgkill, getpid(), 0x3ffffff0, 0));
  SHOW(syscall(SYS_tgkill, getpid(), getpid(), 0));
  SHOW(syscall(SYS_tgkill, 1, getpid(), 0));

  printf("fork from a thread\n");
  pthread_create(&t[0], 0, fork_here, 0);
  pthread_join(t[0], 0);
  pid_t pid = fork();
  if (pid == 0) { sleep_ms(10); _exit(12); }
  pthread_create(&t[0], 0, only_own, (void *)(long)pid);
  pthread_join(t[0], &result);
  printf("another thread's child with __WNOTHREAD: %s\n", error_name((int)(long)result));
  pthread_create(&t[0], 0, parent_of, (void *)(long)pid);
  pthread_join(t[0], &result);
  printf("another thread's child: %ld\n", (long)result);

  char self[20];
  CHILD("exec from a thread", snprintf(self, sizeof self, "%d", getpid()); stop = 0; pthread_create(&t[1], 0, wait_here, 0); pthread_create(&t[0], 0, exec_here, self); for (;;) pause());
  CHILD("exec from the leader", snprintf(self, sizeof self, "%d", getpid()); stop = 0; pthread_create(&t[1], 0, wait_here, 0); exec_here(self));
  CHILD("exec after the leader has gone", leader_goes = 1; snprintf(self, sizeof self, "%d", getpid()); pthread_create(&t[0], 0, exec_here, self); pthread_exit(0));
  CHILD("exit in a thread", pthread_create(&t[0], 0, exit_group_here, 0); for (;;) pause());
  CHILD("the leader goes first", pthread_create(&t[0], 0, thread_exit_late, 0); pthread_exit(0));
  CHILD("the leader exits alone, the group later", pthread_create(&t[0], 0, exit_group_here, 0); syscall(SYS_exit, 21));
  CHILD("abort in a process with threads", stop = 0; for (int i = 0; i < 3; i++) pthread_create(&t[i], 0, wait_here, 0); abort());
  CHILD("killed thread kills all", stop = 0; for (int i = 0; i < 3; i++) pthread_create(&t[i], 0, wait_here, 0); pthread_kill(t[1], SIGKILL); for (;;) pause());
  printf("stop of a process with threads\n");
  fflush(stdout);
  if ((pid = fork()) == 0) { stop = 0; ready = 0; for (int i = 0; i < 3; i++) pthread_create(&t[i], 0, wait_here, 0); while (ready < 3) sleep_ms(1); pthread_kill(t[1], SIGSTOP); for (;;) pause(); }
  int st;
  waitpid(pid, &st, WUNTRACED);
  show_status("  all", st);
  kill(pid, SIGCONT);
  waitpid(pid, &st, WCONTINUED);
  show_status("  all", st);
  kill(pid, SIGTERM);
  waitpid(pid, &st, 0);
  show_status("  all", st);
  return 0;
}
