// What smaps, pagemap, statm, status and clear_refs say of a mapping after each step: the same numbers natively and here.
#include "check.h"
#include <sys/prctl.h>

static char text[1 << 17];

static size_t slurp(const char *path) {
  int fd = open(path, O_RDONLY);
  size_t length = 0;
  if (fd < 0) return 0;
  for (;;) {
    ssize_t n = read(fd, text + length, sizeof text - 1 - length);
    if (n <= 0) break;
    length += n;
  }
  close(fd);
  text[length] = 0;
  return length;
}

/** The part of smaps about the mapping that holds `address`. */
static char *record_of(const void *address) {
  slurp("/proc/self/smaps");
  unsigned long start, end;
  for (char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
    if (sscanf(line, "%lx-%lx ", &start, &end) != 2 || !strchr(line, '-')) continue;
    if (start <= (unsigned long)address && (unsigned long)address < end) return line;
  }
  return NULL;
}

static void show_smaps(const char *what, const void *address) {
  static const char *const fields[] = {"Size", "Rss", "Pss", "Shared_Clean", "Shared_Dirty", "Private_Clean", "Private_Dirty",
    "Referenced", "Anonymous", "LazyFree", "AnonHugePages", "Swap", "SwapPss", "Locked"};
  char *record = record_of(address);
  printf("%s:", what);
  if (!record) {
    printf(" not mapped\n");
    return;
  }
  for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++) {
    char key[32];
    snprintf(key, sizeof key, "\n%s:", fields[i]);
    char *at = strstr(record, key);
    long value = at ? atol(at + strlen(key)) : -1;
    if (value) printf(" %s=%ld", fields[i], value);
  }
  char *flags = strstr(record, "VmFlags:");
  char *end = strchr(flags, '\n');
  printf(" |");
  for (char *word = flags + 9; word + 1 < end; word += 3) {
    // Soft-dirty tracking is an option of the kernel's build.
    if (strncmp(word, "sd", 2)) printf(" %.2s", word);
  }
  printf("\n");
}

/** A letter per page: . nothing, z the zero page, a anonymous, f file or shared; capitals where it is mapped only once. */
static void show_pages(const char *what, const char *start, int pages) {
  int fd = open("/proc/self/pagemap", O_RDONLY);
  printf("%s: ", what);
  for (int i = 0; i < pages; i++) {
    uint64_t entry = 0;
    if (pread(fd, &entry, 8, ((uintptr_t)start / PAGE + i) * 8) != 8) printf("?");
    int present = entry >> 63 & 1, file = entry >> 61 & 1, exclusive = entry >> 56 & 1, swap = entry >> 62 & 1;
    char letter = swap ? 's' : !present ? '.' : file ? 'f' : 'a';
    printf("%c", present && exclusive ? letter - 32 : letter);
  }
  printf("\n");
  close(fd);
}

static long statm(int field) {
  long value[7];
  slurp("/proc/self/statm");
  sscanf(text, "%ld %ld %ld %ld %ld %ld %ld", value, value + 1, value + 2, value + 3, value + 4, value + 5, value + 6);
  return value[field];
}

static long status(const char *name) {
  char key[32];
  slurp("/proc/self/status");
  snprintf(key, sizeof key, "\n%s:", name);
  char *at = strstr(text, key);
  return at ? atol(at + strlen(key)) : -1;
}

static char *const place = (char *)0x20000000;

static void clear_refs(const char *value) {
  int fd = open("/proc/self/clear_refs", O_WRONLY);
  errno = 0;
  ssize_t n = write(fd, value, strlen(value));
  printf("clear_refs %s: %s\n", value, n < 0 ? error_name(errno) : "ok");
  close(fd);
  // Linux does not flush the TLB for it: accesses are noticed again once something else has.
  mprotect(place, 16 * PAGE, PROT_READ);
  mprotect(place, 16 * PAGE, PROT_READ | PROT_WRITE);
}

