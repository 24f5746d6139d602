// AF_UNIX: pairs, names of both kinds, accept queues, descriptors and credentials, datagrams, options, readiness, shutdown, errors.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void show(const char *what, long result) {
  printf("%s: %ld%s%s\n", what, result, result < 0 ? " " : "", result < 0 ? strerrorname_np(errno) : "");
}

static int ready(int fd) {
  struct pollfd p = {fd, POLLIN | POLLOUT | POLLRDHUP, 0};
  poll(&p, 1, 0);
  return p.revents;
}

static socklen_t name(struct sockaddr_un *a, const char *text, int abstract) {
  memset(a, 0, sizeof *a);
  a->sun_family = AF_UNIX;
  strcpy(a->sun_path + abstract, text);
  return offsetof(struct sockaddr_un, sun_path) + 1 + strlen(text);
}

static void show_name(const char *what, int fd, int peer) {
  struct sockaddr_un a;
  memset(&a, 0, sizeof a);
  socklen_t length = sizeof a;
  int r = peer ? getpeername(fd, (void *)&a, &length) : getsockname(fd, (void *)&a, &length);
  if (r < 0) return show(what, r);
  const char *text = length > 2 ? a.sun_path + !a.sun_path[0] : "";
  const char *slash = strrchr(text, '/');
  printf("%s: family %d length %d '%s%s'\n", what, a.sun_family, a.sun_path[0] ? 0 : (int)length, a.sun_path[0] || length <= 2 ? "" : "@",
         slash ? slash + 1 : text);
}

static long option(int fd, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  if (getsockopt(fd, SOL_SOCKET, name, &value, &length) < 0) return -errno;
  return value;
}

static long send_fds(int s, const char *text, int *fds, int n, int cred) {
  char control[256] = {0};
  struct iovec iov = {(void *)text, strlen(text)};
  struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control};
  struct cmsghdr *c = (void *)control;
  size_t used = 0;
  if (n) {
    c->cmsg_len = CMSG_LEN(n * sizeof(int));
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    memcpy(CMSG_DATA(c), fds, n * sizeof(int));
    used = CMSG_SPACE(n * sizeof(int));
  }
  if (cred) {
    c = (void *)(control + used);
    struct ucred u = {getpid(), getuid(), getgid()};
    c->cmsg_len = CMSG_LEN(sizeof u);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_CREDENTIALS;
    memcpy(CMSG_DATA(c), &u, sizeof u);
    used += CMSG_SPACE(sizeof u);
  }
  m.msg_controllen = used;
  return sendmsg(s, &m, 0);
}

static int receive_fds(int s, size_t room, int flags, int *fds) {
  char text[64] = {0}, control[256];
  memset(control, 0, sizeof control);
  struct iovec iov = {text, sizeof text - 1};
  struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room};
  long r = recvmsg(s, &m, flags);
  printf("recvmsg %ld '%s' flags %x control %zu", r, text, m.msg_flags, m.msg_controllen);
  int n = 0;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
    printf(" [type %d len %zu", c->cmsg_type, c->cmsg_len);
    if (c->cmsg_type == SCM_CREDENTIALS) {
      struct ucred u;
      memcpy(&u, CMSG_DATA(c), sizeof u);
      printf(" pid %s uid %d gid %d", u.pid == getpid() ? "self" : u.pid ? "other" : "0", u.uid, u.gid);
    } else {
      n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      memcpy(fds, CMSG_DATA(c), n * sizeof(int));
    }
    printf("]");
  }
  printf("\n");
  return n;
}

