// Demand paging is counted: minor faults of scripted access patterns, by getrusage and /proc/self/stat.
#include "check.h"
#include <sys/prctl.h>

static volatile char sink;

static long minor_faults(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

static long started;
static void begin(void) { started = minor_faults(); }
static long end_count(void) { return minor_faults() - started; }

/** Counts the faults of the statements: with nothing else in between that touches new memory. */
#define COUNT(name, ...) \
  do { \
    begin(); \
    { __VA_ARGS__; } \
    long count_ = end_count(); \
    printf("%s: %ld\n", name, count_); \
  } while (0)

static void read_pages(char *p, int first, int count) {
  for (int i = first; i < first + count; i++) sink = ((volatile char *)p)[i * PAGE];
}

static void write_pages(char *p, int first, int count) {
  for (int i = first; i < first + count; i++) ((volatile char *)p)[i * PAGE] = (char)i;
}

static char *map(int pages, int prot, int flags, int fd) {
  char *p = mmap(0, (size_t)pages * PAGE, prot, flags, fd, 0);
  if (p == MAP_FAILED) { perror("mmap"); exit(2); }
  return p;
}

/** A mapping whose start is aligned to `align` pages, `shift` pages behind it. */
static char *map_at(int align, int shift, int pages, int prot, int flags, int fd, long offset) {
  char *space = map(align * 2 + shift + pages, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  uintptr_t at = ((uintptr_t)space + align * PAGE - 1) / (align * PAGE) * (align * PAGE) + shift * PAGE;
  char *p = mmap((void *)at, (size_t)pages * PAGE, prot, flags | MAP_FIXED, fd, offset * PAGE);
  if (p == MAP_FAILED) { perror("mmap"); exit(2); }
  return p;
}

/** A file of so many pages, all of them in the page cache. */
static int file_of(int pages) {
  char name[] = "/tmp/ring3-demand-XXXXXX";
  int fd = mkstemp(name);
  unlink(name);
  static char block[PAGE];
  for (int i = 0; i < pages; i++) {
    memset(block, 'a' + i % 26, PAGE);
    if (write(fd, block, PAGE) != PAGE) exit(2);
  }
  return fd;
}

static void anonymous(void) {
  char *p = map(64, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  // Its page table is there from now on.
  write_pages(p, 63, 1);
  COUNT("anonymous: read 16", read_pages(p, 0, 16));
  COUNT("anonymous: read them again", read_pages(p, 0, 16));
  COUNT("anonymous: write what was read", write_pages(p, 0, 16));
  COUNT("anonymous: write 16 new", write_pages(p, 16, 16));
  COUNT("anonymous: write them again", write_pages(p, 16, 16));
  COUNT("anonymous: MADV_DONTNEED", madvise(p, 32 * PAGE, MADV_DONTNEED));
  COUNT("anonymous: read after it", read_pages(p, 0, 32));
  mprotect(p, 32 * PAGE, PROT_READ);
  COUNT("anonymous: read after mprotect", read_pages(p, 0, 32));
  mprotect(p, 32 * PAGE, PROT_READ | PROT_WRITE);
  COUNT("anonymous: write after mprotect back", write_pages(p, 0, 32));
  char *moved = mremap(p, 64 * PAGE, 128 * PAGE, MREMAP_MAYMOVE);
  COUNT("anonymous: write after mremap", write_pages(moved, 0, 32));
  COUNT("anonymous: write what mremap added", write_pages(moved, 64, 8));
  munmap(moved, 128 * PAGE);
  COUNT("anonymous: MAP_POPULATE", moved = map(32, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1));
  COUNT("anonymous: write after populate", write_pages(moved, 0, 32));
  munmap(moved, 32 * PAGE);
  COUNT("anonymous: populate read-only", moved = map(8, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1));
  COUNT("anonymous: read after it", read_pages(moved, 0, 8));
  moved = map(16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  COUNT("anonymous: mlock", mlock(moved, 16 * PAGE));
  COUNT("anonymous: write after mlock", write_pages(moved, 0, 16));
  p = map(16, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
  COUNT("shared anonymous: read", read_pages(p, 0, 8));
  COUNT("shared anonymous: write what was read", write_pages(p, 0, 8));
  COUNT("shared anonymous: write new", write_pages(p, 8, 8));
  COUNT("shared anonymous: read it", read_pages(p, 8, 8));
}

static void files(void) {
  int fd = file_of(64);
  char *p = map_at(16, 0, 64, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  COUNT("private file: read one", read_pages(p, 0, 1));
  COUNT("private file: read the window", read_pages(p, 0, 16));
  COUNT("private file: read in its middle", read_pages(p, 24, 1));
  COUNT("private file: read that window", read_pages(p, 16, 16));
  COUNT("private file: write what was mapped", write_pages(p, 0, 16));
  COUNT("private file: write again", write_pages(p, 0, 16));
  COUNT("private file: write new", write_pages(p, 32, 4));
  COUNT("private file: read around it", read_pages(p, 32, 16));
  COUNT("private file: MADV_DONTNEED", madvise(p, 64 * PAGE, MADV_DONTNEED));
  printf("private file: bytes are those of the file: %c%c\n", p[0], p[PAGE]);
  COUNT("private file: read all", read_pages(p, 0, 64));
  COUNT("private file: populate writable", map(32, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_POPULATE, fd));
  COUNT("private file: populate read-only", p = map_at(16, 0, 32, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0));
  COUNT("private file: read after it", read_pages(p, 0, 32));

  // Not near a page table's end, which cuts the window.
  p = map_at(512, 5, 40, PROT_READ, MAP_PRIVATE, fd, 3);
  COUNT("window: a vma that begins in it", read_pages(p, 2, 1));
  for (int i = 0; i < 40; i++) {
    begin();
    read_pages(p, i, 1);
    if (end_count()) printf("window: faulted at %d\n", i);
  }
  p = map_at(512, 508, 12, PROT_READ, MAP_PRIVATE, fd, 0);
  for (int i = 11; i >= 0; i--) {
    begin();
    read_pages(p, i, 1);
    if (end_count()) printf("page table: faulted at %d\n", i);
  }
  p = map_at(16, 0, 64, PROT_READ, MAP_PRIVATE, fd, 56);
  for (int i = 0; i < 8; i++) {
    begin();
    read_pages(p, i, 1);
    if (end_count()) printf("end of file: faulted at %d\n", i);
  }
  p = map_at(16, 0, 32, PROT_READ, MAP_SHARED, fd, 0);
  read_pages(p, 3, 1);
  munmap(p + 16 * PAGE, PAGE);
  COUNT("shared file: hole beside it", read_pages(p, 17, 15));
  p = map_at(16, 0, 32, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  COUNT("shared file: read", read_pages(p, 0, 16));
  close(fd);
}

static void forks(void) {
  char *p = map(32, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  char *shared = map(16, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
  write_pages(p, 0, 32);
  write_pages(shared, 0, 16);
  int go[2], done[2];
  if (pipe(go) || pipe(done)) exit(2);
  char byte = 0;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    COUNT("child: first call", (void)0);
    COUNT("child: read", read_pages(p, 0, 8));
    COUNT("child: write copies", write_pages(p, 0, 8));
    COUNT("child: write again", write_pages(p, 0, 8));
    fflush(stdout);
    if (write(done[1], &byte, 1) != 1 || read(go[0], &byte, 1) != 1) _exit(2);
    COUNT("child: the parent has its own copies: writes reuse", write_pages(p, 16, 8));
    fflush(stdout);
    _exit(0);
  }
  if (read(done[0], &byte, 1) != 1) exit(2);
  // Its stack, and the library's data.
  begin();
  printf("parent\n");
  end_count();
  COUNT("parent: the child has copied: writes reuse", write_pages(p, 0, 8));
  COUNT("parent: writes copy", write_pages(p, 16, 8));
  COUNT("parent: reads", read_pages(p, 24, 8));
  COUNT("parent: shared memory", write_pages(shared, 0, 16));
  fflush(stdout);
  if (write(go[1], &byte, 1) != 1) exit(2);
  waitpid(child, 0, 0);
  COUNT("parent: alone again: writes reuse", write_pages(p, 24, 8));
  COUNT("parent: and are free then", write_pages(p, 0, 32));
}

static void kernel_copies(void) {
  char *p = map(32, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  write_pages(p, 31, 1);
  int fd = file_of(16);
  static char buffer[16 * PAGE];
  memset(buffer, 1, sizeof buffer);
  COUNT("read() into new memory", if (pread(fd, p, 16 * PAGE, 0) != 16 * PAGE) exit(2));
  COUNT("read() into it again", if (pread(fd, p, 16 * PAGE, 0) != 16 * PAGE) exit(2));
  COUNT("write() from memory that was never touched", if (pwrite(fd, p + 16 * PAGE, 8 * PAGE, 0) != 8 * PAGE) exit(2));
  COUNT("read() into what was read as zeros", if (pread(fd, p + 16 * PAGE, 8 * PAGE, 0) != 8 * PAGE) exit(2));
  close(fd);
}

static int depth(int n) {
  volatile char frame[PAGE];
  frame[0] = (char)n;
  return n == 0 ? frame[0] : depth(n - 1) + frame[0];
}

static void stack(void) {
  depth(8);
  COUNT("stack: where it was before", depth(8));
  printf("stack: 100 pages more: %s\n", (begin(), depth(108), end_count() >= 95 && end_count() <= 105) ? "about 100" : "not about 100");
  COUNT("stack: again", depth(108));
}

/** Where memory is the only place of a file, nobody has to notice writes. */
static void in_memory(void) {
  int fd = memfd_create("demand", 0);
  if (ftruncate(fd, 32 * PAGE)) exit(2);
  char *p = map_at(16, 0, 32, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  COUNT("memfd: reads of holes", read_pages(p, 0, 8));
  COUNT("memfd: writes of what was read", write_pages(p, 0, 8));
  COUNT("memfd: new writes", write_pages(p, 8, 8));
  COUNT("memfd: msync", msync(p, 32 * PAGE, MS_SYNC));
  COUNT("memfd: writes after it", write_pages(p, 0, 16));
  char *q = map_at(16, 0, 32, PROT_READ, MAP_SHARED, fd, 0);
  COUNT("memfd: another mapping", read_pages(q, 0, 16));
  COUNT("memfd: a hole there", read_pages(q, 16, 2));
  close(fd);
}

static long stat_field(int field) {
  char text[1024];
  int fd = open("/proc/self/stat", O_RDONLY);
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n <= 0) return -1;
  text[n] = 0;
  char *p = strrchr(text, ')') + 2;
  for (int at = 3; at < field; at++) p = strchr(p, ' ') + 1;
  return atol(p);
}

int main(void) {
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  setvbuf(stdout, malloc(1 << 16), _IOFBF, 1 << 16);
  // Warm: everything that the counting itself needs.
  COUNT("warm", (void)0);
  printf("%d %d %ld %s %c\n", 1, 2, 3L, "4", '5');
  stat_field(10);
  anonymous();
  files();
  forks();
  kernel_copies();
  stack();
  in_memory();
  long before = stat_field(10), own = minor_faults();
  char *p = map(16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  write_pages(p, 0, 16);
  long after = stat_field(10), own_after = minor_faults();
  printf("stat says what getrusage says: %d\n", after - before == own_after - own && after - before >= 16);
  return 0;
}
