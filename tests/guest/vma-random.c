// Random calls of the mmap family over a window of pages: the result of each, the window's lines of maps, what status counts.
// The calls are the same each time. Left out is what newer kernels do otherwise than 5.4 (tests/kernel-differences.md): memory is
// without reserve, because they drop charges that decide about merging; mremap stays within one mapping and grows only elsewhere;
// private memory is written as soon as it is mapped (odd seeds) or never (even ones), because they merge the two kinds; nothing is
// wiped on fork, because there they leave out an anon_vma.
#include "check.h"

enum { WINDOW = 24, BESIDE = 16, CALLS = 120, SEEDS = 40 };

static char *base;
static int fd, written;
static unsigned state;
static unsigned below(unsigned n) {
  state ^= state << 13, state ^= state >> 17, state ^= state << 5;
  return state % n;
}

struct line { long from, to, offset; char access[8], name[8]; };
static int read_maps(struct line *lines) {
  FILE *f = fopen("/proc/self/maps", "r");
  char text[500], path[300];
  unsigned long from, to, offset;
  int n = 0;
  struct line *l = lines;
  while (fgets(text, sizeof text, f)) {
    path[0] = 0;
    sscanf(text, "%lx-%lx %7s %lx %*s %*s %299s", &from, &to, l->access, &offset, path);
    if ((char *)to <= base || (char *)from >= base + (WINDOW + BESIDE) * PAGE) continue;
    l->from = ((char *)from - base) / PAGE, l->to = ((char *)to - base) / PAGE;
    l->offset = strstr(path, "/dev/zero") ? 0 : (long)offset / PAGE;
    strcpy(l->name, strstr(path, "/dev/zero") ? "zero" : path[0] ? "file" : "");
    l++, n++;
  }
  fclose(f);
  return n;
}
static int within_one(long from, long to) {
  struct line lines[200];
  int n = read_maps(lines);
  for (int i = 0; i < n; i++) if (lines[i].from <= from && lines[i].to >= to) return 1;
  return 0;
}

static const char *names[] = {"VmSize", "VmLck", "VmData", "VmStk"};
enum { COUNTS = sizeof names / sizeof *names };
static void counts(long *into) {
  char text[4096];
  int f = open("/proc/self/status", O_RDONLY);
  text[read(f, text, sizeof text - 1)] = 0;
  close(f);
  for (int i = 0; i < COUNTS; i++) into[i] = atol(strchr(strstr(text, names[i]), ':') + 1);
}
/** Private pages in the window, kB. The counters in status are inexact on newer kernels, these are not. */
static long anonymous(void) {
  FILE *f = fopen("/proc/self/smaps", "r");
  char text[500];
  unsigned long from = 0, to = 0, next, end;
  long sum = 0;
  while (fgets(text, sizeof text, f)) {
    if (sscanf(text, "%lx-%lx ", &next, &end) == 2) from = next, to = end;
    else if (!strncmp(text, "Anonymous:", 10) && (char *)to > base && (char *)from < base + (WINDOW + BESIDE) * PAGE) sum += atol(text + 10);
  }
  fclose(f);
  return sum;
}
static void show(const long *start) {
  struct line lines[200];
  long now[COUNTS];
  int n = read_maps(lines);
  for (int i = 0; i < n; i++) printf("  %2ld-%2ld %s %lx %s\n", lines[i].from, lines[i].to, lines[i].access, lines[i].offset, lines[i].name);
  counts(now);
  printf(" ");
  for (int i = 0; i < COUNTS; i++) printf(" %s %+ld", names[i], now[i] - start[i]);
  printf(" Anonymous %ld\n", anonymous());
}

/** Through the kernel, so that a bad address is an errno. */
static long touch(char *p, int writes) {
  static int ends[2];
  char byte = 'x';
  if (!ends[1] && pipe(ends)) return -1;
  if (!writes) {
    long done = write(ends[1], p, 1);
    if (done == 1) read(ends[0], &byte, 1);
    return done;
  }
  write(ends[1], &byte, 1);
  long done = read(ends[0], p, 1);
  if (done < 0) { int error = errno; read(ends[0], &byte, 1); errno = error; }
  return done;
}

