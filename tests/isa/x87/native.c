/*
 * Runs x87 instructions on the processor, from random and special states, and writes what it did.
 *
 *   native COUNT SEED  <  lines "opcode modrm prefix" in hexadecimal (prefix 0: none)  >  records
 *
 * A record: struct run below. Memory forms address [rdx]; the registers and the status word are loaded by FXRSTOR and stored by
 * FXSAVE, which neither waits nor raises, so unmasked exceptions are only recorded. `trapped`: #MF, an exception was pending.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MEMORY = 112 };

struct state {
  uint8_t image[160]; /* FXSAVE's, up to the xmm registers */
  uint64_t rax, rflags;
  uint8_t memory[MEMORY];
};

struct run {
  uint8_t opcode, modrm, prefix, trapped, pad[4];
  struct state before, after;
};

static uint64_t seed[2];

static uint64_t draw(void) { /* xorshift128+ */
  uint64_t a = seed[0], b = seed[1];
  seed[0] = b;
  a ^= a << 23;
  seed[1] = a ^ b ^ (a >> 17) ^ (b >> 26);
  return seed[1] + b;
}

static unsigned below(unsigned n) { return draw() % n; }

#define LENGTH(a) (sizeof(a) / sizeof(*(a)))

struct f80 {
  uint64_t significand;
  uint16_t exponent;
};

static const uint64_t MSB = 1ull << 63;

static const struct f80 special80[] = {
    {0, 0}, {1ull << 63, 0x3fff}, {1ull << 63, 0x7fff}, {3ull << 62, 0x7fff}, {0x8000000000000001, 0x7fff}, {~0ull, 0x7ffe}, {1, 0},
    {~0ull >> 1, 0}, {1ull << 63, 0}, {1ull << 63, 1}, {~0ull, 0x7fff}, {0xbfffffffffffffff, 0x7fff}, {1ull << 62, 0x3fff}, {0, 0x7fff},
    {0x1234, 0x7fff}, {0, 0x3fff}, {~0ull >> 1, 0x7ffe}, {~0ull, 0x403e}, {1ull << 63, 0x403e}, {~1ull, 0x403d}, {0xffff000000000000, 0x400d},
    {0xffff800000000000, 0x400e}, {~0ull, 0x3ffe}, {0xde0b6b3a76400000, 0x403a}, {0xde0b6b3a763ffffe, 0x403a}, {3ull << 62, 0x3ffe},
    {0xfffffffffffffc00, 0x43fe}, {0xffffff8000000000, 0x407e}, {1ull << 63, 0x3c01}, {0xfffffffffffffc00, 0x3c00}, {1ull << 63, 0x3f81},
};

/* Half of the ordinary ones lie near `other` (or near 1), so that operands meet. */
static void draw80(uint8_t *to, const uint8_t *other) {
  struct f80 x = {draw() | MSB, below(0x7fff)};
  switch (below(16)) {
  case 0:
  case 1:
  case 2:
    x = special80[below(LENGTH(special80))];
    break;
  case 3:
    x = special80[below(LENGTH(special80))];
    x.significand += below(5) - 2;
    break;
  case 4:
    x.significand = draw(); /* an unnormal, often */
    break;
  case 5:
    x = (struct f80){draw() >> below(64), 0};
    break;
  case 6:
    x.exponent = 1 + below(70);
    break;
  case 7:
    x.exponent = 0x7ffe - below(70);
    break;
  default: {
    uint16_t near = 0x3fff;
    if (other && below(2)) memcpy(&near, other + 8, 2);
    int exponent = (near & 0x7fff) + (int)below(150) - 75;
    x.exponent = exponent < 1 || exponent > 0x7ffe ? 0x3fff : exponent;
    if (below(2)) x.significand &= ~0ull << below(64);
  }
  }
  x.exponent |= below(2) << 15;
  memset(to, 0, 16);
  memcpy(to, &x.significand, 8);
  memcpy(to + 8, &x.exponent, 2);
}

static uint64_t draw64(void) {
  static const uint64_t special[] = {0, 0x3ff0000000000000, 0x7ff0000000000000, 0x7ff8000000000000, 0x7ff0000000000001, 0x7fefffffffffffff, 1,
                                     0x000fffffffffffff, 0x0010000000000000};
  uint64_t sign = draw() & MSB;
  if (below(4) == 0) return special[below(LENGTH(special))] | sign;
  if (below(3) == 0) return draw();
  return sign | (uint64_t)(0x3ff + (int)below(130) - 65) << 52 | (draw() & 0xfffffffffffff & ~0ull << below(53));
}

static uint32_t draw32(void) {
  static const uint32_t special[] = {0, 0x3f800000, 0x7f800000, 0x7fc00000, 0x7f800001, 0x7f7fffff, 1, 0x7fffff, 0x800000};
  uint32_t sign = below(2) << 31;
  if (below(4) == 0) return special[below(LENGTH(special))] | sign;
  if (below(3) == 0) return draw();
  return sign | (uint32_t)(0x7f + (int)below(60) - 30) << 23 | (draw() & 0x7fffff & ~0u << below(24));
}

