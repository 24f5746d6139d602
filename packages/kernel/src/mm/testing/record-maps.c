/* Runs the calls that standard input names, one a line, and prints each result, then the mappings in the window. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LOW = 0x20000000, HIGH = 0x21000000 };

/* Calls visit for every mapping in the window; the file's name shortens to its offset. */
static void print_maps(void) {
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[512];
  while (fgets(line, sizeof line, maps)) {
    unsigned long start, end, offset;
    char access[8];
    sscanf(line, "%lx-%lx %s %lx", &start, &end, access, &offset);
    if (start >= LOW && start < HIGH) printf("%lx-%lx %s %lx\n", start, end, access, strstr(line, "/dev/zero") ? 0 : offset);
  }
  fclose(maps);
}

/* mremap over several mappings is newer than 5.4: such calls are skipped. */
static int within_one(unsigned long start, unsigned long end) {
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[512];
  int found = 0;
  while (fgets(line, sizeof line, maps)) {
    unsigned long from, to;
    sscanf(line, "%lx-%lx", &from, &to);
    if (from <= start && to >= end) found = 1;
  }
  fclose(maps);
  return found;
}

/* Touches memory through the kernel, so that a bad address is an errno. */
static long touch(unsigned long address, int write_it) {
  int ends[2];
  char byte = 'x';
  if (pipe(ends)) return -1;
  long result = write_it ? (write(ends[1], &byte, 1), read(ends[0], (void *)address, 1)) : write(ends[1], (void *)address, 1);
  int error = errno;
  close(ends[0]);
  close(ends[1]);
  errno = error;
  return result;
}

int main(int argc, char **argv) {
  int fd = open(argc > 1 ? argv[1] : "/tmp/record-maps.data", O_RDWR | O_CREAT, 0600);
  if (fd < 0 || ftruncate(fd, 64 * 4096)) return 1;
  char line[256];
  while (fgets(line, sizeof line, stdin)) {
    unsigned long a = 0, b = 0, c = 0, d = 0, e = 0, f = 0;
    long result = 0;
    char op;
    sscanf(line, "%c %lx %lx %lx %lx %lx %lx", &op, &a, &b, &c, &d, &e, &f);
    if (op == 'M' && !within_one(a, a + b)) {
      puts("skip");
      continue;
    }
    errno = 0;
    switch (op) {
      case 'm': result = syscall(SYS_mmap, a, b, c, d, e ? fd : -1, f); break;
      case 'u': result = syscall(SYS_munmap, a, b); break;
      case 'p': result = syscall(SYS_mprotect, a, b, c); break;
      case 'M': result = syscall(SYS_mremap, a, b, c, d, e); break;
      case 'a': result = syscall(SYS_madvise, a, b, c); break;
      case 'l': result = syscall(SYS_mlock, a, b); break;
      case 'n': result = syscall(SYS_munlock, a, b); break;
      case 's': result = syscall(SYS_msync, a, b, c); break;
      default: result = touch(a, op == 'w');
    }
    printf("%lx\n", result < 0 ? (unsigned long)-errno : (unsigned long)result);
  }
  puts("end");
  print_maps();
  return 0;
}
