// The errors of the memory calls in Linux's order, and what they do to a mapping: mmap with each kind of flag, mprotect, mremap,
// madvise, mincore, msync, mlock, remap_file_pages, seals, process_vm_readv, membarrier, personality. Needs root, as the tests have.
#include "check.h"
#include <sched.h>
#include <linux/membarrier.h>
#include <linux/memfd.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <setjmp.h>

static const int rw = PROT_READ | PROT_WRITE, anon = MAP_PRIVATE | MAP_ANONYMOUS;
static char *raw_mmap(void *p, size_t n, long prot, long flags, int fd, unsigned long offset) {
  return (char *)syscall(SYS_mmap, p, n, prot, flags, fd, offset);
}
/** In a window of its own, so that nothing lies beside it. */
static char *fresh(int pages) {
  char *p = mmap(0, (pages + 16) * PAGE, PROT_NONE, anon | MAP_NORESERVE, -1, 0);
  munmap(p, (pages + 16) * PAGE);
  return mmap(p + 8 * PAGE, pages * PAGE, rw, anon | MAP_FIXED, -1, 0);
}
static sigjmp_buf back;
static void fault(int sig, siginfo_t *si, void *context) { siglongjmp(back, sig); }
static int write_to(volatile char *p) {
  int sig;
  handle(SIGSEGV, fault, 0), handle(SIGBUS, fault, 0);
  if ((sig = sigsetjmp(back, 1)) == 0) *p = 1;
  return sig;
}
/** A field of the mapping at p in smaps: a number, or VmFlags. */
static const char *smaps(char *p, const char *field) {
  static char texts[2][300];
  static int which;
  char *text = texts[which ^= 1];
  FILE *f = fopen("/proc/self/smaps", "r");
  unsigned long from = 0, to = 0, next, end;
  char line[300];
  strcpy(text, "nothing");
  while (fgets(line, sizeof line, f)) {
    if (sscanf(line, "%lx-%lx ", &next, &end) == 2) from = next, to = end;
    else if (p >= (char *)from && p < (char *)to && !strncmp(line, field, strlen(field)) && line[strlen(field)] == ':') {
      char *value = line + strlen(field) + 1 + strspn(line + strlen(field) + 1, " \t");
      strcpy(text, value);
      text[strcspn(text, "\n")] = 0;
    }
  }
  fclose(f);
  return text;
}
static int has_flag(char *p, const char *flag) {
  char wanted[8];
  snprintf(wanted, sizeof wanted, "%s ", flag);
  return strstr(smaps(p, "VmFlags"), wanted) != 0;
}
static long status_kb(const char *field) {
  char text[4096];
  int f = open("/proc/self/status", O_RDONLY);
  text[read(f, text, sizeof text - 1)] = 0;
  close(f);
  char *at = strstr(text, field);
  return at ? atol(strchr(at, ':') + 1) : -1;
}

