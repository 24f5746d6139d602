// link: static pie
// Code that is written while it runs: heap JITs, self-modifying loops, patched calls, shared and forked code pages, straddling pages.
#include "check.h"
#include <pthread.h>

static unsigned char *code;
static int call(void) { return ((int (*)(void))code)(); }
static void emit_return(int value) { code[0] = 0xb8; memcpy(code + 1, &value, 4); code[5] = 0xc3; }
static volatile int stop_thread, seen;
static void *runner(void *arg) { while (!stop_thread) seen |= 1 << call(); return 0; }

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  const int all = PROT_READ | PROT_WRITE | PROT_EXEC;
  code = mmap(0, 4 * PAGE, all, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  long total = 0;
  for (int i = 0; i < 2000; i++) { emit_return(i); total += call(); }
  printf("rewritten: %ld\n", total);
  // mov $0, %eax; mov $100, %ecx; 1: addl $1, 1(%rip of the next immediate); add $imm, %eax; dec %ecx; jnz 1b; ret: the loop changes its own immediate.
  static const unsigned char self[] = {0x31, 0xc0, 0xb9, 100, 0, 0, 0, 0x83, 0x05, 1, 0, 0, 0, 1, 0x05, 0, 0, 0, 0, 0xff, 0xc9, 0x75, 0xf0, 0xc3};
  memcpy(code, self, sizeof self);
  printf("changes its own immediate: %d, %d\n", call(), code[15]);
  // The next instruction is overwritten by the one before: movb $0x90 over inc.
  static const unsigned char ahead[] = {0x31, 0xc0, 0xc6, 0x05, 1, 0, 0, 0, 0x05, 0xff, 0xc0, 0xff, 0xc0, 0xff, 0xc0, 0xc3};
  memcpy(code, ahead, sizeof ahead);
  code[4] = 0, code[8] = 0x90;
  code[9] = 0x90, code[10] = 0xff, code[11] = 0xc0;
  printf("overwrites what follows: %d\n", call());
  unsigned char *keep = code;
  code += PAGE - 3;
  for (int i = 0; i < 300; i++) { emit_return(i * 1000003); if (call() != i * 1000003) printf("stale at %d\n", i); }
  printf("across two pages: %d\n", call());
  code[4] = 0x55;
  printf("second page changed: %x\n", call() >> 24);
  code = keep;
  printf("mprotect between\n");
  for (int i = 0; i < 5; i++) { mprotect(code, PAGE, PROT_READ | PROT_WRITE); emit_return(i + 50); mprotect(code, PAGE, PROT_READ | PROT_EXEC); printf(" %d", call()); }
  printf("\n");
  CHILD("without PROT_EXEC", mprotect(code, PAGE, PROT_READ | PROT_WRITE); call());
  CHILD("written without PROT_WRITE", mprotect(code, PAGE, PROT_READ | PROT_EXEC); emit_return(1));
  mprotect(code, PAGE, all);
  emit_return(1);
  CHILD("forked", emit_return(2); printf("  child %d\n", call()));
  printf("  parent %d\n", call());
  printf("two views of a page\n");
  char path[] = "/tmp/ring3-code-XXXXXX";
  int fd = mkstemp(path);
  unlink(path);
  if (ftruncate(fd, PAGE)) return 1;
  unsigned char *exec = mmap(0, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0), *view = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  for (int i = 1; i < 4; i++) { code = view; emit_return(i * 11); code = exec; printf(" %d", call()); }
  unsigned char six[] = {0xb8, 77, 0, 0, 0, 0xc3};
  if (pwrite(fd, six, 6, 0) != 6) return 1;
  printf(", by write(2) %d", call());
  int p[2];
  if (pipe(p)) return 1;
  six[1] = 88;
  if (write(p[1], six, 6) != 6 || read(p[0], view, 6) != 6) return 1;
  printf(", by read(2) %d", call());
  code = view, emit_return(99), code = exec;
  munmap(view, PAGE);
  printf(", %d\n", call());
  CHILD("a child writes through the shared page", code = mmap(0, PAGE, all, MAP_SHARED, fd, 0); emit_return(123));
  printf("  parent sees %d\n", call());
  code = mmap(0, PAGE, all, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < 3; i++) { emit_return(200 + i); printf(" %d", call()); munmap(code, PAGE); if (mmap(code, PAGE, all, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != code) return 1; }
  printf(" at one address\n");
  unsigned char *moved = mmap(0, 2 * PAGE, all, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  emit_return(31);
  call();
  code = mremap(code, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, moved);
  printf("moved: %d\n", call());
  madvise(code, PAGE, MADV_DONTNEED);
  CHILD("zeroes are add %al, (%rax)", __asm__ volatile("xor %%eax, %%eax\n call *%0" : : "r"(code) : "rax", "memory"));
  emit_return(1);
  pthread_t t;
  pthread_create(&t, 0, runner, 0);
  for (int i = 2; i < 6; i++) { sleep_ms(5); code[1] = (unsigned char)i; }
  sleep_ms(10);
  stop_thread = 1;
  pthread_join(t, 0);
  printf("changed under a running thread: %x\n", seen & 0x20);
  static int data_code[] = {0xc3c031};
  mprotect((void *)((uintptr_t)data_code & ~4095ul), PAGE, all);
  printf("in .data: %d\n", ((int (*)(void))data_code)());
  return 0;
}
