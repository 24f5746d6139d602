// A program that makes code while it runs hot: rewritten functions, patched constants and calls, code next to code that runs, two views.
#include "check.h"
#include <pthread.h>
#include <stdatomic.h>

static unsigned char *code;
static unsigned char *end;

static void bytes(const void *from, int count) { memcpy(end, from, count); end += count; }
static void byte(int value) { *end++ = value; }
static void word(int value) { bytes(&value, 4); }

/** mov $value, %eax; ret */
static unsigned char *constant(unsigned char *at, int value) {
  end = at;
  byte(0xb8), word(value), byte(0xc3);
  return at;
}

/** A function of edi from random operations; `expect` computes the same here. */
static unsigned int random_state = 12345;
static unsigned int next_random(void) { return random_state = random_state * 1664525 + 1013904223; }

static unsigned char *expression(unsigned char *at, int steps, unsigned int *operations) {
  end = at;
  byte(0x89), byte(0xf8); // mov %edi, %eax
  for (int i = 0; i < steps; i++) {
    unsigned int value = next_random();
    operations[2 * i] = value >> 29;
    operations[2 * i + 1] = value;
    switch (value >> 29) {
      case 0: case 1: byte(0x05), word(value); break;             // add
      case 2: byte(0x35), word(value); break;                     // xor
      case 3: byte(0x2d), word(value); break;                     // sub
      case 4: byte(0x69), byte(0xc0), word(value); break;         // imul
      case 5: byte(0xc1), byte(0xc0), byte(value & 31); break;    // rol
      case 6: byte(0xf7), byte(0xd8); break;                      // neg
      case 7: byte(0x0f), byte(0xc8); break;                      // bswap
    }
  }
  byte(0xc3);
  return at;
}

static unsigned int expect(unsigned int x, int steps, const unsigned int *operations) {
  for (int i = 0; i < steps; i++) {
    unsigned int value = operations[2 * i + 1];
    switch (operations[2 * i]) {
      case 0: case 1: x += value; break;
      case 2: x ^= value; break;
      case 3: x -= value; break;
      case 4: x *= value; break;
      case 5: x = value & 31 ? x << (value & 31) | x >> (32 - (value & 31)) : x; break;
      case 6: x = -x; break;
      case 7: x = __builtin_bswap32(x); break;
    }
  }
  return x;
}

static void expressions(void) {
  long wrong = 0;
  unsigned int sum = 0;
  for (int i = 0; i < 150; i++) {
    unsigned int operations[80];
    int steps = 3 + i % 37;
    // Some of them lie across two pages, all over what was there before.
    unsigned char *at = code + (i % 5 == 0 ? PAGE - 9 - i % 40 : i % 3 * 600);
    unsigned int (*f)(unsigned int) = (void *)expression(at, steps, operations);
    for (unsigned int x = 0; x < 400; x++) {
      unsigned int y = f(x * 2654435761u);
      if (y != expect(x * 2654435761u, steps, operations)) wrong++;
      sum = sum * 31 + y;
    }
  }
  printf("expressions: %ld wrong, sum %x\n", wrong, sum);
}

/** A loop in the code page calls what lies beside it; every so often the loop's callee is another one. */
static void patched_calls(void) {
  // 0: push rbx; xor eax/ebx; mov edi → ecx ... ; call rel32; add eax, ebx; dec edi; jnz; mov eax, ebx; pop rbx; ret
  unsigned char *loop = code + 64;
  end = loop;
  byte(0x53), byte(0x31), byte(0xdb);
  unsigned char *head = end;
  byte(0xe8);
  unsigned char *target = end;
  word(0);
  byte(0x01), byte(0xc3), byte(0xff), byte(0xcf), byte(0x75), byte(head - (end + 1));
  byte(0x89), byte(0xd8), byte(0x5b), byte(0xc3);
  constant(code, 5), constant(code + 16, 7), constant(code + PAGE + 100, 11);
  static const int places[] = {0, 16, PAGE + 100};
  long sum = 0;
  for (int i = 0; i < 400; i++) {
    int relative = code + places[i % 3] - (target + 4);
    memcpy(target, &relative, 4);
    sum += ((int (*)(int))loop)(300);
    // A callee of its page changes too.
    code[1] = i;
    sum += ((int (*)(int))loop)(20);
  }
  printf("patched calls: %ld\n", sum);
}

