// A signal during each kind of blocking call, with and without SA_RESTART.
#include "check.h"
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/time.h>

static volatile int handled;
static int release_fd = -1;
static int word;
static void handler(int sig, siginfo_t *si, void *context) { handled++; }

/** Calls `call` with an alarm after 15 ms; a child does `helper` after 250 ms, which lets the call finish if it was restarted. */
#define TRY(name, helper, call) \
  do { \
    for (int restart = 0; restart < 2; restart++) { \
      handle(SIGALRM, handler, restart ? SA_RESTART : 0); \
      handled = 0; \
      pid_t pid_ = fork(); \
      if (pid_ == 0) { sleep_ms(250); if (restart) { helper; } _exit(0); } \
      struct itimerval soon = {.it_value = {0, 15000}}; \
      setitimer(ITIMER_REAL, &soon, 0); \
      errno = 0; \
      long r_ = (long)(call); \
      int e_ = errno; \
      printf("%s, %s: %ld %s, handled %d\n", name, restart ? "restart" : "plain", r_, r_ < 0 ? error_name(e_) : "", handled); \
      kill(pid_, SIGKILL); \
      while (waitpid(pid_, 0, 0) < 0 && errno == EINTR) {} \
    } \
  } while (0)

static long futex(int *at, int op, int value, struct timespec *t) { return syscall(SYS_futex, at, op, value, t, 0, FUTEX_BITSET_MATCH_ANY); }
static int *shared;
static void only(fd_set *set, int fd) { FD_ZERO(set); FD_SET(fd, set); }

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  enter_scratch();
  int p[2], full[2];
  char c, big[4096] = {0};
  if (pipe(p) || pipe2(full, O_NONBLOCK)) return 1;
  while (write(full[1], big, sizeof big) > 0) {}
  fcntl(full[1], F_SETFL, 0);
  shared = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  struct timespec t;
  struct timeval tv;
  TRY("read of a pipe", write(p[1], "x", 1), read(p[0], &c, 1));
  TRY("write to a full pipe", if (read(full[0], big, sizeof big)) {}, write(full[1], big, sizeof big));
  TRY("wait4", , waitpid(pid_, 0, 0) == pid_ ? 1 : -1);
  siginfo_t si;
  TRY("waitid", , waitid(P_PID, pid_, &si, WEXITED));
  TRY("nanosleep", , (t = (struct timespec){2, 0}, nanosleep(&t, 0)));
  TRY("clock_nanosleep", , (t = (struct timespec){2, 0}, clock_nanosleep(CLOCK_MONOTONIC, 0, &t, 0)));
  TRY("clock_nanosleep absolute", , (clock_gettime(CLOCK_MONOTONIC, &t), t.tv_sec += 2, t.tv_nsec = 0, clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, 0) == 0 ? 0 : -2));
  struct pollfd pf = {.fd = p[0], .events = POLLIN};
  TRY("poll", , poll(&pf, 1, 2000));
  TRY("ppoll", , (t = (struct timespec){2, 0}, ppoll(&pf, 1, &t, 0)));
  fd_set set;
  TRY("select", , (only(&set, p[0]), tv = (struct timeval){2, 0}, select(p[0] + 1, &set, 0, 0, &tv)));
  TRY("pselect", , (only(&set, p[0]), t = (struct timespec){2, 0}, pselect(p[0] + 1, &set, 0, 0, &t, 0)));
  TRY("pause", , pause());
  sigset_t none, usr;
  sigemptyset(&none);
  sigemptyset(&usr);
  sigaddset(&usr, SIGUSR1);
  TRY("sigsuspend", , sigsuspend(&none));
  TRY("sigtimedwait", , (t = (struct timespec){2, 0}, sigtimedwait(&usr, 0, &t)));
  TRY("futex wait", (*shared = 1, syscall(SYS_futex, shared, FUTEX_WAKE, 1)), (*shared = 0, futex(shared, FUTEX_WAIT, 0, 0)));
  TRY("futex wait with timeout", , (*shared = 0, t = (struct timespec){2, 0}, futex(shared, FUTEX_WAIT, 0, &t)));
  TRY("futex bitset, absolute", , (clock_gettime(CLOCK_MONOTONIC, &t), t.tv_sec++, futex(&word, FUTEX_WAIT_BITSET, 0, &t)));
  sem_t *sem = (sem_t *)(shared + 16);
  sem_init(sem, 1, 0);
  TRY("sem_wait", sem_post(sem), sem_wait(sem));
  while (sem_trywait(sem) == 0) {}
  mkfifo("fifo", 0600);
  TRY("open of a FIFO", close(open("fifo", O_WRONLY | O_NONBLOCK)), (release_fd = open("fifo", O_RDONLY), release_fd < 0 ? -1 : close(release_fd)));
  int a = open("lock", O_RDWR | O_CREAT, 0600);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  int ready[2];
  for (int kind = 0; kind < 2; kind++)
    for (int restart = 0; restart < 2; restart++) {
      if (pipe(ready)) return 1;
      pid_t pid = fork();
      if (pid == 0) {
        int b = open("lock", O_RDWR);
        if (kind) flock(b, LOCK_EX);
        else fcntl(b, F_SETLK, &lock);
        if (write(ready[1], "x", 1)) {}
        sleep_ms(100);
        _exit(0);
      }
      if (read(ready[0], &c, 1)) {}
      handle(SIGALRM, handler, restart ? SA_RESTART : 0);
      handled = 0;
      struct itimerval soon = {.it_value = {0, 15000}};
      setitimer(ITIMER_REAL, &soon, 0);
      int r = kind ? flock(a, LOCK_EX) : fcntl(a, F_SETLKW, &lock);
      printf("%s, %s: %d %s, handled %d\n", kind ? "flock" : "F_SETLKW", restart ? "restart" : "plain", r, r < 0 ? error_name(errno) : "", handled);
      waitpid(pid, 0, 0);
      flock(a, LOCK_UN);
      struct flock unlock = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
      fcntl(a, F_SETLK, &unlock);
    }
  printf("stop and continue\n");
  for (int kind = 0; kind < 5; kind++) {
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
      int r = 0;
      errno = 0;
      t = (struct timespec){0, 120000000};
      if (kind == 0) r = nanosleep(&t, 0);
      else if (kind == 1) r = poll(&pf, 1, 120);
      else if (kind == 2) r = ppoll(&pf, 1, &t, 0);
      else if (kind == 3) r = futex(&word, FUTEX_WAIT, 0, &t);
      else r = sigtimedwait(&usr, 0, &t);
      printf("  kind %d: %d %s\n", kind, r, error_name(errno));
      fflush(stdout);
      _exit(0);
    }
    sleep_ms(10);
    kill(pid, SIGSTOP);
    waitpid(pid, 0, WUNTRACED);
    kill(pid, SIGCONT);
    waitpid(pid, 0, 0);
  }
  leave_scratch();
  return 0;
}
