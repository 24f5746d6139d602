// Opening, reading and writing regular files: every flag and its errors, O_APPEND, sparse files, offsets, truncation, copies between files.
#include "check.h"
#include <sys/sendfile.h>
#include <sys/uio.h>

static char buffer[70000];
static long size_of(int fd) { struct stat s; fstat(fd, &s); return (long)s.st_size; }
static long blocks_of(int fd) { struct stat s; fstat(fd, &s); return (long)s.st_blocks; }
/** The call's result; a new descriptor is closed and shown as ok. */
#define OPEN(call) do { int fd_ = (call); if (fd_ < 0) printf("%s: %s\n", #call, error_name(errno)); else { printf("%s: ok\n", #call); close(fd_); } } while (0)

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  enter_scratch();
  OPEN(open("none", O_RDONLY));
  OPEN(open("new", O_RDWR | O_CREAT | O_EXCL, 0640));
  OPEN(open("new", O_RDWR | O_CREAT | O_EXCL, 0640));
  mkdir("dir", 0755);
  if (symlink("new", "link") || symlink("gone", "dangling") || symlink("loop", "loop") || symlink("dir", "dirlink")) return 1;
  OPEN(open("link", O_RDONLY | O_NOFOLLOW));
  OPEN(open("link", O_PATH | O_NOFOLLOW));
  OPEN(open("loop", O_RDONLY));
  OPEN(open("dangling", O_RDONLY));
  OPEN(open("dangling", O_RDWR | O_CREAT | O_EXCL, 0600));
  OPEN(open("dangling", O_RDWR | O_CREAT, 0600));
  OPEN(open("gone", O_RDONLY));
  OPEN(open("dir", O_RDONLY));
  OPEN(open("dir", O_WRONLY));
  OPEN(open("dir", O_RDWR));
  OPEN(open("dir", O_RDONLY | O_CREAT, 0600));
  OPEN(open("new", O_RDONLY | O_DIRECTORY));
  OPEN(open("dirlink", O_RDONLY | O_DIRECTORY));
  OPEN(open("dirlink", O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  OPEN(open("new/", O_RDONLY));
  OPEN(open("new/x", O_RDONLY));
  OPEN(open("created/", O_RDWR | O_CREAT, 0600));
  OPEN(open("dir/", O_RDONLY));
  OPEN(open("", O_RDONLY));
  OPEN(open((char *)8, O_RDONLY));
  memset(buffer, 'n', 300), buffer[256] = 0;
  OPEN(open(buffer, O_RDONLY | O_CREAT, 0600));
  buffer[255] = 0;
  OPEN(open(buffer, O_RDWR | O_CREAT, 0600));
  memset(buffer, '/', 5000), buffer[5000] = 0;
  OPEN(open(buffer, O_RDONLY));
  OPEN(openat(-1, "new", O_RDONLY));
  OPEN(openat(0, "new", O_RDONLY));
  OPEN(open("dir/..//./dir/../new", O_RDONLY));
  OPEN(open(".", O_TMPFILE | O_RDWR, 0600));
  OPEN(open(".", O_TMPFILE | O_RDONLY, 0600));
  OPEN(open("new", O_TMPFILE | O_RDWR, 0600));
  int path = open("new", O_PATH), dir = open("dir", O_RDONLY | O_DIRECTORY);
  SHOW(read(path, buffer, 1));
  SHOW(fchmod(path, 0600));
  SHOW(fcntl(path, F_GETFL) & (O_PATH | O_ACCMODE));
  SHOW(read(dir, buffer, 1));
  OPEN(openat(dir, "../new", O_RDONLY));

  printf("flags\n");
  int fd = open("new", O_RDWR | O_APPEND | O_NONBLOCK | O_CLOEXEC);
  SHOW(fcntl(fd, F_GETFL));
  SHOW(fcntl(fd, F_GETFD));
  SHOW(fcntl(fd, F_SETFL, O_RDONLY | O_CREAT | O_TRUNC));
  SHOW(fcntl(fd, F_GETFL));
  SHOW(fcntl(fd, F_SETFL, O_APPEND));
  SHOW(write(fd, "hello ", 6));
  SHOW(lseek(fd, 0, SEEK_SET));
  SHOW(write(fd, "world", 5));
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(pwrite(fd, "!", 1, 0));
  SHOW(size_of(fd));
  int second = open("new", O_WRONLY | O_APPEND);
  SHOW(write(second, "2", 1));
  SHOW(write(fd, "1", 1));
  SHOW(pread(fd, buffer, 100, 0));
  printf("%.14s\n", buffer);
  OPEN(open("new", O_RDONLY | O_TRUNC));
  SHOW(size_of(fd));
  int wo = open("new", O_WRONLY), ro = open("new", O_RDONLY);
  SHOW(read(wo, buffer, 1));
  SHOW(write(ro, buffer, 1));
  SHOW(ftruncate(ro, 0));
  SHOW(write(ro, buffer, 0));
  SHOW(read(ro, (void *)8, 0));
  SHOW(read(fd, (void *)8, 10));
  SHOW(write(fd, (void *)8, 10));
  SHOW(close(99));
  SHOW(read(99, buffer, 1));

  printf("offsets\n");
  fd = open("sparse", O_RDWR | O_CREAT | O_TRUNC, 0600);
  SHOW(lseek(fd, 1 << 20, SEEK_SET));
  SHOW(write(fd, "end", 3));
  SHOW(size_of(fd));
  printf("sparse %d\n", blocks_of(fd) * 512 < 1 << 19);
  SHOW(pread(fd, buffer, 10, 5000));
  printf("zero %d\n", buffer[0] == 0);
  SHOW(lseek(fd, 0, SEEK_DATA));
  SHOW(lseek(fd, 0, SEEK_HOLE));
  SHOW(lseek(fd, 1 << 20, SEEK_HOLE));
  SHOW(lseek(fd, 2 << 20, SEEK_DATA));
  SHOW(lseek(fd, -1, SEEK_SET));
  SHOW(lseek(fd, -3, SEEK_END));
  SHOW(lseek(fd, 0, 9));
  SHOW(lseek(fd, 1l << 62, SEEK_SET));
  SHOW(read(fd, buffer, 10));
  SHOW(pread(fd, buffer, 10, -1));
  SHOW(pwrite(fd, "x", 1, 1 << 21));
  SHOW(size_of(fd));
  SHOW(ftruncate(fd, 5000));
  SHOW(ftruncate(fd, 10000));
  SHOW(pread(fd, buffer, 20000, 4999));
  SHOW(ftruncate(fd, -1));
  SHOW(truncate("dir", 0));
  SHOW(truncate("none", 0));
  SHOW(truncate("sparse", 77));
  SHOW(size_of(fd));
  SHOW(posix_fallocate(fd, 0, 8192));
  SHOW(size_of(fd));
  SHOW(fallocate(fd, 1, 0, 100000));
  SHOW(size_of(fd));
  SHOW(fallocate(fd, 0, 0, 0));
  SHOW(pwrite(fd, "abcdefgh", 8, 4094));
  SHOW(fallocate(fd, 3, 4095, 4));
  SHOW(pread(fd, buffer, 8, 4094));
  printf("%c%d%d%c\n", buffer[0], buffer[1], buffer[4], buffer[5]);
  CHILD("RLIMIT_FSIZE", struct rlimit l = {1000, 1000}; setrlimit(RLIMIT_FSIZE, &l); signal(SIGXFSZ, SIG_IGN); int g = open("limited", O_RDWR | O_CREAT, 0600); SHOW(write(g, buffer, 900)); SHOW(write(g, buffer, 900)); SHOW(write(g, buffer, 900)); SHOW(ftruncate(g, 2000)));
  CHILD("SIGXFSZ", struct rlimit l = {1000, 1000}; setrlimit(RLIMIT_FSIZE, &l); int g = open("limited", O_RDWR | O_CREAT, 0600); pwrite(g, "x", 1, 1000));

  printf("vectors\n");
  for (int i = 0; i < 70000; i++) buffer[i] = (char)(i % 251);
  fd = open("vec", O_RDWR | O_CREAT, 0600);
  struct iovec v[4] = {{buffer, 10000}, {buffer + 20000, 1}, {buffer, 0}, {buffer + 30000, 5000}};
  SHOW(writev(fd, v, 4));
  SHOW(pwritev(fd, v, 2, 100));
  char *in = calloc(1, 70000);
  struct iovec r[2] = {{in, 100}, {in + 1000, 60000}};
  SHOW(preadv(fd, r, 2, 50));
  printf("%d %d\n", in[0] == buffer[50], in[1000] == buffer[50]);
  SHOW(preadv(fd, r, 2, -5));
  SHOW(preadv2(fd, r, 2, -1, 0));
  SHOW(preadv2(fd, r, 2, 0, 0x1000));

  printf("copies\n");
  int out = open("copy", O_RDWR | O_CREAT, 0600);
  off_t at = 5;
  SHOW(sendfile(out, fd, &at, 7000));
  printf("at %ld\n", (long)at);
  SHOW(lseek(fd, 14000, SEEK_SET));
  SHOW(sendfile(out, fd, 0, 7000));
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(size_of(out));
  SHOW(sendfile(ro, fd, 0, 10));
  SHOW(sendfile(out, 99, 0, 10));
  loff_t from = 0, to = 20000;
  SHOW(copy_file_range(fd, &from, out, &to, 5000, 0));
  printf("%ld %ld\n", (long)from, (long)to);
  SHOW(size_of(out));
  SHOW(copy_file_range(fd, &from, out, &to, 5000, 1));
  SHOW(copy_file_range(fd, 0, dir, 0, 10, 0));
  SHOW(fsync(fd));
  SHOW(fdatasync(fd));
  SHOW(fsync(99));
  SHOW(posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL));
  SHOW(readahead(fd, 0, 4096));
  leave_scratch();
  return 0;
}
