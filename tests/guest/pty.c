// Pseudo-terminals: names and locks, line editing and echo seen from the master, modes, signals, job control, sizes, hangups, packet mode.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void show(const char *what, long result) {
  printf("%s: %ld%s%s\n", what, result, result < 0 ? " " : "", result < 0 ? strerrorname_np(errno) : "");
}

static int ready(int fd) {
  struct pollfd p = {fd, POLLIN | POLLOUT | POLLPRI, 0};
  poll(&p, 1, 0);
  return p.revents;
}

static void bytes(const char *what, const char *b, long n) {
  printf("%s: %ld", what, n);
  if (n < 0) printf(" %s", strerrorname_np(errno));
  printf(" \"");
  for (long i = 0; i < n; i++) {
    unsigned char c = b[i];
    if (c < 32 || c >= 127) printf("\\x%02x", c);
    else putchar(c);
  }
  printf("\"\n");
}

static void drain(const char *what, int fd) {
  char b[4096];
  long n = 0;
  for (struct pollfd p = {fd, POLLIN, 0}; poll(&p, 1, 30) == 1 && p.revents & POLLIN && n < 4000;) {
    long r = read(fd, b + n, sizeof b - n);
    if (r <= 0) break;
    n += r;
  }
  bytes(what, b, n);
}

static void typed(int m, const char *text) { write(m, text, strlen(text)); }

/** Types, shows the echo, then what reads give. */
static void line(int m, int s, const char *text) {
  char b[256];
  typed(m, text);
  drain("echo", m);
  while (ready(s) & POLLIN) bytes("line", b, read(s, b, sizeof b));
}

static void names(int m) {
  char path[64];
  struct stat st;
  int locked = -1, number = -1;
  printf("poll of a fresh master %x\n", ready(m));
  ioctl(m, TIOCGPTLCK, &locked);
  ptsname_r(m, path, sizeof path);
  show("open locked", open(path, O_RDWR | O_NOCTTY));
  unlockpt(m);
  ioctl(m, TIOCGPTN, &number);
  printf("locked %d number as in the name %d\n", locked, atoi(path + strlen("/dev/pts/")) == number);
  fstat(m, &st);
  printf("master %o %u:%u tty %d\n", st.st_mode & S_IFMT, major(st.st_rdev), minor(st.st_rdev), isatty(m));
}

static void editing(int m, int s) {
  char b[64];
  line(m, s, "plain\n");
  line(m, s, "abc\177\177xy\n");
  line(m, s, "two words\027one\n");
  line(m, s, "killed\025kept\n");
  line(m, s, "a\tb\177\177c\n");
  line(m, s, "ctl\001\002\177x\n");
  line(m, s, "lit\026\003eral\n");
  line(m, s, "re\022print\n");
  line(m, s, "cr\r");
  line(m, s, "one\ntwo\nthree");
  line(m, s, "\n");
  line(m, s, "no newline\004");
  line(m, s, "exact\004\n");
  typed(m, "\004");
  bytes("end of file", b, read(s, b, sizeof b));
  typed(m, "longer\n");
  bytes("part", b, read(s, b, 3));
  bytes("rest", b, read(s, b, sizeof b));
  typed(m, "abc\004");
  bytes("exactly", b, read(s, b, 3));
  printf("nothing left %x\n", ready(s) & POLLIN);
  drain("echo", m);
  int n = -1;
  typed(m, "12345\nabc");
  usleep(10000);
  ioctl(s, FIONREAD, &n);
  printf("FIONREAD %d\n", n);
  tcflush(s, TCIFLUSH);
  printf("flushed %x\n", ready(s) & POLLIN);
  drain("echo", m);
  struct termios t;
  tcgetattr(s, &t);
  t.c_iflag |= IUTF8;
  tcsetattr(s, TCSANOW, &t);
  line(m, s, "\xc3\xa9\xe2\x82\xac\177x\n");
  t.c_lflag &= ~(ECHOE | ECHOK | ECHOCTL);
  tcsetattr(s, TCSANOW, &t);
  line(m, s, "ab\177c\001\n");
  line(m, s, "ab\025c\n");
  t.c_lflag |= ECHOPRT | ECHOE;
  tcsetattr(s, TCSANOW, &t);
  line(m, s, "abc\177\177d\n");
  t.c_lflag &= ~(ECHO | ECHOPRT);
  t.c_lflag |= ECHONL;
  tcsetattr(s, TCSANOW, &t);
  line(m, s, "hidden\n");
}

static void output(int m, int s) {
  struct termios t;
  tcgetattr(s, &t);
  write(s, "a\tb\nc\r\n", 7);
  drain("onlcr", m);
  t.c_oflag |= OCRNL | ONOCR | XTABS | OLCUC;
  tcsetattr(s, TCSANOW, &t);
  write(s, "\ra\tbc\rd\n", 8);
  drain("others", m);
  t.c_oflag = 0;
  tcsetattr(s, TCSANOW, &t);
  write(s, "a\nb\r", 4);
  drain("raw", m);
  tcflow(s, TCOOFF);
  printf("stopped %x\n", ready(s) & POLLOUT);
  fcntl(s, F_SETFL, O_NONBLOCK | O_RDWR);
  show("write", write(s, "x", 1));
  tcflow(s, TCOON);
  show("write", write(s, "x", 1));
  fcntl(s, F_SETFL, O_RDWR);
  drain("going on", m);
}

