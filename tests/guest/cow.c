// fork and copy-on-write: who sees which write, private and shared memory, files, grandchildren, system calls that write.
#include "check.h"
#include <sys/uio.h>

static int data = 1, bss;
static char pages[8 * PAGE] __attribute__((aligned(PAGE))) = {1};
static int *shared;
static void step(int n) { while (__atomic_load_n(shared, __ATOMIC_SEQ_CST) < n) sleep_ms(1); }
static void next(void) { __atomic_fetch_add(shared, 1, __ATOMIC_SEQ_CST); }

static int sum_tree(int depth, int *value, volatile int *total) {
  __atomic_fetch_add(total, *value, __ATOMIC_SEQ_CST);
  if (depth == 0) return 0;
  pid_t kids[2];
  for (int i = 0; i < 2; i++)
    if ((kids[i] = fork()) == 0) { *value = *value * 2 + i; _exit(sum_tree(depth - 1, value, total)); }
  int bad = 0, st;
  for (int i = 0; i < 2; i++) { waitpid(kids[i], &st, 0); bad += WEXITSTATUS(st); }
  return bad;
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  shared = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int *heap = malloc(sizeof *heap), *private = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), stack = 4;
  *heap = 3;
  private[0] = 5;
  pid_t pid = fork();
  if (pid == 0) {
    step(1);
    printf("child after the parent wrote: data %d bss %d heap %d stack %d private %d untouched %d\n", data, bss, *heap, stack, private[0], private[PAGE / 4]);
    data = 11, bss = 12, *heap = 13, stack = 14, private[0] = 15, private[PAGE / 4] = 16;
    next();
    step(3);
    printf("child's own: %d %d %d %d %d %d\n", data, bss, *heap, stack, private[0], private[PAGE / 4]);
    _exit(0);
  }
  data = 21, bss = 22, *heap = 23, stack = 24, private[0] = 25, private[PAGE / 4] = 26;
  next();
  step(2);
  printf("parent after the child wrote: %d %d %d %d %d %d\n", data, bss, *heap, stack, private[0], private[PAGE / 4]);
  next();
  waitpid(pid, 0, 0);

  printf("system calls break copies too\n");
  int p[2];
  if (pipe(p)) return 1;
  memset(pages, 'a', sizeof pages);
  CHILD("child", write(p[1], "0123456789", 10); struct iovec v[2] = {{pages + PAGE - 3, 6}, {pages + 3 * PAGE, 4}}; SHOW(readv(p[0], v, 2)); printf("  %.6s %.4s\n", pages + PAGE - 3, pages + 3 * PAGE));
  printf("  parent %.6s %.4s\n", pages + PAGE - 3, pages + 3 * PAGE);

  volatile int *total = shared + 100;
  int value = 1;
  printf("tree: bad %d,", sum_tree(4, &value, total));
  printf(" total %d\n", *total);

  char path[] = "/tmp/ring3-cow-XXXXXX";
  int fd = mkstemp(path);
  unlink(path);
  if (write(fd, "hello file", 10) != 10) return 1;
  char *a = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0), *b = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  printf("private file page follows the file until written: %.5s", a);
  b[0] = 'J';
  printf(" %.5s", a);
  a[1] = 'E';
  b[2] = 'L';
  printf(" %.5s %.5s\n", a, b);
  CHILD("child of a private file page", a[3] = 'x'; b[4] = 'O'; printf("  %.5s %.5s\n", a, b));
  printf("  parent %.5s %.5s\n", a, b);
  char text[11] = {0};
  SHOW(pread(fd, text, 10, 0));
  printf("file: %s\n", text);

  printf("read-only after fork stays so\n");
  mprotect(private, PAGE, PROT_READ);
  CHILD("write in the child", private[0] = 1);
  CHILD("write after mprotect in the child", mprotect(private, PAGE, PROT_READ | PROT_WRITE); private[0] = 77; printf("  %d\n", private[0]));
  printf("  parent %d\n", private[0]);

  printf("a child's munmap and madvise are its own\n");
  private = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  private[0] = 1;
  CHILD("munmap", munmap(private, PAGE));
  CHILD("madvise", madvise(private, PAGE, MADV_DONTNEED); printf("  %d\n", private[0]));
  printf("  parent %d\n", private[0]);
  madvise(private, PAGE, MADV_DONTFORK);
  CHILD("MADV_DONTFORK", private[0] = 1);
  madvise(private, PAGE, MADV_DOFORK);
  madvise(private, PAGE, MADV_WIPEONFORK);
  CHILD("MADV_WIPEONFORK", printf("  %d\n", private[0]));
  printf("  parent %d\n", private[0]);

  pid_t kids[20];
  long *slots = (long *)(shared + 200);
  for (int i = 0; i < 20; i++)
    if ((kids[i] = fork()) == 0) {
      for (long n = 0; n < 200; n++) { pages[n % 8 * PAGE + i] = (char)n; __atomic_fetch_add(&slots[0], 1, __ATOMIC_SEQ_CST); }
      slots[i + 1] = pages[7 * PAGE + i];
      _exit(0);
    }
  for (int i = 0; i < 20; i++) waitpid(kids[i], 0, 0);
  long ok = 0;
  for (int i = 0; i < 20; i++) ok += slots[i + 1] == (char)199;
  printf("20 children: %ld increments, %ld right, parent page %c\n", slots[0], ok, pages[7 * PAGE]);
  if ((pid = vfork()) == 0) { data = 99; _exit(3); }
  int st;
  waitpid(pid, &st, 0);
  printf("vfork shares: %d\n", data);
  return 0;
}