static void kinds_of_mmap(void) {
  int m = memfd_create("m", 0);
  ftruncate(m, 4 * PAGE);
  int ro = open("/proc/self/exe", O_RDONLY);
  puts("mmap");
  SHOW(raw_mmap(0, PAGE, rw, MAP_SHARED_VALIDATE | MAP_FIXED_NOREPLACE, m, 0));
  SHOW(raw_mmap(0, PAGE, rw, MAP_SHARED_VALIDATE | MAP_SYNC, m, 0));
  SHOW(raw_mmap(0, PAGE, rw, MAP_SHARED_VALIDATE | 0x200000, m, 0));
  SHOW(raw_mmap(0, PAGE, rw, MAP_SHARED_VALIDATE | 0x100000000, m, 0));
  OK(raw_mmap(0, PAGE, rw, anon | 0x8000000000000000, -1, 0));
  OK(raw_mmap(0, PAGE, rw | 0x100000000, anon, -1, 0));
  SHOW(syscall(SYS_mprotect, fresh(1), PAGE, rw | 0x100000000));
  SHOW(syscall(SYS_mremap, fresh(1), PAGE, PAGE, 0x8000000000000000, 0));
  SHOW(syscall(SYS_remap_file_pages, fresh(1), PAGE, 0x100000000, 0, 0));
  OK(raw_mmap(0, PAGE, rw, MAP_SHARED_VALIDATE | MAP_STACK | MAP_32BIT | MAP_NONBLOCK, m, 0));
  SHOW(raw_mmap(0, PAGE, rw, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0));
  OK(raw_mmap(0, PAGE, rw, MAP_SHARED | MAP_SYNC | 0x200000, m, 0));
  OK(raw_mmap(0, PAGE, rw, anon | 0x200000 | MAP_DENYWRITE | MAP_EXECUTABLE, -1, 0));
  OK(raw_mmap(0, PAGE, rw | 0x1000, anon, -1, 0));
  SHOW(raw_mmap(0, PAGE, rw, 4, m, 0));
  SHOW(raw_mmap(0, PAGE, rw, 0, -1, 0));
  SHOW(raw_mmap(0, PAGE, rw, MAP_ANONYMOUS, -1, 0));
  SHOW(raw_mmap(0, PAGE, rw, MAP_SHARED, -1, 1));
  SHOW(raw_mmap(0, 0, rw, MAP_SHARED, -1, 0));
  SHOW(raw_mmap(0, 0, rw, MAP_SHARED, m, 0));
  SHOW(raw_mmap(0, PAGE, rw, MAP_SHARED, m, 0x7ffffffffffff000));
  OK(raw_mmap(0, PAGE, rw, MAP_SHARED, m, 0x7fffffffffffe000));
  OK(raw_mmap(0, PAGE, PROT_READ, MAP_SHARED, ro, 0x7fffffffffffe000));
  SHOW(raw_mmap(0, PAGE, rw, MAP_SHARED, m, 0xfffffffffffff000));
  OK(raw_mmap(0, PAGE, rw, MAP_SHARED | MAP_ANONYMOUS, 99, 0xfffffffffffff000));
  SHOW(raw_mmap(0, PAGE, rw, MAP_SHARED, ro, 0));
  SHOW(raw_mmap(0, PAGE, rw, MAP_SHARED | MAP_GROWSDOWN, m, 0));
  SHOW(raw_mmap(0, PAGE, rw, MAP_PRIVATE | MAP_GROWSDOWN, m, 0));
  SHOW(raw_mmap(0, PAGE, rw, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0));
  int path = open("/proc/self/exe", O_PATH), dir = open("/tmp", O_RDONLY), null = open("/dev/null", O_RDWR), full = open("/dev/full", O_RDWR);
  SHOW(raw_mmap(0, PAGE, PROT_READ, MAP_PRIVATE, path, 0));
  SHOW(raw_mmap(0, PAGE, PROT_READ, MAP_PRIVATE, dir, 0));
  SHOW(raw_mmap(0, PAGE, PROT_READ, MAP_PRIVATE, null, 0));
  SHOW(raw_mmap(0, PAGE, PROT_READ, MAP_PRIVATE, full, 0));
  SHOW(raw_mmap((void *)0x7ffffffff000, PAGE, rw, anon | MAP_FIXED, -1, 0));
  OK(raw_mmap((void *)0x7ffffffff000, PAGE, rw, anon, -1, 0));
  SHOW(raw_mmap((void *)-PAGE, PAGE, rw, anon | MAP_FIXED, -1, 0));
  SHOW(raw_mmap((void *)0x12345, PAGE, rw, anon | MAP_FIXED_NOREPLACE, -1, 0));
  SHOW(raw_mmap((void *)0x12345000, 1ul << 47, rw, anon | MAP_FIXED, -1, 0));
  SHOW(raw_mmap(0, -PAGE, rw, anon | MAP_NORESERVE, -1, 0));
  SHOW(raw_mmap(0, -PAGE + 1, rw, anon | MAP_NORESERVE, -1, 0));
  char *low = raw_mmap(0, 3 * PAGE, rw, anon | MAP_32BIT, -1, 0);
  printf("32 bit %d\n", low >= (char *)0x40000000 && low + 3 * PAGE <= (char *)0x80000000);
  char *hint = fresh(4);
  munmap(hint, 4 * PAGE);
  SHOW(raw_mmap(hint + 100, PAGE, rw, anon, -1, 0) - hint);
  SHOW(raw_mmap(hint, 2 * PAGE, rw, anon, -1, 0) == hint);
  puts("huge");
  SHOW(raw_mmap(0, 2 << 20, rw, anon | MAP_HUGETLB, -1, 0));
  SHOW(raw_mmap(0, 0, rw, anon | MAP_HUGETLB, -1, 0));
  SHOW(raw_mmap(0, PAGE, rw, MAP_ANONYMOUS | MAP_HUGETLB, -1, 0));
  SHOW(raw_mmap(0, PAGE, rw, anon | MAP_HUGETLB | 22 << 26, -1, 0));
  SHOW(raw_mmap(0, PAGE, rw, anon | MAP_HUGETLB | 30 << 26, -1, 0));
  SHOW(raw_mmap((void *)0x10001000, PAGE, rw, anon | MAP_HUGETLB | MAP_FIXED, -1, 0));
  SHOW(raw_mmap(0, PAGE, rw, MAP_SHARED | MAP_HUGETLB, m, 0));
  SHOW(raw_mmap(0, PAGE, rw, MAP_SHARED | MAP_HUGETLB, 99, 0));
  SHOW(syscall(SYS_memfd_create, "h", MFD_HUGETLB | 22u << 26));
  puts("populate");
  unsigned char vec[4];
  char *p = mmap(0, 4 * PAGE, rw, anon | MAP_POPULATE, -1, 0);
  SHOW(mincore(p, 4 * PAGE, vec));
  printf("%d%d%d%d %s\n", vec[0], vec[1], vec[2], vec[3], smaps(p, "Anonymous"));
  p = mmap(0, 4 * PAGE, rw, anon | MAP_POPULATE | MAP_NONBLOCK, -1, 0);
  SHOW(mincore(p, 4 * PAGE, vec));
  printf("%d%d%d%d\n", vec[0], vec[1], vec[2], vec[3]);
  p = mmap(0, 4 * PAGE, rw, anon | MAP_LOCKED, -1, 0);
  SHOW(mincore(p, 4 * PAGE, vec));
  printf("%d%d%d%d %s locked %d\n", vec[0], vec[1], vec[2], vec[3], smaps(p, "Locked"), has_flag(p, "lo"));
  SHOW(madvise(p, PAGE, MADV_DONTNEED));
  SHOW(madvise(p, PAGE, MADV_FREE));
  SHOW(madvise(p, PAGE, MADV_COLD));
  SHOW(madvise(p, PAGE, MADV_PAGEOUT));
  SHOW(msync(p, PAGE, MS_INVALIDATE));
  munmap(p, 4 * PAGE);
  p = mmap(0, 2 * PAGE, rw, anon | MAP_GROWSDOWN | MAP_NORESERVE | MAP_STACK, -1, 0);
  printf("grows down %d no reserve %d\n", has_flag(p, "gd"), has_flag(p, "nr"));
}

