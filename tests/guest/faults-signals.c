// Faults that end in a signal, or in EFAULT: ends of files, truncation, addresses of the kernel, the stack's limits, copies of the kernel.
#include "check.h"
#include <setjmp.h>
#include <sys/uio.h>
#include <ucontext.h>

static sigjmp_buf back;
static char *base;
static volatile int caught;

static void on_signal(int sig, siginfo_t *info, void *context) {
  const greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
  caught = sig;
  printf("  signal %d code %d trapno %lld err %#llx", sig, info->si_code, regs[REG_TRAPNO], regs[REG_ERR]);
  if (info->si_code == SI_KERNEL) printf(" addr %p", info->si_addr);
  else if (base) printf(" addr base%+ld", (long)((char *)info->si_addr - base));
  else printf(" addr %p", info->si_addr);
  printf("\n");
  siglongjmp(back, 1);
}

#define TRY(name, ...) \
  do { \
    printf("%s\n", name); \
    if (sigsetjmp(back, 1) == 0) { __VA_ARGS__; printf("  no signal\n"); } \
  } while (0)

static char *map(int pages, int prot, int flags, int fd) { return mmap(0, (size_t)pages * PAGE, prot, flags, fd, 0); }

static int file_of(long size) {
  char name[] = "/tmp/ring3-sigbus-XXXXXX";
  int fd = mkstemp(name);
  unlink(name);
  char *bytes = malloc(size);
  memset(bytes, 'f', size);
  if (write(fd, bytes, size) != size) exit(2);
  free(bytes);
  return fd;
}

