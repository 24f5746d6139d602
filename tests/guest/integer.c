// Integer instructions in every size over awkward operands: results and defined flags, summed per instruction.
#include <stdint.h>
#include <stdio.h>

#define CF 1
#define PF 4
#define AF 16
#define ZF 64
#define SF 128
#define OF 2048
#define ALL (CF | PF | AF | ZF | SF | OF)
#define LOGIC (CF | PF | ZF | SF | OF)

static const uint64_t values[] = {0, 1, 2, 3, 7, 8, 0x0f, 0x10, 0x7f, 0x80, 0x81, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x12345678, 0x7fffffff, 0x80000000, 0x80000001,
                                  0xffffffff, 0x100000000, 0x123456789abcdef0, 0x7fffffffffffffff, 0x8000000000000000, 0x8000000000000001, 0xfffffffffffffffe, 0xffffffffffffffff, 0x5555555555555555, 0xaaaaaaaaaaaaaaaa};
enum { N = sizeof values / sizeof *values };
static uint64_t sum;
static void mix(uint64_t v) { sum = (sum ^ v) * 0x100000001b3; sum ^= sum >> 29; }
static void end(const char *name) { printf("%-10s %016llx\n", name, (unsigned long long)sum); sum = 0xcbf29ce484222325; }

#define RUN2(name, op, flags, carry) \
  for (int i = 0; i < N; i++) \
    for (int j = 0; j < N; j++) \
      for (int c = 0; c <= carry; c++) { \
        uint64_t a = values[i], b = values[j], f; \
        __asm__ volatile("bt $0, %3\n" op "\n pushfq\n pop %1" : "+a"(a), "=&r"(f) : "b"(b), "r"((uint64_t)c), "c"(b) : "cc", "rdx", "memory"); \
        mix(a), mix(f & (flags)); \
      } \
  end(name);