static void protection(void) {
  puts("mprotect");
  char *p = fresh(6);
  SHOW(syscall(SYS_mprotect, p, PAGE, PROT_GROWSDOWN | PROT_GROWSUP));
  SHOW(mprotect(p + 1, PAGE, 64));
  SHOW(mprotect(p, 0, 64));
  SHOW(mprotect(p, ~0ul, 64));
  SHOW(mprotect(p, -PAGE, 64));
  SHOW(mprotect(p, PAGE, 64));
  SHOW(mprotect(p, PAGE, PROT_READ | 8));
  SHOW(mprotect(p, PAGE, PROT_READ | PROT_GROWSDOWN));
  SHOW(mprotect(p, PAGE, PROT_READ | PROT_GROWSUP));
  SHOW(mprotect(p - PAGE, 2 * PAGE, PROT_READ));
  SHOW(mprotect(p + 5 * PAGE, 2 * PAGE, PROT_READ));
  printf("the part before the hole %d\n", write_to(p + 5 * PAGE));
  char *g = mmap(0, 6 * PAGE, rw, anon | MAP_GROWSDOWN, -1, 0);
  SHOW(mprotect(g + 4 * PAGE, PAGE, PROT_READ | PROT_GROWSDOWN));
  printf("from its start %d, beyond %d\n", write_to(g), write_to(g + 5 * PAGE));
  int ro = open("/proc/self/exe", O_RDONLY);
  char *f = mmap(0, 2 * PAGE, PROT_READ, MAP_SHARED, ro, 0);
  SHOW(mprotect(f, PAGE, rw));
  SHOW(mprotect(f, 0, rw));
  SHOW(mprotect(f, PAGE, PROT_READ | PROT_EXEC));
  mmap(f - PAGE, PAGE, PROT_NONE, anon | MAP_FIXED, -1, 0);
  SHOW(mprotect(f - PAGE, 2 * PAGE, rw));
  printf("the part before the refusal %d\n", write_to(f - PAGE));
  SHOW(syscall(SYS_pkey_mprotect, p, PAGE, PROT_READ, -1));
  SHOW(syscall(SYS_pkey_mprotect, p, PAGE, PROT_READ, 16));
  SHOW(syscall(SYS_pkey_mprotect, p, 0, PROT_READ, 16));
  SHOW(syscall(SYS_pkey_mprotect, p + 1, PAGE, PROT_READ, 16));
  SHOW(syscall(SYS_pkey_mprotect, p, PAGE, 64, 16));
  SHOW(syscall(SYS_pkey_alloc, 1, 0));
  SHOW(syscall(SYS_pkey_alloc, 0, 4));
  SHOW(syscall(SYS_pkey_free, 16));
  SHOW(syscall(SYS_pkey_free, -1));
}