/** The loop writes the immediate that it adds, in its own page, in every round; then in every 64th. */
static void own_immediate(int mask) {
  end = code + 200;
  // xor eax,eax; mov ecx,20000; 1: test ecx,mask; jnz 2f; mov [rip+imm], ecx; 2: add eax, imm32; dec ecx; jnz 1b; ret
  byte(0x31), byte(0xc0), byte(0xb9), word(20000);
  unsigned char *head = end;
  byte(0xf7), byte(0xc1), word(mask), byte(0x75), byte(6);
  byte(0x89), byte(0x0d), word(1);
  byte(0x05), word(0);
  byte(0xff), byte(0xc9), byte(0x75), byte(head - (end + 1)), byte(0xc3);
  printf("its own immediate: %d\n", ((int (*)(void))(code + 200))());
}

/** Data beside code: a page that is written in every round without its code changing. */
static void data_beside(void) {
  int *data = (int *)(code + 2048);
  *data = 0;
  constant(code, 3);
  long sum = 0;
  for (int i = 0; i < 30000; i++) {
    *data += i;
    sum += ((int (*)(void))code)() + (*data & 7);
  }
  printf("data beside code: %ld\n", sum);
}

static void two_views(void) {
  char path[] = "/tmp/ring3-jit-XXXXXX";
  int fd = mkstemp(path);
  unlink(path);
  if (ftruncate(fd, 2 * PAGE)) exit(1);
  unsigned char *execute = mmap(0, 2 * PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
  unsigned char *write_view = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  long wrong = 0;
  for (int i = 0; i < 300; i++) {
    constant(write_view + PAGE - 3, i);
    for (int k = 0; k < 200; k++) wrong += ((int (*)(void))(execute + PAGE - 3))() != i;
    unsigned char other[] = {0xb8, i, 1, 0, 0, 0xc3};
    if (pwrite(fd, other, 6, PAGE - 3) != 6) exit(1);
    for (int k = 0; k < 20; k++) wrong += ((int (*)(void))(execute + PAGE - 3))() != (i & 255) + 256;
  }
  printf("two views: %ld wrong\n", wrong);
  // Another page comes to lie where hot code lay.
  unsigned char *other = mmap(0, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < 60; i++) {
    constant(code, i);
    for (int k = 0; k < 300; k++) wrong += ((int (*)(void))code)() != i;
    constant(other, i + 1000);
    if (mremap(other, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, code) == MAP_FAILED) exit(1);
    for (int k = 0; k < 300; k++) wrong += ((int (*)(void))code)() != i + 1000;
    other = mmap(0, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }
  printf("another page in its place: %ld wrong\n", wrong);
}

static atomic_int generation, seen, finished;
static void *follow(void *argument) {
  int last = 0;
  while (!finished) {
    int before = generation, value = ((int (*)(void))code)(), after = generation;
    // Nothing older than what was there when the call began.
    if (value < before || value > after + 1) atomic_fetch_add(&seen, 1);
    last = value;
  }
  return (void *)(long)last;
}

static void threads(void) {
  constant(code, 0);
  pthread_t thread;
  pthread_create(&thread, 0, follow, 0);
  for (int i = 1; i <= 20000; i++) {
    // The immediate is four bytes within eight: one store.
    *(volatile int *)(code + 1) = i;
    generation = i;
    if (i % 1000 == 0) sleep_ms(1);
  }
  finished = 1;
  void *last;
  pthread_join(thread, &last);
  printf("patched by a thread: %d stale\n", seen);
}

static void forked(void) {
  constant(code, 1);
  long sum = 0;
  for (int i = 0; i < 3000; i++) sum += ((int (*)(void))code)();
  CHILD("child", constant(code, 2); long s = 0; for (int i = 0; i < 3000; i++) s += ((int (*)(void))code)(); printf("  %ld\n", s));
  CHILD("child without execution", mprotect(code, PAGE, PROT_READ | PROT_WRITE); ((int (*)(void))code)());
  for (int i = 0; i < 3000; i++) sum += ((int (*)(void))code)();
  printf("parent: %ld\n", sum);
}

int main(void) {
  code = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  expressions();
  patched_calls();
  own_immediate(0), own_immediate(63), own_immediate(1023);
  data_beside();
  two_views();
  threads();
  forked();
}
