// userfaultfd: missing pages are served by another thread; the calls and their errors.
// Not here, because newer kernels differ (tests/kernel-differences.md): write protection, features, and being woken without a page.
#include "check.h"
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/uio.h>

static int uffd;
static char *area;

static int open_uffd(int flags) { return (int)syscall(SYS_userfaultfd, flags); }

static int handshake(int fd, unsigned long features) {
  struct uffdio_api api = {.api = UFFD_API, .features = features};
  int result = ioctl(fd, UFFDIO_API, &api);
  if (result == 0) printf("  basic ioctls offered: %d\n", (api.ioctls & 3) == 3 && api.ioctls >> 63 == 1);
  else printf("  refused: %s, zeroed: %d\n", error_name(errno), api.api == 0);
  return result;
}

static int enroll(int fd, void *start, long length, unsigned long *offered) {
  struct uffdio_register request = {.range = {(uintptr_t)start, length}, .mode = UFFDIO_REGISTER_MODE_MISSING};
  int result = ioctl(fd, UFFDIO_REGISTER, &request);
  if (offered) *offered = request.ioctls & 0x1c;
  return result;
}

static int copy(int fd, void *to, void *from, long length, long *done) {
  struct uffdio_copy request = {.dst = (uintptr_t)to, .src = (uintptr_t)from, .len = length};
  int result = ioctl(fd, UFFDIO_COPY, &request);
  if (done) *done = request.copy;
  return result;
}

static int zero(int fd, void *to, long length) {
  struct uffdio_zeropage request = {.range = {(uintptr_t)to, length}};
  return ioctl(fd, UFFDIO_ZEROPAGE, &request);
}

static pid_t faulting_thread;
static char page[PAGE] __attribute__((aligned(PAGE)));

/** Serves `n` faults: page i of the area is filled with 'A' + i, every third with zeros. */
static void *serve(void *n) {
  for (long i = 0; i < (long)n; i++) {
    struct pollfd p = {uffd, POLLIN, 0};
    if (poll(&p, 1, 5000) != 1) { printf("poll: nothing\n"); return 0; }
    struct uffd_msg message;
    if (read(uffd, &message, sizeof message) != sizeof message) { perror("read"); return 0; }
    long index = ((char *)message.arg.pagefault.address - area) / PAGE;
    printf("  event %#x flags %llu page %ld aligned %d thread %s\n", message.event, message.arg.pagefault.flags & 1, index,
           message.arg.pagefault.address % PAGE == 0, message.arg.pagefault.feat.ptid == (unsigned)faulting_thread ? "known" : "unknown");
    char *at = area + index * PAGE;
    if (index % 3 == 2) zero(uffd, at, PAGE);
    else {
      memset(page, 'A' + (int)index, PAGE);
      copy(uffd, at, page, PAGE, 0);
    }
  }
  return 0;
}

static void served(long n, void (*work)(void)) {
  pthread_t thread;
  fflush(stdout);
  pthread_create(&thread, 0, serve, (void *)n);
  work();
  pthread_join(thread, 0);
}

static void touch(void) {
  printf("  %c\n", ((volatile char *)area)[5]);
  ((volatile char *)area)[PAGE + 7] = 'x';
  printf("  %c%c\n", area[PAGE + 6], area[PAGE + 7]);
  printf("  %d\n", ((volatile char *)area)[2 * PAGE]);
  ((volatile char *)area)[2 * PAGE] = 'z';
  printf("  %c\n", area[2 * PAGE]);
}

static void kernel_touch(void) {
  int fds[2];
  if (pipe(fds)) exit(2);
  char bytes[3 * PAGE];
  memset(bytes, 'p', sizeof bytes);
  printf("  pipe write from missing pages: %zd\n", write(fds[1], area + 3 * PAGE + 100, PAGE));
  char first, last;
  if (read(fds[0], bytes, PAGE) != PAGE) exit(2);
  first = bytes[0];
  last = bytes[PAGE - 1];
  printf("  %c%c\n", first, last);
  if (write(fds[1], "0123456789", 10) != 10) exit(2);
  printf("  pipe read into a missing page: %zd\n", read(fds[0], area + 6 * PAGE - 5, 10));
  printf("  %.10s\n", area + 6 * PAGE - 5);
  struct stat st;
  printf("  stat into a missing page: %d\n", stat("/", (struct stat *)(area + 7 * PAGE)));
  stat("/", &st);
  printf("  %d\n", ((struct stat *)(area + 7 * PAGE))->st_ino == st.st_ino);
  close(fds[0]);
  close(fds[1]);
}

static void reap_into(void) {
  pid_t child = fork();
  if (child == 0) _exit(42);
  printf("  wait into a missing page: %d\n", waitpid(child, (int *)(area + 9 * PAGE), 0) == child);
  printf("  status %d\n", WEXITSTATUS(*(int *)(area + 9 * PAGE)));
}

