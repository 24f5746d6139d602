// link: static pie
// The vdso as a program finds it: through AT_SYSINFO_EHDR, by its dynamic section, as shown in maps; its functions against the calls
// that they stand for; what may be done with its mappings.
#include "check.h"
#include <elf.h>
#include <link.h>
#include <pthread.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <sys/uio.h>

static const char *vdso;

static struct {
  const ElfW(Sym) * symbols;
  const char *strings;
  const ElfW(Word) * hash, *gnu_hash;
  const ElfW(Versym) * versions;
  const ElfW(Verdef) * definitions;
  ElfW(Addr) bias;
  unsigned count;
} image;

static int (*vdso_clock_gettime)(clockid_t, struct timespec *);
static int (*vdso_clock_getres)(clockid_t, struct timespec *);
static int (*vdso_gettimeofday)(struct timeval *, struct timezone *);
static time_t (*vdso_time)(time_t *);
static long (*vdso_getcpu)(unsigned *, unsigned *, void *);

static int parse(void) {
  const ElfW(Ehdr) *header = (const void *)vdso;
  if (memcmp(header->e_ident, ELFMAG, SELFMAG) || header->e_type != ET_DYN) return 0;
  printf("machine %d, class %d\n", header->e_machine, header->e_ident[EI_CLASS]);
  const ElfW(Phdr) *headers = (const void *)(vdso + header->e_phoff);
  const ElfW(Dyn) *dynamic = 0;
  for (int i = 0; i < header->e_phnum; i++) {
    if (headers[i].p_type == PT_LOAD) {
      image.bias = (ElfW(Addr))vdso + headers[i].p_offset - headers[i].p_vaddr;
      printf("PT_LOAD flags %d\n", headers[i].p_flags);
    }
    if (headers[i].p_type == PT_DYNAMIC) dynamic = (const void *)(vdso + headers[i].p_offset);
    if (headers[i].p_type == PT_GNU_EH_FRAME) printf("PT_GNU_EH_FRAME\n");
    if (headers[i].p_type == PT_NOTE) {
      const ElfW(Nhdr) *note = (const void *)(vdso + headers[i].p_offset);
      const char *name = (const char *)(note + 1);
      printf("PT_NOTE %.*s type %u\n", (int)note->n_namesz, name, note->n_type);
    }
  }
  const char *soname = 0;
  ElfW(Xword) name = 0;
  for (; dynamic->d_tag != DT_NULL; dynamic++) {
    const void *at = (const void *)(dynamic->d_un.d_ptr + image.bias);
    switch (dynamic->d_tag) {
      case DT_STRTAB: image.strings = at; break;
      case DT_SYMTAB: image.symbols = at; break;
      case DT_HASH: image.hash = at; break;
      case DT_GNU_HASH: image.gnu_hash = at; break;
      case DT_VERSYM: image.versions = at; break;
      case DT_VERDEF: image.definitions = at; break;
      case DT_SONAME: name = dynamic->d_un.d_val; break;
    }
  }
  soname = image.strings + name;
  printf("soname %s\n", soname);
  if (image.gnu_hash) {
    const ElfW(Word) *h = image.gnu_hash, *buckets = h + 4 + 2 * h[2], *chain = buckets + h[0];
    unsigned last = 0;
    for (unsigned i = 0; i < h[0]; i++)
      if (buckets[i] > last) last = buckets[i];
    while (!(chain[last - h[1]] & 1)) last++;
    image.count = last + 1;
  } else image.count = image.hash[1];
  return 1;
}

static const char *version_of(unsigned symbol) {
  unsigned index = image.versions[symbol] & 0x7fff;
  const char *at = (const char *)image.definitions;
  for (;;) {
    const ElfW(Verdef) *definition = (const void *)at;
    if (definition->vd_ndx == index && !(definition->vd_flags & VER_FLG_BASE))
      return image.strings + ((const ElfW(Verdaux) *)(at + definition->vd_aux))->vda_name;
    if (!definition->vd_next) return "none";
    at += definition->vd_next;
  }
}

static void *find(const char *name) {
  for (unsigned i = 1; i < image.count; i++) {
    const ElfW(Sym) *symbol = &image.symbols[i];
    if (strcmp(image.strings + symbol->st_name, name)) continue;
    printf("%s: %s, type %d, binding %d, %s\n", name, version_of(i), ELF64_ST_TYPE(symbol->st_info), ELF64_ST_BIND(symbol->st_info),
           symbol->st_size ? "sized" : "without size");
    return (void *)(image.bias + symbol->st_value);
  }
  printf("%s: missing\n", name);
  return 0;
}