static void one_call(void) {
  static const int prots[] = {0, 1, 3, 3, 3, 5, 7, 2};
  static const int advices[] = {0, 1, 2, 3, 4, 8, 10, 11, 12, 13, 16, 17, 18, 19, 20};
  static const int kinds[] = {0x4022, 0x4022, 0x4022, 0x4022, 0x4122, 0x21, 0x4002, 0x4002, 0x01, 0x6022};
  static const int unwritten[] = {0x4022, 0x4022, 0x4022, 0x4022, 0x4022, 0x21, 0x4002, 0x4002, 0x01, 0x4022};
  unsigned page = below(WINDOW), most = WINDOW - page < 8 ? WINDOW - page : 8, pages = 1 + below(most), kind = below(100);
  char *p = base + page * PAGE;
  size_t n = pages * PAGE;
  int prot = prots[below(8)], populate = written ? MAP_POPULATE : 0;
  long result;
  errno = 0;
  printf("%u+%u ", page, pages);
  if (kind < 28) {
    int flags = (written ? kinds : unwritten)[below(10)], anonymous = flags & MAP_ANONYMOUS;
    if (written && flags & MAP_PRIVATE) prot = 3, flags |= MAP_POPULATE;
    long offset = anonymous ? 0 : below(10) < 6 ? page : below(32);
    printf("mmap %d %x %ld", prot, flags, offset);
    result = (long)mmap(p, n, prot, flags | MAP_FIXED, anonymous ? -1 : fd, offset * PAGE);
  } else if (kind < 32) printf("mmap noreplace"), result = (long)mmap(p, n, 3, 0x104022 | populate, -1, 0);
  else if (kind < 34) printf("mmap hint"), result = (long)mmap(p, PAGE, 3, 0x4022 | populate, -1, 0), result = result == (long)p ? result : munmap((void *)result, PAGE);
  else if (kind < 42) printf("munmap"), result = munmap(p, n);
  else if (kind < 60) printf("mprotect %d", prot), result = mprotect(p, n, prot);
  else if (kind < 76) { int writes = below(3) > 0 && written; p += below(n); printf("touch %d", writes), result = touch(p, writes); }
  else if (kind < 86) { int advice = advices[below(15)]; if (written && advice == MADV_WIPEONFORK) advice = MADV_DONTDUMP; printf("madvise %d", advice), result = madvise(p, n, advice); }
  else if (kind < 88 && written) printf("mlock"), result = mlock(p, n);
  else if (kind < 89) printf("mlock2"), result = syscall(SYS_mlock2, p, n, 1);
  else if (kind < 91) printf("munlock"), result = munlock(p, n);
  else if (kind < 93) { int flags = below(8); printf("msync %d", flags), result = msync(p, n, flags); }
  else if (kind < 95) {
    unsigned char vec[8];
    printf("mincore"), result = mincore(p, n, vec);
  } else if (!within_one(page, page + pages)) printf("mremap not"), result = 0;
  else if (kind < 97 || below(4) == 0) printf("mremap shrink"), result = (long)mremap(p, n, n - below(pages) * PAGE, 0);
  else {
    size_t to = n + below(4) * PAGE;
    char *target = base + (WINDOW + below(BESIDE - 11)) * PAGE;
    printf("mremap to %ld %ld", (target - base) / PAGE, (long)to / PAGE), result = (long)mremap(p, n, to, MREMAP_MAYMOVE | MREMAP_FIXED, target);
  }
  if (result < 0) printf(": %s\n", error_name(errno));
  else printf(": %ld\n", result >= (long)base && result < (long)base + (WINDOW + BESIDE) * PAGE ? (result - (long)base) / PAGE : result);
}

/**
 * Children of children go on with the calls. Those whose parents are gone may take over an anon_vma of a forebear's, which decides about
 * merging. `orphan`: each parent ends before its child goes on.
 */
static void generations(int left, int orphan) {
  long start[COUNTS];
  fflush(stdout);
  pid_t parent = getpid();
  if (fork()) {
    if (!orphan) wait(0);
    return;
  }
  while (orphan && getppid() == parent) usleep(1000);
  counts(start);
  printf("generation %d\n", left);
  for (int i = 1; i <= 32; i++) {
    one_call();
    if (i % 8 == 0) show(start);
  }
  if (left > 1) generations(left - 1, orphan);
  fflush(stdout);
  _exit(0);
}

int main(void) {
  char path[] = "/tmp/ring3-vma-XXXXXX";
  size_t all = (WINDOW + BESIDE) * PAGE;
  fd = mkstemp(path);
  unlink(path);
  if (ftruncate(fd, 64 * PAGE)) return 1;
  char *area = mmap(0, all + 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  base = area + 2 * PAGE;
  for (int seed = 1; seed <= SEEDS; seed++) {
    long start[COUNTS];
    munmap(base - PAGE, all + 2 * PAGE);
    counts(start), counts(start);
    written = seed % 2;
    state = seed * 2654435761u + 1;
    printf("seed %d\n", seed);
    for (int i = 1; i <= CALLS; i++) {
      one_call();
      if (i % 8 == 0) show(start);
    }
    if (!written) continue;
    // The last one closes the pipe.
    int ends[2];
    char byte;
    pipe(ends);
    fflush(stdout);
    if (fork() == 0) {
      close(ends[0]);
      generations(4, seed % 4 == 3);
      _exit(0);
    }
    close(ends[1]);
    read(ends[0], &byte, 1);
    close(ends[0]);
    wait(0);
  }
  return 0;
}
