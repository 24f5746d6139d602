// Reads the files that it is given, and prints their lengths and a sum of their bytes, or the error.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  static unsigned char buffer[1 << 16];
  int failed = 0;
  for (int i = 1; i < argc; i++) {
    int fd = open(argv[i], O_RDONLY);
    unsigned long total = 0, sum = 0;
    ssize_t n = fd;
    while (fd >= 0 && (n = read(fd, buffer, sizeof buffer)) > 0)
      for (ssize_t at = 0; at < n; at++, total++) sum = sum * 31 + buffer[at];
    if (n < 0) {
      failed = 1;
      printf("%s: %s\n", argv[i], strerror(errno));
    } else {
      printf("%s: %lu bytes, sum %lx\n", argv[i], total, sum);
    }
    fflush(stdout);
  }
  return failed;
}