static void pairs(void) {
  int s[2];
  char b[64] = {0};
  show("pair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, s));
  printf("flags %x cloexec %d type %ld\n", fcntl(s[0], F_GETFL), fcntl(s[0], F_GETFD), option(s[0], SO_TYPE));
  struct stat st;
  fstat(s[0], &st);
  printf("mode %o\n", st.st_mode);
  show("empty", read(s[0], b, 8));
  printf("poll %x\n", ready(s[0]));
  show("write", write(s[0], "hello ", 6));
  show("write", send(s[0], "world", 5, 0));
  printf("poll %x\n", ready(s[1]));
  int waiting = 0;
  ioctl(s[1], FIONREAD, &waiting);
  printf("FIONREAD %d\n", waiting);
  show("peek", recv(s[1], b, 8, MSG_PEEK));
  printf("'%s'\n", b);
  show("read", read(s[1], b, sizeof b));
  printf("'%s'\n", b);
  show("zero write", write(s[0], "", 0));
  show_name("name", s[0], 0);
  show_name("peer", s[0], 1);
  show("connected already", sendto(s[0], "x", 1, 0, (void *)&st, 0));
  show("shutdown", shutdown(s[0], SHUT_WR));
  printf("poll %x %x\n", ready(s[0]), ready(s[1]));
  show("end", read(s[1], b, 8));
  show("still", write(s[1], "back", 4));
  show("back", read(s[0], b, 8));
  signal(SIGPIPE, SIG_IGN);
  show("after shutdown", write(s[0], "x", 1));
  show("bad how", shutdown(s[0], 3));
  close(s[1]);
  printf("closed poll %x\n", ready(s[0]));
  show("closed", read(s[0], b, 8));
  close(s[0]);

  socketpair(AF_UNIX, SOCK_STREAM, 0, s);
  write(s[0], "unread", 6);
  close(s[1]);
  printf("reset poll %x error %ld\n", ready(s[0]), option(s[0], SO_ERROR));
  show("reset read", read(s[0], b, 8));
  show("reset write", send(s[0], "x", 1, MSG_NOSIGNAL));
  close(s[0]);

  socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s);
  write(s[0], "first", 5);
  write(s[0], "second", 6);
  write(s[0], "", 0);
  show("packet", read(s[1], b, 3));
  show("packet", recv(s[1], b, 64, MSG_TRUNC));
  show("empty packet", read(s[1], b, 64));
  shutdown(s[0], SHUT_WR);
  show("packet end", read(s[1], b, 64));
  close(s[0]);
  close(s[1]);

  socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
  write(s[0], "datagram", 8);
  struct iovec iov = {b, 4};
  struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
  show("truncated", recvmsg(s[1], &m, 0));
  printf("flags %x\n", m.msg_flags);
  close(s[1]);
  show("refused", write(s[0], "x", 1));
  show("not connected", write(s[0], "x", 1));
  close(s[0]);
}

static void blocking(void) {
  int s[2];
  socketpair(AF_UNIX, SOCK_STREAM, 0, s);
  size_t total = 1 << 20, got = 0;
  char *big = malloc(total), buffer[5000];
  for (size_t i = 0; i < total; i++) big[i] = i * 7;
  if (fork() == 0) {
    close(s[1]);
    _exit(write(s[0], big, total) != (long)total);
  }
  close(s[0]);
  int wrong = 0;
  for (long n; (n = read(s[1], buffer, sizeof buffer)) > 0; got += n)
    if (memcmp(buffer, big + got, n)) wrong = 1;
  int status;
  wait(&status);
  printf("through: %zu wrong %d writer %d\n", got, wrong, status);
  close(s[1]);
  socketpair(AF_UNIX, SOCK_STREAM, 0, s);
  if (fork() == 0) {
    for (int i = 0; i < 4; i++) {
      usleep(5000);
      write(s[0], "abc", 3);
    }
    _exit(0);
  }
  show("waitall", recv(s[1], buffer, 12, MSG_WAITALL));
  wait(NULL);
  struct timeval limit = {0, 20000};
  setsockopt(s[1], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  show("timeout", recv(s[1], buffer, 1, 0));
  show("timeout", read(s[1], buffer, 1));
  show("dontwait", recv(s[0], buffer, 1, MSG_DONTWAIT));
  close(s[0]);
  close(s[1]);
  free(big);
}

static void listeners(const char *directory, int abstract) {
  struct sockaddr_un a, other;
  char path[100];
  snprintf(path, sizeof path, "%s/listener", directory);
  socklen_t length = name(&a, abstract ? "ring3-listener" : path, abstract), size;
  int l = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0), d = socket(AF_UNIX, SOCK_DGRAM, 0);
  show("listen unbound", listen(l, 1));
  show("connect nowhere", connect(c, (void *)&a, length));
  show("bind", bind(l, (void *)&a, length));
  show("bind twice", bind(l, (void *)&a, length));
  show("in use", bind(c, (void *)&a, length));
  show("connect before listen", connect(c, (void *)&a, length));
  show("accept before listen", accept(l, NULL, NULL));
  printf("poll %x %x\n", ready(l), ready(c));
  show("listen", listen(l, 1));
  printf("accepting %ld poll %x\n", option(l, SO_ACCEPTCONN), ready(l));
  show("wrong type", connect(d, (void *)&a, length));
  show("connect", connect(c, (void *)&a, length));
  show("connect again", connect(c, (void *)&a, length));
  show("connect listener", connect(l, (void *)&a, length));
  printf("poll %x %x\n", ready(l), ready(c));
  show("early write", write(c, "early", 5));
  int n = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), o = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
  show("second", connect(n, (void *)&a, length));
  show("queue full", connect(o, (void *)&a, length));
  size = sizeof other;
  memset(&other, 0xff, sizeof other);
  int s = accept4(l, (void *)&other, &size, SOCK_CLOEXEC);
  printf("accepted %d family %d size %d cloexec %d\n", s > 0, other.sun_family, size, fcntl(s, F_GETFD));
  show_name("accepted name", s, 0);
  show_name("accepted peer", s, 1);
  show_name("client peer", c, 1);
  show_name("client name", c, 0);
  struct ucred u;
  size = sizeof u;
  getsockopt(s, SOL_SOCKET, SO_PEERCRED, &u, &size);
  printf("peer self %d uid %d\n", u.pid == getpid(), u.uid);
  char b[16] = {0};
  show("early read", read(s, b, sizeof b));
  show("queue has room", connect(o, (void *)&a, length));
  close(l);
  printf("listener closed: %x %x\n", ready(n), ready(c));
  show("reset", read(n, b, 1));
  if (!abstract) {
    show("refused", connect(d, (void *)&a, length));
    struct stat st;
    stat(path, &st);
    printf("socket file %o\n", st.st_mode & S_IFMT);
    show("open", open(path, O_RDWR));
    unlink(path);
  }
  close(c);
  close(d);
  close(n);
  close(o);
  close(s);
}