static void raw(int m, int s) {
  struct termios t;
  char b[64];
  tcgetattr(s, &t);
  cfmakeraw(&t);
  t.c_cc[VMIN] = 3;
  t.c_cc[VTIME] = 0;
  tcsetattr(s, TCSANOW, &t);
  typed(m, "ab");
  usleep(10000);
  printf("min 3, two there %x\n", ready(s) & POLLIN);
  typed(m, "\003d");
  usleep(10000);
  bytes("min 3", b, read(s, b, sizeof b));
  t.c_cc[VMIN] = 0;
  t.c_cc[VTIME] = 1;
  tcsetattr(s, TCSANOW, &t);
  bytes("time 1", b, read(s, b, sizeof b));
  t.c_cc[VTIME] = 0;
  tcsetattr(s, TCSANOW, &t);
  bytes("polling", b, read(s, b, sizeof b));
  t.c_cc[VMIN] = 5;
  t.c_cc[VTIME] = 1;
  tcsetattr(s, TCSANOW, &t);
  typed(m, "xy");
  bytes("min 5 time 1", b, read(s, b, sizeof b));
  fcntl(s, F_SETFL, O_NONBLOCK | O_RDWR);
  show("nonblock", read(s, b, sizeof b));
  fcntl(s, F_SETFL, O_RDWR);
  typed(m, "left over");
  usleep(10000);
  t.c_lflag |= ICANON;
  tcsetattr(s, TCSANOW, &t);
  bytes("made a line", b, read(s, b, sizeof b));
}

static void modes(int s) {
  struct termios t, u;
  struct winsize w = {30, 100, 0, 0}, v = {0};
  memset(&t, 0, sizeof t);
  memset(&u, 0, sizeof u);
  tcgetattr(s, &t);
  printf("%x %x %x %x line %d speeds %d %d cc", t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag, t.c_line, cfgetispeed(&t), cfgetospeed(&t));
  for (int i = 0; i < 17; i++) printf(" %d", t.c_cc[i]);
  printf("\n");
  t.c_lflag ^= TOSTOP;
  t.c_cflag = (t.c_cflag & ~CSIZE) | CS7 | PARENB;
  cfsetspeed(&t, B115200);
  t.c_cc[VINTR] = 'x';
  tcsetattr(s, TCSAFLUSH, &t);
  tcgetattr(s, &u);
  printf("%x %x %x %x speeds %d intr %d\n", u.c_iflag, u.c_oflag, u.c_cflag, u.c_lflag, cfgetospeed(&u), u.c_cc[VINTR]);
  t.c_lflag ^= TOSTOP;
  t.c_cc[VINTR] = 3;
  cfsetspeed(&t, B38400);
  tcsetattr(s, TCSANOW, &t);
  ioctl(s, TIOCGWINSZ, &v);
  printf("size %d %d\n", v.ws_row, v.ws_col);
  ioctl(s, TIOCSWINSZ, &w);
  ioctl(s, TIOCGWINSZ, &v);
  printf("size %d %d\n", v.ws_row, v.ws_col);
  show("pgrp of another's terminal", tcgetpgrp(s));
  show("sid of another's terminal", tcgetsid(s));
  show("bad request", ioctl(s, 0x54ff, 0));
}

static volatile sig_atomic_t caught;
static void catch(int signo) { caught = signo; }