static void moves(void) {
  puts("mremap");
  char *p = fresh(6), *t = fresh(8);
  munmap(t, 8 * PAGE);
  memset(p, 'm', 6 * PAGE);
  SHOW(mremap(p, PAGE, PAGE, 8));
  SHOW(mremap(p, PAGE, PAGE, MREMAP_FIXED, t));
  SHOW(mremap(p + 1, PAGE, PAGE, 0));
  SHOW(mremap(p, PAGE, 0, MREMAP_MAYMOVE));
  SHOW(mremap(p, 0, PAGE, MREMAP_MAYMOVE));
  SHOW(mremap(p, 7 * PAGE, 9 * PAGE, MREMAP_MAYMOVE));
  SHOW(mremap(p + 6 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
  SHOW(mremap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, t + 1));
  SHOW(mremap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)-4096L));
  SHOW(mremap(p, PAGE, 1ul << 47, MREMAP_MAYMOVE | MREMAP_FIXED, t));
  SHOW(mremap(p, 2 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + PAGE));
  SHOW(mremap(p, PAGE, 1ul << 46, MREMAP_MAYMOVE));
  SHOW(mremap(p, PAGE, 2 * PAGE, 0));
  SHOW((char *)mremap(p, 6 * PAGE, 2 * PAGE, 0) - p);
  SHOW((char *)mremap(p, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, t) - t);
  printf("%c%c%d%d\n", t[0], t[2 * PAGE - 1], t[2 * PAGE], t[4 * PAGE - 1]);
  SHOW(write_to(p));
  long before = status_kb("VmPeak"), size = status_kb("VmSize");
  char *big = mmap(0, 64 << 20, rw, anon | MAP_NORESERVE, -1, 0), *to = mmap(0, 64 << 20, PROT_NONE, anon | MAP_NORESERVE, -1, 0);
  munmap(to, 64 << 20);
  mremap(big, 64 << 20, 64 << 20, MREMAP_MAYMOVE | MREMAP_FIXED, to);
  printf("peak of a move %d\n", status_kb("VmPeak") - before <= (128 << 10) && status_kb("VmSize") == size + (64 << 10));
  munmap(to, 64 << 20);
  int m = memfd_create("twin", 0);
  ftruncate(m, 4 * PAGE);
  char *s = mmap(0, 4 * PAGE, rw, MAP_SHARED, m, 0);
  char *twin = mremap(s + PAGE, 0, 2 * PAGE, MREMAP_MAYMOVE);
  s[PAGE] = 'a', twin[PAGE] = 'b';
  printf("%c%c\n", twin[0], s[2 * PAGE]);
  mlock(t, 4 * PAGE);
  size = status_kb("VmLck");
  char *moved = mremap(t, 4 * PAGE, 6 * PAGE, MREMAP_MAYMOVE);
  printf("locked %ld more, still %d\n", status_kb("VmLck") - size, has_flag(moved, "lo"));
  munmap(moved, 6 * PAGE);
}