/* What an instruction of this opcode would find in memory. */
static void drawMemory(uint8_t *to, unsigned opcode, unsigned digit, const uint8_t *st0) {
  for (int i = 0; i < MEMORY; i += 8) {
    uint64_t x = draw();
    memcpy(to + i, &x, 8);
  }
  if ((opcode == 0xd9 || opcode == 0xdd) && digit >= 4) {
    if (opcode == 0xdd)
      for (int i = 0; i < 8; i++) {
        uint8_t x[16];
        draw80(x, NULL);
        memcpy(to + 28 + 10 * i, x, 10);
      }
  } else if (opcode == 0xd8 || opcode == 0xd9) {
    uint32_t x = draw32();
    memcpy(to, &x, 4);
  } else if (opcode == 0xdc || opcode == 0xdd) {
    uint64_t x = draw64();
    memcpy(to, &x, 8);
  } else if (opcode == 0xdb && digit == 5) {
    uint8_t x[16];
    draw80(x, st0);
    memcpy(to, x, 10);
  } else if (opcode == 0xdf && digit == 4) {
    int digits = below(10);
    for (int i = 0; i < 9; i++) to[i] = i < digits ? below(10) << 4 | below(10) : 0;
    to[9] = below(2) << 7;
  } else {
    int64_t x = below(8) ? (int64_t)draw() >> below(64) : 0;
    memcpy(to, &x, 8);
  }
}

static void drawState(struct state *s, unsigned opcode, unsigned modrm) {
  uint16_t control = (draw() & 0xf00) | 0x7f;
  if (below(8) == 0) control &= ~below(64);
  uint16_t status = below(8) << 11;
  unsigned top = status >> 11;
  if (below(2)) status |= draw() & 0x477f;
  if (status & ~control & 0x3f) {
    if (below(16)) status &= ~0x3f;
    else status |= 0x8080;
  } else status &= ~0x8080;
  uint8_t valid = 0xff;
  if (below(4) == 0) valid = draw() | below(2) << top;
  if (below(2)) valid &= ~(1 << ((top + 7) & 7)); /* room to push */
  memset(s->image, 0, sizeof s->image);
  memcpy(s->image, &control, 2);
  memcpy(s->image + 2, &status, 2);
  s->image[4] = valid;
  uint32_t mxcsr = 0x1f80;
  memcpy(s->image + 24, &mxcsr, 4);
  uint8_t *st = s->image + 32;
  for (int i = 0; i < 8; i++) draw80(st + 16 * i, i ? st : NULL);
  drawMemory(s->memory, opcode, modrm >> 3 & 7, st);
  s->rax = draw();
  s->rflags = 0x202 | (draw() & 0x8d5);
}

static sigjmp_buf unwind;

static void onSignal(int signal) { siglongjmp(unwind, 1); }

static uint8_t *emit(uint8_t *p, const void *bytes, size_t n) { return memcpy(p, bytes, n) + n; }

/* void code(image before, image after, memory, registers {rax, rflags}) */
static void assemble(uint8_t *p, unsigned opcode, unsigned modrm, unsigned prefix) {
  static const uint8_t enter[] = {0x48, 0x0f, 0xae, 0x0f,  /* fxrstor64 [rdi] */
                                  0xff, 0x71, 0x08, 0x9d,  /* push [rcx+8]; popfq */
                                  0x48, 0x8b, 0x01};       /* mov rax, [rcx] */
  static const uint8_t leave[] = {0x48, 0x0f, 0xae, 0x06,  /* fxsave64 [rsi] */
                                  0x48, 0x89, 0x01,        /* mov [rcx], rax */
                                  0x9c, 0x8f, 0x41, 0x08,  /* pushfq; pop [rcx+8] */
                                  0xdb, 0xe3, 0xc3};       /* fninit; ret */
  p = emit(p, enter, sizeof enter);
  if (prefix) *p++ = prefix;
  *p++ = opcode;
  if (opcode != 0x9b) *p++ = modrm < 0xc0 ? (modrm & 0x38) | 2 : modrm;
  emit(p, leave, sizeof leave);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  long count = atol(argv[1]);
  seed[0] = strtoull(argv[2], NULL, 0) * 0x9e3779b97f4a7c15ull + 1;
  seed[1] = 0x9876543;
  for (int i = 0; i < 20; i++) draw();
  struct sigaction action = {.sa_handler = onSignal, .sa_flags = SA_NODEFER};
  sigaction(SIGFPE, &action, NULL);
  uint8_t *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (code == MAP_FAILED) return 1;
  static uint8_t before[512] __attribute__((aligned(64))), after[512] __attribute__((aligned(64)));
  static struct run run;
  unsigned opcode, modrm, prefix;
  while (scanf("%x %x %x", &opcode, &modrm, &prefix) == 3) {
    assemble(code, opcode, modrm, prefix);
    for (long i = 0; i < count; i++) {
      memset(&run, 0, sizeof run);
      run.opcode = opcode;
      run.modrm = modrm;
      run.prefix = prefix;
      drawState(&run.before, opcode, modrm);
      memcpy(before, run.before.image, sizeof run.before.image);
      static uint64_t registers[2];
      registers[0] = run.before.rax;
      registers[1] = run.before.rflags;
      memcpy(run.after.memory, run.before.memory, MEMORY);
      if (!sigsetjmp(unwind, 0))
        ((void (*)(void *, void *, void *, void *))code)(before, after, run.after.memory, registers);
      else {
        run.trapped = 1;
        __asm__ volatile("fninit; cld");
      }
      memcpy(run.after.image, after, sizeof run.after.image);
      run.after.rax = registers[0];
      run.after.rflags = registers[1];
      fwrite(&run, sizeof run, 1, stdout);
    }
  }
  return 0;
}
