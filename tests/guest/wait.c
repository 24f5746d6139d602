// wait in all its forms: selectors, options, siginfo, rusage, SIGCHLD ignored and SA_NOCLDWAIT, clone with another exit signal.
#include "check.h"
#include <linux/sched.h>
#include <sched.h>

static volatile int chld, chld_code, chld_status;
static void on_child(int sig, siginfo_t *si, void *context) { chld++; chld_code = si->si_code; chld_status = si->si_status; }
static pid_t child_exits(int code, int ms) {
  pid_t pid = fork();
  if (pid == 0) { if (ms) sleep_ms(ms); _exit(code); }
  return pid;
}
static void show_info(const char *what, siginfo_t *si, pid_t pid) {
  printf("%s: signo %d code %d status %d pid %s uid %d\n", what, si->si_signo, si->si_code, si->si_status, si->si_pid == pid ? "right" : si->si_pid ? "other" : "0", (int)si->si_uid);
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  int st;
  siginfo_t si;
  struct rusage ru;
  SHOW(waitpid(-1, &st, 0));
  SHOW(waitpid(-1, &st, 0x1000));
  SHOW(waitpid(getpid(), &st, 0));
  SHOW(waitid(P_ALL, 0, &si, 0));
  SHOW(waitid(99, 0, &si, WEXITED));
  SHOW(waitid(P_PID, 0, &si, WEXITED));
  SHOW(waitpid((-2147483647 - 1), &st, 0));
  pid_t a = child_exits(1, 0), b = child_exits(2, 20), c = child_exits(3, 0);
  printf("by pid, out of order: %d", waitpid(c, &st, 0) == c);
  printf(" %d", WEXITSTATUS(st));
  printf(", %d", waitpid(b, &st, 0) == b);
  printf(" %d", WEXITSTATUS(st));
  printf(", any %d\n", waitpid(-1, &st, 0) == a && WEXITSTATUS(st) == 1);
  a = child_exits(300, 0);
  memset(&si, 0, sizeof si);
  SHOW(waitid(P_PID, a, &si, WEXITED | WNOWAIT));
  show_info("peek", &si, a);
  memset(&si, 7, sizeof si);
  SHOW(waitid(P_ALL, 0, &si, WEXITED));
  show_info("take", &si, a);
  a = child_exits(0, 200);
  memset(&si, 7, sizeof si);
  SHOW(waitid(P_PID, a, &si, WEXITED | WNOHANG));
  show_info("nohang", &si, a);
  SHOW(waitpid(a, &st, WNOHANG));
  kill(a, SIGSTOP);
  SHOW(waitid(P_PID, a, &si, WSTOPPED));
  show_info("stopped", &si, a);
  SHOW(waitpid(a, &st, WUNTRACED | WNOHANG));
  kill(a, SIGCONT);
  SHOW(waitid(P_PID, a, &si, WCONTINUED | WNOWAIT));
  show_info("continued", &si, a);
  printf("again %d", waitpid(a, &st, WCONTINUED) == a);
  show_status("", st);
  kill(a, SIGSEGV);
  SHOW(waitid(P_PID, a, &si, WEXITED));
  show_info("killed", &si, a);
  a = child_exits(4, 0);
  printf("wait4 %d", wait4(a, &st, 0, &ru) == a);
  printf(" %d minor faults %d\n", WEXITSTATUS(st), ru.ru_minflt > 0);
  pid_t g1 = fork();
  if (g1 == 0) { setpgid(0, 0); sleep_ms(20); _exit(5); }
  setpgid(g1, g1);
  pid_t g2 = fork();
  if (g2 == 0) { setpgid(0, g1); sleep_ms(10); _exit(6); }
  setpgid(g2, g1);
  SHOW(waitpid(0, &st, 0));
  printf("group: %d", waitpid(-g1, &st, 0) == g2);
  printf(" %d\n", WEXITSTATUS(st));
  SHOW(waitid(P_PGID, g1, &si, WEXITED));
  show_info("group", &si, g1);

  handle(SIGCHLD, on_child, 0);
  a = child_exits(7, 0);
  while (!chld) sleep_ms(1);
  printf("SIGCHLD: code %d status %d\n", chld_code, chld_status);
  waitpid(a, 0, 0);
  chld = 0;
  handle(SIGCHLD, on_child, SA_NOCLDSTOP);
  a = child_exits(8, 100);
  kill(a, SIGSTOP);
  waitpid(a, &st, WUNTRACED);
  printf("SA_NOCLDSTOP: %d\n", chld);
  kill(a, SIGKILL);
  while (!chld) sleep_ms(1);
  printf("SIGCHLD: code %d status %d\n", chld_code, chld_status);
  waitpid(a, &st, 0);
  chld = 0;
  handle(SIGCHLD, on_child, SA_NOCLDWAIT);
  a = child_exits(9, 10);
  SHOW(waitpid(a, &st, 0));
  printf("SA_NOCLDWAIT: signals %d\n", chld);
  signal(SIGCHLD, SIG_IGN);
  child_exits(9, 0), child_exits(9, 10);
  SHOW(waitpid(-1, &st, 0));
  signal(SIGCHLD, SIG_DFL);

  printf("clone with another exit signal\n");
  handle(SIGUSR1, on_child, 0);
  chld = 0;
  a = (pid_t)syscall(SYS_clone, SIGUSR1, 0, 0, 0, 0);
  if (a == 0) _exit(10);
  while (!chld) sleep_ms(1);
  SHOW(waitpid(a, &st, WNOHANG));
  printf("__WCLONE %d", waitpid(a, &st, __WCLONE) == a);
  printf(" %d, signal code %d\n", WEXITSTATUS(st), chld_code);
  a = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
  if (a == 0) _exit(11);
  printf("__WALL %d", waitpid(a, &st, __WALL) == a);
  printf(" %d\n", WEXITSTATUS(st));
  int pidfd = -1, tid = -1;
  struct clone_args args = {.flags = CLONE_PIDFD | CLONE_PARENT_SETTID, .pidfd = (uintptr_t)&pidfd, .parent_tid = (uintptr_t)&tid, .exit_signal = SIGCHLD};
  a = (pid_t)syscall(SYS_clone3, &args, sizeof args);
  if (a == 0) _exit(12);
  OK(a);
  printf("clone3: tid %d pidfd %d wait %d", tid == a, pidfd >= 0, waitpid(a, &st, 0) == a);
  printf(" %d\n", WEXITSTATUS(st));
  SHOW(syscall(SYS_clone, CLONE_THREAD, 0, 0, 0, 0));
  SHOW(syscall(SYS_clone, CLONE_SIGHAND, 0, 0, 0, 0));
  SHOW(syscall(SYS_clone, CLONE_FS | CLONE_NEWNS, 0, 0, 0, 0));
  CHILD("CLONE_PARENT", a = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0); if (a == 0) { sleep_ms(5); _exit(13); } SHOW(waitpid(a, &st, 0)));
  printf("sibling of a sibling: %d", waitpid(-1, &st, 0) > 0);
  printf(" %d\n", WEXITSTATUS(st));
  int files = dup(1), fs;
  CHILD("CLONE_FILES", a = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0); if (a == 0) { close(files); _exit(0); } waitpid(a, &st, 0); SHOW(fcntl(files, F_GETFD)));
  CHILD("CLONE_FS", a = (pid_t)syscall(SYS_clone, CLONE_FS | SIGCHLD, 0, 0, 0, 0); if (a == 0) { umask(077); _exit(chdir("/")); } waitpid(a, &st, 0); char cwd[100]; printf("  %s %o\n", getcwd(cwd, 100), umask(0)));
  fs = fcntl(files, F_GETFD);
  printf("ours is still open: %d\n", fs);
  return 0;
}