static void advice(void) {
  puts("madvise");
  char *p = fresh(6);
  memset(p, 'a', 6 * PAGE);
  static const int all[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 30, 99, -1};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
    errno = 0;
    int result = madvise(p, PAGE, all[i]);
    printf("%d: %d %s; unaligned", all[i], result, error_name(errno));
    errno = 0;
    result = madvise(p + 1, PAGE, all[i]);
    printf(" %d %s; empty", result, error_name(errno));
    errno = 0;
    result = madvise(p, 0, all[i]);
    printf(" %d %s\n", result, error_name(errno));
  }
  SHOW(madvise(p, ~0ul, MADV_NORMAL));
  SHOW(madvise(p, -PAGE, MADV_NORMAL));
  SHOW(madvise(p + 6 * PAGE, 2 * PAGE, MADV_DONTNEED));
  munmap(p + 2 * PAGE, PAGE);
  p[PAGE] = p[3 * PAGE] = 'x';
  SHOW(madvise(p, 6 * PAGE, MADV_DONTNEED));
  printf("done all the same: %d %d\n", p[PAGE], p[3 * PAGE]);
  int m = memfd_create("advice", 0);
  ftruncate(m, 4 * PAGE);
  char *s = mmap(0, 4 * PAGE, rw, MAP_SHARED, m, 0), *c = mmap(0, PAGE, rw, MAP_PRIVATE, m, 0);
  memset(s, 's', 4 * PAGE);
  SHOW(madvise(s, PAGE, MADV_WIPEONFORK));
  SHOW(madvise(s, PAGE, MADV_FREE));
  SHOW(madvise(c, PAGE, MADV_FREE));
  SHOW(madvise(c, PAGE, MADV_WIPEONFORK));
  SHOW(madvise(c, PAGE, MADV_REMOVE));
  SHOW(madvise(p, PAGE, MADV_REMOVE));
  SHOW(madvise(s + PAGE, PAGE, MADV_REMOVE));
  printf("hole %d, beside %c%c\n", s[PAGE], s[0], s[2 * PAGE]);
  s[PAGE] = 'n';
  SHOW(madvise(s, 4 * PAGE, MADV_DONTNEED));
  printf("shared stays %c\n", s[PAGE]);
  c[0] = 'c';
  SHOW(madvise(c, PAGE, MADV_DONTNEED));
  printf("private reads the file again %c\n", c[0]);
  int zero = open("/dev/zero", O_RDWR);
  char *z = mmap(0, PAGE, rw, MAP_PRIVATE, zero, 0), *zs = mmap(0, PAGE, rw, MAP_SHARED, zero, 0);
  z[0] = zs[0] = 'z';
  SHOW(madvise(z, PAGE, MADV_WIPEONFORK));
  SHOW(madvise(z, PAGE, MADV_FREE));
  SHOW(madvise(z, PAGE, MADV_REMOVE));
  SHOW(madvise(zs, PAGE, MADV_REMOVE));
  printf("%d\n", zs[0]);
  puts("fork");
  char *wipe = fresh(1), *gone = fresh(1);
  wipe[0] = 'w', gone[0] = 'g';
  madvise(wipe, PAGE, MADV_WIPEONFORK);
  madvise(gone, PAGE, MADV_DONTFORK);
  CHILD("child", printf("wiped %d, gone %d\n", wipe[0], write_to(gone)); wipe[0] = 'c'; CHILD("its child", printf("wiped too %d\n", wipe[0])));
  printf("%c%c\n", wipe[0], gone[0]);
  madvise(wipe, PAGE, MADV_KEEPONFORK), madvise(gone, PAGE, MADV_DOFORK);
  CHILD("kept", printf("%c%c\n", wipe[0], gone[0]));
  puts("flags");
  char *q = fresh(1);
  const struct { int advice; const char *flag; } bits[] = {{MADV_SEQUENTIAL, "sr"}, {MADV_RANDOM, "rr"}, {MADV_DONTFORK, "dc"}, {MADV_DONTDUMP, "dd"}, {MADV_WIPEONFORK, "wf"}, {MADV_MERGEABLE, "mg"}};
  for (unsigned i = 0; i < sizeof bits / sizeof *bits; i++) printf("%s %d", bits[i].flag, has_flag(q, bits[i].flag)), madvise(q, PAGE, bits[i].advice), printf("%d\n", has_flag(q, bits[i].flag));
  puts("free");
  p = fresh(4);
  memset(p, 'f', 4 * PAGE);
  SHOW(madvise(p, 4 * PAGE, MADV_FREE));
  // Newly freed pages wait in a batch, which another call empties.
  SHOW(madvise(p, 4 * PAGE, MADV_FREE));
  printf("lazy %s of %s\n", smaps(p, "LazyFree"), smaps(p, "Anonymous"));
  p[0] = 'k';
  printf("lazy %s\n", smaps(p, "LazyFree"));
  p[2 * PAGE] = 'l';
  SHOW(madvise(p, 4 * PAGE, MADV_PAGEOUT));
  printf("kept %c%c, gone %d%d, left %s\n", p[0], p[2 * PAGE], p[PAGE], p[3 * PAGE], smaps(p, "Anonymous"));
  puts("page out");
  // A file that nobody else maps and that is not in memory only. What was just read waits in a batch of the processor that did it, which
  // the calls empty there alone.
  cpu_set_t here;
  CPU_ZERO(&here);
  CPU_SET(sched_getcpu(), &here);
  sched_setaffinity(0, sizeof here, &here);
  int fd = open("/usr/share/common-licenses/GPL-3", O_RDONLY);
  char *f = mmap(0, 4 * PAGE, rw, MAP_PRIVATE, fd, 0);
  long sum = 0, again = 0;
  for (int i = 0; i < 4 * PAGE; i++) sum += f[i];
  int old = f[PAGE];
  f[PAGE] = 'P';
  SHOW(madvise(f, 4 * PAGE, MADV_COLD));
  printf("resident %s, private %s, referenced %s", smaps(f, "Rss"), smaps(f, "Anonymous"), "");
  printf("%s\n", smaps(f, "Referenced"));
  SHOW(madvise(f, 4 * PAGE, MADV_PAGEOUT));
  printf("resident %s, private %s\n", smaps(f, "Rss"), smaps(f, "Anonymous"));
  for (int i = 0; i < 4 * PAGE; i++) again += f[i];
  printf("the same again %d\n", again - 'P' == sum - old);
}