static void ends_of_files(void) {
  int fd = file_of(2 * PAGE + 100);
  volatile char *shared = map(6, PROT_READ | PROT_WRITE, MAP_SHARED, fd), *private = map(6, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
  volatile char *code = map(6, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd);
  base = (char *)shared;
  TRY("shared: behind the end, in its page", printf("  %d\n", shared[2 * PAGE + 100]));
  TRY("shared: read of the next page", (void)shared[3 * PAGE]);
  TRY("shared: write of it", shared[3 * PAGE + 1] = 1);
  base = (char *)private;
  TRY("private: read of the next page", (void)private[3 * PAGE + 7]);
  TRY("private: write of it", private[3 * PAGE + 8] = 1);
  TRY("private: an access across", (void)*(volatile uint64_t *)(private + 3 * PAGE - 4));
  base = (char *)code;
  TRY("fetch from behind the end", ((void (*)(void))(code + 4 * PAGE + 3))());

  printf("truncation\n");
  for (int i = 0; i < 3; i++) private[i * PAGE] = 'p', shared[i * PAGE + 1] = 's';
  private[2 * PAGE + 50] = 'q';
  shared[2 * PAGE + 200] = 'T';
  if (ftruncate(fd, PAGE + 10)) exit(2);
  base = (char *)private;
  TRY("private copy within", printf("  %c%c\n", private[0], private[PAGE]));
  TRY("private copy behind", (void)private[2 * PAGE]);
  TRY("private copy behind, written", private[2 * PAGE] = 1);
  base = (char *)shared;
  TRY("shared page behind", (void)shared[2 * PAGE]);
  TRY("the tail of the last page", printf("  %c %d %d\n", shared[PAGE + 9], shared[PAGE + 10], shared[2 * PAGE - 1]));
  if (ftruncate(fd, 4 * PAGE)) exit(2);
  TRY("grown again", printf("  %d %d %d %d\n", shared[2 * PAGE + 1], shared[2 * PAGE + 200], private[2 * PAGE], private[2 * PAGE + 50]));
  char byte = 1;
  SHOW(pread(fd, &byte, 1, 2 * PAGE + 200));
  printf("%d\n", byte);

  printf("the kernel behind the end\n");
  int pipes[2];
  if (pipe(pipes)) exit(2);
  if (ftruncate(fd, PAGE)) exit(2);
  SHOW(write(pipes[1], (char *)shared + PAGE - 5, 10));
  SHOW(write(pipes[1], (char *)shared + PAGE, 10));
  SHOW(write(pipes[1], "0123456789", 10));
  SHOW(read(pipes[0], (char *)private + PAGE, 10));
  SHOW(access((char *)private + PAGE, F_OK));
  close(pipes[0]);
  close(pipes[1]);
  close(fd);
}

static void addresses(void) {
  base = 0;
  TRY("read of the kernel's half", (void)*(volatile char *)0xffff888000000000ul);
  TRY("write of it", *(volatile char *)0xffffffff81000000ul = 1);
  TRY("fetch from it", ((void (*)(void))0xffffffff81000000ul)());
  TRY("its last byte", (void)*(volatile char *)0xfffffffffffffffful);
  TRY("read across the end of user space", (void)*(volatile uint64_t *)0x7ffffffffffcul);
  TRY("the last user page", (void)*(volatile char *)0x7ffffffff000ul);
  TRY("non-canonical read", (void)*(volatile char *)0x0000800000000000ul);
  TRY("non-canonical write", *(volatile char *)0x7fff800000000000ul = 1);
  TRY("non-canonical fetch", ((void (*)(void))0x1234567800000000ul)());
  TRY("non-canonical push", __asm__ volatile("mov %%rsp, %%rax\n movabs $0x8000000000000000, %%rsp\n push %%rax\n" ::: "rax", "memory"));
  TRY("non-canonical pop", __asm__ volatile("mov %%rsp, %%rbx\n movabs $0x8000000000000000, %%rsp\n pop %%rax\n" ::: "rax", "rbx", "memory"));
  TRY("non-canonical through rbp", __asm__ volatile("push %%rbp\n movabs $0x8000000000000000, %%rbp\n mov 8(%%rbp), %%rax\n" ::: "rax", "memory"));
}

static volatile long grown;

/** Writes downwards from the stack pointer until it faults. */
static void grow(char *from, long limit) {
  for (grown = PAGE; grown < limit; grown += PAGE) ((volatile char *)from)[-grown] = 1;
}

static void stacks(void) {
  handle(SIGSEGV, on_signal, SA_ONSTACK);
  char here;
  char *top = (char *)((uintptr_t)&here & ~4095ul);
  struct rlimit limit = {1 << 20, RLIM_INFINITY};
  setrlimit(RLIMIT_STACK, &limit);
  base = top;
  grown = 0;
  printf("the stack's limit\n");
  if (sigsetjmp(back, 1) == 0) {
    // On its own line: how far below depends on environment and arguments.
    caught = 0;
    volatile char *p = top;
    p[-(900 << 10)] = 1;
    printf("  900 KiB below the stack pointer, at once: fine\n");
    int pid = fork();
    if (pid == 0) {
      signal(SIGSEGV, SIG_DFL);
      struct rlimit none = {0, 0};
      setrlimit(RLIMIT_CORE, &none);
      grow(top, 2 << 20);
      _exit(0);
    }
    int status;
    waitpid(pid, &status, 0);
    show_status("  to 2 MiB", status);
  }
  limit.rlim_cur = 64 << 20;
  setrlimit(RLIMIT_STACK, &limit);
  printf("the guard gap\n");
  fflush(stdout);
  CHILD("  neighbour 300 pages below what is touched",
    char *low = top - (8 << 20);
    if (mmap(low, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != low) { printf("mmap\n"); _exit(1); }
    ((volatile char *)low)[PAGE * 301] = 1;
    printf("  fine\n");
    handle(SIGSEGV, on_signal, SA_ONSTACK);
    base = low;
    TRY("256 pages below is too near", ((volatile char *)low)[PAGE * 256] = 1);
    TRY("257 is not", ((volatile char *)low)[PAGE * 257] = 1);
    TRY("a neighbour that cannot be accessed has no gap",
        mprotect(low, PAGE, PROT_NONE);
        ((volatile char *)low)[PAGE * 3] = 1));
}

static char *wanted;
static volatile int mapped_by_handler;
static void map_it(int sig, siginfo_t *info, void *context) {
  mapped_by_handler++;
  char *page = (char *)((uintptr_t)info->si_addr & ~4095ul);
  if (mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != page) _exit(1);
  memset(page, 'h', PAGE);
}

static void repaired(void) {
  printf("a handler that maps the page\n");
  handle(SIGSEGV, map_it, 0);
  wanted = map(8, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  char first = ((volatile char *)wanted)[10];
  printf("  %c %d\n", first, mapped_by_handler);
  *(volatile uint64_t *)(wanted + 2 * PAGE - 3) = 0x4141414141414141;
  printf("  %.8s %d\n", wanted + 2 * PAGE - 3, mapped_by_handler);
  __asm__ volatile("rep movsb" : : "D"(wanted + 3 * PAGE), "S"(wanted), "c"(2 * PAGE) : "memory");
  printf("  %d %c%c\n", mapped_by_handler, wanted[3 * PAGE], wanted[5 * PAGE - 1]);
}

static void kernel_copies(void) {
  printf("copies of the kernel\n");
  char *p = map(4, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  munmap(p + PAGE, PAGE);
  mprotect(p + 2 * PAGE, PAGE, PROT_READ);
  memset(p, 'k', PAGE);
  int fd = file_of(4 * PAGE), pipes[2];
  if (pipe(pipes)) exit(2);
  SHOW(pread(fd, p + PAGE - 100, 200, 0));
  SHOW(pread(fd, p + PAGE, 200, 0));
  SHOW(pread(fd, p + 2 * PAGE, 200, 0));
  SHOW(pwrite(fd, p + PAGE - 100, 200, 0));
  SHOW(pwrite(fd, p + PAGE, 200, 0));
  SHOW(read(fd, (char *)0xffff888000000000ul, 10));
  SHOW(read(fd, (char *)-1ul, 10));
  SHOW(write(fd, (char *)0x7ffffffff000ul, 10));
  struct iovec vector[3] = {{p, 100}, {p + PAGE, 100}, {p + 100, 100}};
  SHOW(preadv(fd, vector, 3, 0));
  SHOW(pwritev(fd, vector, 3, 0));
  SHOW(readv(fd, (struct iovec *)(p + PAGE), 1));
  memset(p + PAGE - 4, 'x', 4);
  SHOW(open(p + PAGE - 4, O_RDONLY));
  SHOW(stat("/", (struct stat *)(p + 2 * PAGE)));
  SHOW(stat("/", (struct stat *)(p + PAGE - 8)));
  SHOW(syscall(SYS_gettimeofday, p + PAGE - 8, 0));
  SHOW(syscall(SYS_clock_gettime, 1, p + PAGE));
  SHOW(write(pipes[1], "0123456789", 10));
  SHOW(read(pipes[0], p + PAGE, 4));
  SHOW(read(pipes[0], p, 20));
  SHOW(syscall(SYS_pipe2, p + PAGE, 0));
  SHOW(syscall(SYS_wait4, -1, p + PAGE, 0, 0));
  close(fd);
}

int main(void) {
  stack_t ss = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
  sigaltstack(&ss, 0);
  for (int sig = SIGBUS; sig <= SIGSEGV; sig += SIGSEGV - SIGBUS) handle(sig, on_signal, SA_ONSTACK);
  setvbuf(stdout, 0, _IOLBF, 0);
  ends_of_files();
  addresses();
  kernel_copies();
  repaired();
  stacks();
  return 0;
}