// A lookup through DT_GNU_HASH, as ld.so does it.
static void *find_hashed(const char *name) {
  uint32_t hash = 5381;
  for (const char *c = name; *c; c++) hash = hash * 33 + (unsigned char)*c;
  const ElfW(Word) *h = image.gnu_hash;
  const ElfW(Addr) *bloom = (const void *)(h + 4);
  const ElfW(Word) *buckets = h + 4 + 2 * h[2], *chain = buckets + h[0];
  ElfW(Addr) word = bloom[(hash / 64) % h[2]];
  if (!((word >> (hash % 64)) & (word >> ((hash >> h[3]) % 64)) & 1)) return 0;
  for (unsigned i = buckets[hash % h[0]]; i; i++) {
    if (((chain[i - h[1]] ^ hash) >> 1) == 0 && !strcmp(image.strings + image.symbols[i].st_name, name)) return (void *)(image.bias + image.symbols[i].st_value);
    if (chain[i - h[1]] & 1) break;
  }
  return 0;
}

static int64_t ns(struct timespec t) { return t.tv_sec * 1000000000LL + t.tv_nsec; }

static int64_t by_call(int clock) {
  struct timespec t = {-1, -1};
  syscall(SYS_clock_gettime, clock, &t);
  return ns(t);
}

static int64_t by_vdso(int clock) {
  struct timespec t = {-1, -1};
  vdso_clock_gettime(clock, &t);
  return ns(t);
}

// Neither goes back against the other.
static void compare(int clock) {
  int64_t last = by_call(clock);
  int ordered = 1, sane = 1;
  for (int i = 0; i < 2000; i++) {
    struct timespec t;
    int64_t now = i & 1 ? by_call(clock) : by_vdso(clock);
    if (now < last) ordered = 0;
    last = now;
    vdso_clock_gettime(clock, &t);
    if (t.tv_nsec < 0 || t.tv_nsec >= 1000000000) sane = 0;
  }
  printf("clock %d: %s, %s\n", clock, ordered ? "in order" : "goes back", sane ? "sane" : "bad ns");
}

static void results(void) {
  for (int clock = -3; clock <= 14; clock++) {
    // Alarm clocks are there where there is a real-time clock.
    if (clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM) continue;
    struct timespec a = {0, 0}, b = {0, 0};
    int direct = vdso_clock_gettime(clock, &a);
    int call = syscall(SYS_clock_gettime, clock, &b) ? -errno : 0;
    int res_direct = vdso_clock_getres(clock, &a);
    int res_call = syscall(SYS_clock_getres, clock, &b) ? -errno : 0;
    printf("clock %d: %d %d, resolution %d %d %s, without a place %d\n", clock, direct, call, res_direct, res_call, ns(a) == ns(b) ? "equal" : "differs",
           vdso_clock_getres(clock, 0));
  }
}

static void other_functions(void) {
  struct timeval v, w;
  struct timezone zone = {1, 2};
  printf("gettimeofday: %d %d\n", vdso_gettimeofday(&v, &zone), vdso_gettimeofday(0, 0));
  printf("zone %d %d\n", zone.tz_minuteswest, zone.tz_dsttime);
  int ordered = 1;
  syscall(SYS_gettimeofday, &v, 0);
  for (int i = 0; i < 1000; i++) {
    if (i & 1) syscall(SYS_gettimeofday, &w, 0);
    else vdso_gettimeofday(&w, 0);
    if (timercmp(&w, &v, <) || w.tv_usec >= 1000000) ordered = 0;
    v = w;
  }
  printf("gettimeofday %s\n", ordered ? "in order" : "goes back");
  time_t before = syscall(SYS_time, 0), stored, now = vdso_time(&stored);
  printf("time %s %s %s\n", now == stored ? "stored" : "differs", now >= before ? "in order" : "goes back", vdso_time(0) - now <= 1 ? "near" : "far");
  unsigned cpu = 999, node = 999;
  long got = vdso_getcpu(&cpu, &node, 0);
  printf("getcpu: %ld %s node %u\n", got, cpu < (unsigned)sysconf(_SC_NPROCESSORS_CONF) ? "cpu" : "no cpu", node);
  printf("getcpu of nothing: %ld\n", vdso_getcpu(0, 0, 0));
}

