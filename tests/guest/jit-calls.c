// link: static pie
// Small functions that hot code calls: they change, drop or follow their return addresses, are rewritten, fault, leave flags behind.
#include "check.h"
#include <setjmp.h>
#include <sys/time.h>
#include <ucontext.h>

#define REG(context, name) ((context)->uc_mcontext.gregs[REG_##name])
#define APART __attribute__((noipa))
#define LOCAL __attribute__((visibility("hidden")))
#define FLAGS 0x8d5

/**
 * A loop of so many rounds: rdi counts them down, rsi is a mask for what is done in some rounds only, r8 points to data; rax is the result,
 * rbp the frame; rbx, rcx, rdx, r9 to r12 are free.
 */
#define LOOP(name, body) \
  __asm__(".text\n" #name ": push %rbx\n push %rbp\n push %r12\n mov %rsp, %rbp\n mov %rdx, %r8\n xor %eax, %eax\n xor %ebx, %ebx\n" \
          "xor %ecx, %ecx\n xor %edx, %edx\n" \
          #name "_head:\n" body "dec %rdi\n jnz " #name "_head\n mov %rbp, %rsp\n pop %r12\n pop %rbp\n pop %rbx\n ret\n"); \
  LOCAL unsigned long name(long count, long mask, void *data)

/** A function of such loops. */
#define CALLEE(name, body) \
  __asm__(".text\n" #name ": " body); \
  LOCAL extern unsigned char name[]

/** The same in a page of its own. */
#define FAR(name, body) \
  __asm__(".text\n.balign 4096\n" #name ": " body ".balign 4096, 0xcc\n"); \
  LOCAL extern unsigned char name[]

typedef unsigned long Loop(long count, long mask, void *data);

/** Never at first, then in some rounds, in all of them, never again. */
static void phases(const char *name, Loop *loop, void *data) {
  static const long masks[] = {-1, -1, 1023, 63, 3, -1, 0, 255, -1};
  unsigned long sum = 0;
  for (unsigned i = 0; i < sizeof masks / sizeof *masks; i++) sum = sum * 31 + loop(12000, masks[i], data);
  printf("%s: %lx\n", name, sum);
}

/** To four or eight bytes behind its return address, with flags that are looked at there. */
CALLEE(hop, "lea 3(%rax,%rbx), %rax\n test %rsi, %rdi\n jnz 1f\n addq $4, (%rsp)\n inc %ebx\n 1: cmp $0x5555, %ax\n ret\n");
LOOP(hopped, "call hop\n adc $0, %rax\n sbb $-7, %rax\n seto %bl\n rol $3, %rax\n");

/** To another function, which goes back to the loop. */
CALLEE(other, "lea 5(%rax,%rax,4), %rax\n push %r9\n ret\n");
CALLEE(diverted, "add $11, %rax\n test %rsi, %rdi\n jnz 1f\n mov (%rsp), %r9\n lea other(%rip), %rcx\n mov %rcx, (%rsp)\n 1: ret\n");
LOOP(diverting, "call diverted\n xor %rdi, %rax\n rol $5, %rax\n");

/** A number is where the return address was; the jump goes there. */
CALLEE(popper, "pop %rdx\n add $3, %rax\n test %rsi, %rdi\n jz 1f\n push %rdx\n ret\n 1: jmp *%rdx\n");
LOOP(popping, "call popper\n rol $1, %rax\n");
CALLEE(pushed, "xor %rdi, %rax\n ret\n");
CALLEE(pusher, "lea pushed(%rip), %rdx\n push %rdx\n ret\n");
CALLEE(pushing_callee, "test %rsi, %rdi\n jz pusher\n add $9, %rax\n ret\n");
LOOP(pushing, "call pusher\n rol $7, %rax\n call pushing_callee\n");

/** With arguments that the function removes, some of them or all. */
CALLEE(remover, "add 8(%rsp), %rax\n sub 16(%rsp), %rax\n test %rsi, %rdi\n jz 1f\n ret\n 1: ret $16\n");
CALLEE(mover, "pop %rcx\n pop %rdx\n add %rdx, %rax\n push %rcx\n ret\n");
LOOP(removing, "push %rdi\n push %rbx\n call remover\n mov %rsp, %r9\n sub %rbp, %r9\n add %r9, %rax\n mov %rbp, %rsp\n"
               "push %rax\n call mover\n rol $1, %rax\n cmp %rbp, %rsp\n jne 2f\n inc %rbx\n 2:\n");

/** Where am I? A call of what follows, and one whose function looks. */
CALLEE(look, "mov (%rsp), %rdx\n ret\n");
LOOP(here, "call 1f\n 1: pop %rdx\n lea here_head(%rip), %rcx\n sub %rcx, %rdx\n add %rdx, %rax\n rol $3, %rax\n"
           "call look\n sub %rcx, %rdx\n xor %rdx, %rax\n");

/** To the caller's caller, with the flags and registers of the innermost. */
CALLEE(inner, "lea 1(%rax,%rax,2), %rax\n test %rsi, %rdi\n jnz 1f\n add $8, %rsp\n stc\n ret\n 1: clc\n ret\n");
CALLEE(middle, "call inner\n adc $100, %rax\n inc %rbx\n ret\n");
CALLEE(outer, "call middle\n adc $1000, %rax\n ret\n");
LOOP(nested, "call outer\n adc %rbx, %rax\n");

/** Two that take turns: each goes on where the other one left it. */
CALLEE(exchange, "xchg %r9, (%rsp)\n ret\n");
LOOP(turns, "lea 5f(%rip), %r9\n call exchange\n add $1, %rax\n call exchange\n xor %rdi, %rax\n jmp 6f\n"
            "5: rol $3, %rax\n call exchange\n rol $5, %rax\n push %r9\n ret\n 6:\n");

/** More calls within each other than there are copies; one that drops all of them. */
CALLEE(deeper, "dec %rcx\n jz 1f\n call deeper\n lea 1(%rax,%rax,2), %rax\n ret\n 1: test %rsi, %rdi\n jnz 2f\n lea -8(%rbp), %rsp\n"
               "2: ret\n");
LOOP(deep, "mov $9, %ecx\n call deeper\n rol $1, %rax\n mov $2, %ecx\n call deeper\n add %rdi, %rax\n");

/** The way on is another function, by a jump, by one on a condition, through a table. */
CALLEE(second, "add $77, %rax\n ret\n");
CALLEE(first, "xor $55, %rax\n jmp second\n");
CALLEE(third, "test %rsi, %rdi\n jz second\n test $1, %edi\n jz first\n sub $3, %rax\n ret\n");
CALLEE(fourth, "mov %edi, %edx\n and $1, %edx\n jmp *(%r8,%rdx,8)\n");
LOOP(tails, "call first\n rol $1, %rax\n call third\n rol $1, %rax\n call fourth\n");

/** Frames of all kinds. */
CALLEE(frame, "push %rbp\n mov %rsp, %rbp\n sub $32, %rsp\n mov %rax, -24(%rbp)\n add -24(%rbp), %rax\n inc %rax\n"
              "test %rsi, %rdi\n jz 1f\n leave\n ret\n 1: mov %rax, -8(%rbp)\n mov -8(%rbp), %rdx\n xor %rdx, %rax\n add %rdi, %rax\n"
              "leave\n ret\n");
CALLEE(entered, "enter $16, $0\n mov %rax, (%rsp)\n add %rdi, (%rsp)\n mov -16(%rbp), %rax\n leave\n ret\n");
LOOP(frames, "call frame\n rol $3, %rax\n call entered\n");

/** Loops in the callee, called from two places. */
CALLEE(bytes, "1: movzbl (%r9,%rcx), %edx\n add %rdx, %rax\n rol $1, %rax\n inc %rcx\n cmp %r10, %rcx\n jb 1b\n ret\n");
LOOP(inner_loops, "mov %r8, %r9\n mov $3, %ecx\n mov %edi, %r10d\n and $15, %r10d\n call bytes\n lea 100(%r8), %r9\n xor %ecx, %ecx\n"
                  "mov $5, %r10d\n"
                  "test %rsi, %rdi\n jnz 2f\n mov $40, %r10d\n 2: call bytes\n");

/** The stack is another one behind the call, and the same again behind the next. */
CALLEE(stacks, "xchg %r9, %rsp\n pushq (%r9)\n ret\n");
LOOP(stack_switches, "lea 2048(%r8), %r9\n push %rdi\n call stacks\n push %rax\n addq $1, (%rsp)\n pop %rax\n add $8, %r9\n call stacks\n"
                     "pop %rdx\n xor %rdx, %rax\n rol $1, %rax\n mov %rsp, %r10\n sub %rbp, %r10\n add %r10, %rax\n");

/** An address of data beside the code of another page; a function over the end of a page. */
FAR(far, "xor far_data(%rip), %rax\n add %rdi, %rax\n ret\n far_data: .quad 0x123456789abcdef\n");
__asm__(".text\n.balign 4096\n.skip 4087\n");
CALLEE(across, "lea 7(%rax,%rax,8), %rax\n xor $0x12345678, %rax\n test %rsi, %rdi\n jz 1f\n ret\n 1: dec %rax\n ret\n");
LOOP(distances, "call far\n rol $1, %rax\n call across\n call far\n");

static void returns(void) {
  static unsigned long area[512], between[] = {1};
  for (int i = 0; i < 512; i++) area[i] = i * 0x9e3779b97f4a7c15;
  void *table[] = {first, second};
  phases("hops", hopped, 0);
  phases("other functions", diverting, 0);
  phases("pop and jump", popping, 0);
  phases("push and ret", pushing, 0);
  phases("removed arguments", removing, 0);
  phases("here", here, between);
  phases("caller's caller", nested, 0);
  phases("turns", turns, 0);
  phases("deep", deep, 0);
  phases("tails", tails, table);
  table[0] = table[1];
  phases("tails, one", tails, table);
  phases("frames", frames, 0);
  phases("loops", inner_loops, area);
  phases("stack switches", stack_switches, area);
  phases("distances", distances, 0);
}

/** The callee leaves flags, and the caller takes all of them, then single ones. */
#define LEAVES(name, mask, ...) \
  CALLEE(leaves_##name, __VA_ARGS__ "\n ret\n"); \
  LOOP(flags_##name, "mov %rax, %rcx\n mov %edi, %edx\n call leaves_" #name "\n pushf\n popq %r9\n and $" #mask ", %r9d\n xor %r9, %rax\n" \
                     "mov %rax, %rcx\n mov %edi, %edx\n add %rdi, %rcx\n call leaves_" #name "\n adc %rdi, %rax\n rol $7, %rax\n" \
                     "mov %rax, %rcx\n mov %edi, %edx\n call leaves_" #name "\n setz %bl\n add %rbx, %rax\n")
LEAVES(add, 0x8d5, "add %edx, %ecx");
LEAVES(sub, 0x8d5, "sub %rdx, %rcx");
LEAVES(cmp, 0x8d5, "cmp %cl, %dl");
LEAVES(logic, 0x8c5, "xor %edx, %ecx");
LEAVES(inc, 0x8d5, "add %edx, %ecx\n inc %dx");
LEAVES(neg, 0x8d5, "neg %ecx");
LEAVES(bit, 0x1, "cmp %edx, %edx\n bt %edx, %ecx");
LEAVES(mul, 0x801, "imul %edx, %ecx\n setc %dl\n movzbl %dl, %edx\n test %edx, %edx");
LEAVES(shift, 0x8c5, "shl %ecx");
LEAVES(count, 0x8c5, "xor %ecx, %edx\n and $3, %ecx\n shr $1, %edx");
LEAVES(lahf, 0xd5, "xchg %rax, %rcx\n sahf\n xchg %rax, %rcx");
LEAVES(popped, 0x8d5, "and $0x8d5, %ecx\n push %rcx\n popf");
LEAVES(either, 0x8d5, "test $1, %dl\n jz 1f\n sub %edx, %ecx\n jmp 2f\n 1: add %dx, %cx\n 2: lea 5(%ecx), %ecx");
LEAVES(order, 0x8d5, "cvtsi2sd %edx, %xmm0\n cvtsi2sd %ecx, %xmm1\n test $15, %dl\n jnz 1f\n xorpd %xmm0, %xmm0\n divsd %xmm0, %xmm0\n"
                     "1: ucomisd %xmm0, %xmm1");

/** The other way round: what the caller has left, the callee takes, or lets pass. */
CALLEE(takes, "adc %rdx, %rax\n ret\n");
CALLEE(decides, "ja 1f\n jo 2f\n add $3, %rax\n ret\n 1: setp %bl\n 2: xor %rbx, %rax\n ret\n");
CALLEE(passes, "lea (%rax,%rdx), %rax\n mov %rax, %rcx\n ret\n");
LOOP(flags_into, "mov %edi, %edx\n stc\n call takes\n cmp %rdx, %rax\n call takes\n ror $3, %rax\n cmp %al, %dl\n call decides\n"
                 "sub %dil, %dl\n call passes\n"
                 "adc $9, %rax\n cmp %rdi, %rax\n call passes\n jbe 1f\n call decides\n rcl $5, %rax\n 1: not %rax\n");
/** Flags on the way to another place. */
CALLEE(flagged, "cmp %edi, %eax\n push %rax\n lahf\n test $1, %al\n pop %rax\n jnp 1f\n cmp %edi, %eax\n mov %r9, (%rsp)\n 1: ret\n");
LOOP(flags_away, "lea 1f(%rip), %r9\n call flagged\n adc $5, %rax\n rol $1, %rax\n 1: sbb $2, %rax\n rol $3, %rax\n");

/** The same with numbers that were compared: behind it, or four bytes further. */
CALLEE(ordered, "cvtsi2sd %edi, %xmm0\n cvtsi2sd %eax, %xmm1\n mov (%rsp), %r9\n lea 4(%r9), %r10\n"
                "test %rsi, %rdi\n cmovz %r10, %r9\n mov %r9, (%rsp)\n ucomisd %xmm0, %xmm1\n ret\n");
LOOP(flags_ordered, "call ordered\n adc $7, %rax\n sbb $2, %rax\n setp %bl\n rol $3, %rax\n call ordered\n adc %rdi, %rax\n nop\n"
                    "adc %rbx, %rax\n");

static void flags(void) {
#define SHOWN(name) phases(#name, flags_##name, 0)
  SHOWN(add); SHOWN(sub); SHOWN(cmp); SHOWN(logic); SHOWN(inc); SHOWN(neg); SHOWN(bit); SHOWN(mul); SHOWN(shift); SHOWN(count); SHOWN(lahf);
  SHOWN(popped); SHOWN(either); SHOWN(order); SHOWN(into); SHOWN(away); SHOWN(ordered);
}

/** Roundings that the callee changes, numbers that the caller does not expect. */
APART static double scale(double x, double y) { return x * y + 0.1; }
APART static void rounding(unsigned mode) { __asm__ volatile("ldmxcsr %0" : : "m"(mode)); }
APART static void numbers(void) {
  static const double odd[] = {1e308, 5e-324, -0.0, 1e-310, __builtin_inf()};
  double sum = 0;
  unsigned long all = 0;
  for (int i = 0; i < 60000; i++) {
    if (i % 4096 == 4000) rounding(0x1f80 | (i >> 12 & 3) << 13);
    double x = scale(i, i % 1000 == 999 ? odd[i / 1000 % 5] : 0.3);
    sum = scale(sum, 0.25) + x;
    if (!(sum < 1e300 && sum > -1e300)) sum = i;
    unsigned long bits;
    memcpy(&bits, &sum, 8);
    all = all * 31 + bits;
  }
  rounding(0x1f80);
  printf("numbers: %lx\n", all);
}

/** Recursion. */
APART static unsigned fib(unsigned n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
APART static unsigned long three(unsigned long n, unsigned long x);
APART static unsigned long two(unsigned long n, unsigned long x) { return n == 0 ? x : three(n - 1, x + n) ^ n; }
APART static unsigned long one(unsigned long n, unsigned long x) { return n == 0 ? x : two(n - 1, x * 3) + 1; }
APART static unsigned long three(unsigned long n, unsigned long x) { return n & 4 ? one(n - 1, x) * 5 : n == 0 ? x : two(n - 1, x) + 7; }

static void recursion(void) {
  printf("fib: %u\n", fib(23));
  unsigned long sum = 0;
  for (int i = 0; i < 12000; i++) sum = sum * 7 + one(i % 23, i);
  printf("three: %lx\n", sum);
}

/** Calls through pointers: to one function, two, three, five; to others than before. */
APART static unsigned long f0(unsigned long x) { return x + 1; }
APART static unsigned long f1(unsigned long x) { return x * 3; }
APART static unsigned long f2(unsigned long x) { return x ^ x >> 7; }
APART static unsigned long f3(unsigned long x) { return x & 1 ? x - 5 : f1(x) + 2; }
APART static unsigned long f4(unsigned long x) { return f2(x) + f0(x); }
typedef unsigned long Function(unsigned long);
static Function *const functions[] = {f0, f1, f2, f3, f4};
static Function *volatile chosen[5];

APART static unsigned long through_table(long count, int targets, unsigned long x) {
  for (long i = 0; i < count; i++) x = chosen[i % targets](x) + i;
  return x;
}
APART static unsigned long through_one(long count, int targets, unsigned long x) {
  for (long i = 0; i < count; i++) x = chosen[0](x) * 5 - chosen[i >> 4 & 1](x) + i;
  return x;
}
/** The address lies where the call pushes, and below. */
LOOP(through_stack, "mov %edi, %ecx\n and %esi, %ecx\n and $1, %ecx\n pushq (%r8,%rcx,8)\n call *(%rsp)\n pop %rcx\n"
                    "mov %rcx, -8(%rsp)\n rol $1, %rax\n"
                    "call *-8(%rsp)\n mov %rsp, %rcx\n sub %rbp, %rcx\n add %rcx, %rax\n");

static void indirect(void) {
  static const int counts[] = {1, 2, 3, 5, 1, 3, 2};
  for (int shift = 0; shift < 3; shift++) {
    unsigned long x = 1;
    for (int phase = 0; phase < 7; phase++) {
      for (int i = 0; i < 5; i++) chosen[i] = functions[(i * (shift + 1) + phase * shift) % 5];
      x = through_one(6000, 0, through_table(6000, counts[phase], x));
    }
    printf("through a table: %lx\n", x);
  }
  void *table[] = {first, second};
  phases("through the stack", through_stack, table);
}

/** Out of the callee, now and then, and further out. */
static jmp_buf back;
APART static long thrower(long n, long every) {
  if (n % every == every - 1) longjmp(back, n & 3 ? 1 : 2);
  return n * 3;
}
APART static long catcher(long n, long every) { return thrower(n, every) + thrower(n + 1, every); }
APART static long leaving(long count, long every) {
  volatile long sum = 0, i = 0;
  for (int how; (how = setjmp(back)) || i < count;) {
    if (how) sum = sum * 5 + how, i++;
    while (i < count) sum += catcher(i, every), i++;
    if (i >= count) break;
  }
  return sum;
}

/** The functions of a library. */
extern size_t library_strlen(const char *) __asm__("strlen");
extern int library_abs(int) __asm__("abs");
extern long library_labs(long) __asm__("labs");
extern int library_toupper(int) __asm__("toupper");
extern int library_strcmp(const char *, const char *) __asm__("strcmp");
APART static long library(long count) {
  static const char *const words[] = {"a", "word", "longer than a vector of sixteen bytes", ""};
  long sum = 0;
  for (long i = 0; i < count; i++) {
    const char *word = words[i & 3];
    sum = sum * 3 + library_abs((int)(i - 500)) + library_labs(i * -7);
    sum ^= library_toupper(word[0]) + library_strlen(word) + library_strcmp(word, words[i >> 2 & 3]) % 2;
  }
  return sum;
}

/** A jump through a table of addresses that changes, as calls of libraries find them. */
static void *slots[3 * PAGE / 8] __attribute__((used, aligned(4096)));
#define slot slots[PAGE / 8]
FAR(stub, "jmp *slots+4096(%rip)\n");
LOOP(linked, "call stub\n rol $3, %rax\n call pushed\n");

static void libraries(void) {
  printf("library: %lx\n", library(30000));
  unsigned long sum = 0;
  // What is found where the stub's page is taken for its caller's.
  slots[0] = slots[2 * PAGE / 8] = first;
  for (int i = 0; i < 60; i++) {
    void *const targets[] = {first, second, far, hop};
    slot = targets[i < 20 ? 0 : i < 40 ? i & 1 : i & 3];
    sum = sum * 31 + linked(2000, -1, 0);
  }
  printf("linked: %lx\n", sum);
}

static long faults;
static unsigned long found;
static const unsigned char *base;
static void *repaired;
static long new_rip;

static void note(unsigned long value) {
  if (faults > 5000) _exit(9);
  found = found * 0x9e3779b97f4a7c15 + value;
}

/** What the context says: rip from `base` on, rsp from the loop's frame. */
static void report(int sig, siginfo_t *info, ucontext_t *u) {
  const long at = REG(u, RIP) - (long)base, depth = REG(u, RBP) - REG(u, RSP), bits = REG(u, EFL) & FLAGS;
  note(at), note(depth), note(bits), note(REG(u, RAX)), note(REG(u, RDI)), note(REG(u, RCX)), note(REG(u, RDX)), note(REG(u, RBX));
  if (faults++ < 2) {
    printf("  signal %d code %d at +%lx, frame -%lx, flags %lx", sig, info->si_code, at, depth, bits);
    printf(", rax %llx, rdi %llx", REG(u, RAX), REG(u, RDI));
    if (info->si_addr == 0) printf(", no address");
    printf("\n");
  }
}

/** Repairs the access. */
static void repair(int sig, siginfo_t *info, void *context) {
  report(sig, info, context);
  mprotect((void *)((unsigned long)info->si_addr & -PAGE), PAGE, PROT_READ | PROT_WRITE);
}
/** Skips the instruction, of three bytes, with other registers and flags. */
static void skip(int sig, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  report(sig, info, u);
  REG(u, RIP) += 3;
  REG(u, RDX) = 0x1234567890 + faults;
  REG(u, EFL) ^= faults & 1 ? 0x41 : 0x880;
}
/** Returns from the callee in its place. */
static void finish(int sig, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  report(sig, info, u);
  REG(u, RIP) = *(long *)REG(u, RSP);
  REG(u, RSP) += 8;
  REG(u, RAX) ^= 0x55;
}
/** Returns from the callee and from its caller. */
static void finish_both(int sig, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  finish(sig, info, u);
  REG(u, RIP) = *(long *)REG(u, RSP);
  REG(u, RSP) += 8;
}
/** Puts an address where the wrong one is. */
static void relink(int sig, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  report(sig, info, u);
  *(long *)REG(u, RSP) = REG(u, R9);
}
static void go_back(int sig, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  report(sig, info, u);
  REG(u, RIP) = REG(u, R9);
}
/** Calls the function that was meant. */
static void go_there(int sig, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  report(sig, info, u);
  REG(u, RIP) = new_rip;
}
static void relink_slot(int sig, siginfo_t *info, void *context) {
  report(sig, info, context);
  mprotect(&slot, PAGE, PROT_READ | PROT_WRITE);
  slot = repaired;
}
static void divisor(int sig, siginfo_t *info, void *context) {
  report(sig, info, context);
  REG((ucontext_t *)context, RCX) = 3 + faults % 5;
}

static void told(const char *name, unsigned long sum) {
  printf("%s: %lx, faults %ld, found %lx\n", name, sum, faults, found);
  faults = 0, found = 0;
}

CALLEE(reads, "cmp %rdi, %rax\n mov (%r8), %rdx\n sbb %rdx, %rax\n ret\n");
CALLEE(writes, "add %rdi, %rax\n mov %rax, (%r8)\n adc $1, %rax\n ret\n");
CALLEE(changes, "sub %rdi, %rax\n .byte 0x49, 0xff, 0x40, 0x00\n adc $3, %rax\n ret\n"); // incq 0(%r8)
CALLEE(reads_deep, "add $5, %rax\n call reads\n rcl $3, %rax\n inc %rbx\n ret\n");
CALLEE(writes_deeper, "push %rax\n call 1f\n pop %rdx\n xor %rdx, %rax\n ret\n 1: call writes\n rol $1, %rax\n ret\n");
LOOP(reading, "call reads\n adc $1, %rax\n rol $5, %rax\n");
LOOP(writing, "call writes\n adc $1, %rax\n rol $5, %rax\n call changes\n sbb $7, %rax\n");
LOOP(reading_deep, "cmp %rax, %rdi\n call reads_deep\n adc $1, %rax\n rol $5, %rax\n");
LOOP(writing_deep, "call writes_deeper\n adc $1, %rax\n rol $5, %rax\n");
CALLEE(divides, "push %rax\n xor %edx, %edx\n mov %edi, %ecx\n and %esi, %ecx\n cmp $7, %rcx\n div %rcx\n lea (%rdx,%rdi), %rdx\n"
                "pop %rcx\n rol $13, %rcx\n xor %rcx, %rax\n add %rdx, %rax\n ret\n");
LOOP(dividing, "call divides\n rol $9, %rax\n");

static void accesses(unsigned char *page) {
  static const struct {
    const char *name;
    Loop *loop;
    const unsigned char *base;
    void (*handler)(int, siginfo_t *, void *);
    int protection;
  } all[] = {
    {"reads, repaired", reading, reads, repair, PROT_NONE}, {"writes, repaired", writing, writes, repair, PROT_READ},
    {"deep reads, repaired", reading_deep, reads, repair, PROT_NONE}, {"deep writes, repaired", writing_deep, writes, repair, PROT_READ},
    {"reads, skipped", reading, reads, skip, PROT_NONE}, {"deep reads, skipped", reading_deep, reads, skip, PROT_NONE},
    {"reads, returned", reading, reads, finish, PROT_NONE}, {"deep reads, returned", reading_deep, reads, finish, PROT_NONE},
    {"deep reads, returned twice", reading_deep, reads, finish_both, PROT_NONE}, {"writes, returned", writing, writes, finish, PROT_READ},
    {"deep writes, returned", writing_deep, writes, finish, PROT_NONE},
  };
  for (unsigned k = 0; k < sizeof all / sizeof *all; k++) {
    base = all[k].base;
    handle(SIGSEGV, all[k].handler, 0);
    unsigned long sum = all[k].loop(30000, -1, page);
    for (int i = 0; i < 60; i++) {
      mprotect(page, PAGE, all[k].protection);
      sum = sum * 31 + all[k].loop(3 + i % 7, -1, page);
      mprotect(page, PAGE, PROT_READ | PROT_WRITE);
      sum = sum * 31 + all[k].loop(100, -1, page + 8 * i);
    }
    told(all[k].name, sum);
  }
  handle(SIGFPE, divisor, 0);
  base = divides;
  unsigned long sum = dividing(20000, -1, 0);
  sum += dividing(20000, 511, 0) + dividing(2000, 7, 0) + dividing(300, 0, 0);
  told("divisions", sum);
}

/** Return addresses that are none: not canonical, not mapped. */
CALLEE(misled, "add %rdi, %rax\n mov (%rsp), %r9\n mov %r9, %r10\n"
               "test %rsi, %rdi\n cmovz %r8, %r10\n mov %r10, (%rsp)\n cmp %rdi, %rax\n ret\n");
CALLEE(misled_caller, "call misled\n sbb $3, %rax\n ret\n");
LOOP(misleading, "call misled\n adc $1, %rax\n rol $3, %rax\n");
LOOP(misleading_deep, "call misled_caller\n adc $1, %rax\n rol $3, %rax\n");
/** Calls of what is no function, now and then. */
LOOP(lost, "mov (%r8), %r11\n test %rsi, %rdi\n cmovz 8(%r8), %r11\n lea 2f(%rip), %r9\n call *%r11\n 2: rol $3, %rax\n");

static void addresses(void) {
  static const struct { const char *name; unsigned long address; void (*handler)(int, siginfo_t *, void *); } all[] = {
    {"not canonical", 0x8000000000000000, relink}, {"above", 0x1234000000000000, relink}, {"nothing there", 0x5000, go_back},
  };
  for (int k = 0; k < 3; k++) {
    handle(SIGSEGV, all[k].handler, 0);
    base = k < 2 ? misled : 0;
    void *to = (void *)all[k].address;
    unsigned long sum = misleading(100000, -1, to) + misleading(2000, 31, to) * 3 + misleading(30, 0, to);
    told(all[k].name, sum);
    sum = misleading_deep(100000, -1, to) + misleading_deep(2000, 31, to) * 3 + misleading_deep(30, 0, to);
    told("the same, deep", sum);
  }
  for (int k = 0; k < 2; k++) {
    // What lies behind the lower 32 bits and the lower 47 is not to be seen as the function.
    const unsigned long to[] = {(unsigned long)second, (unsigned long)second + (k ? 1UL << 47 : 1UL << 44)};
    handle(SIGSEGV, go_there, 0);
    base = k ? (unsigned char *)lost : second;
    new_rip = (long)second;
    if (k) handle(SIGSEGV, go_back, 0);
    unsigned long sum = lost(150000, -1, (void *)to) + lost(2000, 31, (void *)to) * 3 + lost(30, 0, (void *)to);
    told(k ? "called, not canonical" : "called, nothing there", sum);
  }
  static const char *const names[] = {"linked, not canonical", "linked, not readable", "linked, nothing there"};
  for (int k = 0; k < 3; k++) {
    unsigned long sum = 0;
    base = stub;
    for (int i = 0; i < 40; i++) {
      slot = repaired = i & 4 ? first : second;
      sum = sum * 31 + linked(1000, -1, 0);
      handle(SIGSEGV, k < 2 ? relink_slot : go_there, 0);
      new_rip = (long)stub;
      if (k == 0) slot = (void *)0x8000000000000000;
      else if (k == 1) mprotect(&slot, PAGE, PROT_NONE);
      else {
        slot = (void *)0x5000;
        base = 0;
        new_rip = (long)repaired;
      }
      sum = sum * 31 + linked(3, -1, 0);
    }
    told(names[k], sum);
  }
}

/** Calls with a stack that ends there: the address, the callee's own push, what is read of it at the return. */
CALLEE(light, "add %rdi, %rax\n ret\n");
CALLEE(heavy, "cmp %rdi, %rax\n push %rax\n push %rbx\n sbb $1, %rax\n inc %rax\n pop %rbx\n pop %rcx\n lea (%rcx,%rax,2), %rax\n"
              "call light\n rol $1, %rax\n ret\n");
LOOP(on_stack, "mov %r8, %rsp\n cmp %rax, %rdi\n call light\n adc $3, %rax\n call heavy\n adc $1, %rax\n rol $3, %rax\n mov %rbp, %rsp\n");
/** The return address lies in another page. */
CALLEE(leaves_stack, "mov (%rsp), %rdx\n mov %rdx, (%r8)\n mov %r8, %rsp\n cmp %rdi, %rax\n ret\n");
CALLEE(leaves_page, "mov (%rsp), %r9\n cmp %rdi, %rax\n test %rsi, %rdi\n cmovz %r8, %rsp\n ret\n");
LOOP(left_stack, "call leaves_stack\n adc $3, %rax\n push %rax\n pop %rcx\n xor %rcx, %rbx\n mov %rbp, %rsp\n rol $3, %rax\n");
LOOP(left_page, "call leaves_page\n adc $3, %rax\n mov %rbp, %rsp\n rol $3, %rax\n");

static void open_stack(int sig, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  const unsigned char *from = (void *)REG(u, RIP);
  // From the loop's beginning, as all of it is in one piece.
  note(from - light), note(REG(u, R8) - REG(u, RSP)), note(REG(u, EFL) & FLAGS), note(REG(u, RAX)), note(REG(u, RDI));
  if (faults++ < 6)
    printf("  stack: at +%lx, down %llx, to %lx, flags %llx, rdi %lld\n", (long)(from - light), REG(u, R8) - REG(u, RSP),
           (unsigned long)info->si_addr & (PAGE - 1), REG(u, EFL) & FLAGS, REG(u, RDI));
  mprotect((void *)((unsigned long)info->si_addr & -PAGE), PAGE, PROT_READ | PROT_WRITE);
}
static void open_return(int sig, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  note(REG(u, RIP) - (long)light), note(REG(u, EFL) & FLAGS), note(REG(u, RAX));
  unsigned char *at = (void *)((unsigned long)info->si_addr & -PAGE);
  mprotect(at, PAGE, PROT_READ | PROT_WRITE);
  *(long *)REG(u, RSP) = REG(u, R9) + (faults++ & 1 ? 4 : 0);
}

static void stack_ends(void) {
  static char spare[8 * PAGE];
  stack_t alternate = {.ss_sp = spare, .ss_size = sizeof spare};
  sigaltstack(&alternate, NULL);
  handle(SIGSEGV, open_stack, SA_ONSTACK);
  unsigned char *stack = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  unsigned long sum = 0;
  for (int i = -44; i < 44; i++) sum = sum * 31 + on_stack(500, -1, stack + 2 * PAGE + i);
  told("over a page's end", sum);
  for (int i = -4; i < 44; i++) {
    sum = sum * 31 + on_stack(300, -1, stack + 2 * PAGE + 100);
    mprotect(stack + PAGE, PAGE, i & 1 ? PROT_READ : PROT_NONE);
    sum = sum * 31 + on_stack(40, -1, stack + 2 * PAGE + i);
  }
  told("a stack that ends", sum);
  mprotect(stack, 4 * PAGE, PROT_READ | PROT_WRITE);
  for (int i = 0; i < 60; i++) sum = sum * 31 + left_stack(500, -1, stack + PAGE / 4 * (i % 12) + (i & 7));
  told("another page's address", sum);
  handle(SIGSEGV, open_return, SA_ONSTACK);
  sum = left_page(30000, -1, stack + 64);
  for (int i = 0; i < 60; i++) {
    mprotect(stack, PAGE, PROT_NONE);
    sum = sum * 31 + left_page(64, 63, stack + 64 + i) + left_page(100, -1, stack);
  }
  told("an address that cannot be read", sum);
}

/** Code that is written while it is hot. */
static unsigned char *code, *end;
static void emit(const void *from, int count) { memcpy(end, from, count); end += count; }
static void byte(int value) { *end++ = value; }
static void word(int value) { emit(&value, 4); }

/** add $value, %rax; ret */
static void adder(unsigned char *at, int value) {
  end = at;
  byte(0x48), byte(0x05), word(value), byte(0xc3);
}
/** rol $value, %rax; ret */
static void roller(unsigned char *at, int value) {
  end = at;
  byte(0x48), byte(0xc1), byte(0xc0), byte(value), byte(0xc3);
}
/** call to; add $5, %rax; ret */
static void caller(unsigned char *at, const unsigned char *to) {
  end = at;
  byte(0xe8), word(to - (at + 5)), byte(0x48), byte(0x83), byte(0xc0), byte(5), byte(0xc3);
}
/** xor %eax, %eax; 1: call to; xor %rdi, %rax; dec %rdi; jnz 1b; ret */
static void loop_of(unsigned char *at, const unsigned char *to) {
  end = at;
  byte(0x31), byte(0xc0), byte(0xe8), word(to - (at + 7)), byte(0x48), byte(0x31), byte(0xf8);
  byte(0x48), byte(0xff), byte(0xcf), byte(0x75), byte(-13), byte(0xc3);
}
static unsigned long run(unsigned char *at, long count) { return ((unsigned long (*)(long))at)(count); }
LOOP(pointed, "call *(%r8)\n xor %rdi, %rax\n");

static void map_code(int protection) {
  if (mmap(code + 2 * PAGE, PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) exit(2);
}
static void grant(int sig, siginfo_t *info, void *context) {
  note(REG((ucontext_t *)context, RIP) - (long)code);
  faults++;
  mprotect((void *)((unsigned long)info->si_addr & -PAGE), PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
}

/** Callers in the first page, a function that is called by both in the second, its callee in the third. */
static void rewritten(void) {
  unsigned char *loop = code, *direct = code + 256, *outer_one = code + PAGE + 64, *leaf = code + 2 * PAGE + 128;
  void *pointer = outer_one;
  loop_of(loop, outer_one), loop_of(direct, leaf), caller(outer_one, leaf), adder(leaf, 1);
  handle(SIGSEGV, grant, 0);
  unsigned long sum = run(loop, 600000) + run(direct, 600000) + pointed(300000, -1, &pointer);
  for (int i = 0; i < 120; i++) {
    // A byte of a number, the whole function, another page in its place, the function between.
    switch (i % 12) {
      case 0: case 1: case 7: leaf[2] = i; break;
      case 2: roller(leaf, i & 63); break;
      case 3: leaf[3] = i & 31; break;
      case 4: adder(leaf, i * 1000); break;
      case 5: munmap(code + 2 * PAGE, PAGE), map_code(PROT_READ | PROT_WRITE | PROT_EXEC), adder(leaf, -i); break;
      case 6: mprotect(code + 2 * PAGE, PAGE, PROT_READ); break;
      case 8: outer_one[8] = i; break;
      case 9: mprotect(code + PAGE, PAGE, PROT_NONE); break;
      case 10: adder(outer_one, i); break;
      case 11: caller(outer_one, leaf); break;
    }
    sum = sum * 31 + run(loop, i < 90 ? 400 : 6000);
    sum = sum * 31 + run(direct, 300);
    sum = sum * 31 + pointed(300, -1, &pointer);
  }
  told("rewritten", sum);
}

/** Two callers of a function that is too large for a copy; the second one comes after its callee, in another page, was written again. */
static void outdated(void) {
  unsigned long sum = 0;
  for (int i = 0; i < 4; i++) {
    code = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned char *first = code, *second = code + 64, *large = code + 128, *leaf = code + 2 * PAGE;
    loop_of(first, large), adder(leaf, 1);
    // xor %eax, %eax; 1: call leaf; call large; xor %rdi, %rax; dec %rdi; jnz 1b; ret
    end = second;
    byte(0x31), byte(0xc0), byte(0xe8), word(leaf - (end + 4)), byte(0xe8), word(large - (end + 4)), byte(0x48), byte(0x31), byte(0xf8);
    byte(0x48), byte(0xff), byte(0xcf), byte(0x75), byte(-18), byte(0xc3);
    end = large;
    for (int k = 0; k < 48; k++) byte(0x48), byte(0xff), byte(0xc0);
    byte(0xe8), word(leaf - (end + 4)), byte(0xc3);
    sum = sum * 31 + run(first, 200000);
    i & 1 ? roller(leaf, 7) : adder(leaf, 1000);
    sum = sum * 31 + run(second, 4000 << 2 * i);
    sum = sum * 31 + run(first, 1000);
  }
  printf("outdated: %lx\n", sum);
}

/** Pages of a file in the callee's place, the same again and again; the caller's page at two addresses with different ones behind it. */
static void exchanged(void) {
  int fd = memfd_create("code", 0);
  if (fd < 0 || ftruncate(fd, 4 * PAGE)) exit(2);
  unsigned char *all = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  loop_of(all, all + PAGE + 128), adder(all + PAGE + 128, 3), roller(all + 2 * PAGE + 128, 5), adder(all + 3 * PAGE + 128, 77);
  unsigned char *views[2];
  for (int k = 0; k < 2; k++) {
    views[k] = mmap(0, 2 * PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
    mmap(views[k] + PAGE, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED, fd, (k + 1) * PAGE);
  }
  unsigned long sum = run(views[0], 400000) + run(views[1], 100000);
  for (int i = 0; i < 60; i++) sum = sum * 31 + run(views[i % 3 == 1], 600);
  printf("two views: %lx\n", sum);
  for (int i = 0; i < 60; i++) {
    mmap(views[0] + PAGE, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED, fd, (i % 3 + 1) * PAGE);
    sum = sum * 31 + run(views[0], 600);
    if (i % 8 == 7) all[3 * PAGE + 130] = i;
    sum = sum * 31 + run(views[1], 100);
  }
  printf("exchanged: %lx\n", sum);
}

/** The callee writes the number that its caller adds, then the one that it adds itself. */
static void writes_caller(void) {
  unsigned char *leaf = code + PAGE + 512;
  for (int own = 0; own < 2; own++) {
    // xor %eax, %eax; 1: call leaf; add $imm32, %eax; dec %edi; jnz 1b; ret
    end = code + 600;
    byte(0x31), byte(0xc0), byte(0xe8), word(leaf - (code + 607)), byte(0x05);
    unsigned char *number = end;
    word(0), byte(0xff), byte(0xcf), byte(0x75), byte(-14), byte(0xc3);
    // test $mask, %edi; jnz 1f; mov %edi, number(%rip); 1: add $imm32, %eax; ret
    end = leaf;
    byte(0xf7), byte(0xc7);
    unsigned char *mask = end;
    word(0x7fffffff), byte(0x75), byte(6), byte(0x89), byte(0x3d);
    word((own ? leaf + 15 : number) - (end + 4)), byte(0x05), word(1), byte(0xc3);
    unsigned sum = run(code + 600, 500000);
    memcpy(mask, (int[]){1023}, 4);
    sum = sum * 31 + run(code + 600, 20000);
    memcpy(mask, (int[]){15}, 4);
    sum = sum * 31 + run(code + 600, 2000);
    printf("writes its %s: %x\n", own ? "own number" : "caller's", sum);
  }
}

static void forked(void) {
  unsigned char *loop = code, *leaf = code + 2 * PAGE + 128;
  loop_of(loop, leaf), adder(leaf, 9);
  unsigned long sum = run(loop, 400000);
  for (int i = 0; i < 3; i++) {
    CHILD("child", sum += run(loop, 2000); i & 1 ? roller(leaf, 3) : adder(leaf, 1000 + i); sum = sum * 31 + run(loop, 40000);
          sum += nested(5000, 63, 0) + fib(15); printf("  %lx\n", sum));
    sum = sum * 31 + run(loop, 2000);
    if (i) leaf[2] = i;
    sum = sum * 31 + run(loop, 2000);
  }
  printf("parent: %lx\n", sum);
}

/** A timer ends a loop in the callee, and one of calls. */
static volatile int stopped;
static void stop(int sig, siginfo_t *info, void *context) { stopped = 1; }
APART static unsigned long until_stopped(unsigned long x) {
  while (!stopped) x = x * 3 + 1;
  return 1;
}
APART static unsigned long once(unsigned long x) { return f3(x) | stopped; }
static void timers(void) {
  handle(SIGALRM, stop, SA_RESTART);
  unsigned long ended = 0;
  for (int i = 0; i < 8; i++) {
    struct itimerval timer = {{0, 0}, {0, 4000}};
    stopped = 0;
    setitimer(ITIMER_REAL, &timer, 0);
    if (i & 1) for (unsigned long x = 1; !stopped; ended += x == 0) x = once(x) | 1;
    else for (int k = 0; k < 1000; k++) ended += until_stopped(k);
  }
  printf("timers: %lu\n", ended);
}

int main(void) {
  unsigned char *data = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  returns();
  flags();
  numbers();
  recursion();
  indirect();
  printf("longjmp: %ld %ld %ld\n", leaving(30000, 1 << 30), leaving(20000, 500), leaving(3000, 3));
  libraries();
  accesses(data);
  addresses();
  stack_ends();
  outdated();
  code = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  rewritten();
  exchanged();
  writes_caller();
  forked();
  timers();
}
