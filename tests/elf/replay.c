/*
 * Runs mutations of an ELF file one after the other and says what came of each, natively and in Ring3:
 *
 *   replay DIRECTORY TARGET PROGRAM CASES
 *
 * TARGET is mutated, PROGRAM executed (the same file, or one that has TARGET as its interpreter). CASES holds, for each case,
 *   u32 size of the file (~0: as it is), u32 number of patches, then for each patch  u32 offset, u32 length, bytes.
 *
 * A line for each case:  E<errno>  execve failed;  S<signal>  it was killed;  X<status> <hexadecimal>  it exited, with what it wrote to
 * descriptor 3.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REPORT = 3, OUT = 20, IN = 21, FILE_FD = 22 };

static void fail(const char *what) {
  dprintf(OUT, "! %s: %s\n", what, strerror(errno));
  exit(1);
}

static void limit(int resource, rlim_t value) {
  struct rlimit both = {value, value};
  if (setrlimit(resource, &both)) fail("setrlimit");
}

/* CASES and the untouched file, in memory that is there before any limit. */
static uint8_t *slurp(const char *path, size_t *size) {
  struct stat st;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &st)) fail(path);
  uint8_t *bytes = malloc(st.st_size + 1);
  *size = st.st_size;
  for (size_t at = 0; at < *size;) {
    ssize_t n = read(fd, bytes + at, *size - at);
    if (n <= 0) fail(path);
    at += n;
  }
  close(fd);
  return bytes;
}

static uint32_t word(const uint8_t **at) {
  uint32_t value;
  memcpy(&value, *at, 4);
  *at += 4;
  return value;
}

static volatile int exec_error;

static void run(const char *program, int report) {
  char *argv[] = {"t", 0}, *envp[] = {"E=1", 0};
  exec_error = 0;
  pid_t pid = vfork();
  if (pid == 0) {
    struct itimerval cpu = {.it_value = {.tv_usec = 50000}}, real = {.it_value = {.tv_sec = 2}};
    setitimer(ITIMER_VIRTUAL, &cpu, 0);
    setitimer(ITIMER_REAL, &real, 0);
    execve(program, argv, envp);
    exec_error = errno;
    _exit(0);
  }
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) fail("waitpid");
  uint8_t bytes[256];
  ssize_t n = read(report, bytes, sizeof bytes);
  if (exec_error) dprintf(OUT, "E%d\n", exec_error);
  else if (WIFSIGNALED(status)) dprintf(OUT, "S%d\n", WTERMSIG(status));
  else {
    char text[600];
    int length = sprintf(text, "X%d ", WEXITSTATUS(status));
    for (ssize_t i = 0; i < n; i++) length += sprintf(text + length, "%02x", bytes[i]);
    dprintf(OUT, "%s\n", text);
  }
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  dup3(1, OUT, O_CLOEXEC);
  int null = open("/dev/null", O_RDWR);
  dup3(null, 0, 0), dup3(null, 1, 0), dup3(null, 2, 0);
  int ends[2];
  if (chdir(argv[1]) || pipe2(ends, O_NONBLOCK | O_CLOEXEC)) fail(argv[1]);
  int report = fcntl(ends[0], F_DUPFD_CLOEXEC, 30);
  int writer = fcntl(ends[1], F_DUPFD_CLOEXEC, 30);
  dup3(writer, REPORT, 0);
  for (int fd = 4; fd < OUT; fd++) close(fd);

  size_t size, length;
  uint8_t *original = slurp(argv[2], &size), *cases = slurp(argv[4], &length);
  if (personality(ADDR_NO_RANDOMIZE) < 0) fail("personality");
  if (getuid() == 0 && (chown(argv[2], 65534, 65534) || setgid(65534) || setuid(65534))) fail("setuid");
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_STACK, 8 << 20);
  limit(RLIMIT_AS, 64 << 20);

  const uint8_t *at = cases;
  while (at < cases + length) {
    int fd = open(argv[2], O_WRONLY | O_CLOEXEC);
    if (fd < 0) fail(argv[2]);
    uint32_t wanted = word(&at), patches = word(&at);
    const uint8_t *first = at;
    for (uint32_t i = 0; i < patches; i++) {
      uint32_t offset = word(&at), bytes = word(&at);
      if (pwrite(fd, at, bytes, offset) != (ssize_t)bytes) fail("pwrite");
      at += bytes;
    }
    if (wanted != ~0u && ftruncate(fd, wanted)) fail("ftruncate");
    close(fd);
    run(argv[3], report);

    fd = open(argv[2], O_WRONLY | O_CLOEXEC);
    if (fd < 0) fail(argv[2]);
    if (wanted != ~0u) {
      if (ftruncate(fd, size) || pwrite(fd, original, size, 0) != (ssize_t)size) fail("restore");
    }
    at = first;
    for (uint32_t i = 0; i < patches; i++) {
      uint32_t offset = word(&at), bytes = word(&at);
      at += bytes;
      if (pwrite(fd, original + offset, bytes, offset) != (ssize_t)bytes) fail("restore");
    }
    close(fd);
  }
  return 0;
}
