// Pipes and FIFOs: capacity, atomic writes, partial ones, EPIPE, O_NONBLOCK, poll, packets, splice, tee, vmsplice, opening order.
#include "check.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

static char big[1 << 20], in[1 << 20];
static int fill(int fd, size_t size) {
  int total = 0;
  ssize_t n;
  while ((n = write(fd, big, size)) > 0) total += (int)n;
  return total;
}
static short events(int fd) {
  struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT};
  poll(&p, 1, 0);
  return p.revents;
}
static int bytes_in(int fd) { int n = -1; ioctl(fd, FIONREAD, &n); return n; }

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  enter_scratch();
  signal(SIGPIPE, SIG_IGN);
  for (unsigned i = 0; i < sizeof big; i++) big[i] = (char)(i * 7 + i / 4096);
  int p[2], q[2];
  SHOW(pipe2(p, 0x10));
  SHOW(pipe((int *)8));
  if (pipe2(p, O_NONBLOCK)) return 1;
  SHOW(fcntl(p[0], F_GETFL));
  SHOW(fcntl(p[1], F_GETFL));
  SHOW(read(p[0], in, 10));
  SHOW(write(p[0], big, 1));
  SHOW(read(p[1], in, 1));
  SHOW(lseek(p[0], 0, SEEK_SET));
  SHOW(pread(p[0], in, 1, 0));
  SHOW(fsync(p[0]));
  SHOW(ftruncate(p[1], 0));
  SHOW(write(p[1], big, 0));
  printf("poll empty %x %x\n", events(p[0]), events(p[1]));
  printf("fill by 4096: %d\n", fill(p[1], 4096));
  printf("poll full %x %x\n", events(p[0]), events(p[1]));
  SHOW(write(p[1], big, 1));
  SHOW(read(p[0], in, 100));
  SHOW(write(p[1], big, 1));
  SHOW(read(p[0], in, 4096));
  SHOW(write(p[1], big, 4096));
  SHOW(write(p[1], big, 1));
  SHOW(bytes_in(p[0]));
  int total = 0;
  ssize_t n;
  while ((n = read(p[0], in, 10000)) > 0) total += (int)n;
  printf("drained %d\n", total);
  printf("fill by 1000: %d\n", fill(p[1], 1000));
  while (read(p[0], in, sizeof in) > 0) {}
  printf("fill by 5000: %d\n", fill(p[1], 5000));
  while (read(p[0], in, sizeof in) > 0) {}
  SHOW(write(p[1], big, 100000));
  SHOW(read(p[0], in, 100000));
  printf("same bytes %d\n", memcmp(in, big, 65536) == 0);
  SHOW(fcntl(p[0], F_GETPIPE_SZ));
  SHOW(fcntl(p[0], F_SETPIPE_SZ, 5000));
  SHOW(fcntl(p[0], F_SETPIPE_SZ, 1 << 20));
  SHOW(write(p[1], big, sizeof big));
  SHOW(fcntl(p[0], F_SETPIPE_SZ, 4096));
  while (read(p[0], in, sizeof in) > 0) {}
  SHOW(fcntl(p[0], F_SETPIPE_SZ, 0));
  close(p[0]);
  printf("poll without reader %x\n", events(p[1]));
  SHOW(write(p[1], big, 10));
  close(p[1]);
  if (pipe(p)) return 1;
  SHOW(write(p[1], "rest", 4));
  close(p[1]);
  printf("poll with data and no writer %x\n", events(p[0]));
  SHOW(read(p[0], in, 10));
  printf("poll without writer %x\n", events(p[0]));
  SHOW(read(p[0], in, 10));
  close(p[0]);

  printf("a big blocking write goes through whole\n");
  if (pipe(p)) return 1;
  pid_t pid = fork();
  if (pid == 0) { close(p[0]); _exit(write(p[1], big, sizeof big) == sizeof big ? 0 : 1); }
  close(p[1]);
  total = 0;
  int same = 1;
  while ((n = read(p[0], in, 7777)) > 0) { same &= memcmp(in, big + total, n) == 0; total += (int)n; }
  int st;
  waitpid(pid, &st, 0);
  printf("  %d same %d", total, same);
  show_status(" writer", st);
  close(p[0]);
  printf("writes up to PIPE_BUF stay in one piece\n");
  if (pipe(p)) return 1;
  for (int w = 0; w < 4; w++)
    if (fork() == 0) { char record[1000]; memset(record, 'a' + w, sizeof record); for (int i = 0; i < 200; i++) if (write(p[1], record, sizeof record) != sizeof record) _exit(1); _exit(0); }
  close(p[1]);
  FILE *f = fdopen(p[0], "r");
  int torn = 0, counts[4] = {0};
  while (fread(in, 1, 1000, f) == 1000) { torn += memcmp(in, in + 1, 999) != 0; counts[in[0] - 'a']++; }
  fclose(f);
  while (wait(0) > 0) {}
  printf("  torn %d, %d %d %d %d\n", torn, counts[0], counts[1], counts[2], counts[3]);
  CHILD("SIGPIPE", signal(SIGPIPE, SIG_DFL); if (pipe(q)) _exit(1); close(q[0]); if (write(q[1], "x", 1)) {});

  printf("packets\n");
  if (pipe2(p, O_DIRECT)) return 1;
  SHOW(write(p[1], "first", 5)); SHOW(write(p[1], "second", 6)); SHOW(write(p[1], "third", 5));
  SHOW(read(p[0], in, 3)); SHOW(read(p[0], in, 100)); SHOW(read(p[0], in, 100));
  printf("iovecs\n");
  if (pipe(p)) return 1;
  struct iovec v[3] = {{"ab", 2}, {0, 0}, {"cdef", 4}}, r[2] = {{in, 3}, {in + 100, 10}};
  SHOW(writev(p[1], v, 3));
  SHOW(readv(p[0], r, 2));
  printf("%.3s %.3s\n", in, in + 100);
  SHOW(writev(p[1], v, -1));
  SHOW(writev(p[1], v, 1025));
  SHOW(writev(p[1], v, 0));
  v[0].iov_len = (size_t)-1;
  SHOW(writev(p[1], v, 2));

  printf("splice, tee, vmsplice\n");
  if (pipe2(p, O_NONBLOCK) || pipe2(q, O_NONBLOCK)) return 1;
  int fd = open("file", O_RDWR | O_CREAT, 0600);
  if (write(fd, big, 20000) != 20000) return 1;
  loff_t at = 100;
  SHOW(splice(fd, &at, p[1], 0, 10000, 0));
  printf("offset %ld, position %ld\n", (long)at, (long)lseek(fd, 0, SEEK_CUR));
  SHOW(tee(p[0], q[1], 5000, 0));
  SHOW(bytes_in(p[0]));
  SHOW(bytes_in(q[0]));
  SHOW(read(q[0], in, sizeof in));
  printf("same %d\n", memcmp(in, big + 100, 5000) == 0);
  int out = open("out", O_RDWR | O_CREAT, 0600);
  SHOW(splice(p[0], 0, out, 0, 20000, 0));
  SHOW(splice(p[0], 0, out, 0, 20000, 0));
  SHOW(pread(out, in, 20000, 0));
  printf("same %d\n", memcmp(in, big + 100, 10000) == 0);
  SHOW(splice(fd, 0, out, 0, 10, 0));
  SHOW(splice(p[0], &at, out, 0, 10, 0));
  SHOW(splice(fd, &at, p[1], &at, 10, 0));
  SHOW(tee(fd, p[1], 10, 0));
  SHOW(tee(p[0], p[1], 10, 0));
  v[0] = (struct iovec){"gift", 4};
  SHOW(vmsplice(p[1], v, 1, 0));
  SHOW(read(p[0], in, 100));
  SHOW(splice(p[0], 0, q[1], 0, 10, 0x100));
  SHOW(splice(p[0], 0, q[1], 0, 10, SPLICE_F_NONBLOCK));

  printf("FIFOs\n");
  SHOW(mkfifo("fifo", 0622));
  SHOW(mkfifo("fifo", 0622));
  struct stat s;
  stat("fifo", &s);
  printf("mode %o size %ld\n", s.st_mode, (long)s.st_size);
  SHOW(open("fifo", O_WRONLY | O_NONBLOCK));
  int r1 = open("fifo", O_RDONLY | O_NONBLOCK);
  printf("poll before any writer %x\n", events(r1));
  SHOW(read(r1, in, 1));
  int w1 = open("fifo", O_WRONLY | O_NONBLOCK);
  SHOW(read(r1, in, 1));
  SHOW(write(w1, "data", 4));
  close(w1);
  printf("poll after it %x\n", events(r1));
  SHOW(read(r1, in, 10));
  printf("poll at the end %x\n", events(r1));
  SHOW(read(r1, in, 10));
  close(r1);
  int rw = open("fifo", O_RDWR);
  SHOW(write(rw, "self", 4));
  SHOW(read(rw, in, 10));
  close(rw);
  if ((pid = fork()) == 0) { int w = open("fifo", O_WRONLY); n = write(w, "hello", 5); close(w); sleep_ms(20); w = open("fifo", O_WRONLY); n = write(w, "again", 5); _exit(0); }
  for (int i = 0; i < 2; i++) {
    int r2 = open("fifo", O_RDONLY);
    memset(in, 0, 100);
    total = 0;
    while ((n = read(r2, in + total, 10)) > 0) total += (int)n;
    printf("got %s\n", in);
    close(r2);
    if (i == 0) sleep_ms(10);
  }
  waitpid(pid, 0, 0);
  leave_scratch();
  return 0;
}