static void residency(void) {
  puts("mincore");
  char *p = fresh(4);
  unsigned char vec[16];
  p[0] = 1, (void)*(volatile char *)(p + PAGE);
  SHOW(mincore(p, 3 * PAGE + 1, vec));
  printf("%d%d%d%d\n", vec[0], vec[1], vec[2], vec[3]);
  SHOW(mincore(p + 1, 0, vec));
  SHOW(mincore(p, 0, 0));
  SHOW(mincore(p, PAGE, 0));
  SHOW(mincore(p, 5 * PAGE, vec));
  SHOW(mincore(p, 5 * PAGE, 0));
  SHOW(mincore(p, 1ul << 48, vec));
  SHOW(mincore((void *)-PAGE, PAGE, vec));
  SHOW(syscall(SYS_mincore, p, PAGE, -1ul));
  char path[] = "/tmp/ring3-core-XXXXXX";
  int fd = mkstemp(path);
  ftruncate(fd, 4 * PAGE);
  pwrite(fd, "x", 1, PAGE);
  int other = open(path, O_RDONLY);
  unlink(path);
  char *f = mmap(0, 4 * PAGE, PROT_READ, MAP_SHARED, other, 0);
  SHOW(mincore(f, 2 * PAGE, vec));
  printf("written %d\n", vec[1]);
  chmod("/", 0755);
  fchmod(fd, 0644);
  CHILD("another user", if (setgid(65534) || setuid(65534)) _exit(9); unsigned char v[4] = {0}; SHOW(mincore(f, 4 * PAGE, v)); printf("sees %d%d%d%d\n", v[0], v[1], v[2], v[3]));
  puts("msync");
  SHOW(msync(p, PAGE, 8));
  SHOW(msync(p + 1, PAGE, MS_SYNC));
  SHOW(msync(p, PAGE, MS_SYNC | MS_ASYNC));
  SHOW(msync(p, ~0ul, MS_SYNC));
  SHOW(msync(p, -PAGE, MS_SYNC));
  SHOW(msync(p, 0, MS_SYNC));
  SHOW(msync(p, 5 * PAGE, 0));
  SHOW(msync(p - PAGE, 2 * PAGE, MS_SYNC));
  SHOW(msync(p - PAGE, PAGE, MS_SYNC));
}

static void remapped(void) {
  puts("remap_file_pages");
  int m = memfd_create("remap", 0);
  ftruncate(m, 4 * PAGE);
  char *s = mmap(0, 4 * PAGE, rw, MAP_SHARED, m, 0), *c = mmap(0, PAGE, rw, MAP_PRIVATE, m, 0);
  for (int i = 0; i < 4; i++) s[i * PAGE] = (char)('0' + i);
  SHOW(remap_file_pages(s, PAGE, PROT_READ, 1, 0));
  SHOW(remap_file_pages(s, 100, 0, 1, 0));
  SHOW(remap_file_pages(s, -PAGE, 0, 1, 0));
  SHOW(syscall(SYS_remap_file_pages, s, PAGE, 0, ~0ul, 0));
  SHOW(remap_file_pages(c, PAGE, 0, 1, 0));
  SHOW(remap_file_pages(s, 5 * PAGE, 0, 0, 0));
  SHOW(remap_file_pages(s, PAGE, 0, 3, 0));
  SHOW(remap_file_pages(s + 100 + 3 * PAGE, PAGE + 200, 0, 0, MAP_NONBLOCK));
  printf("%c%c%c%c\n", s[0], s[PAGE], s[2 * PAGE], s[3 * PAGE]);
  SHOW(remap_file_pages(s, 2 * PAGE, 0, 0, 0));
  mlock(s, PAGE);
  long locked = status_kb("VmLck");
  SHOW(remap_file_pages(s, PAGE, 0, 2, 0));
  printf("%c locked %ld\n", s[0], status_kb("VmLck") - locked);
  munlock(s, PAGE);
}