static void anonymous(void) {
  long size = statm(0), data = statm(5), peak = status("VmPeak");
  char *p = mmap(place, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  printf("statm size %+ld data %+ld\n", statm(0) - size, statm(5) - data);
  show_smaps("mapped", p);
  volatile char sum = 0;
  for (int i = 0; i < 4; i++) sum += p[i * PAGE];
  show_smaps("4 read", p);
  show_pages("pages", p, 16);
  for (int i = 2; i < 8; i++) p[i * PAGE] = 1;
  show_smaps("6 written", p);
  show_pages("pages", p, 16);
  clear_refs("1");
  show_smaps("unreferenced", p);
  sum += p[2 * PAGE];
  p[3 * PAGE] = 2;
  show_smaps("2 used", p);
  clear_refs("2");
  show_smaps("anonymous unreferenced", p);
  sum += p[4 * PAGE];
  clear_refs("3");
  show_smaps("mapped unreferenced", p);
  CHILD("fork", {
    show_smaps("child", p);
    show_pages("child", p, 16);
    p[2 * PAGE] = 3;
    show_smaps("child wrote", p);
    show_pages("child", p, 16);
  });
  show_pages("parent", p, 16);
  madvise(p + 2 * PAGE, 2 * PAGE, MADV_DONTNEED);
  show_smaps("2 dropped", p);
  madvise(p, 16 * PAGE, MADV_SEQUENTIAL);
  show_smaps("sequential", p);
  madvise(p, 16 * PAGE, MADV_NORMAL);
  madvise(p, 16 * PAGE, MADV_DONTFORK);
  madvise(p, 16 * PAGE, MADV_DONTDUMP);
  madvise(p, 16 * PAGE, MADV_WIPEONFORK);
  show_smaps("advised", p);
  long locked = status("VmLck");
  OK(mlock(p, 8 * PAGE));
  show_smaps("locked", p);
  printf("VmLck %+ld\n", status("VmLck") - locked);
  show_smaps("the rest", p + 8 * PAGE);
  show_pages("pages", p, 16);
  OK(munlock(p, 8 * PAGE));
  mprotect(p, 4 * PAGE, PROT_NONE);
  show_smaps("none", p);
  show_pages("pages", p, 16);
  munmap(p, 16 * PAGE);
  show_smaps("unmapped", p);
  show_pages("pages", p, 4);
  printf("VmPeak grew: %d\n", status("VmPeak") >= peak);
}

static void files(void) {
  int fd = memfd_create("a name", 0);
  char buffer[PAGE];
  memset(buffer, 'x', sizeof buffer);
  for (int i = 0; i < 16; i++) if (write(fd, buffer, PAGE) != PAGE) perror("write");
  long shared = status("RssShmem");
  char *p = mmap(place, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
  show_smaps("memfd", p);
  volatile char sum = p[3 * PAGE];
  show_smaps("read", p);
  show_pages("pages", p, 16);
  p[5 * PAGE] = 'y';
  show_smaps("written", p);
  printf("RssShmem %d\n", status("RssShmem") > shared);
  char *q = mmap(place + 0x200000, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0);
  sum += q[0];
  show_smaps("private", q);
  show_smaps("shared by both", p);
  show_pages("pages", q, 16);
  q[PAGE] = 'z';
  q[2 * PAGE] = 'z';
  show_smaps("private, written", q);
  show_smaps("shared by both", p);
  show_pages("private", q, 16);
  show_pages("shared", p, 16);
  munmap(p, 16 * PAGE);
  munmap(q, 16 * PAGE);
  close(fd);
  p = mmap(place, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  sum += p[0];
  p[PAGE] = 1;
  show_smaps("shared anonymous", p);
  CHILD("shared with a child", {
    p[2 * PAGE] = 1;
    show_smaps("child", p);
    sum += p[PAGE];
    show_smaps("child", p);
    show_pages("child", p, 4);
  });
  munmap(p, 4 * PAGE);
}

static void memory_file(void) {
  char *p = mmap(place, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  strcpy(p, "hello");
  int fd = open("/proc/self/mem", O_RDWR);
  char buffer[2 * PAGE] = "";
  SHOW(pread(fd, buffer, 6, (off_t)p));
  printf("%s\n", buffer);
  SHOW(pwrite(fd, "HELLO", 5, (off_t)p));
  printf("%s\n", p);
  SHOW(lseek(fd, (off_t)p + PAGE - 3, SEEK_SET) == (off_t)p + PAGE - 3);
  SHOW(write(fd, "across", 6));
  printf("%.6s\n", p + PAGE - 3);
  SHOW(lseek(fd, 0, SEEK_CUR) - (off_t)p);
  SHOW(lseek(fd, 0, SEEK_END));
  // Positions are addresses: those of the kernel's half are negative.
  char there[PAGE];
  SHOW(lseek(fd, -PAGE, SEEK_SET));
  SHOW(read(fd, there, 0));
  SHOW(read(fd, there, 1));
  SHOW(read(fd, there, PAGE));
  SHOW(write(fd, there, 1));
  SHOW(pread(fd, there, 1, -PAGE));
  mprotect(p, PAGE, PROT_READ);
  SHOW(pwrite(fd, "forced", 6, (off_t)p));
  printf("%s\n", p);
  mprotect(p, PAGE, PROT_NONE);
  SHOW(pread(fd, buffer, 6, (off_t)p));
  SHOW(pwrite(fd, "never", 5, (off_t)p));
  munmap(p + 2 * PAGE, 2 * PAGE);
  SHOW(pread(fd, buffer, 2 * PAGE, (off_t)p + PAGE));
  SHOW(pread(fd, buffer, 1, (off_t)p + 2 * PAGE));
  SHOW(pwrite(fd, buffer, 1, (off_t)p + 2 * PAGE));
  SHOW(pread(fd, buffer, 1, 0));
  SHOW(syscall(SYS_pread64, fd, (void *)8, 1, (off_t)p));
  // A program keeps to the memory it was opened for, also over exec and exit of who it was.
  int pipes[2];
  if (pipe(pipes)) perror("pipe");
  pid_t child = fork();
  if (child == 0) {
    char c;
    if (read(pipes[0], &c, 1) < 0) perror("read");
    _exit(0);
  }
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/mem", child);
  int other = open(path, O_RDONLY);
  snprintf(path, sizeof path, "/proc/%d/maps", child);
  int maps = open(path, O_RDONLY);
  snprintf(path, sizeof path, "/proc/%d/pagemap", child);
  int pagemap = open(path, O_RDONLY);
  snprintf(path, sizeof path, "/proc/%d/status", child);
  int state = open(path, O_RDONLY);
  SHOW(pread(other, buffer, 6, (off_t)p));
  printf("%s\n", buffer);
  SHOW(pread(pagemap, buffer, 12, 0));
  SHOW(pread(pagemap, buffer, 16, 4));
  SHOW(pread(pagemap, buffer, 16, 0));
  SHOW(read(maps, buffer, 10));
  if (write(pipes[1], "x", 1) != 1) perror("write");
  siginfo_t info;
  waitid(P_PID, child, &info, WEXITED | WNOWAIT);
  SHOW(pread(other, buffer, 6, (off_t)p));
  SHOW(pread(pagemap, buffer, 16, 0));
  SHOW(pread(maps, buffer, 10, 0));
  SHOW(pread(state, buffer, 6, 0));
  waitpid(child, NULL, 0);
  SHOW(pread(other, buffer, 6, (off_t)p));
  SHOW(pread(maps, buffer, 10, 0));
  SHOW(pread(state, buffer, 6, 0));
  SHOW(open(path, O_RDONLY));
}

static uint64_t entry_at(const char *file, uint64_t index) {
  uint64_t entry = 0;
  int fd = open(file, O_RDONLY);
  if (fd < 0 || pread(fd, &entry, 8, index * 8) != 8) perror(file);
  close(fd);
  return entry;
}

/** How often the frame behind `p` is mapped, and what it is. */
static void show_frame(const char *what, const void *p) {
  static const struct { int bit; const char *name; } flags[] = {{3, "uptodate"}, {11, "mmap"}, {12, "anon"}, {14, "swapbacked"}, {24, "zero"},
    {20, "nopage"}, {10, "buddy"}};
  uint64_t frame = entry_at("/proc/self/pagemap", (uintptr_t)p / PAGE) & ((1ull << 55) - 1);
  uint64_t bits = entry_at("/proc/kpageflags", frame);
  printf("%s: frame %d", what, frame != 0);
  // The zero page is not counted.
  if (!(bits >> 24 & 1)) printf(", mapped %ld", (long)entry_at("/proc/kpagecount", frame));
  for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
    // It belongs to the kernel's image: what else is true of it depends on the kernel.
    if ((bits >> 24 & 1) && flags[i].bit != 24) continue;
    if (bits >> flags[i].bit & 1) printf(" %s", flags[i].name);
  }
  printf("\n");
}

static void frames(void) {
  char *p = mmap(place, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  volatile char c = p[0];
  p[PAGE] = 1;
  show_frame("zero page", p);
  show_frame("anonymous", p + PAGE);
  int fd = memfd_create("frames", 0);
  ftruncate(fd, PAGE);
  char *q = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  char *r = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
  q[0] = c;
  show_frame("memfd", q);
  c = r[0];
  show_frame("memfd, mapped twice", r);
  CHILD("fork", {
    show_frame("child", p + PAGE);
    p[PAGE] = 2;
    show_frame("child, written", p + PAGE);
  });
  show_frame("parent", p + PAGE);
  uint64_t before = entry_at("/proc/self/pagemap", (uintptr_t)p / PAGE + 1);
  CHILD("without CAP_SYS_ADMIN", {
    setuid(65534);
    prctl(PR_SET_DUMPABLE, 1);
    uint64_t entry = entry_at("/proc/self/pagemap", (uintptr_t)p / PAGE + 1);
    printf("frame %d, present %d\n", (entry & ((1ull << 55) - 1)) != 0, (int)(entry >> 63));
  });
  printf("same frame: %d\n", before == entry_at("/proc/self/pagemap", (uintptr_t)p / PAGE + 1));
  int count = open("/proc/kpagecount", O_RDONLY);
  char buffer[16];
  SHOW(pread(count, buffer, 12, 0));
  SHOW(pread(count, buffer, 8, 4));
  SHOW(pread(count, buffer, 16, 1l << 50));
  SHOW(lseek(count, 8, SEEK_SET));
  close(count);
}

static void bad_clear_refs(void) {
  clear_refs("0");
  clear_refs("6");
  clear_refs("x");
  clear_refs("");
  clear_refs(" 5 \n");
  clear_refs("5\n");
  clear_refs("0x1");
  SHOW(open("/proc/self/clear_refs", O_RDONLY) >= 0);
}

int main(void) {
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  setvbuf(stdout, NULL, _IOFBF, 1 << 16);
  anonymous();
  files();
  memory_file();
  frames();
  bad_clear_refs();
  return 0;
}
