// The mmap family: errors, MAP_FIXED kinds, splitting and merging as /proc/self/maps shows, mremap, madvise, msync, mincore, brk.
#include "check.h"
#include <setjmp.h>

static char *base;
static sigjmp_buf back;
static void fault(int sig, siginfo_t *si, void *context) { siglongjmp(back, sig); }
/** 'r', 'w', both, or the signal that a touch ends in. */
static const char *touch(volatile char *p) {
  static char text[20];
  int r, w;
  handle(SIGSEGV, fault, 0), handle(SIGBUS, fault, 0);
  if ((r = sigsetjmp(back, 1)) == 0) (void)*p;
  if ((w = sigsetjmp(back, 1)) == 0) *p = 7;
  snprintf(text, sizeof text, "read %d write %d", r, w);
  return text;
}
/** The lines of maps that lie in [base, base + pages), relative to base. */
static void maps(const char *what, int pages) {
  printf("%s\n", what);
  FILE *f = fopen("/proc/self/maps", "r");
  char line[500], perms[8], path[300];
  unsigned long from, to, offset;
  while (fgets(line, sizeof line, f)) {
    path[0] = 0;
    sscanf(line, "%lx-%lx %7s %lx %*s %*s %299s", &from, &to, perms, &offset, path);
    if ((char *)from < base || (char *)from >= base + pages * PAGE) continue;
    const char *name = strrchr(path, '/') ? "file" : path;
    printf("  %2ld-%2ld %s %lx %s%s\n", (long)((char *)from - base) / PAGE, (long)((char *)to - base) / PAGE, perms, offset / PAGE, name, strstr(line, "(deleted)") ? " (deleted)" : "");
  }
  fclose(f);
}
static char *area(int pages) {
  base = mmap(0, (pages + 2) * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(base, (pages + 2) * PAGE);
  base += PAGE;
  return mmap(base, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  const int rw = PROT_READ | PROT_WRITE, anon = MAP_PRIVATE | MAP_ANONYMOUS;
  char path[] = "/tmp/ring3-map-XXXXXX", text[16];
  int fd = mkstemp(path), ro = open(path, O_RDONLY), wo = open(path, O_WRONLY);
  unlink(path);
  if (ftruncate(fd, 5 * PAGE + 100)) return 1;
  SHOW(mmap(0, 0, rw, anon, -1, 0));
  SHOW(mmap(0, PAGE, rw, MAP_ANONYMOUS, -1, 0));
  SHOW(mmap(0, PAGE, rw, MAP_PRIVATE, -1, 0));
  SHOW(mmap(0, PAGE, rw, MAP_PRIVATE, fd, 100));
  SHOW(mmap(0, PAGE, rw, MAP_SHARED, ro, 0));
  SHOW(mmap(0, PAGE, PROT_READ, MAP_SHARED, wo, 0));
  SHOW(mmap(0, PAGE, PROT_READ, MAP_PRIVATE, wo, 0));
  OK(mmap(0, PAGE, rw, MAP_PRIVATE, ro, 0));
  OK(mmap(0, PAGE, PROT_READ, MAP_SHARED, ro, 0));
  SHOW(mmap((void *)0x1234, PAGE, rw, anon | MAP_FIXED, -1, 0));
  SHOW(mmap((void *)0x7ffffffff000, 2 * PAGE, rw, anon | MAP_FIXED, -1, 0));
  SHOW(mmap(0, 1ul << 47, rw, anon, -1, 0));
  SHOW(mmap(0, ~0ul, rw, anon, -1, 0));
  int p[2];
  if (pipe(p)) return 1;
  SHOW(mmap(0, PAGE, PROT_READ, MAP_PRIVATE, p[0], 0));
  SHOW(munmap((void *)0x1001, PAGE));
  SHOW(munmap((void *)0x10000, 0));
  SHOW(munmap((void *)0x10000, PAGE));
  SHOW(mprotect((void *)0x10000, PAGE, PROT_READ));
  SHOW(mprotect((void *)0x10001, PAGE, PROT_READ));
  SHOW(mprotect((void *)0x10000, 0, PROT_READ));

  area(12);
  SHOW(mmap(base + PAGE, PAGE, rw, anon | MAP_FIXED_NOREPLACE, -1, 0));
  maps("one", 12);
  mprotect(base + 3 * PAGE, 2 * PAGE, PROT_READ);
  mprotect(base + 8 * PAGE, PAGE, PROT_NONE);
  maps("split", 12);
  mprotect(base + 4 * PAGE, PAGE, PROT_READ | PROT_EXEC);
  munmap(base + 6 * PAGE, PAGE);
  maps("split again", 12);
  printf("  %s; ", touch(base + 3 * PAGE)), printf("%s; ", touch(base + 6 * PAGE)), printf("%s; ", touch(base + 8 * PAGE)), printf("%s\n", touch(base + 9 * PAGE));
  SHOW(mprotect(base + 5 * PAGE, 3 * PAGE, PROT_READ));
  maps("mprotect over a hole", 12);
  mmap(base + 6 * PAGE, PAGE, rw, anon | MAP_FIXED, -1, 0);
  mprotect(base, 12 * PAGE, rw);
  maps("merged", 12);
  mmap(base + 2 * PAGE, 3 * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, PAGE);
  mmap(base + 5 * PAGE, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 4 * PAGE);
  mmap(base + 7 * PAGE, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0);
  mmap(base + 9 * PAGE, 2 * PAGE, rw, MAP_SHARED | MAP_FIXED, fd, 2 * PAGE);
  maps("file", 12);
  printf("  last file page %s; ", touch(base + 10 * PAGE)), printf("past the end %s\n", touch(base + 6 * PAGE));
  munmap(base + 3 * PAGE, PAGE);
  munmap(base + 6 * PAGE, 4 * PAGE);
  maps("holes", 12);
  munmap(base, 12 * PAGE);

  area(16);
  printf("mremap\n");
  for (int i = 0; i < 4; i++) base[i * PAGE] = (char)('a' + i);
  munmap(base + 4 * PAGE, 12 * PAGE);
  SHOW((char *)mremap(base, 4 * PAGE, 6 * PAGE, 0) - base);
  maps("grown", 16);
  SHOW((char *)mremap(base, 6 * PAGE, 2 * PAGE, 0) - base);
  mmap(base + 2 * PAGE, PAGE, PROT_READ, anon | MAP_FIXED, -1, 0);
  SHOW(mremap(base, 2 * PAGE, 3 * PAGE, 0));
  SHOW((char *)mremap(base, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, base + 8 * PAGE) - base);
  maps("moved", 16);
  printf("  %c%c%d\n", base[8 * PAGE], base[9 * PAGE], base[10 * PAGE]);
  SHOW(mremap(base, PAGE, PAGE, MREMAP_FIXED, base));
  SHOW(mremap(base + 8 * PAGE, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, base + 9 * PAGE));
  SHOW(mremap(base + 8 * PAGE + 1, PAGE, PAGE, 0));
  SHOW(mremap(base + 8 * PAGE, PAGE, 0, 0));
  SHOW(mremap(base + 12 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
  char *s = mmap(base, 2 * PAGE, rw, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  s[0] = 's';
  char *twin = mremap(s, 0, 2 * PAGE, MREMAP_MAYMOVE);
  if (twin != MAP_FAILED) { twin[1] = 't'; printf("  twin %c%c\n", twin[0], s[1]); }
  munmap(base, 16 * PAGE);

  area(8);
  printf("madvise\n");
  base[0] = 1, base[PAGE] = 2;
  SHOW(madvise(base, PAGE, MADV_DONTNEED));
  printf("  %d %d\n", base[0], base[PAGE]);
  SHOW(madvise(base + 1, PAGE, MADV_DONTNEED));
  SHOW(madvise(base, PAGE, 1000));
  SHOW(madvise(base, 0, MADV_NORMAL));
  munmap(base + 4 * PAGE, PAGE);
  SHOW(madvise(base, 8 * PAGE, MADV_WILLNEED));
  SHOW(madvise(base, 8 * PAGE, MADV_DONTNEED));
  unsigned char vec[8];
  base[2 * PAGE] = 1;
  SHOW(mincore(base, 4 * PAGE, vec));
  printf("  resident %d%d%d%d\n", vec[0] & 1, vec[1] & 1, vec[2] & 1, vec[3] & 1);
  SHOW(mincore(base, 8 * PAGE, vec));
  SHOW(mincore(base + 1, PAGE, vec));
  char *f = mmap(base, 3 * PAGE, rw, MAP_SHARED | MAP_FIXED, fd, 0);
  f[0] = 'F';
  SHOW(madvise(f, PAGE, MADV_DONTNEED));
  printf("  file page kept %c\n", f[0]);
  SHOW(madvise(f, PAGE, MADV_REMOVE));
  printf("  punched %d\n", f[0]);
  SHOW(msync(f, PAGE, MS_SYNC));
  SHOW(msync(f, PAGE, MS_SYNC | MS_ASYNC));
  SHOW(msync(f + 1, PAGE, MS_SYNC));
  SHOW(msync(base, 8 * PAGE, MS_ASYNC));
  SHOW(msync(f, PAGE, 64));

  printf("coherence\n");
  if (pwrite(fd, "written", 7, 10) != 7) return 1;
  printf("  %.7s", f + 10);
  memcpy(f + 20, "mapped", 6);
  if (pread(fd, text, 6, 20) != 6) return 1;
  printf(" %.6s\n", text);
  char *g = mmap(0, 3 * PAGE, rw, MAP_PRIVATE, fd, 0);
  g[2 * PAGE] = 'P';
  if (ftruncate(fd, PAGE + 50)) return 1;
  printf("  beyond the end: shared %s", touch(f + 2 * PAGE));
  printf(", private copy %s\n", touch(g + 2 * PAGE));
  f[PAGE + 60] = 'z';
  if (ftruncate(fd, PAGE + 10) || ftruncate(fd, 2 * PAGE)) return 1;
  printf("  tail is zero %d, %s\n", f[PAGE + 60], touch(f + PAGE + 60));

  printf("brk\n");
  char *start = sbrk(0);
  SHOW((char *)sbrk(3 * PAGE) == start);
  start[3 * PAGE - 1] = 1;
  SHOW(brk(start + PAGE));
  printf("  given back: %s\n", touch((char *)(((uintptr_t)start + 2 * PAGE) & ~4095ul)));
  SHOW(brk(start + 2 * PAGE));
  printf("  zero again %d\n", start[PAGE + PAGE / 2]);
  SHOW(syscall(SYS_brk, 0) == (long)(start + 2 * PAGE));
  SHOW(syscall(SYS_brk, 1) == (long)(start + 2 * PAGE));
  struct rlimit r = {1 << 20, 1 << 20};
  setrlimit(RLIMIT_DATA, &r);
  SHOW(sbrk(4 << 20));
  SHOW(mmap(0, 4 << 20, rw, anon, -1, 0));
  OK(mmap(0, 4 << 20, PROT_READ, anon, -1, 0));
  r = (struct rlimit){64 << 20, 64 << 20};
  setrlimit(RLIMIT_AS, &r);
  SHOW(mmap(0, 100 << 20, PROT_READ, anon, -1, 0));
  r = (struct rlimit){2 * PAGE, 2 * PAGE};
  setrlimit(RLIMIT_MEMLOCK, &r);
  SHOW(mlock(base, PAGE));
  SHOW(munlock(base, PAGE));
  SHOW(mlockall(0));
  SHOW(mlock((void *)0x10000, PAGE));
  return 0;
}