static void sealed(void) {
  puts("seals");
  char name[260];
  memset(name, 'n', sizeof name);
  name[249] = 0;
  SHOW(memfd_create(name, 0) > 0);
  name[249] = 'n', name[250] = 0;
  SHOW(memfd_create(name, 0));
  SHOW(syscall(SYS_memfd_create, 0, 0));
  SHOW(syscall(SYS_memfd_create, 0, 64));
  SHOW(syscall(SYS_memfd_create, "x", 64));
  int m = memfd_create("s", MFD_ALLOW_SEALING | MFD_CLOEXEC), plain = memfd_create("p", 0);
  SHOW(fcntl(m, F_GETFD));
  SHOW(fcntl(m, F_GET_SEALS));
  SHOW(fcntl(plain, F_GET_SEALS));
  SHOW(fcntl(plain, F_ADD_SEALS, F_SEAL_WRITE));
  SHOW(fcntl(m, F_ADD_SEALS, 64));
  SHOW(fcntl(0, F_ADD_SEALS, F_SEAL_WRITE) < 0);
  ftruncate(m, 2 * PAGE);
  char *s = mmap(0, PAGE, rw, MAP_SHARED, m, 0);
  SHOW(fcntl(m, F_ADD_SEALS, F_SEAL_WRITE));
  SHOW(fcntl(m, F_ADD_SEALS, F_SEAL_SHRINK));
  SHOW(ftruncate(m, PAGE));
  SHOW(ftruncate(m, 3 * PAGE));
  SHOW(fcntl(m, F_ADD_SEALS, F_SEAL_GROW));
  SHOW(ftruncate(m, 4 * PAGE));
  SHOW(pwrite(m, "x", 1, 3 * PAGE));
  SHOW(pwrite(m, "x", 1, 3 * PAGE - 1));
  SHOW(pwrite(m, s, PAGE, 2 * PAGE + 100));
  SHOW(pwrite(m, s, 2, 3 * PAGE - 1));
  SHOW(fcntl(m, F_ADD_SEALS, 16));
  s[0] = 'o';
  SHOW(pwrite(m, "x", 1, 0));
  SHOW(raw_mmap(0, PAGE, rw, MAP_SHARED, m, 0));
  char *view = mmap(0, PAGE, PROT_READ, MAP_SHARED, m, 0);
  SHOW(view == MAP_FAILED);
  SHOW(mprotect(view, PAGE, rw));
  SHOW(mprotect(s, PAGE, PROT_READ));
  SHOW(mprotect(s, PAGE, rw));
  OK(raw_mmap(0, PAGE, rw, MAP_PRIVATE, m, 0));
  SHOW(fallocate(m, 3, 0, PAGE));
  SHOW(fcntl(m, F_ADD_SEALS, F_SEAL_WRITE));
  munmap(s, PAGE);
  munmap(view, PAGE);
  SHOW(fcntl(m, F_ADD_SEALS, F_SEAL_WRITE));
  SHOW(raw_mmap(0, PAGE, rw, MAP_SHARED, m, 0));
  OK(raw_mmap(0, PAGE, rw, MAP_PRIVATE, m, 0));
  SHOW(fcntl(m, F_ADD_SEALS, F_SEAL_SEAL));
  SHOW(fcntl(m, F_ADD_SEALS, F_SEAL_GROW));
  SHOW(fcntl(m, F_GET_SEALS));
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", m);
  int ro = open(link, O_RDONLY);
  SHOW(fcntl(ro, F_ADD_SEALS, F_SEAL_GROW));
  OK(raw_mmap(0, PAGE, PROT_READ, MAP_SHARED, ro, 0));
}

static void other_memory(void) {
  puts("process_vm");
  char *mine = fresh(4);
  memset(mine, 'm', 4 * PAGE);
  int ends[2];
  pipe(ends);
  pid_t child = fork();
  if (child == 0) {
    char byte;
    memset(mine, 'c', 4 * PAGE);
    mprotect(mine + 2 * PAGE, PAGE, PROT_NONE), mprotect(mine + 3 * PAGE, PAGE, PROT_READ);
    close(ends[0]), write(ends[1], "r", 1), close(ends[1]);
    pause();
    _exit(byte = 0);
  }
  char byte, *local = fresh(3);
  read(ends[0], &byte, 1);
  struct iovec l = {local, 2 * PAGE}, r = {mine, 2 * PAGE}, two[2];
  SHOW(process_vm_readv(child, &l, 1, &r, 1, 1));
  SHOW(process_vm_readv(child, &l, 0, &r, 1, 0));
  SHOW(process_vm_readv(child, &l, 1, &r, 0, 0));
  SHOW(process_vm_readv(999999, &l, 1, &r, 0, 0));
  SHOW(process_vm_readv(999999, &l, 1, &r, 1, 0));
  SHOW(process_vm_readv(child, &l, 1025, &r, 1, 0));
  SHOW(process_vm_readv(child, &l, 1, &r, 1025, 0));
  SHOW(process_vm_readv(child, 0, 1, &r, 1, 0));
  SHOW(process_vm_readv(child, &l, 1, (void *)8, 1, 0));
  SHOW(process_vm_readv(child, &l, 1, &r, 1, 0));
  printf("%c%c\n", local[0], local[2 * PAGE - 1]);
  r = (struct iovec){mine + PAGE + 100, 2 * PAGE};
  SHOW(process_vm_readv(child, &l, 1, &r, 1, 0));
  r = (struct iovec){mine + 2 * PAGE, PAGE};
  SHOW(process_vm_readv(child, &l, 1, &r, 1, 0));
  r = (struct iovec){mine, 2 * PAGE};
  l = (struct iovec){local + 2 * PAGE + 50, 2 * PAGE};
  SHOW(process_vm_readv(child, &l, 1, &r, 1, 0));
  l = (struct iovec){(void *)0x7ffffffff000, PAGE};
  SHOW(process_vm_readv(child, &l, 1, &r, 1, 0));
  l = (struct iovec){local, -1};
  SHOW(process_vm_readv(child, &l, 1, &r, 1, 0));
  l = (struct iovec){local, 3 * PAGE};
  r = (struct iovec){mine, -1};
  SHOW(process_vm_readv(child, &l, 1, &r, 1, 0));
  two[0] = (struct iovec){mine, 10}, two[1] = (struct iovec){mine + PAGE - 5, 10};
  memset(local, '.', 30);
  l = (struct iovec){local, 15};
  SHOW(process_vm_readv(child, &l, 1, two, 2, 0));
  printf("%.20s\n", local);
  two[1].iov_base = (void *)8;
  SHOW(process_vm_readv(child, &l, 1, two, 2, 0));
  l = (struct iovec){"written", 7}, r = (struct iovec){mine + PAGE - 3, 7};
  SHOW(process_vm_writev(child, &l, 1, &r, 1, 0));
  l.iov_base = local;
  SHOW(process_vm_readv(child, &l, 1, &r, 1, 0));
  printf("%.7s, mine %c\n", local, mine[PAGE]);
  r = (struct iovec){mine + 3 * PAGE, 7};
  SHOW(process_vm_writev(child, &l, 1, &r, 1, 0));
  SHOW(process_vm_readv(child, &l, 1, &r, 1, 0));
  CHILD("another user", if (setgid(65534) || setuid(65534)) _exit(9); SHOW(process_vm_readv(child, &l, 1, &r, 1, 0)); SHOW(process_vm_readv(getpid(), &l, 1, &r, 1, 0)));
  kill(child, SIGKILL);
  siginfo_t info;
  waitid(P_PID, child, &info, WEXITED | WNOWAIT);
  SHOW(process_vm_readv(child, &l, 1, &r, 1, 0));
  wait(0);
  SHOW(process_vm_readv(child, &l, 1, &r, 1, 0));
}

