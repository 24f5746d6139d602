/*
 * Runs instructions on the real processor. Each is put into a page full of int3 and entered with all registers set, by returning
 * from a signal handler; the trap or fault that ends it comes back to the same handler. So any register, rsp included, may hold
 * anything, and a branch may go anywhere in the page.
 *
 *   CODE        one page, int3 but for the instruction at CODE + START
 *   DATA        two pages, read and write; nothing behind them
 *   READ_ONLY   one page; nothing behind it
 *
 * The GS base is GS_BASE. Numbers are little-endian. stdin: the three data pages, then records
 *
 *    0       1          128            680     682
 *   ┌───────┬──────────┬──────────────┬───────┬──────────────────────────────────────┐
 *   │ n u8  │ u8[127]  │ state        │ k u16 │ k × (u16 offset, u16 m, m bytes)     │
 *   │       │ n bytes  │              │       │ changes of the data pages            │
 *   └───────┴──────────┴──────────────┴───────┴──────────────────────────────────────┘
 *
 * A state: u64[16] rax rcx rdx rbx rsp rbp rsi rdi r8…r15 │ u64 rflags │ the first 416 bytes of an FXSAVE64 image.
 * stdout, for each record:
 *
 *    0        552          556         560       568       576     578
 *   ┌────────┬────────────┬───────────┬─────────┬─────────┬───────┬──────────────────────────────────────┐
 *   │ state  │ vector u32 │ error u32 │ rip u64 │ cr2 u64 │ k u16 │ k × (u16 offset, u16 m, m bytes):    │
 *   │        │            │           │         │         │       │ what the data pages hold differently │
 *   └────────┴────────────┴───────────┴─────────┴─────────┴───────┴──────────────────────────────────────┘
 *
 * vector 3: an int3 of the code page was reached, rip is behind it.
 */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define CODE 0x70000000ul
#define START 0x800
#define DATA 0x70010000ul
#define READ_ONLY 0x70013000ul
#define GS_BASE 0x40
#define PAGE 4096
#define IMAGE 416
#define CODE_BYTES 128

struct state {
  uint64_t gpr[16], rflags;
  uint8_t fx[IMAGE];
};

static const int order[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                              REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
/** The data pages as they were given, and with the changes of the case. */
static uint8_t memory[3 * PAGE], before[3 * PAGE];
static uint8_t *input, *end, out[1 << 20];
static size_t used;
static int running;

static void flush(void) {
  for (size_t done = 0; done < used;) {
    ssize_t n = write(STDOUT_FILENO, out + done, used - done);
    if (n <= 0) _exit(1);
    done += n;
  }
  used = 0;
}

static void put(const void *bytes, size_t length) {
  memcpy(out + used, bytes, length);
  used += length;
}

static void *page(int i) {
  return (void *)(i < 2 ? DATA + i * PAGE : READ_ONLY);
}

static void store_changes(void) {
  uint16_t *count = (uint16_t *)(out + used);
  uint16_t runs = 0;
  used += 2;
  for (int i = 0; i < 3; i++) {
    uint8_t *now = page(i), *then = before + i * PAGE;
    if (!memcmp(now, then, PAGE)) continue;
    for (int at = 0; at < PAGE; at++) {
      if (now[at] == then[at]) continue;
      int first = at;
      while (at < PAGE && now[at] != then[at]) at++;
      uint16_t head[2] = {i * PAGE + first, at - first};
      put(head, 4);
      put(now + first, at - first);
      runs++;
    }
  }
  memcpy(count, &runs, 2);
}

static void store_case(ucontext_t *u) {
  greg_t *g = u->uc_mcontext.gregs;
  struct state s;
  for (int i = 0; i < 16; i++) s.gpr[i] = g[order[i]];
  s.rflags = g[REG_EFL];
  memcpy(s.fx, u->uc_mcontext.fpregs, IMAGE);
  put(&s, sizeof s);
  uint32_t trap[2] = {g[REG_TRAPNO], g[REG_ERR]};
  uint64_t where[2] = {g[REG_RIP], g[REG_TRAPNO] == 14 ? g[REG_CR2] : 0};
  put(trap, 8);
  put(where, 16);
  store_changes();
  if (used > sizeof out / 2) flush();
}

static void load_case(ucontext_t *u) {
  greg_t *g = u->uc_mcontext.gregs;
  struct state s;
  memset((void *)CODE, 0xcc, PAGE);
  memcpy((void *)(CODE + START), input + 1, input[0]);
  memcpy(&s, input + CODE_BYTES, sizeof s);
  input += CODE_BYTES + sizeof s;
  uint16_t count, head[2];
  memcpy(&count, input, 2);
  input += 2;
  memcpy(before, memory, sizeof before);
  while (count--) {
    memcpy(head, input, 4);
    memcpy(before + head[0], input + 4, head[1]);
    input += 4 + head[1];
  }
  memcpy(page(0), before, PAGE);
  memcpy(page(1), before + PAGE, PAGE);
  for (int i = 0; i < 16; i++) g[order[i]] = s.gpr[i];
  g[REG_EFL] = s.rflags;
  g[REG_RIP] = CODE + START;
  uint8_t *fpregs = (uint8_t *)u->uc_mcontext.fpregs;
  memcpy(fpregs, s.fx, IMAGE);
  /* XSTATE_BV: the x87 and SSE parts are not in their initial state. */
  fpregs[512] |= 3;
}

static void handler(int signal, siginfo_t *info, void *context) {
  (void)signal;
  (void)info;
  /* popf may have set ID, AC and NT; the kernel leaves them as they are. */
  __asm__ volatile("pushfq; andq $~0x244000, (%%rsp); popfq" ::: "cc", "memory");
  if (running) store_case(context);
  running = 1;
  if (input < end) {
    load_case(context);
    return;
  }
  flush();
  _exit(0);
}

static void *map(uint64_t address, size_t length, int protection) {
  void *at = mmap((void *)address, length, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (at == MAP_FAILED) perror("mmap"), exit(1);
  return at;
}

int main(void) {
  size_t size = 1 << 20, length = 0;
  input = malloc(size);
  for (ssize_t n; (n = read(STDIN_FILENO, input + length, size - length)) > 0;) {
    length += n;
    if (length == size) input = realloc(input, size *= 2);
  }
  if (length < sizeof memory) return 1;
  end = input + length;
  memcpy(memory, input, sizeof memory);
  input += sizeof memory;
  map(CODE, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
  map(DATA, 2 * PAGE, PROT_READ | PROT_WRITE);
  memcpy(map(READ_ONLY, PAGE, PROT_READ | PROT_WRITE), memory + 2 * PAGE, PAGE);
  mprotect((void *)READ_ONLY, PAGE, PROT_READ);
  syscall(SYS_arch_prctl, ARCH_SET_GS, GS_BASE);
  static char stack[1 << 18];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, 0);
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigfillset(&action.sa_mask);
  const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGUSR1};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, 0);
  raise(SIGUSR1);
  return 1;
}
