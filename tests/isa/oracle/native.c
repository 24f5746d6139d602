/*
 * Runs instructions on the real processor. stdin: records of 16 bytes of code (the length in the last byte) and a state; stdout:
 * the state behind each. Layout of a state (little-endian):
 *
 *   0    u64[16]  rax rcx rdx rbx rsp rbp rsi rdi r8…r15
 *   128  u64      rflags
 *   136  u32      0, or the exception vector + 1
 *   140  u32      its error code
 *   144  u64      rip − CODE
 *   152  u64      cr2 of a page fault
 *   160  u8[512]  FXSAVE64 image
 *   672  u8[128]  memory at WINDOW
 *
 * The code page and the data page lie at fixed addresses; whatever else is mapped differs from the emulator, so the cases must not
 * stray. cc -O1 -static -no-pie
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define CODE 0x70000000ul
#define WINDOW 0x70001200ul
#define HOST 0x50000000ul
#define STATE_BYTES 800

struct state {
  uint64_t gpr[16], rflags;
  uint32_t trap, error;
  uint64_t rip, cr2;
  uint8_t fx[512], window[128];
};

/* HOST + 0: state · 0xe00: stack top for flags · 0xf00: our rsp · 0xf08: where to jump · 0xf10: where to come back. */
void enter(void);
extern char leave_snippet[];
__asm__(
  ".text\n"
  "enter:\n"
  " push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
  " mov %rsp, 0x50000f00\n"
  " fxrstor64 0x500000a0\n"
  " mov $0x50000e00, %esp\n"
  " pushq 0x50000080\n"
  " popfq\n"
  " mov 0x50000000,%rax; mov 0x50000008,%rcx; mov 0x50000010,%rdx; mov 0x50000018,%rbx; mov 0x50000028,%rbp; mov 0x50000030,%rsi; mov 0x50000038,%rdi\n"
  " mov 0x50000040,%r8; mov 0x50000048,%r9; mov 0x50000050,%r10; mov 0x50000058,%r11; mov 0x50000060,%r12; mov 0x50000068,%r13; mov 0x50000070,%r14; mov 0x50000078,%r15\n"
  " mov 0x50000020,%rsp\n"
  " jmp *0x50000f08\n"
  ".globl leave_snippet\n"
  "leave_snippet:\n"
  " mov %rsp,0x50000020\n"
  " mov $0x50000e00, %esp\n"
  " mov %rax,0x50000000; mov %rcx,0x50000008; mov %rdx,0x50000010; mov %rbx,0x50000018; mov %rbp,0x50000028; mov %rsi,0x50000030; mov %rdi,0x50000038\n"
  " mov %r8,0x50000040; mov %r9,0x50000048; mov %r10,0x50000050; mov %r11,0x50000058; mov %r12,0x50000060; mov %r13,0x50000068; mov %r14,0x50000070; mov %r15,0x50000078\n"
  " pushfq\n"
  " popq 0x50000080\n"
  " fxsave64 0x500000a0\n"
  " mov 0x50000f00,%rsp\n"
  " pushq $0x202\n"
  " popfq\n"
  " fninit\n"
  " pushq $0x1f80\n"
  " ldmxcsr (%rsp)\n"
  " pop %rax\n"
  " pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
  " ret\n");

static struct state *const live = (struct state *)HOST;
static sigjmp_buf back;
static const int order[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI, REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

static void handler(int sig, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  for (int i = 0; i < 16; i++) live->gpr[i] = u->uc_mcontext.gregs[order[i]];
  live->rflags = u->uc_mcontext.gregs[REG_EFL];
  live->trap = u->uc_mcontext.gregs[REG_TRAPNO] + 1;
  live->error = u->uc_mcontext.gregs[REG_ERR];
  live->rip = u->uc_mcontext.gregs[REG_RIP] - CODE;
  live->cr2 = live->trap == 15 ? u->uc_mcontext.gregs[REG_CR2] : 0;
  memcpy(live->fx, u->uc_mcontext.fpregs, 512);
  (void)sig;
  (void)info;
  siglongjmp(back, 1);
}

int main(void) {
  static char stack[65536];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, 0);
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
  for (int i = 0; i < 5; i++) sigaction(signals[i], &action, 0);
  void *p = mmap((void *)CODE, 0x2000, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  void *q = mmap((void *)HOST, 0x1000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (p == MAP_FAILED || q == MAP_FAILED) return perror("mmap"), 1;
  *(uint64_t *)(HOST + 0xf08) = CODE;
  *(uint64_t *)(HOST + 0xf10) = (uint64_t)leave_snippet;
  uint8_t code[16];
  while (fread(code, 16, 1, stdin) == 1 && fread(live, STATE_BYTES, 1, stdin) == 1) {
    uint8_t *at = (uint8_t *)CODE;
    memset(at, 0, 0x2000);
    memcpy(at, code, 15);
    /* jmp *HOST+0xf10 */
    memcpy(at + code[15], "\xff\x24\x25\x10\x0f\x00\x50", 7);
    memcpy((void *)WINDOW, live->window, 128);
    live->trap = live->error = 0;
    live->rip = code[15];
    live->cr2 = 0;
    if (!sigsetjmp(back, 1)) enter();
    memcpy(live->window, (void *)WINDOW, 128);
    fwrite(live, STATE_BYTES, 1, stdout);
  }
  return 0;
}
