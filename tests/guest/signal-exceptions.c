// Each exception as its signal: number, code, address, trap number, error code, where rip and RF are; single-stepping.
#include "check.h"
#include <fenv.h>
#include <setjmp.h>
#include <ucontext.h>
#include <xmmintrin.h>

static sigjmp_buf back;
static volatile uintptr_t at;
static char *page, *read_only;

static void on(int sig, siginfo_t *info, void *context) {
  greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
  printf("  signal %d code %d", sig, info->si_code);
  if ((uintptr_t)info->si_addr == at) printf(" addr at it");
  else if ((char *)info->si_addr >= page && (char *)info->si_addr < page + 8192) printf(" addr page+%lx", (char *)info->si_addr - page);
  else if ((char *)info->si_addr >= read_only && (char *)info->si_addr < read_only + 4096) printf(" addr read-only");
  else if ((uintptr_t)info->si_addr - at < 32) printf(" addr %lu behind", (uintptr_t)info->si_addr - at);
  else printf(" addr %p", info->si_addr);
  printf(" trapno %lld err %llx rf %d", r[REG_TRAPNO], r[REG_ERR], (int)(r[REG_EFL] >> 16 & 1));
  if (r[REG_TRAPNO] == 14 && ((uint64_t)r[REG_CR2] < (uintptr_t)page || (uint64_t)r[REG_CR2] >= (uintptr_t)page + 8192)) printf(" cr2 %s", (char *)r[REG_CR2] == (char *)info->si_addr ? "is addr" : "other");
  printf(" rip +%lld\n", r[REG_RIP] - (long long)at);
  siglongjmp(back, 1);
}

#define TRY(text, ...) \
  do { \
    printf("%s\n", text); \
    at = 0; \
    if (!sigsetjmp(back, 1)) { __VA_ARGS__; printf("  no signal\n"); } \
    fflush(stdout); \
  } while (0)
/** The last instruction is at `at`. */
#define AT "lea 1f(%%rip), %%rax\n mov %%rax, %0\n"
#define TRY_AT(text, before, instruction) TRY(text, __asm__ volatile(AT before "\n1: " instruction "\n" : "=m"(at) : [page] "r"(page), [ro] "r"(read_only) : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "memory", "cc"))

static uint64_t steps[64];
static int codes[64];
static volatile int stepped;
static uint64_t rcx_at[64];
static void step(int sig, siginfo_t *info, void *context) {
  greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
  if (stepped < 64) {
    steps[stepped] = (uint64_t)r[REG_RIP];
    rcx_at[stepped] = (uint64_t)r[REG_RCX];
    codes[stepped] = info->si_code * 100 + (int)r[REG_TRAPNO] * 10 + ((uint64_t)info->si_addr == (uint64_t)r[REG_RIP]) + (r[REG_EFL] & 0x100 ? 2 : 0);
    stepped++;
  }
}