struct area {
  uintptr_t start, end;
  char name[32];
};
static struct area areas[8];
static int area_count;

// The lines of [vvar] and [vdso]; a newer kernel has more than one mapping of data.
static void read_areas(int print) {
  char line[512];
  FILE *maps = fopen("/proc/self/maps", "r");
  area_count = 0;
  while (fgets(line, sizeof line, maps)) {
    char *name = strchr(line, '[');
    if (!name || (strncmp(name, "[v", 2))) continue;
    struct area *area = &areas[area_count];
    sscanf(line, "%lx-%lx", &area->start, &area->end);
    strcpy(area->name, name);
    if (strncmp(name, "[vsys", 5)) area_count++;
    if (!print || strstr(name, "vclock")) continue;
    char access[8], offset[16], device[8];
    int inode;
    sscanf(line, "%*s %7s %15s %7s %d", access, offset, device, &inode);
    printf("%s %s %s %d, name at %d: %s", access, offset, device, inode, (int)(name - line), name);
    if (!strncmp(name, "[vsys", 5)) printf("%s", line);
  }
  fclose(maps);
}

static void show_flags(void) {
  char line[512], name[64] = "";
  FILE *smaps = fopen("/proc/self/smaps", "r");
  while (fgets(line, sizeof line, smaps)) {
    char *bracket = strchr(line, '[');
    if (strchr(line, '-') && strchr(line, '-') < strchr(line, ' ')) strcpy(name, bracket ? bracket : "");
    if (strncmp(line, "VmFlags", 7) || strncmp(name, "[v", 2) || strstr(name, "vclock")) continue;
    // Soft-dirty bits are a matter of the kernel's configuration.
    char *soft = strstr(line, " sd");
    if (soft) memmove(soft, soft + 3, strlen(soft + 3) + 1);
    printf("%.*s %s", (int)strcspn(name, "\n"), name, line);
  }
  fclose(smaps);
}

// The whole image and its data at another place. glibc's own pointers still name the old one.
static void move(void) {
  read_areas(0);
  uintptr_t low = areas[0].start, high = areas[area_count - 1].end;
  char *to = mmap(0, high - low, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < area_count; i++) {
    size_t length = areas[i].end - areas[i].start;
    void *at = to + (areas[i].start - low);
    if (mremap((void *)areas[i].start, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, at) != at) printf("mremap: %s\n", error_name(errno));
  }
  intptr_t by = (uintptr_t)to - low;
  int (*moved)(clockid_t, struct timespec *) = (void *)((char *)vdso_clock_gettime + by);
  struct timespec t;
  int64_t before = by_call(CLOCK_REALTIME);
  int result = moved(CLOCK_REALTIME, &t);
  printf("moved: %d %s\n", result, ns(t) >= before ? "in order" : "goes back");
  read_areas(0);
  for (int i = 0; i < area_count; i++)
    if (!strncmp(areas[i].name, "[vdso]", 6)) printf("shown at its new place: %d\n", areas[i].start == (uintptr_t)vdso + by);
  fflush(stdout);
  vdso_clock_gettime(CLOCK_REALTIME, &t);
}

static void *in_thread(void *last) {
  return (void *)(intptr_t)(by_vdso(CLOCK_MONOTONIC) >= *(int64_t *)last);
}

