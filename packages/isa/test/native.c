/*
 * What the real processor makes of encodings: is this an instruction, and how long is it?
 *
 * Input: records of 17 bytes, the encoding and the number of its bytes to provide. These are put against the end of an executable page
 * that nothing follows, and single-stepped with every register pointing nowhere (a non-canonical address).
 * Output: one letter per record.
 *
 *   T  retired                       E  SIGFPE
 *   S  SIGSEGV or SIGBUS             I  SIGILL
 *   F  page fault behind the page: the processor wanted more bytes
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#define PAGE 4096
#define MAX_RECORDS 1000000
#define NOWHERE 0x7000000000000010LL
#define EFLAGS_IF_TF 0x302

static uint8_t *page;
static uint8_t records[MAX_RECORDS][17];
static char outcome[MAX_RECORDS];
static int count, current = -1;
static struct _libc_fpstate fpstate;

static uint8_t *start_of(int record) {
  return page + PAGE - records[record][16];
}

static char classify(int signal, const siginfo_t *info, const ucontext_t *context) {
  int at_start = context->uc_mcontext.gregs[REG_RIP] == (greg_t)start_of(current);
  switch (signal) {
    case SIGILL: return 'I';
    case SIGTRAP: return 'T';
    case SIGFPE: return 'E';
    default: return info->si_addr == page + PAGE && at_start ? 'F' : 'S';
  }
}

static void handler(int signal, siginfo_t *info, void *data) {
  ucontext_t *context = data;
  if (current < 0) {
    fpstate = *context->uc_mcontext.fpregs;
    fpstate.cwd = 0x37f;
    fpstate.swd = fpstate.ftw = 0;
  } else outcome[current] = classify(signal, info, context);
  if (++current == count) {
    for (int done = 0; done < count;) {
      ssize_t written = write(STDOUT_FILENO, outcome + done, count - done);
      if (written <= 0) _exit(1);
      done += written;
    }
    _exit(0);
  }
  memcpy(start_of(current), records[current], records[current][16]);
  greg_t *registers = context->uc_mcontext.gregs;
  for (int i = REG_R8; i <= REG_RSP; i++) registers[i] = NOWHERE;
  registers[REG_RIP] = (greg_t)start_of(current);
  registers[REG_EFL] = EFLAGS_IF_TF;
  *context->uc_mcontext.fpregs = fpstate;
}

int main(void) {
  page = mmap((void *)0x10000000, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (page == MAP_FAILED) return 1;
  stack_t stack = {.ss_sp = malloc(1 << 20), .ss_size = 1 << 20};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigfillset(&action.sa_mask);
  const int signals[] = {SIGILL, SIGSEGV, SIGBUS, SIGTRAP, SIGFPE, SIGUSR1};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, NULL);
  count = (int)fread(records, sizeof *records, MAX_RECORDS, stdin);
  raise(SIGUSR1);
  return 1;
}