/** A session of its own on the slave: it tells what signals come. */
static void session(int m, const char *path) {
  int report[2];
  pipe(report);
  pid_t child = fork();
  if (child == 0) {
    dup2(report[1], 1);
    close(m);
    setsid();
    int s = open(path, O_RDWR);
    char b[64];
    printf("controlling %d pgrp %d sid %d tty %s\n", open("/dev/tty", O_RDWR) >= 0, tcgetpgrp(s) == getpid(), tcgetsid(s) == getpid(),
           strcmp(ttyname(s), path) ? "other" : "same");
    struct sigaction sa = {.sa_handler = catch};
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGQUIT, &sa, NULL);
    sigaction(SIGWINCH, &sa, NULL);
    sigaction(SIGHUP, &sa, NULL);
    sigaction(SIGCONT, &sa, NULL);
    for (int i = 0; i < 3; i++) {
      write(s, ">", 1);
      long n = read(s, b, sizeof b);
      printf("read %ld %s signal %d\n", n, n < 0 ? strerrorname_np(errno) : "", caught);
    }
    pid_t worker = fork();
    if (worker == 0) {
      setpgid(0, 0);
      signal(SIGTTIN, SIG_DFL);
      signal(SIGCONT, SIG_DFL);
      bytes("background read", b, read(s, b, sizeof b));
      _exit(0);
    }
    setpgid(worker, worker);
    int status;
    waitpid(worker, &status, WUNTRACED);
    printf("background stopped %d\n", WIFSTOPPED(status) ? WSTOPSIG(status) : 0);
    signal(SIGTTOU, SIG_IGN);
    show("to the foreground", tcsetpgrp(s, worker));
    printf("foreground %d\n", tcgetpgrp(s) == worker);
    kill(-worker, SIGCONT);
    write(s, "!", 1);
    waitpid(worker, &status, 0);
    show("back", tcsetpgrp(s, getpid()));
    show("no such group", tcsetpgrp(s, 99999));
    worker = fork();
    if (worker == 0) {
      setpgid(0, 0);
      signal(SIGTTOU, SIG_DFL);
      struct termios t;
      tcgetattr(s, &t);
      write(s, "allowed", 7);
      t.c_lflag |= TOSTOP;
      tcsetattr(s, TCSANOW, &t);
      _exit(0);
    }
    setpgid(worker, worker);
    waitpid(worker, &status, WUNTRACED);
    printf("background tcsetattr %d\n", WIFSTOPPED(status) ? WSTOPSIG(status) : 0);
    kill(worker, SIGKILL);
    waitpid(worker, &status, 0);
    caught = 0;
    write(s, "h", 1);
    long n = read(s, b, sizeof b);
    printf("hangup read %ld %s caught %d\n", n, n < 0 ? strerrorname_np(errno) : "", caught == SIGHUP || caught == SIGCONT);
    show("hangup write", write(s, "x", 1));
    printf("poll %x\n", ready(s));
    show("hangup ioctl", ioctl(s, TIOCGWINSZ, b));
    show("/dev/tty", open("/dev/tty", O_RDWR));
    fflush(stdout);
    _exit(3);
  }
  close(report[1]);
  char b[64];
  struct winsize w = {11, 22, 0, 0};
  for (int step = 0; step < 5;) {
    long n = read(m, b, sizeof b);
    if (n < 0) break;
    for (long i = 0; i < n; i++)
      if (b[i] == '>' || b[i] == '!' || b[i] == 'h') {
        usleep(30000);
        if (step == 0) typed(m, "\003");
        if (step == 1) typed(m, "\034");
        if (step == 2) ioctl(m, TIOCSWINSZ, &w);
        if (step == 3) typed(m, "mine\n");
        if (step == 4) break;
        step++;
      } else if (b[i] == 'd') printf("background output is allowed\n");
    if (memchr(b, 'h', n) && step == 4) break;
  }
  usleep(30000);
  close(m);
  FILE *f = fdopen(report[0], "r");
  while (fgets(b, sizeof b, f)) printf("  %s", b);
  int status;
  waitpid(child, &status, 0);
  printf("session ended %d\n", WEXITSTATUS(status));
  fclose(f);
}

static void packets(void) {
  int m = posix_openpt(O_RDWR | O_NOCTTY), on = 1;
  unlockpt(m);
  int s = ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY);
  show("peer", s > 0);
  ioctl(m, TIOCPKT, &on);
  write(s, "data", 4);
  drain("data", m);
  tcflush(s, TCIFLUSH);
  printf("poll %x\n", ready(m));
  drain("flush", m);
  tcflow(s, TCOOFF);
  drain("stop", m);
  tcflow(s, TCOON);
  drain("start", m);
  struct termios t;
  tcgetattr(s, &t);
  t.c_iflag &= ~IXON;
  tcsetattr(s, TCSANOW, &t);
  drain("nostop", m);
  close(s);
  close(m);
}

static void hangups(void) {
  int m = posix_openpt(O_RDWR | O_NOCTTY);
  char b[64], path[64];
  unlockpt(m);
  ptsname_r(m, path, sizeof path);
  int s = open(path, O_RDWR | O_NOCTTY);
  write(s, "last words", 10);
  close(s);
  printf("slave closed %x\n", ready(m));
  bytes("last words", b, read(m, b, sizeof b));
  show("then", read(m, b, sizeof b));
  s = open(path, O_RDWR | O_NOCTTY);
  printf("opened again %x\n", ready(m));
  close(m);
  printf("master closed %x\n", ready(s));
  show("read", read(s, b, sizeof b));
  show("write", write(s, "x", 1));
  show("name is gone", open(path, O_RDWR | O_NOCTTY));
  close(s);
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  char path[64];
  int m = posix_openpt(O_RDWR | O_NOCTTY);
  names(m);
  ptsname_r(m, path, sizeof path);
  int s = open(path, O_RDWR | O_NOCTTY);
  struct stat st;
  fstat(s, &st);
  printf("slave %o %u\n", st.st_mode & S_IFMT, major(st.st_rdev));
  modes(s);
  editing(m, s);
  output(m, s);
  raw(m, s);
  close(s);
  close(m);
  m = posix_openpt(O_RDWR | O_NOCTTY);
  unlockpt(m);
  ptsname_r(m, path, sizeof path);
  session(m, path);
  packets();
  hangups();
  return 0;
}
