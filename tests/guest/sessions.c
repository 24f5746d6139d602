// Process groups, sessions and orphans: setpgid's rules, setsid, signals to groups, stopped orphans that get SIGHUP and SIGCONT.
#include "check.h"
#include <sys/prctl.h>

static int p[2];
static void told(int sig, siginfo_t *si, void *context) { char c = (char)('0' + sig % 10); if (sig == SIGHUP) c = 'H'; if (sig == SIGCONT) c = 'C'; if (write(p[1], &c, 1)) {} }
static volatile int got;
static void count(int sig, siginfo_t *si, void *context) { got++; }

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  if (pipe(p)) return 1;
  char text[20] = {0};
  CHILD("setpgid", SHOW(setpgid(0, 0)); printf("leader %d\n", getpgrp() == getpid()); SHOW(setpgid(0, 0x3ffffff0)); SHOW(setpgid(0x3ffffff0, 0)); SHOW(setpgid(0, -1)); SHOW(setpgid(getppid(), 0)); SHOW(setsid()));
  CHILD("setsid", printf("%d\n", setsid() == getpid()); SHOW(setsid()); SHOW(setpgid(0, 0)); printf("sid %d pgid %d\n", getsid(0) == getpid(), getpgid(0) == getpid());
        pid_t a = fork(); if (a == 0) { printf("child's group is the leader's %d\n", getpgrp() == getppid()); _exit(0); } waitpid(a, 0, 0);
        if ((a = fork()) == 0) { setsid(); if (write(p[1], "x", 1)) {} pause(); } char c; if (read(p[0], &c, 1)) {} SHOW(setpgid(a, 0)); SHOW(setpgid(a, getpgrp())); kill(a, SIGKILL); waitpid(a, 0, 0));
  CHILD("after exec the child cannot be moved", pid_t a = fork(); if (a == 0) { dup2(p[1], 1); execl("/bin/sh", "sh", "-c", "echo x; exec sleep 5", (char *)0); } char c[2]; if (read(p[0], c, 2)) {} SHOW(setpgid(a, a)); kill(a, SIGKILL); waitpid(a, 0, 0));
  printf("signals to groups\n");
  CHILD("group", setpgid(0, 0); handle(SIGUSR1, count, 0); pid_t kids[3]; for (int i = 0; i < 3; i++) if ((kids[i] = fork()) == 0) { while (!got) sleep_ms(1); _exit(i + 1); }
        SHOW(kill(0, SIGUSR1)); printf("self %d\n", got); int st; for (int i = 0; i < 3; i++) { waitpid(kids[i], &st, 0); show_status("  kid", st); }
        SHOW(kill(-getpid(), 0)); SHOW(killpg(getpid(), SIGUSR1)); SHOW(kill(-0x3ffffff0, 0)));
  printf("stopped orphans\n");
  CHILD("orphaned group",
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        pid_t middle = fork();
        if (middle == 0) {
          setsid();
          pid_t stopped = fork();
          if (stopped == 0) { handle(SIGHUP, told, 0); handle(SIGCONT, told, 0); setpgid(0, 0); if (write(p[1], "S", 1)) {} raise(SIGSTOP); sleep_ms(5); _exit(7); }
          int st; waitpid(stopped, &st, WUNTRACED); show_status("  stopped", st); _exit(0);
        }
        int st; waitpid(middle, &st, 0); show_status("  middle", st); wait(&st); show_status("  orphan", st); if (read(p[0], text, 10)) {} printf("  got S and both: %c %d\n", text[0], strchr(text, 'H') && strchr(text, 'C')));
  memset(text, 0, sizeof text);
  CHILD("a terminal stop in an orphaned group is ignored", setsid(); raise(SIGTSTP); printf("  goes on\n"));
  CHILD("SIGSTOP is not", setsid(); pid_t a = fork(); if (a == 0) { raise(SIGSTOP); _exit(3); } int st; waitpid(a, &st, WUNTRACED); show_status("  child", st); kill(a, SIGCONT); waitpid(a, &st, 0); show_status("  child", st));
  printf("SIGCONT and stops cancel each other\n");
  CHILD("pending", setpgid(0, 0); sigset_t s, pending; sigemptyset(&s); sigaddset(&s, SIGCONT); sigaddset(&s, SIGTSTP); sigprocmask(SIG_BLOCK, &s, 0); raise(SIGTSTP); sigpending(&pending); printf("  %d %d", sigismember(&pending, SIGTSTP), sigismember(&pending, SIGCONT)); raise(SIGCONT); sigpending(&pending); printf(", %d %d", sigismember(&pending, SIGTSTP), sigismember(&pending, SIGCONT)); raise(SIGTSTP); sigpending(&pending); printf(", %d %d\n", sigismember(&pending, SIGTSTP), sigismember(&pending, SIGCONT)));
  CHILD("kill -9 ends a stopped process", pid_t a = fork(); if (a == 0) { raise(SIGSTOP); _exit(0); } int st; waitpid(a, &st, WUNTRACED); kill(a, SIGTERM); sleep_ms(5); printf("  still stopped %d\n", waitpid(a, &st, WNOHANG)); kill(a, SIGKILL); waitpid(a, &st, 0); show_status("  child", st));
  CHILD("SIGTERM waits for SIGCONT", pid_t a = fork(); if (a == 0) { raise(SIGSTOP); _exit(0); } int st; waitpid(a, &st, WUNTRACED); kill(a, SIGTERM); kill(a, SIGCONT); waitpid(a, &st, 0); show_status("  child", st));
  return 0;
}
