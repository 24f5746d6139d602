// fork trees, wait in its forms, exec, process groups, orphans, vfork, file descriptor inheritance.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int tree(int depth) {
  if (depth == 0) return 1;
  int sum = 1;
  pid_t kids[3];
  for (int i = 0; i < 3; i++) {
    kids[i] = fork();
    if (kids[i] == 0) _exit(tree(depth - 1));
  }
  for (int i = 0; i < 3; i++) { int st; waitpid(kids[i], &st, 0); sum += WEXITSTATUS(st); }
  return sum;
}

static void show(const char *what, int st) {
  if (WIFEXITED(st)) printf("%s: exited %d\n", what, WEXITSTATUS(st));
  else if (WIFSIGNALED(st)) printf("%s: signal %d\n", what, WTERMSIG(st));
  else if (WIFSTOPPED(st)) printf("%s: stopped %d\n", what, WSTOPSIG(st));
  else if (WIFCONTINUED(st)) printf("%s: continued\n", what);
}

int main(int argc, char **argv, char **envp) {
  if (argc > 1 && !strcmp(argv[1], "child")) {
    printf("child: argc %d", argc);
    for (int i = 1; i < argc; i++) printf(" [%s]", argv[i]);
    for (char **e = envp; *e; e++) printf(" {%s}", *e);
    printf(" fd 7 %s, fd 8 %s\n", fcntl(7, F_GETFD) < 0 ? "closed" : "open", fcntl(8, F_GETFD) < 0 ? "closed" : "open");
    return 9;
  }
  setvbuf(stdout, 0, _IOLBF, 0);
  printf("tree: %d\n", tree(3));

  int st;
  pid_t pid = fork();
  if (pid == 0) { pause(); _exit(1); }
  printf("nothing yet: %d\n", waitpid(pid, &st, WNOHANG));
  kill(pid, SIGSTOP); waitpid(pid, &st, WUNTRACED); show("stop", st);
  kill(pid, SIGCONT); waitpid(pid, &st, WCONTINUED); show("cont", st);
  siginfo_t si; memset(&si, 0, sizeof si);
  kill(pid, SIGTERM);
  waitid(P_PID, pid, &si, WEXITED | WNOWAIT);
  printf("waitid: code %d status %d mine %d\n", si.si_code, si.si_status, si.si_pid == pid);
  waitpid(pid, &st, 0); show("term", st);
  printf("no more: %d", waitpid(pid, &st, 0)); printf(" %s\n", strerror(errno));
  printf("wait without children: %d", wait(&st)); printf(" %s\n", strerror(errno));

  dup2(1, 7); dup2(1, 8); fcntl(8, F_SETFD, FD_CLOEXEC);
  fflush(stdout);
  if ((pid = fork()) == 0) {
    char *args[] = {argv[0], "child", "a b", "", "ü", 0}, *env[] = {"X=1", "EMPTY=", 0};
    execve("/proc/self/exe", args, env);
    _exit(127);
  }
  waitpid(pid, &st, 0); show("exec", st);

  volatile int shared = 1;
  if ((pid = vfork()) == 0) { shared = 2; _exit(4); }
  waitpid(pid, &st, 0); printf("vfork: shared %d\n", shared); show("vfork", st);

  printf("exec errors:");
  execl("/nonexistent", "x", (char *)0); printf(" %s,", strerror(errno));
  execl("/etc/passwd", "x", (char *)0); printf(" %s,", strerror(errno));
  execl("/tmp", "x", (char *)0); printf(" %s,", strerror(errno));
  execl("/etc/passwd/x", "x", (char *)0); printf(" %s\n", strerror(errno));

  int p[2];
  if (pipe(p)) return 1;
  if ((pid = fork()) == 0) {
    if (fork() == 0) { usleep(30000); int orphan = getppid() != 0; if (write(p[1], &orphan, sizeof orphan)) {} _exit(0); }
    _exit(0);
  }
  waitpid(pid, &st, 0);
  int orphan = 0; if (read(p[0], &orphan, sizeof orphan)) {} printf("orphan was adopted: %d\n", orphan);

  prctl(PR_SET_CHILD_SUBREAPER, 1);
  if ((pid = fork()) == 0) { if (fork() == 0) { usleep(20000); _exit(getppid() == 1 ? 1 : 5); } _exit(0); }
  waitpid(pid, &st, 0);
  wait(&st); show("grandchild through the subreaper", st);

  if ((pid = fork()) == 0) { setpgid(0, 0); pause(); }
  setpgid(pid, pid);
  printf("group: %d own %d\n", getpgid(pid) == pid, getpgrp() == getpid() || getpgrp() != pid);
  kill(-pid, SIGUSR1); waitpid(-pid, &st, 0); show("group kill", st);
  if ((pid = fork()) == 0) { int ok = setsid() == getpid() && getsid(0) == getpid() && getpgrp() == getpid() && setsid() < 0 && errno == EPERM; _exit(ok); }
  waitpid(pid, &st, 0); show("setsid", st);
  char name[17]; prctl(PR_SET_NAME, "a-name-longer-than-15"); prctl(PR_GET_NAME, name); printf("comm: %s\n", name);
  return 0;
}
