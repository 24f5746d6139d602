// What limits memory: RLIMIT_AS, DATA, MEMLOCK, STACK, the number of mappings, mmap_min_addr, mounts without execution, the commit
// limit; and what status says of an address space after each kind of call.
#include "check.h"
#include <sys/mount.h>
#include <sys/prctl.h>

static const int rw = PROT_READ | PROT_WRITE, anon = MAP_PRIVATE | MAP_ANONYMOUS;

static long field(const char *file, const char *name) {
  char text[8192];
  int f = open(file, O_RDONLY);
  ssize_t n = read(f, text, sizeof text - 1);
  close(f);
  text[n < 0 ? 0 : n] = 0;
  char *at = strstr(text, name);
  return at ? atol(strchr(at, ':') + 1) : -1;
}
static const char *names[] = {"VmSize", "VmLck", "VmData", "VmStk", "VmExe", "VmLib"};
enum { COUNTS = sizeof names / sizeof *names };
static void counts(long *into) { for (int i = 0; i < COUNTS; i++) into[i] = field("/proc/self/status", names[i]); }
/** Runs the statements and prints what they changed. */
#define CHANGES(what, ...) \
  do { \
    long before_[COUNTS], after_[COUNTS]; \
    counts(before_); \
    { __VA_ARGS__; } \
    counts(after_); \
    printf("%s:", what); \
    for (int i_ = 0; i_ < COUNTS; i_++) if (after_[i_] != before_[i_]) printf(" %s %+ld", names[i_], after_[i_] - before_[i_]); \
    printf("\n"); \
  } while (0)

static void limit(int which, long soft) {
  struct rlimit r;
  getrlimit(which, &r);
  r.rlim_cur = soft;
  if (setrlimit(which, &r)) perror("setrlimit");
}
static long size(void) { return field("/proc/self/status", "VmSize") << 10; }
static long data(void) { return field("/proc/self/status", "VmData") << 10; }
static void as_user(void) { if (setgid(65534) || setuid(65534)) _exit(9); }

static void what_status_says(void) {
  puts("status");
  char *p = 0, *q = 0, *f = 0, *s = 0;
  int fd = open("/proc/self/exe", O_RDONLY), m = memfd_create("m", 0);
  ftruncate(m, 16 * PAGE);
  CHANGES("anonymous", p = mmap(0, 16 * PAGE, rw, anon, -1, 0));
  CHANGES("none", q = mmap(0, 16 * PAGE, PROT_NONE, anon, -1, 0));
  CHANGES("made writable", mprotect(q, 4 * PAGE, rw));
  CHANGES("made read-only", mprotect(p, 4 * PAGE, PROT_READ));
  CHANGES("made executable", mprotect(p, 4 * PAGE, PROT_READ | PROT_EXEC));
  CHANGES("executable and writable", mprotect(p, 4 * PAGE, rw | PROT_EXEC));
  CHANGES("file", f = mmap(0, 8 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0));
  CHANGES("private writable file", mmap(0, 8 * PAGE, rw, MAP_PRIVATE, fd, 0));
  CHANGES("executable file", mmap(0, 8 * PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0));
  CHANGES("shared", s = mmap(0, 8 * PAGE, rw, MAP_SHARED, m, 0));
  CHANGES("shared read-only", mmap(0, 8 * PAGE, PROT_READ, MAP_SHARED, m, 0));
  CHANGES("shared executable", mmap(0, 8 * PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, m, 0));
  CHANGES("grows down", mmap(0, 8 * PAGE, rw, anon | MAP_GROWSDOWN, -1, 0));
  CHANGES("grows down, executable", mmap(0, 8 * PAGE, PROT_READ | PROT_EXEC, anon | MAP_GROWSDOWN, -1, 0));
  CHANGES("no reserve", mmap(0, 8 * PAGE, rw, anon | MAP_NORESERVE, -1, 0));
  CHANGES("locked", mlock(p, 8 * PAGE));
  CHANGES("locked again", mlock(p + 4 * PAGE, 8 * PAGE));
  CHANGES("replaced", mmap(p, 8 * PAGE, PROT_READ, anon | MAP_FIXED, -1, 0));
  CHANGES("moved", p = mremap(p + 8 * PAGE, 8 * PAGE, 12 * PAGE, MREMAP_MAYMOVE));
  CHANGES("unmapped", munmap(p, 12 * PAGE));
  CHANGES("shrunk", mremap(s, 8 * PAGE, 4 * PAGE, 0));
  CHANGES("brk", sbrk(40 * PAGE));
  CHANGES("brk back", sbrk(-20 * PAGE));
  CHANGES("all locked", mlockall(MCL_CURRENT | MCL_FUTURE); printf("all %d\n", field("/proc/self/status", "VmLck") <= field("/proc/self/status", "VmSize") && field("/proc/self/status", "VmLck") > 100));
  CHANGES("mapped then", p = mmap(0, 8 * PAGE, rw, anon, -1, 0));
  CHANGES("brk then", sbrk(4 * PAGE));
  CHILD("child", printf("locked %ld\n", field("/proc/self/status", "VmLck")); CHANGES("mapped there", mmap(0, 8 * PAGE, rw, anon, -1, 0)));
  munlockall();
  printf("unlocked %ld\n", field("/proc/self/status", "VmLck"));
  CHANGES("locked on fault", syscall(SYS_mlock2, p, 4 * PAGE, 1));
  munmap(f, 8 * PAGE);
  long peak = field("/proc/self/status", "VmPeak");
  p = mmap(0, 64 << 20, rw, anon | MAP_NORESERVE, -1, 0);
  munmap(p, 64 << 20);
  printf("peak %d\n", field("/proc/self/status", "VmPeak") >= peak + (60 << 10));
}