static void mappings(void) {
  read_areas(1);
  struct area *data = &areas[0], *code = &areas[area_count - 1];
  size_t length = code->end - code->start;
  printf("[vdso] at AT_SYSINFO_EHDR: %d, data ends where it begins: %d\n", code->start == (uintptr_t)vdso, areas[area_count - 2].end == code->start);
  show_flags();
  void *d = (void *)data->start, *c = (void *)code->start;
  OK(mremap(c, length, length + PAGE, MREMAP_MAYMOVE));
  OK(mremap(d, PAGE, 64 * PAGE, MREMAP_MAYMOVE));
  SHOW(mprotect(d, PAGE, PROT_READ | PROT_WRITE));
  SHOW(mprotect(d, PAGE, PROT_READ | PROT_EXEC));
  SHOW(mprotect(d, PAGE, PROT_READ));
  SHOW(madvise(d, PAGE, MADV_DONTNEED));
  SHOW(madvise(c, PAGE, MADV_DONTNEED));
  SHOW(madvise(c, PAGE, MADV_DOFORK));
  SHOW(madvise(c, PAGE, MADV_DODUMP));
  SHOW(madvise(d, PAGE, MADV_DODUMP));
  SHOW(mlock(c, PAGE));
  SHOW(munlock(c, PAGE));

  char bytes[4] = "";
  int memory = open("/proc/self/mem", O_RDWR);
  SHOW(pread(memory, bytes, 4, (off_t)c));
  printf("%.3s\n", bytes + 1);
  SHOW(pread(memory, bytes, 4, (off_t)d));
  struct iovec local = {bytes, 4}, remote = {c, 4};
  SHOW(process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
  remote.iov_base = d;
  SHOW(process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
  int ends[2];
  pipe(ends);
  SHOW(write(ends[1], c, 4));
  SHOW(write(ends[1], d, 4));
  SHOW(read(ends[0], c, 4));
  SHOW(read(ends[0], d, 4));
  // As a debugger's breakpoint: a private copy.
  CHILD("breakpoint", {
    memory = open("/proc/self/mem", O_RDWR);
    SHOW(pwrite(memory, "\xcc", 1, (off_t)vdso_time));
    printf("%02x\n", *(unsigned char *)vdso_time);
    fflush(stdout);
    vdso_time(0);
  });
  printf("the parent's is whole: %d\n", vdso_time(0) > 0);
  CHILD("written", {
    SHOW(mprotect(c, length, PROT_READ | PROT_WRITE | PROT_EXEC));
    *(unsigned char *)vdso_getcpu = 0xc3;
    CHILD("its child", printf("%02x\n", *(unsigned char *)vdso_getcpu));
    printf("%d\n", vdso_clock_gettime(CLOCK_MONOTONIC, &(struct timespec){0, 0}));
  });
  CHILD("moved", move());
  CHILD("unmapped", {
    SHOW(munmap(c, length));
    fflush(stdout);
    by_vdso(CLOCK_REALTIME);
  });
  CHILD("data unmapped", {
    for (int i = 0; i < area_count - 1; i++) munmap((void *)areas[i].start, areas[i].end - areas[i].start);
    fflush(stdout);
    by_vdso(CLOCK_REALTIME);
  });
}

int main(void) {
  vdso = (const char *)getauxval(AT_SYSINFO_EHDR);
  printf("AT_SYSINFO_EHDR %s\n", vdso && (uintptr_t)vdso % PAGE == 0 ? "aligned" : "missing");
  if (!vdso || !parse()) return 1;
  vdso_clock_gettime = find("__vdso_clock_gettime");
  vdso_clock_getres = find("__vdso_clock_getres");
  vdso_gettimeofday = find("__vdso_gettimeofday");
  vdso_time = find("__vdso_time");
  vdso_getcpu = find("__vdso_getcpu");
  printf("aliases: %d %d %d %d %d\n", find("clock_gettime") == (void *)vdso_clock_gettime, find("clock_getres") == (void *)vdso_clock_getres,
         find("gettimeofday") == (void *)vdso_gettimeofday, find("time") == (void *)vdso_time, find("getcpu") == (void *)vdso_getcpu);
  printf("hashed: %d %d\n", find_hashed("__vdso_time") == (void *)vdso_time, find_hashed("__vdso_none") == 0);
  static const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME, CLOCK_TAI, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID};
  for (unsigned i = 0; i < sizeof clocks / sizeof *clocks; i++) compare(clocks[i]);
  results();
  other_functions();
  int64_t last = by_call(CLOCK_MONOTONIC);
  CHILD("forked", printf("in order: %d\n", by_vdso(CLOCK_MONOTONIC) >= last));
  pthread_t thread;
  void *ordered;
  pthread_create(&thread, 0, in_thread, &last);
  pthread_join(thread, &ordered);
  printf("in a thread: %ld\n", (long)ordered);
  // Against a sleep: the clock runs.
  last = by_vdso(CLOCK_MONOTONIC);
  sleep_ms(20);
  printf("20 ms later: %d\n", by_vdso(CLOCK_MONOTONIC) - last >= 20000000);
  CHILD("bad pointer", vdso_clock_gettime(CLOCK_MONOTONIC, (void *)8));
  CHILD("bad pointer of a call", printf("%d\n", vdso_clock_gettime(CLOCK_PROCESS_CPUTIME_ID, (void *)8)));
  CHILD("bad timeval", vdso_gettimeofday((void *)8, 0));
  CHILD("bad time", vdso_time((void *)8));
  CHILD("bad cpu", vdso_getcpu((void *)8, 0, 0));
  mappings();
  return 0;
}
