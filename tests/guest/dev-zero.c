// Mappings of /dev/zero: private ones are anonymous memory under a file's name, shared ones memory that children share.
#include "check.h"

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  int fd = open("/dev/zero", O_RDWR);
  char *own = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  char *shared = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  printf("first bytes %d %d\n", own[PAGE], shared[PAGE]);
  own[0] = shared[0] = 'p';
  CHILD("child", own[0] = shared[0] = 'c'; own[PAGE] = shared[PAGE] = 'd');
  printf("%c %c %d %c\n", own[0], shared[0], own[PAGE], shared[PAGE]);

  char line[512], expected[32];
  snprintf(expected, sizeof expected, "%lx-", (long)own);
  FILE *maps = fopen("/proc/self/maps", "r");
  while (fgets(line, sizeof line, maps)) {
    if (strncmp(line, expected, strlen(expected)) == 0) printf("%.4s%s", strchr(line, ' ') + 1, strrchr(line, ' '));
  }
  fclose(maps);

  SHOW(madvise(own, PAGE, MADV_FREE));
  SHOW(madvise(own, 2 * PAGE, MADV_DONTNEED));
  SHOW(madvise(shared, 2 * PAGE, MADV_DONTNEED));
  printf("%d %c\n", own[0], shared[0]);
  SHOW(mprotect(own + PAGE, PAGE, PROT_NONE));
  char *moved = mremap(own, PAGE, 8 * PAGE, MREMAP_MAYMOVE);
  moved[7 * PAGE] = 'm';
  printf("%d %c\n", moved[0], moved[7 * PAGE]);
  SHOW(read(fd, moved, 3));
  SHOW(pread(fd, moved, 3, 1000));
  SHOW(munmap(shared, 4 * PAGE));
  close(fd);

  int readable = open("/dev/zero", O_RDONLY);
  own = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, readable, 0);
  own[5] = 'x';
  SHOW(mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, readable, 0) == MAP_FAILED ? -1 : 0);
  int full = open("/dev/full", O_RDWR);
  SHOW(mmap(0, PAGE, PROT_READ, MAP_PRIVATE, full, 0) == MAP_FAILED ? -1 : 0);
  int null = open("/dev/null", O_RDWR);
  SHOW(mmap(0, PAGE, PROT_READ, MAP_PRIVATE, null, 0) == MAP_FAILED ? -1 : 0);
  return 0;
}