static void address_space(void) {
  puts("RLIMIT_AS");
  char *p = (char *)mmap(0, 400 * PAGE, rw, anon, -1, 0) + 100 * PAGE;
  munmap(p - 100 * PAGE, 400 * PAGE);
  mmap(p, 64 * PAGE, rw, anon | MAP_FIXED, -1, 0);
  limit(RLIMIT_AS, size() + 16 * PAGE);
  SHOW(mmap(0, 17 * PAGE, PROT_NONE, anon, -1, 0));
  SHOW(mmap(p, 64 * PAGE, PROT_READ, anon | MAP_FIXED, -1, 0) == p);
  SHOW(mmap(p, 81 * PAGE, PROT_READ, anon | MAP_FIXED, -1, 0));
  OK(mmap(0, 16 * PAGE, PROT_NONE, anon | MAP_NORESERVE, -1, 0));
  SHOW(mmap(0, PAGE, PROT_NONE, anon, -1, 0));
  SHOW(mremap(p, 64 * PAGE, 65 * PAGE, MREMAP_MAYMOVE));
  SHOW(mremap(p, 64 * PAGE, 32 * PAGE, MREMAP_MAYMOVE) == p);
  OK(mremap(p, 32 * PAGE, 64 * PAGE, MREMAP_MAYMOVE));
  SHOW(brk((char *)sbrk(0) + 2 * PAGE));
  SHOW(mprotect(p, PAGE, rw));
}
static void data_size(void) {
  puts("RLIMIT_DATA");
  int fd = open("/proc/self/exe", O_RDONLY), m = memfd_create("m", 0);
  ftruncate(m, 64 * PAGE);
  char *ro = mmap(0, 64 * PAGE, PROT_READ, anon, -1, 0);
  limit(RLIMIT_DATA, data() + 16 * PAGE);
  SHOW(mmap(0, 17 * PAGE, rw, anon, -1, 0));
  SHOW(mmap(0, 17 * PAGE, PROT_WRITE, MAP_PRIVATE, fd, 0));
  OK(mmap(0, 17 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0));
  OK(mmap(0, 17 * PAGE, rw, MAP_SHARED, m, 0));
  OK(mmap(0, 17 * PAGE, PROT_READ, anon, -1, 0));
  SHOW(mprotect(ro, 17 * PAGE, rw));
  SHOW(mprotect(ro, 16 * PAGE, rw));
  SHOW(mprotect(ro + 16 * PAGE, PAGE, rw));
  SHOW(mprotect(ro, 8 * PAGE, PROT_READ));
  OK(mmap(0, 8 * PAGE, rw, anon, -1, 0));
  SHOW(mmap(0, PAGE, rw, anon, -1, 0));
  limit(RLIMIT_DATA, 0);
  OK(mmap(0, PAGE, rw, anon, -1, 0));
  struct rlimit both = {0, data()};
  setrlimit(RLIMIT_DATA, &both);
  SHOW(mmap(0, PAGE, rw, anon, -1, 0));
}
static void breaks(void) {
  puts("brk");
  char *start = sbrk(0);
  SHOW((long)syscall(SYS_brk, -1l) == (long)start);
  SHOW((long)syscall(SYS_brk, 1ul << 46) == (long)start);
  limit(RLIMIT_DATA, 4 << 20);
  SHOW((long)syscall(SYS_brk, start + (8 << 20)) == (long)start);
  char *page = (char *)(((uintptr_t)start + 4095) & ~4095ul);
  char *wall = mmap(page + 4 * PAGE, PAGE, PROT_NONE, anon | MAP_FIXED_NOREPLACE, -1, 0);
  SHOW(wall == page + 4 * PAGE);
  SHOW((char *)syscall(SYS_brk, page + 4 * PAGE) - page);
  SHOW((char *)syscall(SYS_brk, page + 3 * PAGE) - page);
  SHOW((char *)syscall(SYS_brk, page + 3 * PAGE + 1) - page);
  page[2 * PAGE] = 'b';
  SHOW((char *)syscall(SYS_brk, page + PAGE) - page);
  SHOW((char *)syscall(SYS_brk, page + 3 * PAGE) - page);
  SHOW(page[2 * PAGE]);
  munmap(page, 2 * PAGE);
  SHOW((char *)syscall(SYS_brk, page) - page);
}
static void locked_memory(void) {
  puts("RLIMIT_MEMLOCK");
  char *p = mmap(0, 64 * PAGE, rw, anon, -1, 0);
  munlockall();
  limit(RLIMIT_MEMLOCK, 8 * PAGE);
  SHOW(mlock(p, 9 * PAGE));
  as_user();
  SHOW(mlock(p + 10 * PAGE, 0));
  munlock(p, 9 * PAGE);
  SHOW(mlock(p, 9 * PAGE));
  SHOW(mlock(p + 100, 8 * PAGE));
  SHOW(mlock(p, 8 * PAGE));
  SHOW(mlock(p, 8 * PAGE));
  SHOW(mlock(p + PAGE, 8 * PAGE));
  SHOW(mlock(p + 20 * PAGE, PAGE));
  SHOW(mmap(0, PAGE, rw, anon | MAP_LOCKED, -1, 0));
  SHOW(mremap(p, 8 * PAGE, 9 * PAGE, MREMAP_MAYMOVE));
  SHOW(munlock(p + 4 * PAGE, 4 * PAGE));
  char *locked = mmap(0, 4 * PAGE, rw, anon | MAP_LOCKED, -1, 0);
  SHOW(locked != MAP_FAILED);
  SHOW(mlockall(MCL_CURRENT));
  SHOW(mlockall(MCL_FUTURE));
  SHOW(mmap(0, PAGE, rw, anon, -1, 0));
  SHOW(brk((char *)sbrk(0) + 2 * PAGE));
  SHOW(munlockall());
  OK(mmap(0, PAGE, rw, anon, -1, 0));
  limit(RLIMIT_MEMLOCK, 0);
  SHOW(mlock(p, PAGE));
  SHOW(mlock(p, 0));
  SHOW(syscall(SYS_mlock2, p, PAGE, 2));
  SHOW(syscall(SYS_mlock2, p, PAGE, 1));
  SHOW(mlockall(MCL_CURRENT));
  SHOW(mlockall(MCL_ONFAULT));
  SHOW(mlockall(8));
  SHOW(mmap(0, PAGE, rw, anon | MAP_LOCKED, -1, 0));
  SHOW(munlock(p, PAGE));
}
static void map_count(void) {
  puts("number of mappings");
  int first = 0, count = 0;
  char *p = mmap(0, 70000ul * 2 * PAGE, PROT_NONE, anon | MAP_NORESERVE, -1, 0);
  FILE *f = fopen("/proc/self/maps", "r");
  for (int c; (c = fgetc(f)) != EOF;) first += c == '\n';
  fclose(f);
  // Every other page another protection: two more each.
  for (; count < 70000; count++) if (mprotect(p + (2 * count + 1) * PAGE, PAGE, PROT_READ)) break;
  printf("%s, as many as allowed %d\n", error_name(errno), 65530 - (first - 1 + 2 * count) < 3);
  SHOW(mprotect(p + (2 * count + 1) * PAGE, PAGE, PROT_READ));
  SHOW(munmap(p + (2 * count + 3) * PAGE, PAGE));
  SHOW(mlock(p + (2 * count + 3) * PAGE, PAGE));
  SHOW(munmap(p, PAGE));
  SHOW(mremap(p + (2 * count + 3) * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
  SHOW(munmap(p + 3 * PAGE, 20 * PAGE));
  SHOW(munmap(p + (2 * count + 3) * PAGE, PAGE));
}
static void places(void) {
  puts("places");
  char *zero = mmap(0, PAGE, rw, anon | MAP_FIXED, -1, 0);
  printf("page zero for root %d\n", zero == 0);
  if (zero == 0) munmap(zero, PAGE);
  CHILD("for others", as_user(); SHOW(mmap(0, PAGE, rw, anon | MAP_FIXED, -1, 0)); OK(mmap((void *)PAGE, PAGE, rw, anon, -1, 0)); SHOW(mmap(0, 0, rw, anon | MAP_FIXED, -1, 0)));
  enter_scratch();
  mkdir("noexec", 0777);
  if (mount("none", "noexec", "tmpfs", MS_NOEXEC, 0)) perror("mount");
  int fd = open("noexec/file", O_RDWR | O_CREAT, 0777);
  ftruncate(fd, PAGE);
  SHOW(mmap(0, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0));
  SHOW(mmap(0, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0));
  char *p = mmap(0, PAGE, rw, MAP_SHARED, fd, 0);
  SHOW(mprotect(p, PAGE, rw | PROT_EXEC));
  munmap(p, PAGE);
  close(fd);
  umount("noexec");
  leave_scratch();
}
static char *deep(char *p, int pages) {
  volatile char space[PAGE];
  space[0] = 1;
  return pages == 0 ? (char *)space : deep(p ? p : (char *)space, pages - 1) + (space[0] - 1);
}
static void stacks(void) {
  puts("RLIMIT_STACK");
  long before = field("/proc/self/status", "VmStk"), all = field("/proc/self/status", "VmSize");
  deep(0, 60);
  long more = field("/proc/self/status", "VmStk") - before;
  printf("grown %d %d\n", more > 80 && more <= 61 * 4 + 8, field("/proc/self/status", "VmSize") - all == more);
  limit(RLIMIT_STACK, 256 << 10);
  CHILD("within", deep(0, 40));
  CHILD("beyond", deep(0, 100));
  limit(RLIMIT_STACK, 8 << 20);
  CHILD("address space", limit(RLIMIT_AS, size() + 8 * PAGE); deep(0, 200));
  char *p = mmap(0, 600 * PAGE, PROT_NONE, anon | MAP_NORESERVE, -1, 0), *low = p;
  munmap(p, 600 * PAGE);
  char *g = mmap(p + 500 * PAGE, 2 * PAGE, rw, anon | MAP_FIXED | MAP_GROWSDOWN, -1, 0);
  low = mmap(p + 100 * PAGE, PAGE, PROT_READ, anon | MAP_FIXED, -1, 0);
  CHANGES("a mapping that grows", g[-1] = 1, g[-4 * PAGE] = 1);
  CHILD("into its gap", g[-(500 - 100 - 1 - 255) * PAGE] = 1);
  CHILD("to its gap", g[-(500 - 100 - 1 - 256) * PAGE] = 1);
  mprotect(low, PAGE, PROT_NONE);
  CHILD("beside what cannot be accessed", g[-(500 - 100 - 2) * PAGE] = 1);
}
static void commits(void) {
  puts("commit");
  long total = field("/proc/meminfo", "MemTotal"), limit_kb = field("/proc/meminfo", "CommitLimit");
  printf("limit %d\n", limit_kb > total / 2 - 100000 && limit_kb <= total);
  SHOW(mmap(0, ((size_t)total << 10) + (1 << 20), rw, anon, -1, 0));
  SHOW(mmap(0, ((size_t)total << 10) + (1 << 20), rw, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  OK(mmap(0, ((size_t)total << 10) / 2, rw, anon, -1, 0));
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  struct rlimit memlock = {8 << 20, 8 << 20}, stack = {8 << 20, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &memlock);
  setrlimit(RLIMIT_STACK, &stack);
  CHILD("status", what_status_says());
  CHILD("address space", address_space());
  CHILD("data", data_size());
  CHILD("break", breaks());
  CHILD("locks", locked_memory());
  CHILD("count", map_count());
  places();
  CHILD("stack", stacks());
  CHILD("commit", commits());
  return 0;
}