#define STEPS(name, ...) \
  do { \
    stepped = 0; \
    uintptr_t base; \
    char from[16] = "0123456789abcde", to[16]; \
    __asm__ volatile("lea 1f(%%rip), %0\n lea %[from], %%rsi\n lea %[to], %%rdi\n pushf\n pop %%rax\n mov %%rax, %%rbx\n or $0x100, %%rax\n push %%rax\n popf\n 1: " __VA_ARGS__ "\n push %%rbx\n popf\n nop\n" \
      : "=&r"(base), [from] "+m"(from), [to] "=m"(to) : : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r11", "memory", "cc", "xmm0"); \
    printf("%s:", name); \
    for (int i = 0; i < stepped; i++) printf(" +%ld/%d/%ld", (long)(steps[i] - base), codes[i], (long)(rcx_at[i] > 100 ? -1 : rcx_at[i])); \
    printf("\n"); \
    fflush(stdout); \
  } while (0)

int main(void) {
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  page = mmap(0, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(page + 4096, 4096);
  read_only = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  static char altstack[65536];
  stack_t st = {.ss_sp = altstack, .ss_size = sizeof altstack};
  sigaltstack(&st, 0);
  int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
  for (int i = 0; i < 6; i++) handle(signals[i], on, SA_ONSTACK);

  TRY_AT("#DE by zero", "xor %%edx, %%edx\n mov $5, %%eax\n xor %%ecx, %%ecx", "div %%ecx");
  TRY_AT("#DE overflow", "mov $5, %%edx\n mov $2, %%ecx", "div %%ecx");
  TRY_AT("#DE signed overflow", "mov $0x80000000, %%eax\n cdq\n mov $-1, %%ecx", "idiv %%ecx");
  TRY_AT("int3", "", "int3");
  TRY_AT("int $3", "", ".byte 0xcd, 3");
  TRY_AT("icebp", "", ".byte 0xf1");
  TRY_AT("int $4", "", "int $4");
  TRY_AT("int $0", "", "int $0");
  TRY_AT("int $1", "", "int $1");
  TRY_AT("int $0x81", "", "int $0x81");
  TRY_AT("int $0xff", "", "int $0xff");
  TRY_AT("ud2", "", "ud2");
  TRY_AT("ud1", "", ".byte 0x0f, 0xb9, 0xc0");
  TRY_AT("push %es", "", ".byte 0x06");
  TRY_AT("into", "", ".byte 0xce");
  TRY_AT("lock on a register", "", ".byte 0xf0, 0x01, 0xc0");
  TRY_AT("lock mov", "mov %[page], %%rax", ".byte 0xf0, 0x89, 0x00");
  TRY_AT("hlt", "", "hlt");
  TRY_AT("cli", "", "cli");
  TRY_AT("in", "", "in $0x60, %%al");
  TRY_AT("out", "", "out %%al, $0x60");
  TRY_AT("rdmsr", "xor %%ecx, %%ecx", "rdmsr");
  TRY_AT("mov cr0", "", "mov %%cr0, %%rax");
  TRY_AT("mov dr7", "", "mov %%dr7, %%rax");
  TRY_AT("lgdt", "", "lgdt (%%rsp)");
  TRY_AT("invlpg", "", "invlpg (%%rsp)");
  TRY_AT("wbinvd", "", "wbinvd");
  TRY_AT("clts", "", "clts");
  TRY_AT("swapgs", "", "swapgs");
  TRY_AT("sysret", "", "sysretq");
  TRY_AT("iret to nothing", "push $0\n push $0\n push $0\n push $0\n push $0\n", "iretq");
  TRY_AT("mov to ds of a kernel selector", "mov $0x10, %%eax", "mov %%eax, %%ds");
  TRY_AT("mov to ss of null", "xor %%eax, %%eax", "mov %%eax, %%ss");
  TRY_AT("mov to fs beyond the table", "mov $0x1003, %%eax", "mov %%eax, %%fs");
  TRY_AT("mov to cs", "", ".byte 0x8e, 0xc8");
  TRY_AT("16 bytes", "", ".byte 0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x90");
  TRY_AT("read of null", "xor %%eax, %%eax", "mov (%%rax), %%ebx");
  TRY_AT("read behind the page", "mov %[page], %%rbx\n add $4096, %%rbx", "mov (%%rbx), %%ecx");
  TRY_AT("read across the end", "mov %[page], %%rbx\n add $4093, %%rbx", "mov (%%rbx), %%ecx");
  TRY_AT("write across the end", "mov %[page], %%rbx\n add $4093, %%rbx", "mov %%rcx, (%%rbx)");
  TRY_AT("write to read-only", "mov %[ro], %%rbx", "mov %%ecx, (%%rbx)");
  TRY_AT("read-modify-write of read-only", "mov %[ro], %%rbx", "incl (%%rbx)");
  TRY_AT("read of a kernel address", "mov $0xffffffff80000000, %%rbx", "mov (%%rbx), %%ecx");
  TRY_AT("non-canonical read", "mov $0x8000000000000000, %%rbx", "mov (%%rbx), %%ecx");
  TRY_AT("non-canonical write", "mov $0x800000000000, %%rbx", "mov %%ecx, (%%rbx)");
  TRY_AT("non-canonical through rbp", "push %%rbp\n mov $0x8000000000000000, %%rbp", "mov (%%rbp), %%ecx");
  TRY_AT("non-canonical push", "mov $0x8000000000000000, %%rsp", "push %%rax");
  TRY_AT("non-canonical pop", "mov $0x8000000000000000, %%rsp", "pop %%rax");
  TRY_AT("non-canonical call", "mov $0x8000000000000000, %%rax", "call *%%rax");
  TRY_AT("non-canonical jump", "mov $0x800000000000, %%rax", "jmp *%%rax");
  TRY_AT("non-canonical return", "mov $0x8000000000000000, %%rax\n push %%rax", "ret");
  TRY_AT("read at the end of user space", "mov $0x7ffffffff000, %%rbx", "mov (%%rbx), %%ecx");
  TRY_AT("movaps unaligned", "mov %[page], %%rbx\n add $8, %%rbx", "movaps (%%rbx), %%xmm0");
  TRY_AT("fxsave unaligned", "mov %[page], %%rbx\n add $8, %%rbx", "fxsave (%%rbx)");
  TRY_AT("ldmxcsr of reserved bits", "movl $0x80000000, (%[page])", "ldmxcsr (%[page])");
  TRY_AT("cmpxchg16b unaligned", "mov %[page], %%rdi\n add $8, %%rdi", "cmpxchg16b (%%rdi)");
  TRY("jump to data", at = (uintptr_t)read_only; ((void (*)(void))read_only)());
  TRY("jump to nothing", at = (uintptr_t)page + 4096; ((void (*)(void))(page + 4096))());
  TRY("an instruction that runs over the end", page[4094] = 0xb8; page[4095] = 1; at = (uintptr_t)page + 4094; ((void (*)(void))(page + 4094))());
  uint32_t unmasked = 0x1f80 & ~0x200;
  TRY("SSE division by zero", __asm__ volatile("ldmxcsr %1\n" AT "mov $1, %%ebx\n cvtsi2ss %%ebx, %%xmm0\n xorps %%xmm1, %%xmm1\n1: divss %%xmm1, %%xmm0" : "=m"(at) : "m"(unmasked) : "rax", "rbx", "xmm0", "xmm1"));
  unmasked = 0x1f80 & ~0x80;
  TRY("SSE invalid", __asm__ volatile("ldmxcsr %1\n" AT "xorps %%xmm0, %%xmm0\n xorps %%xmm1, %%xmm1\n1: divss %%xmm1, %%xmm0" : "=m"(at) : "m"(unmasked) : "rax", "xmm0", "xmm1"));
  uint16_t control = 0x37f & ~4;
  TRY("x87 division by zero", __asm__ volatile("fninit\n fldcw %1\n" AT "fld1\n fldz\n fdivrp\n nop\n1: fwait" : "=m"(at) : "m"(control) : "rax"));
  control = 0x37f & ~1;
  TRY("x87 stack underflow", __asm__ volatile("fninit\n fldcw %1\n" AT "fstp %%st(0)\n1: fld1" : "=m"(at) : "m"(control) : "rax"));
  control = 0x37f & ~0x20;
  TRY("x87 inexact", __asm__ volatile("fninit\n fldcw %1\n" AT "fld1\n fldpi\n fdivrp\n1: fwait" : "=m"(at) : "m"(control) : "rax"));
  __asm__ volatile("fninit");

  printf("steps\n");
  handle(SIGTRAP, step, SA_ONSTACK);
  STEPS("plain", "nop\n mov $3, %%ecx\n inc %%eax");
  STEPS("branches", "jmp 2f\n nop\n 2: call 3f\n nop\n jmp 4f\n 3: ret\n 4: nop");
  STEPS("rep movsb", "mov $3, %%ecx\n rep movsb\n nop");
  STEPS("rep stosb of nothing", "xor %%ecx, %%ecx\n rep stosb\n nop");
  STEPS("repe cmpsb", "mov $4, %%ecx\n lea -1(%%rsi), %%rdi\n lea -1(%%rsi), %%rsi\n repe cmpsb\n nop");
  STEPS("repne scasb", "mov $9, %%ecx\n mov %%rsi, %%rdi\n mov $'2', %%al\n repne scasb\n nop");
  STEPS("syscall", "mov $39, %%eax\n syscall\n nop\n nop");
  STEPS("popf that clears", "push %%rbx\n popf\n nop\n nop");
  STEPS("pushf", "pushf\n pop %%rax\n mov %%rax, %%rcx\n and $0x100, %%ecx\n shr $8, %%ecx\n nop");
  STEPS("cpuid", "xor %%eax, %%eax\n mov %%rbx, %%rdx\n xchg %%rdx, %%rdi\n mov %%rdi, %%rbx");
  STEPS("icebp", ".byte 0xf1\n nop");
  STEPS("int3", "int3\n nop");
  STEPS("mov to ss", "mov %%ss, %%eax\n mov %%eax, %%ss\n nop\n nop");
  return 0;
}