static void barriers(void) {
  puts("membarrier");
  SHOW(syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0) & 127);
  SHOW(syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 4));
  SHOW(syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0));
  SHOW(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0));
  SHOW(syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0));
  SHOW(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0));
  SHOW(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0));
  SHOW(syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0));
  SHOW(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0));
  SHOW(syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0));
  SHOW(syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, 0));
  SHOW(syscall(SYS_membarrier, 3, 0));
  SHOW(syscall(SYS_membarrier, 1 << 20, 0));
  CHILD("child", SHOW(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0)));
}

/** Run again with a personality: what the new program finds. */
static void in_personality(void) {
  char line[300], what[300];
  FILE *f = fopen("/proc/self/maps", "r");
  int executable = 0, data = 0, zero = 0;
  while (fgets(line, sizeof line, f)) {
    unsigned long from;
    char access[8];
    what[0] = 0;
    sscanf(line, "%lx-%*x %7s %*s %*s %*s %299s", &from, access, what);
    if (from == 0) zero = 1;
    if (!strcmp(what, "[stack]") && access[2] == 'x') executable = 1;
    if (!strcmp(what, "[heap]") && access[2] == 'x') data = 1;
  }
  fclose(f);
  char *p = mmap(0, PAGE, PROT_READ, anon, -1, 0), *q = mmap(0, PAGE, PROT_READ, anon, -1, 0), *w = mmap(0, PAGE, PROT_WRITE, anon, -1, 0);
  printf("%lx: page zero %d, stack x %d, heap x %d, mapping x %d, without read %d, upwards %d\n", (long)personality(-1), zero, executable, data, has_flag(p, "ex"), has_flag(w, "ex"), q > p);
  mprotect(w, PAGE, PROT_READ);
  printf("after mprotect %d\n", has_flag(w, "ex"));
}

int main(int argc, char **argv) {
  setvbuf(stdout, 0, _IOLBF, 0);
  if (argc > 1) return in_personality(), 0;
  kinds_of_mmap();
  protection();
  moves();
  advice();
  residency();
  remapped();
  sealed();
  other_memory();
  barriers();
  puts("huge page control");
  SHOW(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
  SHOW(prctl(PR_GET_THP_DISABLE, 1, 0, 0, 0));
  SHOW(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 1));
  SHOW(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0));
  CHILD("inherited", SHOW(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0)));
  SHOW(prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0));
  SHOW(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
  puts("read implies exec");
  CHILD("at once", personality(READ_IMPLIES_EXEC); char *b = sbrk(3 * PAGE); in_personality(); printf("brk x %d\n", has_flag((char *)(((uintptr_t)b + 2 * PAGE) & ~4095ul), "ex")););
  puts("personality");
  static const long kinds[] = {0, ADDR_COMPAT_LAYOUT, MMAP_PAGE_ZERO, READ_IMPLIES_EXEC, ADDR_LIMIT_3GB, ADDR_NO_RANDOMIZE | ADDR_LIMIT_32BIT};
  for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) CHILD("run", personality(kinds[i]); execl("/proc/self/exe", "mm-calls", "again", (char *)0));
  return 0;
}