#define SIZES2(op, flags, carry) \
  RUN2(#op "b", #op "b %%bl, %%al", flags, carry) \
  RUN2(#op "w", #op "w %%bx, %%ax", flags, carry) \
  RUN2(#op "l", #op "l %%ebx, %%eax", flags, carry) \
  RUN2(#op "q", #op "q %%rbx, %%rax", flags, carry)
#define SIZES1(op, flags) \
  RUN2(#op "b", #op "b %%al", flags, 1) \
  RUN2(#op "w", #op "w %%ax", flags, 1) \
  RUN2(#op "l", #op "l %%eax", flags, 1) \
  RUN2(#op "q", #op "q %%rax", flags, 1)
/** Shifts by %cl: only results and the flags that every count defines. */
#define SHIFTS(op) \
  RUN2(#op "b", #op "b %%cl, %%al", 0, 1) \
  RUN2(#op "w", #op "w %%cl, %%ax", 0, 1) \
  RUN2(#op "l", #op "l %%cl, %%eax", 0, 1) \
  RUN2(#op "q", #op "q %%cl, %%rax", 0, 1) \
  RUN2(#op "1", #op "q $1, %%rax", CF | OF, 1)

int main(void) {
  sum = 0xcbf29ce484222325;
  SIZES2(add, ALL, 0) SIZES2(sub, ALL, 0) SIZES2(adc, ALL, 1) SIZES2(sbb, ALL, 1) SIZES2(cmp, ALL, 0)
  SIZES2(and, LOGIC, 0) SIZES2(or, LOGIC, 0) SIZES2(xor, LOGIC, 0) SIZES2(test, LOGIC, 0)
  SIZES1(inc, ALL) SIZES1(dec, ALL) SIZES1(neg, ALL) SIZES1(not, CF)
  SHIFTS(shl) SHIFTS(shr) SHIFTS(sar) SHIFTS(rol) SHIFTS(ror) SHIFTS(rcl) SHIFTS(rcr)
  RUN2("shldl", "shldl $5, %%ebx, %%eax", CF | ZF | SF | PF, 0)
  RUN2("shldq", "shldq %%cl, %%rbx, %%rax", 0, 0)
  RUN2("shrdw", "shrdw $7, %%bx, %%ax", CF | ZF | SF | PF, 0)
  RUN2("shrdq", "shrdq %%cl, %%rbx, %%rax", 0, 0)
  RUN2("mulb", "mulb %%bl", CF | OF, 0)
  RUN2("mulw", "mulw %%bx\n shl $16, %%edx\n or %%edx, %%eax", 0, 0)
  RUN2("mull", "mull %%ebx\n shl $32, %%rdx\n or %%rdx, %%rax", 0, 0)
  RUN2("mulq", "mulq %%rbx\n lea (%%rax,%%rdx,2), %%rax", CF | OF, 0)
  RUN2("imulb", "imulb %%bl", CF | OF, 0)
  RUN2("imulq", "imulq %%rbx\n lea (%%rax,%%rdx,2), %%rax", CF | OF, 0)
  RUN2("imul2w", "imulw %%bx, %%ax", CF | OF, 0)
  RUN2("imul2l", "imull %%ebx, %%eax", CF | OF, 0)
  RUN2("imul2q", "imulq %%rbx, %%rax", CF | OF, 0)
  RUN2("imul3", "imulq $-77, %%rbx, %%rax", CF | OF, 0)
  for (int i = 0; i < N; i++)
    for (int j = 1; j < N; j++) {
      uint64_t a = values[i], b = values[j], d = b / 3, q, r;
      __asm__("divq %4" : "=a"(q), "=d"(r) : "a"(a), "d"(d), "r"(b) : "cc");
      mix(q), mix(r);
      d = 0;
      __asm__("divl %k4" : "=a"(q), "=d"(r) : "a"(a), "d"(d), "r"((uint64_t)((uint32_t)b | 1)) : "cc");
      mix(q), mix(r);
      if ((int64_t)a == INT64_MIN) continue;
      __asm__("cqo\n idivq %3" : "=a"(q), "=&d"(r) : "a"(a), "r"(b) : "cc");
      mix(q), mix(r);
    }
  end("div");
  RUN2("bt", "btq %%rbx, %%rax", CF, 0) RUN2("bts", "btsl %%ebx, %%eax", CF, 0) RUN2("btr", "btrw %%bx, %%ax", CF, 0) RUN2("btc", "btcq $37, %%rax", CF, 0)
  RUN2("bsf", "test %%rbx, %%rbx\n jz 1f\n bsfq %%rbx, %%rax\n1:", 0, 0) RUN2("bsr", "test %%ebx, %%ebx\n jz 1f\n bsrl %%ebx, %%eax\n1:", 0, 0)
  RUN2("xadd", "xaddq %%rax, %%rcx\n lea (%%rax,%%rcx,4), %%rax", 0, 0)
  RUN2("cmpxchg", "mov %%rbx, %%rdx\n cmpxchgq %%rcx, %%rdx\n lea (%%rax,%%rdx,4), %%rax", ZF, 0)
  RUN2("bswap", "bswapl %%eax\n bswapq %%rbx\n xor %%rbx, %%rax\n bswapq %%rbx", 0, 0)
  RUN2("movsx", "movsbw %%bl, %%ax\n movswq %%ax, %%rdx\n xor %%rdx, %%rax\n movslq %%ebx, %%rdx\n add %%rdx, %%rax", 0, 0)
  RUN2("movzx", "movzbl %%bh, %%eax\n movzwl %%bx, %%edx\n shl $32, %%rdx\n or %%rdx, %%rax", 0, 0)
  RUN2("cbw", "cbtw\n cwtl\n cltq\n cqto\n xor %%rdx, %%rax", 0, 0)
  RUN2("high byte", "addb %%bh, %%ah\n subb %%al, %%ah\n xchgb %%al, %%ah", ALL, 0)
  RUN2("lea", "lea -5(%%rax,%%rbx,8), %%rax\n lea 3(%%eax,%%ebx), %%edx\n xor %%rdx, %%rax", 0, 0)
  RUN2("setcc", "cmp %%rbx, %%rax\n setl %%al\n setbe %%ah\n movzwl %%ax, %%eax\n cmp %%rbx, %%rcx\n sets %%dl\n movzbl %%dl, %%edx\n lea (%%eax,%%edx,2), %%eax", 0, 0)
  RUN2("cmov", "cmp %%ebx, %%eax\n cmovg %%rcx, %%rax\n cmovp %%ebx, %%eax", 0, 0)
  RUN2("lahf", "add %%rbx, %%rax\n lahf\n and $0xd5ff, %%eax", 0, 0)
  RUN2("sahf", "mov %%al, %%ah\n sahf", CF | PF | AF | ZF | SF, 0)
  RUN2("stack", "push %%rax\n push %%bx\n pushq $-7\n pop %%rdx\n pop %%cx\n pop %%rax\n add %%rdx, %%rax\n mov %%rbx, %%rcx", 0, 0)
  RUN2("loop", "mov $5, %%ecx\n1: add %%rbx, %%rax\n loop 1b\n jrcxz 2f\n inc %%rax\n2: mov %%rbx, %%rcx", 0, 0)
  RUN2("popcnt", "popcntq %%rbx, %%rax", ALL, 0)
  return 0;
}