static void *late_copy(void *unused) {
  struct uffd_msg message;
  struct pollfd p = {uffd, POLLIN, 0};
  for (int seen = 0; seen < 3; seen++) {
    poll(&p, 1, 5000);
    if (read(uffd, &message, sizeof message) != sizeof message) { perror("read"); return 0; }
  }
  printf("  three threads wait for one page\n");
  memset(page, 'T', PAGE);
  return (void *)(long)copy(uffd, area + 10 * PAGE, page, PAGE, 0);
}

static void *reader(void *unused) { return (void *)(long)((volatile char *)area)[10 * PAGE]; }

static volatile int signals;
static void on_signal(int sig, siginfo_t *info, void *context) { signals++; }

static void *signal_then_copy(void *target) {
  struct uffd_msg message;
  struct pollfd p = {uffd, POLLIN, 0};
  poll(&p, 1, 5000);
  if (read(uffd, &message, sizeof message) != sizeof message) return 0;
  pthread_kill(*(pthread_t *)target, SIGUSR1);
  // The handler runs while the page is missing; then it is asked for again.
  poll(&p, 1, 5000);
  if (read(uffd, &message, sizeof message) != sizeof message) return 0;
  printf("  handled meanwhile: %d\n", signals);
  memset(page, 'S', PAGE);
  copy(uffd, area + 11 * PAGE, page, PAGE, 0);
  return 0;
}

static char *volatile fault_address;
static void on_bus(int sig, siginfo_t *info, void *context) {
  printf("  SIGBUS code %d at %d\n", info->si_code, (char *)info->si_addr == fault_address);
  fflush(stdout);
  _exit(0);
}

