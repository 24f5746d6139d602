// eventfd: counter, semaphore, limits, blocking across processes, readiness.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void show(const char *what, long result) {
  printf("%s: %ld%s%s\n", what, result, result < 0 ? " " : "", result < 0 ? strerrorname_np(errno) : "");
}

static int ready(int fd) {
  struct pollfd p = {fd, POLLIN | POLLOUT | POLLERR, 0};
  poll(&p, 1, 0);
  return p.revents;
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  uint64_t v;
  int fd = eventfd(3, EFD_NONBLOCK | EFD_CLOEXEC);
  printf("flags %x cloexec %d\n", fcntl(fd, F_GETFL), fcntl(fd, F_GETFD));
  printf("poll %x\n", ready(fd));
  show("read", read(fd, &v, 8));
  printf("value %lu poll %x\n", v, ready(fd));
  show("empty", read(fd, &v, 8));
  show("short read", read(fd, &v, 7));
  v = 5;
  show("short write", write(fd, &v, 4));
  show("write", write(fd, &v, 8));
  show("write", write(fd, &v, 8));
  char big[16];
  show("long read", read(fd, big, 16));
  memcpy(&v, big, 8);
  printf("value %lu\n", v);
  v = UINT64_MAX;
  show("max", write(fd, &v, 8));
  v = UINT64_MAX - 1;
  show("max-1", write(fd, &v, 8));
  printf("full poll %x\n", ready(fd));
  v = 1;
  show("overflow", write(fd, &v, 8));
  show("read", read(fd, &v, 8));
  printf("value %lx\n", v);
  show("lseek", lseek(fd, 0, SEEK_SET));
  show("bad flags", eventfd(0, 0x40));
  char link[64] = {0};
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  readlink(path, link, sizeof link - 1);
  printf("%s\n", link);
  struct stat st;
  fstat(fd, &st);
  printf("mode %o size %ld\n", st.st_mode, (long)st.st_size);

  int sem = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
  for (int i = 0; i < 3; i++) {
    v = 0;
    show("semaphore", read(sem, &v, 8));
    printf("value %lu\n", v);
  }

  int blocking = eventfd(0, 0);
  if (fork() == 0) {
    usleep(20000);
    v = 7;
    write(blocking, &v, 8);
    _exit(0);
  }
  show("blocked read", read(blocking, &v, 8));
  printf("value %lu\n", v);
  wait(NULL);
  v = UINT64_MAX - 1;
  write(blocking, &v, 8);
  if (fork() == 0) {
    usleep(20000);
    read(blocking, &v, 8);
    _exit(0);
  }
  v = 9;
  show("blocked write", write(blocking, &v, 8));
  show("read", read(blocking, &v, 8));
  printf("value %lu\n", v);
  return 0;
}
