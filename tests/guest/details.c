// Details of calls that no other test has: parent-death signals, forged siginfo, adjtimex, RLIMIT_NPROC, advice about files, names.
#include "check.h"
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/timex.h>

static void on_signal(int signo, siginfo_t *info, void *context) {
  char line[100];
  int n = sprintf(line, "signal %d code %d from somebody %d uid %d\n", signo, info->si_code, info->si_pid != 0, info->si_uid == getuid());
  write(1, line, n);
}

static pid_t main_pid;

static void *queue_from_thread(void *unused) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  info.si_code = SI_USER;
  SHOW(syscall(SYS_rt_sigqueueinfo, main_pid, 0, &info));
  SHOW(syscall(SYS_rt_tgsigqueueinfo, main_pid, gettid(), 0, &info));
  return NULL;
}

static void parent_dies(void) {
  int pipe_ends[2], done[2];
  char byte;
  pipe(pipe_ends);
  pipe(done);
  if (fork() == 0) {
    if (fork() == 0) {
      // Blocked until it is waited for: the signal may come at once.
      sigset_t set, old;
      sigemptyset(&set);
      sigaddset(&set, SIGUSR2);
      sigprocmask(SIG_BLOCK, &set, &old);
      prctl(PR_SET_PDEATHSIG, SIGUSR2);
      write(pipe_ends[1], "x", 1);
      sigsuspend(&old);
      _exit(0);
    }
    read(pipe_ends[0], &byte, 1);
    _exit(0);
  }
  wait(NULL);
  close(done[1]);
  read(done[0], &byte, 1);
  close(done[0]);
}

static void process_limit(void) {
  if (geteuid() != 0) return;
  CHILD("limit", {
    struct rlimit limit = {3, 3};
    setrlimit(RLIMIT_NPROC, &limit);
    setgid(23456);
    setuid(23456);
    for (int i = 0; i < 4; i++) {
      pid_t child = fork();
      if (child == 0) _exit(0);
      printf("fork with %d zombies: %s\n", i, child < 0 ? error_name(errno) : "ok");
      siginfo_t info;
      if (child > 0) waitid(P_PID, child, &info, WEXITED | WNOWAIT);
    }
    while (wait(NULL) > 0) continue;
  });
}

static void advice(void) {
  enter_scratch();
  static char bytes[4 * PAGE];
  int fd = open("advice", O_RDWR | O_CREAT | O_TRUNC, 0600);
  memset(bytes, 7, sizeof bytes);
  write(fd, bytes, sizeof bytes);
  SHOW(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED));
  SHOW(posix_fadvise(fd, PAGE, 2 * PAGE, POSIX_FADV_WILLNEED));
  SHOW(posix_fadvise(fd, 0, 0, 99));
  SHOW(readahead(fd, 0, sizeof bytes));
  char *map = mmap(NULL, sizeof bytes, PROT_READ, MAP_SHARED, fd, 0);
  SHOW(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED));
  printf("%d %d\n", map[0], map[3 * PAGE + 5]);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  main_pid = getpid();
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR2, &action, NULL);
  parent_dies();

  pthread_t thread;
  pthread_create(&thread, NULL, queue_from_thread, NULL);
  pthread_join(thread, NULL);

  struct timex timex = {0};
  int state = adjtimex(&timex);
  printf("adjtimex: %d, tick %ld tolerance %ld precision %ld\n", state >= 0, timex.tick, timex.tolerance, timex.precision);
  timex.modes = ADJ_OFFSET | 0x8000;
  timex.modes &= ~1;
  SHOW(adjtimex(&timex));
  SHOW(clock_adjtime(CLOCK_MONOTONIC, &timex));
  SHOW(clock_adjtime(77, &timex));

  process_limit();
  advice();

  char name[16] = "";
  SHOW(prctl(PR_SET_NAME, "0234566789abcdefghij"));
  prctl(PR_GET_NAME, name);
  puts(name);
  return 0;
}