static void datagrams(void) {
  struct sockaddr_un a, b, from;
  socklen_t la = name(&a, "ring3-a", 1), lb = name(&b, "ring3-b", 1), size;
  int x = socket(AF_UNIX, SOCK_DGRAM, 0), y = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  bind(x, (void *)&a, la);
  show("unbound sender", sendto(y, "1", 1, 0, (void *)&a, la));
  bind(y, (void *)&b, lb);
  show("bound sender", sendto(y, "22", 2, 0, (void *)&a, la));
  char t[32];
  for (int i = 0; i < 2; i++) {
    size = sizeof from;
    memset(&from, 0, sizeof from);
    long n = recvfrom(x, t, sizeof t, 0, (void *)&from, &size);
    printf("from %ld size %d '%s'\n", n, size, size > 2 ? from.sun_path + 1 : "");
  }
  show("no destination", send(y, "x", 1, 0));
  show("connect", connect(y, (void *)&a, la));
  int sent = 0;
  while (send(y, "x", 1, 0) == 1) sent++;
  printf("queue %d %s poll %x\n", sent, strerrorname_np(errno), ready(y));
  recv(x, t, 1, 0);
  printf("room: poll %x\n", ready(y));
  show("connect back", connect(x, (void *)&b, lb));
  int z = socket(AF_UNIX, SOCK_DGRAM, 0);
  show("stranger", sendto(z, "x", 1, 0, (void *)&a, la));
  struct sockaddr none = {.sa_family = AF_UNSPEC};
  show("disconnect", connect(y, &none, sizeof none));
  show_name("disconnected", y, 1);
  sa_family_t family = AF_UNIX;
  int w = socket(AF_UNIX, SOCK_DGRAM, 0);
  show("autobind", bind(w, (void *)&family, sizeof family));
  size = sizeof from;
  getsockname(w, (void *)&from, &size);
  printf("autobound size %d\n", size);
  close(x);
  show("gone", sendto(y, "x", 1, 0, (void *)&a, la));
  close(y);
  close(z);
  close(w);
}

