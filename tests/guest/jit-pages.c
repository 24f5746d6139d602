// Neighbouring pages whose frames are not neighbours, or not in this order: what is accessed at once goes on in another page, and so does the
// stack.
#include "check.h"

#define APART __attribute__((noipa))
enum { PAGES = 8, ROUNDS = 12000 };

/** Pages of a file, in the order that `page` says. */
static unsigned char *map(const int *page) {
  int fd = memfd_create("pages", 0);
  if (fd < 0 || ftruncate(fd, PAGES * PAGE)) _exit(2);
  unsigned char *area = mmap(0, PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < PAGES; i++) mmap(area + i * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, page[i] * PAGE);
  close(fd);
  return area;
}

struct node { unsigned long a, b, c, d; unsigned e, f; unsigned char g[40]; };

APART static unsigned long read_all(const struct node *n) { return n->a * 3 + n->b * 5 + n->c * 7 + n->d + n->e * 11 + n->f + n->g[39]; }
APART static void write_all(struct node *n, unsigned long x) {
  n->a += x, n->b ^= x >> 3, n->c -= x, n->d += 1, n->e += x, n->f ^= x, n->g[39] += x;
}
APART static void copy_all(struct node *to, const struct node *from) { to->d = from->a, to->c = from->b, to->f = from->e, to->g[39] = from->g[1]; }

static void fill(unsigned char *area) {
  for (int i = 0; i < PAGES * PAGE; i++) area[i] = i * 7 + (i >> 9);
}

/** Ends of all pages, again and again; most of the accesses are amid one. */
static unsigned long ends(unsigned char *area) {
  unsigned long sum = 0;
  fill(area);
  for (int i = 0; i < ROUNDS; i++) {
    unsigned char *end = area + (1 + i % (PAGES - 1)) * PAGE;
    struct node *across = (void *)(end - 8 * (1 + i % 9)), *amid = (void *)(end + 256 + 8 * (i % 100));
    sum = sum * 31 + read_all(across) + read_all(amid);
    write_all(across, sum), write_all(amid, sum >> 7);
    copy_all(i & 1 ? across : amid, i & 1 ? amid : across);
  }
  for (int i = 0; i < PAGES * PAGE; i++) sum = sum * 31 + area[i];
  return sum;
}

/** Frames of 200 bytes, so many on top of each other. */
unsigned long deep(unsigned long depth, unsigned long x);
__asm__(".text\ndeep: push %rbx\n push %rbp\n sub $184, %rsp\n mov %rdi, %rbx\n mov %rsi, %rbp\n mov %rsi, 8(%rsp)\n mov %rdi, 168(%rsp)\n"
        "test %rdi, %rdi\n jz 1f\n dec %rdi\n lea 1(%rsi,%rsi,2), %rsi\n call deep\n add %rbp, %rax\n jmp 2f\n 1: mov %rsi, %rax\n"
        "2: add 8(%rsp), %rax\n xor 168(%rsp), %rax\n rol $7, %rax\n xor %rbx, %rax\n add $184, %rsp\n pop %rbp\n pop %rbx\n ret\n");
APART static unsigned long on(void *top, unsigned long depth, unsigned long x) {
  unsigned long result;
  __asm__ volatile("mov %%rsp, %%rbx\n mov %1, %%rsp\n call deep\n mov %%rbx, %%rsp\n"
                   : "=a"(result) : "r"(top), "D"(depth), "S"(x) : "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "cc", "memory");
  return result;
}

static unsigned long stacks(unsigned char *area) {
  unsigned long sum = 0;
  for (int i = 0; i < ROUNDS / 4; i++) sum = sum * 31 + on(area + PAGES * PAGE - 16 * (i % 16), i % 300 < 10 ? 140 : 12 + i % 30, sum);
  return sum;
}

int main(void) {
  static const int orders[][PAGES] = {{0, 1, 2, 3, 4, 5, 6, 7}, {7, 6, 5, 4, 3, 2, 1, 0}, {0, 1, 3, 2, 4, 5, 7, 6}, {2, 3, 0, 1, 6, 4, 5, 7}};
  for (int i = 0; i < 4; i++) {
    unsigned char *area = map(orders[i]);
    printf("order %d: %lx %lx\n", i, ends(area), stacks(area));
    // Half of it is anonymous now.
    mmap(area, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    printf("half: %lx %lx\n", ends(area), stacks(area));
  }
}
