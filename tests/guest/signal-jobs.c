// SIGCHLD and its siginfo, stops and continues, orphaned groups, who may send, the parent's death signal, limits that signal.
#include "check.h"
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <pthread.h>

static volatile int chld, code, status_seen;
static volatile pid_t from;
static void on_chld(int sig, siginfo_t *si, void *context) { chld++; code = si->si_code; status_seen = si->si_status; from = si->si_pid; }
static void nothing(int sig) {}

static void show_info(const char *what, int r, siginfo_t *si, pid_t pid) {
  printf("%s: %d signo %d code %d status %d pid %d uid %d\n", what, r, si->si_signo, si->si_code, si->si_status, si->si_pid == pid, si->si_uid == getuid());
}
/** Waits for a signal, with nothing open that others wait for the end of. */
static void linger(void) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  alarm(20);
  close(0), close(1), close(2);
  for (;;) pause();
}
static void settle(void) { sleep_ms(20); }
static void wait_for(const char *what, pid_t pid, int options) {
  siginfo_t si;
  memset(&si, 0, sizeof si);
  int r = waitid(P_PID, pid, &si, options);
  if (r < 0) printf("%s: %s\n", what, error_name(errno));
  else show_info(what, r, &si, pid);
  // The child may not have run yet since it was continued.
  settle();
  printf("  SIGCHLD so far %d code %d status %d\n", chld, code, status_seen);
  chld = code = status_seen = 0;
}

static void *sleeper(void *argument) { for (;;) pause(); return 0; }