int main(void) {
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  setvbuf(stdout, 0, _IOLBF, 0);
  unsigned long offered;
  long done;
  faulting_thread = (pid_t)syscall(SYS_gettid);
  SHOW(open_uffd(0x10));
  uffd = open_uffd(O_CLOEXEC | O_NONBLOCK);
  if (uffd < 0) { perror("userfaultfd"); return 2; }
  SHOW(fcntl(uffd, F_GETFD));
  char link[64] = "", name[32];
  snprintf(name, sizeof name, "/proc/self/fd/%d", uffd);
  SHOW(readlink(name, link, sizeof link - 1) > 0);
  printf("%s\n", link);

  printf("before UFFDIO_API\n");
  struct uffd_msg message;
  struct pollfd p = {uffd, POLLIN | POLLOUT, 0};
  SHOW(read(uffd, &message, sizeof message));
  poll(&p, 1, 0);
  printf("poll %#x\n", p.revents);
  area = mmap(0, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  SHOW(enroll(uffd, area, PAGE, 0));
  struct uffdio_api wrong = {.api = 0x55};
  SHOW(ioctl(uffd, UFFDIO_API, &wrong));
  printf("zeroed %d\n", wrong.api == 0);
  SHOW(handshake(uffd, 1ul << 40));
  SHOW(ioctl(uffd, UFFDIO_API, (void *)8));
  SHOW(handshake(uffd, UFFD_FEATURE_THREAD_ID));
  struct uffdio_api again = {.api = UFFD_API};
  SHOW(ioctl(uffd, UFFDIO_API, &again));
  SHOW(ioctl(uffd, 0x5401, &again));
  SHOW(read(uffd, &message, sizeof message));
  SHOW(read(uffd, &message, sizeof message - 1));
  poll(&p, 1, 0);
  printf("poll %#x\n", p.revents);

  printf("register\n");
  struct uffdio_register bad = {.range = {(uintptr_t)area, PAGE}, .mode = 0};
  SHOW(ioctl(uffd, UFFDIO_REGISTER, &bad));
  bad.mode = 1 << 20;
  SHOW(ioctl(uffd, UFFDIO_REGISTER, &bad));
  SHOW(enroll(uffd, area + 1, PAGE, 0));
  SHOW(enroll(uffd, area, 0, 0));
  SHOW(enroll(uffd, area, 100, 0));
  SHOW(enroll(uffd, (void *)0, PAGE, 0));
  SHOW(enroll(uffd, (void *)(1ul << 47), PAGE, 0));
  char *hole = mmap(0, 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  int file = open("/proc/self/exe", O_RDONLY);
  char *mapped = mmap(0, PAGE, PROT_READ, MAP_PRIVATE, file, 0);
  SHOW(enroll(uffd, mapped, PAGE, 0));
  SHOW(enroll(uffd, area, 16 * PAGE, &offered));
  printf("offered %#lx\n", offered);
  SHOW(enroll(uffd, area, 16 * PAGE, 0));
  int other = open_uffd(0);
  struct uffdio_api api = {.api = UFFD_API};
  ioctl(other, UFFDIO_API, &api);
  p.fd = other;
  poll(&p, 1, 0);
  printf("poll of a blocking one %#x\n", p.revents);
  SHOW(enroll(other, area, PAGE, 0));

  printf("faults\n");
  served(3, touch);
  printf("faults of the kernel\n");
  served(5, kernel_touch);
  served(1, reap_into);

  printf("several threads\n");
  pthread_t server, readers[3];
  pthread_create(&server, 0, late_copy, 0);
  for (int i = 0; i < 3; i++) pthread_create(&readers[i], 0, reader, 0);
  for (int i = 0; i < 3; i++) {
    void *value;
    pthread_join(readers[i], &value);
    printf("  %c\n", (char)(long)value);
  }
  pthread_join(server, 0);

  printf("a signal while it waits\n");
  handle(SIGUSR1, on_signal, 0);
  pthread_t self = pthread_self();
  pthread_create(&server, 0, signal_then_copy, &self);
  printf("  %c\n", ((volatile char *)area)[11 * PAGE]);
  pthread_join(server, 0);

  printf("copy and zeropage\n");
  SHOW(copy(uffd, area, page, PAGE, &done));
  printf("done %ld\n", done);
  SHOW(copy(uffd, area + 12 * PAGE, page, 2 * PAGE, &done));
  printf("done %ld\n", done);
  SHOW(copy(uffd, area + 12 * PAGE, hole, PAGE, &done));
  SHOW(copy(uffd, area + 14 * PAGE, hole, PAGE, &done));
  printf("done %ld\n", done);
  SHOW(copy(uffd, hole, page, PAGE, &done));
  SHOW(copy(uffd, area + 12 * PAGE + 1, page, PAGE, &done));
  SHOW(copy(uffd, area + 15 * PAGE, page, 2 * PAGE, &done));
  SHOW(zero(uffd, area, PAGE));
  SHOW(zero(uffd, area + 14 * PAGE, PAGE));
  printf("%d\n", area[14 * PAGE]);
  struct uffdio_copy mode = {.dst = (uintptr_t)area + 15 * PAGE, .src = (uintptr_t)page, .len = PAGE, .mode = 1 << 10};
  SHOW(ioctl(uffd, UFFDIO_COPY, &mode));
  struct uffdio_range range = {(uintptr_t)area, PAGE};
  SHOW(ioctl(uffd, UFFDIO_WAKE, &range));
  range.len = 1;
  SHOW(ioctl(uffd, UFFDIO_WAKE, &range));

  printf("unregister\n");
  range.len = 16 * PAGE;
  SHOW(ioctl(uffd, UFFDIO_UNREGISTER, &range));
  SHOW(ioctl(uffd, UFFDIO_UNREGISTER, &range));
  printf("ordinary memory: %d\n", ((volatile char *)area)[15 * PAGE]);
  SHOW(copy(uffd, area, page, PAGE, &done));

  printf("shared memory\n");
  int memory = memfd_create("uffd", 0);
  if (ftruncate(memory, 16 * PAGE)) return 2;
  char *private = area;
  area = mmap(0, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
  SHOW(enroll(uffd, area, 16 * PAGE, 0));
  served(3, touch);
  char bytes[4] = "";
  SHOW(pread(memory, bytes, 1, PAGE + 7));
  printf("%s\n", bytes);
  munmap(area, 16 * PAGE);

  printf("close wakes\n");
  area = private;
  madvise(area, 16 * PAGE, MADV_DONTNEED);
  SHOW(enroll(uffd, area, 16 * PAGE, 0));
  pthread_t waiting;
  pthread_create(&waiting, 0, reader, 0);
  p.fd = uffd;
  p.events = POLLIN;
  poll(&p, 1, 5000);
  printf("poll %#x\n", p.revents);
  close(uffd);
  void *value;
  pthread_join(waiting, &value);
  printf("read %ld\n", (long)value);

  printf("SIGBUS instead of events\n");
  fflush(stdout);
  CHILD("child",
    uffd = open_uffd(O_NONBLOCK);
    handshake(uffd, UFFD_FEATURE_SIGBUS);
    madvise(area, PAGE, MADV_DONTNEED);
    SHOW(enroll(uffd, area, PAGE, 0));
    handle(SIGBUS, on_bus, 0);
    int pipes[2];
    if (pipe(pipes)) exit(2);
    SHOW(write(pipes[1], area, 8));
    fault_address = area + 3;
    (void)((volatile char *)area)[3];
    printf("no signal\n"));

  printf("fork and mremap leave it behind\n");
  uffd = open_uffd(O_NONBLOCK);
  handshake(uffd, 0);
  area = mmap(0, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  SHOW(enroll(uffd, area, 16 * PAGE, 0));
  CHILD("child", printf("  %d\n", ((volatile char *)area)[0]));
  char *moved = mremap(area, 16 * PAGE, 32 * PAGE, MREMAP_MAYMOVE);
  if (moved != area) printf("  %d\n", ((volatile char *)moved)[0]);
  else printf("  0\n");
  return 0;
}
