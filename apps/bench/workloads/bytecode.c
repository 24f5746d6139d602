/* A stack machine that counts primes by trial division: one indirect jump per bytecode. */
#include "harness.h"

enum op { PUSH, LOAD, STORE, ADD, MUL, MOD, LESS, JUMP, JUMPZ, INC, HALT };
enum local { LIMIT, N, D, COUNT, LOCALS };
enum label { OUTER = 4, INNER = 15, PRIME = 39, NEXT = 41, END = 45 };

static const int program[] = {
    /*  0         */ PUSH, 2, STORE, N,
    /*  4 OUTER   */ LOAD, N, LOAD, LIMIT, LESS, JUMPZ, END,
    /* 11         */ PUSH, 2, STORE, D,
    /* 15 INNER   */ LOAD, D, LOAD, D, MUL, LOAD, N, PUSH, 1, ADD, LESS, JUMPZ, PRIME,
    /* 28         */ LOAD, N, LOAD, D, MOD, JUMPZ, NEXT,
    /* 35         */ INC, D, JUMP, INNER,
    /* 39 PRIME   */ INC, COUNT,
    /* 41 NEXT    */ INC, N, JUMP, OUTER,
    /* 45 END     */ HALT,
};

static long run(const int *code, long limit) {
  long stack[16], local[LOCALS] = {limit};
  long *sp = stack;
  for (const int *pc = code;;) {
    switch ((enum op)*pc++) {
      case PUSH: *sp++ = *pc++; break;
      case LOAD: *sp++ = local[*pc++]; break;
      case STORE: local[*pc++] = *--sp; break;
      case ADD: sp--; sp[-1] += sp[0]; break;
      case MUL: sp--; sp[-1] *= sp[0]; break;
      case MOD: sp--; sp[-1] %= sp[0]; break;
      case LESS: sp--; sp[-1] = sp[-1] < sp[0]; break;
      case JUMP: pc = code + *pc; break;
      case JUMPZ: pc = *--sp ? pc + 1 : code + *pc; break;
      case INC: local[*pc++]++; break;
      case HALT: return local[COUNT];
    }
  }
}

static long sum;

static void setup(void) {}

static void work(long first, long last) {
  for (long r = first; r < last; r++) sum += run(program, 3000 + r % 7);
}

static void report(void) { printf("%ld\n", sum); }