int main(void) {
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  for (int flags = 0; flags <= SA_NOCLDSTOP; flags += SA_NOCLDSTOP) {
    printf("flags %x\n", flags);
    handle(SIGCHLD, on_chld, flags | SA_RESTART);
    pid_t pid = fork();
    if (!pid) for (;;) pause();
    kill(pid, SIGSTOP);
    wait_for("stopped, look", pid, WSTOPPED | WNOWAIT);
    wait_for("stopped", pid, WSTOPPED);
    wait_for("again", pid, WSTOPPED | WNOHANG);
    kill(pid, SIGTERM);
    wait_for("a pending signal does not wake it", pid, WEXITED | WNOHANG);
    // Two signals that may have become one.
    kill(pid, SIGCONT);
    int st;
    while (waitpid(pid, &st, 0) < 0) {}
    show_status("killed", st);
    settle();
    chld = code = status_seen = 0;
    wait_for("gone", pid, WEXITED);
  }
  printf("continue\n");
  handle(SIGCHLD, on_chld, SA_RESTART);
  int signals[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
  for (int i = 0; i < 4; i++) {
    pid_t pid = fork();
    if (!pid) { setpgid(0, 0); for (;;) pause(); }
    settle();
    kill(pid, signals[i]);
    wait_for("stopped", pid, WSTOPPED | WCONTINUED | WEXITED);
    kill(pid, SIGCONT);
    wait_for("continued", pid, WSTOPPED | WCONTINUED | WEXITED);
    kill(pid, SIGCONT);
    wait_for("continued again", pid, WSTOPPED | WCONTINUED | WEXITED | WNOHANG);
    kill(pid, signals[i]), settle(), kill(pid, SIGCONT);
    wait_for("stopped and continued", pid, WSTOPPED | WCONTINUED | WEXITED);
    kill(pid, SIGKILL);
    int st;
    while (waitpid(pid, &st, 0) < 0) {}
    show_status("end", st);
    chld = 0;
  }
  printf("how it ended\n");
  int how[] = {0, SIGABRT, SIGKILL, SIGTERM, 40};
  for (int i = 0; i < 5; i++) {
    pid_t pid = fork();
    if (!pid) { if (!how[i]) _exit(0x1234); kill(getpid(), how[i]); pause(); }
    wait_for("waitid", pid, WEXITED);
  }
  printf("stop and continue signals take each other off the queue\n");
  CHILD("queue",
    sigset_t all; sigfillset(&all); sigprocmask(SIG_SETMASK, &all, 0);
    sigset_t p; kill(getpid(), SIGTSTP); kill(getpid(), SIGTTIN); sigpending(&p); printf("  %lx", *(unsigned long *)&p);
    kill(getpid(), SIGCONT); sigpending(&p); printf(" %lx", *(unsigned long *)&p);
    kill(getpid(), SIGTSTP); sigpending(&p); printf(" %lx\n", *(unsigned long *)&p));
  printf("SIGCONT with a handler, after a stop by a thread's signal\n");
  pid_t pid = fork();
  if (!pid) {
    handle(SIGCONT, on_chld, 0);
    pthread_t t;
    pthread_create(&t, 0, sleeper, 0);
    raise(SIGSTOP);
    for (int i = 0; !chld && i < 100; i++) sleep_ms(2);
    printf("  handler ran %d code %d\n", chld, code);
    fflush(stdout);
    _exit(0);
  }
  wait_for("stopped", pid, WSTOPPED);
  kill(pid, SIGCONT);
  int end;
  while (waitpid(pid, &end, 0) < 0) {}
  show_status("ended", end);

  printf("nobody waits\n");
  for (int kind = 0; kind < 3; kind++) {
    chld = 0;
    if (kind == 0) signal(SIGCHLD, SIG_IGN);
    else handle(SIGCHLD, on_chld, kind == 1 ? SA_NOCLDWAIT : 0);
    pid = fork();
    if (!pid) _exit(5);
    int st = -1, r = (int)waitpid(pid, &st, 0);
    printf("kind %d: %s %d, SIGCHLD %d\n", kind, r < 0 ? error_name(errno) : "waited", st, chld);
  }
  signal(SIGCHLD, SIG_DFL);

  printf("an orphaned group\n");
  CHILD("orphans",
    setsid();
    int p[2]; if (pipe(p)) _exit(1);
    pid_t middle = fork();
    if (!middle) {
      setpgid(0, 0);
      pid_t last = fork();
      if (!last) {
        handle(SIGHUP, on_chld, 0);
        handle(SIGCONT, on_chld, 0);
        raise(SIGSTOP);
        printf("  goes on after %d signals\n", chld);
        raise(SIGTSTP);
        printf("  TSTP does not stop an orphan\n");
        fflush(stdout);
        char c = 1;
        if (write(p[1], &c, 1)) {}
        _exit(0);
      }
      waitpid(last, 0, WUNTRACED);
      _exit(0);
    }
    waitpid(middle, 0, 0);
    close(p[1]);
    char c; printf("read %zd\n", read(p[0], &c, 1)));

  printf("whom kill reaches\n");
  CHILD("groups",
    setpgid(0, 0);
    signal(SIGUSR1, nothing);
    pid_t a = fork(); if (!a) { signal(SIGUSR1, SIG_DFL); for (;;) pause(); }
    pid_t b = fork(); if (!b) { signal(SIGUSR1, SIG_DFL); setpgid(0, 0); for (;;) pause(); }
    setpgid(b, b);
    settle();
    SHOW(kill(0, SIGUSR1));
    int st;
    waitpid(a, &st, 0); show_status("  of our group", st);
    SHOW(waitpid(b, &st, WNOHANG));
    SHOW(kill(-b, SIGTERM));
    waitpid(b, &st, 0); show_status("  of another", st);
    SHOW(kill(-b, 0)); SHOW(kill(b, 0)));
  printf("who may\n");
  CHILD("rights",
    signal(SIGCHLD, SIG_DFL);
    pid_t root = fork(); if (!root) linger();
    pid_t other = fork(); if (!other) { if (setuid(1001)) {} linger(); }
    pid_t apart = fork(); if (!apart) { setsid(); linger(); }
    pid_t same = fork(); if (!same) { if (setresuid(1000, 0, 0)) {} linger(); }
    settle();
    if (setresuid(1000, 1000, 1000)) {}
    SHOW(kill(root, 0)); SHOW(kill(root, SIGTERM)); SHOW(kill(root, SIGCONT)); SHOW(kill(apart, SIGCONT)); SHOW(kill(other, SIGTERM)); SHOW(kill(same, SIGTERM));
    SHOW(kill(getpid(), 0)); SHOW(kill(1, 0)); SHOW(kill(root, 65)); SHOW(sigqueue(root, SIGTERM, (union sigval){0})); SHOW(syscall(SYS_tkill, root, SIGTERM)); SHOW(syscall(SYS_tgkill, root, root, SIGCONT));
    int st; waitpid(same, &st, 0); show_status("  same user", st);
    printf("  rest %d %d %d\n", waitpid(root, &st, WNOHANG), waitpid(other, &st, WNOHANG), waitpid(apart, &st, WNOHANG)));

  printf("the parent's death\n");
  int p[2];
  if (pipe(p)) return 1;
  pid = fork();
  if (!pid) {
    pid_t grandchild = fork();
    if (!grandchild) {
      chld = 0;
      handle(SIGUSR1, on_chld, 0);
      prctl(PR_SET_PDEATHSIG, SIGUSR1);
      int sig = 0;
      prctl(PR_GET_PDEATHSIG, &sig);
      pid_t parent = getppid();
      if (write(p[1], "r", 1)) {}
      while (!chld) pause();
      printf("  death signal %d, code %d, from the parent %d\n", sig, code, from == parent);
      fflush(stdout);
      if (write(p[1], "x", 1)) {}
      _exit(0);
    }
    char c;
    if (read(p[0], &c, 1)) {}
    _exit(0);
  }
  waitpid(pid, 0, 0);
  char c;
  if (read(p[0], &c, 1)) {}
  SHOW(prctl(PR_SET_PDEATHSIG, 65));

  printf("limits\n");
  enter_scratch();
  CHILD("RLIMIT_FSIZE", struct rlimit l = {100, 100}; setrlimit(RLIMIT_FSIZE, &l); int fd = open("f", O_RDWR | O_CREAT, 0600); char b[200] = {0}; SHOW(write(fd, b, 200)); SHOW(write(fd, b, 1)));
  CHILD("RLIMIT_FSIZE, handled", struct rlimit l = {100, 100}; setrlimit(RLIMIT_FSIZE, &l); handle(SIGXFSZ, on_chld, 0); int fd = open("g", O_RDWR | O_CREAT, 0600); char b[200] = {0}; SHOW(write(fd, b, 200)); SHOW(write(fd, b, 1)); SHOW(ftruncate(fd, 101)); printf("  %d code %d\n", chld, code));
  CHILD("SIGPIPE", int q[2]; if (pipe(q)) {} close(q[0]); if (write(q[1], "x", 1)) {});
  CHILD("SIGPIPE, handled", int q[2]; if (pipe(q)) {} close(q[0]); handle(SIGPIPE, on_chld, 0); SHOW(write(q[1], "x", 1)); printf("  %d code %d from self %d\n", chld, code, from == getpid()));
  CHILD("SIGPIPE, ignored", int q[2]; if (pipe(q)) {} close(q[0]); signal(SIGPIPE, SIG_IGN); SHOW(write(q[1], "x", 1)));
  leave_scratch();
  return 0;
}
