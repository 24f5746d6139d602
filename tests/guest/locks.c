// fcntl record locks between processes, open file description locks, flock, dup and descriptor limits.
#include "check.h"
#include <sys/file.h>

static int fd, ready[2], go[2];
static struct flock lock_of(short type, long start, long length) { struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length}; return l; }
static int set(short type, long start, long length) { struct flock l = lock_of(type, start, length); return fcntl(fd, F_SETLK, &l); }
static int set_wait(short type, long start, long length) { struct flock l = lock_of(type, start, length); return fcntl(fd, F_SETLKW, &l); }
static pid_t holder;
static void get(short type, long start, long length) {
  struct flock l = lock_of(type, start, length);
  fcntl(fd, F_GETLK, &l);
  printf("  F_GETLK %ld+%ld: ", start, length);
  if (l.l_type == F_UNLCK) printf("free\n");
  else printf("%s %ld+%ld by %s\n", l.l_type == F_RDLCK ? "read" : "write", (long)l.l_start, (long)l.l_len, l.l_pid == holder ? "holder" : l.l_pid == -1 ? "a description" : "other");
}
static void signal_to(int *p) { if (write(p[1], "x", 1)) {} }
static void wait_for(int *p) { char c; if (read(p[0], &c, 1)) {} }

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  enter_scratch();
  fd = open("f", O_RDWR | O_CREAT, 0600);
  if (ftruncate(fd, 1000) || pipe(ready) || pipe(go)) return 1;
  int ro = open("f", O_RDONLY);
  struct flock l = lock_of(F_WRLCK, 0, 10);
  SHOW(fcntl(ro, F_SETLK, &l));
  l.l_type = 9;
  SHOW(fcntl(fd, F_SETLK, &l));
  l = lock_of(F_WRLCK, -5, 3);
  SHOW(fcntl(fd, F_SETLK, &l));
  SHOW(fcntl(99, F_SETLK, &l));
  holder = fork();
  if (holder == 0) {
    set(F_WRLCK, 100, 50), set(F_RDLCK, 150, 50), set(F_WRLCK, 300, 0), set(F_UNLCK, 120, 10);
    signal_to(ready), wait_for(go);
    set(F_UNLCK, 0, 0);
    signal_to(ready), wait_for(go);
    set(F_WRLCK, 0, 100);
    close(dup(fd));
    signal_to(ready), wait_for(go);
    set(F_WRLCK, 0, 100);
    signal_to(ready), sleep_ms(30);
    _exit(0);
  }
  wait_for(ready);
  get(F_WRLCK, 0, 100), get(F_WRLCK, 0, 0), get(F_RDLCK, 150, 10), get(F_WRLCK, 150, 10), get(F_WRLCK, 120, 10), get(F_WRLCK, 130, 1), get(F_RDLCK, 1000000, 1);
  SHOW(set(F_WRLCK, 110, 5));
  SHOW(set(F_RDLCK, 160, 5));
  SHOW(set(F_WRLCK, 120, 10));
  SHOW(set(F_WRLCK, 0, 100));
  signal_to(go), wait_for(ready);
  get(F_WRLCK, 0, 0);
  set(F_UNLCK, 0, 0);
  signal_to(go), wait_for(ready);
  printf("closing any descriptor drops a process's locks\n");
  get(F_WRLCK, 0, 0);
  signal_to(go), wait_for(ready);
  SHOW(set_wait(F_WRLCK, 50, 100));
  waitpid(holder, 0, 0);
  printf("deadlock\n");
  SHOW(set(F_WRLCK, 0, 1));
  holder = fork();
  if (holder == 0) { set(F_WRLCK, 1, 1); signal_to(ready); _exit(set_wait(F_WRLCK, 0, 1) ? errno : 0); }
  wait_for(ready);
  sleep_ms(20);
  SHOW(set_wait(F_WRLCK, 1, 1));
  set(F_UNLCK, 0, 0);
  int st;
  waitpid(holder, &st, 0);
  show_status("  other", st);
  printf("not inherited\n");
  SHOW(set(F_WRLCK, 0, 10));
  holder = getpid();
  CHILD("  child", get(F_WRLCK, 0, 10); SHOW(set(F_WRLCK, 0, 10)));
  set(F_UNLCK, 0, 0);
  printf("open file description locks\n");
  int other = open("f", O_RDWR);
  l = lock_of(F_WRLCK, 0, 10);
  SHOW(fcntl(fd, F_OFD_SETLK, &l));
  SHOW(fcntl(other, F_OFD_SETLK, &l));
  SHOW(fcntl(dup(fd), F_OFD_SETLK, &l));
  CHILD("  child of the same description", SHOW(fcntl(fd, F_OFD_SETLK, &l)));
  get(F_WRLCK, 0, 10);
  l.l_pid = 5;
  SHOW(fcntl(fd, F_OFD_SETLK, &l));
  l = lock_of(F_UNLCK, 0, 0);
  fcntl(fd, F_OFD_SETLK, &l);
  printf("flock\n");
  SHOW(flock(fd, LOCK_SH));
  SHOW(flock(other, LOCK_SH | LOCK_NB));
  SHOW(flock(other, LOCK_EX | LOCK_NB));
  SHOW(flock(fd, LOCK_UN));
  SHOW(flock(other, LOCK_EX | LOCK_NB));
  SHOW(flock(fd, LOCK_SH | LOCK_NB));
  CHILD("  child shares", SHOW(flock(other, LOCK_UN)));
  SHOW(flock(fd, LOCK_EX | LOCK_NB));
  SHOW(flock(99, LOCK_EX));
  SHOW(flock(fd, 77));

  printf("descriptors\n");
  int base = dup(0);
  close(base);
  SHOW(dup(fd) - base);
  SHOW(dup2(fd, 50));
  SHOW(dup2(fd, fd) - fd);
  SHOW(dup2(99, 99));
  SHOW(dup2(fd, -1));
  SHOW(dup2(fd, 1 << 20));
  SHOW(dup3(fd, fd, 0));
  SHOW(dup3(fd, 51, O_CLOEXEC));
  SHOW(fcntl(51, F_GETFD));
  SHOW(fcntl(50, F_GETFD));
  SHOW(dup3(fd, 52, O_APPEND));
  SHOW(fcntl(fd, F_DUPFD, 60));
  SHOW(fcntl(fd, F_DUPFD_CLOEXEC, 60));
  SHOW(fcntl(61, F_GETFD));
  SHOW(fcntl(fd, F_DUPFD, -1));
  SHOW(fcntl(fd, F_DUPFD, 1 << 22));
  SHOW(fcntl(fd, 9999));
  SHOW(fcntl(61, F_SETFD, 0));
  SHOW(fcntl(61, F_GETFD));
  lseek(fd, 123, SEEK_SET);
  SHOW(lseek(50, 0, SEEK_CUR));
  CHILD("RLIMIT_NOFILE", struct rlimit r = {70, 80}; setrlimit(RLIMIT_NOFILE, &r); int last = -1, n; while ((n = dup(fd)) >= 0) last = n; printf("EMFILE %d after %d\n", errno == EMFILE, last);
        SHOW(open("f", O_RDONLY)); SHOW(pipe(ready)); SHOW(dup2(fd, 70)); SHOW(dup2(fd, 69)); SHOW(fcntl(fd, F_DUPFD, 70)));
  leave_scratch();
  return 0;
}