static void messages(void) {
  int s[2], p[2], got[8], on = 1;
  socketpair(AF_UNIX, SOCK_STREAM, 0, s);
  pipe(p);
  show("send descriptors", send_fds(s[0], "two", p, 2, 0));
  show("more bytes", write(s[0], "more", 4));
  close(p[0]);
  int n = receive_fds(s[1], 256, MSG_CMSG_CLOEXEC, got);
  printf("%d descriptors cloexec %d\n", n, fcntl(got[0], F_GETFD));
  char b[8] = {0};
  write(p[1], "in", 2);
  show("through it", read(got[0], b, 8));
  close(got[0]);
  close(got[1]);
  receive_fds(s[1], 256, 0, got);
  send_fds(s[0], "cut", p + 1, 1, 0);
  receive_fds(s[1], 0, 0, got);
  int three[3] = {p[1], p[1], p[1]};
  send_fds(s[0], "cut", three, 3, 0);
  n = receive_fds(s[1], CMSG_LEN(2 * sizeof(int)), 0, got);
  printf("%d descriptors\n", n);
  int bad = 99;
  show("bad descriptor", send_fds(s[0], "x", &bad, 1, 0));
  setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  printf("passcred %ld\n", option(s[1], SO_PASSCRED));
  write(s[0], "plain", 5);
  receive_fds(s[1], 256, 0, got);
  send_fds(s[0], "both", p + 1, 1, 1);
  receive_fds(s[1], 256, 0, got);
  if (fork() == 0) {
    write(s[0], "child", 5);
    _exit(0);
  }
  wait(NULL);
  write(s[0], "parent", 6);
  receive_fds(s[1], 256, 0, got);
  receive_fds(s[1], 256, 0, got);
  struct mmsghdr many[3];
  struct iovec iov[3] = {{"a", 1}, {"bb", 2}, {"ccc", 3}};
  memset(many, 0, sizeof many);
  int d[2];
  socketpair(AF_UNIX, SOCK_DGRAM, 0, d);
  for (int i = 0; i < 3; i++) {
    many[i].msg_hdr.msg_iov = &iov[i];
    many[i].msg_hdr.msg_iovlen = 1;
  }
  show("sendmmsg", sendmmsg(d[0], many, 3, 0));
  char t[4][8];
  struct iovec in[4];
  struct mmsghdr come[4];
  memset(come, 0, sizeof come);
  for (int i = 0; i < 4; i++) {
    in[i] = (struct iovec){t[i], 8};
    come[i].msg_hdr.msg_iov = &in[i];
    come[i].msg_hdr.msg_iovlen = 1;
  }
  show("recvmmsg", recvmmsg(d[1], come, 4, MSG_WAITFORONE, NULL));
  printf("lengths %u %u %u\n", come[0].msg_len, come[1].msg_len, come[2].msg_len);
}

static void errors(void) {
  int p[2], s = socket(AF_UNIX, SOCK_STREAM, 0), value = 1;
  pipe(p);
  show("family", socket(77, SOCK_STREAM, 0));
  show("type", socket(AF_UNIX, 9, 0));
  show("protocol", socket(AF_UNIX, SOCK_STREAM, 6));
  show("not a socket", listen(p[0], 1));
  show("bad fd", listen(99, 1));
  show("not connected", send(s, "x", 1, MSG_NOSIGNAL));
  show("read unconnected", recv(s, &value, 1, 0));
  show_name("peer", s, 1);
  show_name("name", s, 0);
  printf("domain %ld protocol %ld error %ld\n", option(s, SO_DOMAIN), option(s, SO_PROTOCOL), option(s, SO_ERROR));
  printf("buffers %ld %ld\n", option(s, SO_SNDBUF), option(s, SO_RCVBUF));
  value = 10000;
  setsockopt(s, SOL_SOCKET, SO_SNDBUF, &value, sizeof value);
  value = 1;
  setsockopt(s, SOL_SOCKET, SO_RCVBUF, &value, sizeof value);
  printf("buffers %ld %ld\n", option(s, SO_SNDBUF), option(s, SO_RCVBUF));
  show("option", setsockopt(s, SOL_SOCKET, 999, &value, sizeof value));
  show("level", setsockopt(s, 6, 1, &value, sizeof value));
  show("short option", setsockopt(s, SOL_SOCKET, SO_PASSCRED, &value, 2));
  struct sockaddr_un a = {.sun_family = 5};
  show("family of an address", bind(s, (void *)&a, sizeof a));
  show("long address", bind(s, (void *)&a, 120));
  show("seek", lseek(s, 0, SEEK_SET));
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  char directory[] = "/tmp/unix-XXXXXX";
  mkdtemp(directory);
  pairs();
  blocking();
  listeners(directory, 0);
  listeners(directory, 1);
  datagrams();
  messages();
  errors();
  rmdir(directory);
  return 0;
}
