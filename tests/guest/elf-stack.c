// link: static
// What a program finds when it starts: every register, and every byte of the stack from rsp to its end. A small ELF file, made here, is
// executed with arguments of many shapes and writes both to a pipe. Addresses are printed as distances from the stack's end; the entries
// of the auxiliary vector that kernels after 5.4 added are left out.
#include "check.h"
#include <elf.h>
#include <sys/auxv.h>
#include <sys/personality.h>

// The small program: saves what it got, then writes saved and its stack. AT_EXECFN's string is the last thing on it, 8 zero bytes follow.
__asm__(
    ".pushsection .rodata\n"
    ".globl code_start, code_end\n"
    "code_start:\n"
    "  mov %rax, saved+0(%rip)\n  mov %rbx, saved+8(%rip)\n  mov %rcx, saved+16(%rip)\n  mov %rdx, saved+24(%rip)\n"
    "  mov %rsi, saved+32(%rip)\n  mov %rdi, saved+40(%rip)\n  mov %rbp, saved+48(%rip)\n  mov %rsp, saved+56(%rip)\n"
    "  mov %r8, saved+64(%rip)\n  mov %r9, saved+72(%rip)\n  mov %r10, saved+80(%rip)\n  mov %r11, saved+88(%rip)\n"
    "  mov %r12, saved+96(%rip)\n  mov %r13, saved+104(%rip)\n  mov %r14, saved+112(%rip)\n  mov %r15, saved+120(%rip)\n"
    "  pushfq\n  pop saved+128(%rip)\n"
    "  mov %cs, saved+136(%rip)\n  mov %ss, saved+138(%rip)\n  mov %ds, saved+140(%rip)\n  mov %es, saved+142(%rip)\n"
    "  mov %fs, saved+144(%rip)\n  mov %gs, saved+146(%rip)\n"
    "  fxsave64 saved+256(%rip)\n"
    "  mov $158, %eax\n  mov $0x1003, %edi\n  lea saved+152(%rip), %rsi\n  syscall\n"  // ARCH_GET_FS
    "  mov $158, %eax\n  mov $0x1004, %edi\n  lea saved+160(%rip), %rsi\n  syscall\n"  // ARCH_GET_GS
    "  mov $1, %eax\n  mov $1, %edi\n  lea saved(%rip), %rsi\n  mov $768, %edx\n  syscall\n"
    "  lea 8(%rsp), %rsi\n  cld\n"
    "1: lodsq\n  test %rax, %rax\n  jnz 1b\n"
    "1: lodsq\n  test %rax, %rax\n  jnz 1b\n"
    "1: lodsq\n  mov %rax, %rcx\n  lodsq\n  cmp $31, %rcx\n  jne 1b\n"
    "  mov %rax, %rdi\n  xor %eax, %eax\n  mov $-1, %rcx\n  repne scasb\n"
    "  lea 8(%rdi), %r12\n  mov %rsp, %r13\n"
    "2: mov %r12, %rdx\n  sub %r13, %rdx\n  jz 3f\n  mov $1, %eax\n  mov $1, %edi\n  mov %r13, %rsi\n  syscall\n  add %rax, %r13\n  jmp 2b\n"
    "3: mov $231, %eax\n  xor %edi, %edi\n  syscall\n"
    ".balign 64\n"
    "saved: .skip 768\n"
    "code_end:\n"
    ".popsection\n");
extern const char code_start[], code_end[];

struct saved {
  uint64_t regs[16], flags;
  uint16_t segments[6];
  uint32_t pad;
  uint64_t fs_base, gs_base, more[11];
  uint16_t fcw, fsw;
  uint8_t ftw, pad2;
  uint16_t fop;
  uint64_t fip, fdp;
  uint32_t mxcsr, mxcsr_mask;
  uint64_t st_xmm[48];
  uint64_t rest[12];
};
_Static_assert(sizeof(struct saved) == 768, "as in the code");

static void make_program(const char *name) {
  size_t size = code_end - code_start;
  struct { Elf64_Ehdr e; Elf64_Phdr p[2]; } h = {0};
  memcpy(h.e.e_ident, ELFMAG, 4);
  h.e.e_ident[EI_CLASS] = ELFCLASS64, h.e.e_ident[EI_DATA] = ELFDATA2LSB, h.e.e_ident[EI_VERSION] = 1;
  h.e.e_type = ET_EXEC, h.e.e_machine = EM_X86_64, h.e.e_version = 1, h.e.e_entry = 0x400400, h.e.e_phoff = sizeof h.e;
  h.e.e_ehsize = sizeof h.e, h.e.e_phentsize = sizeof h.p[0], h.e.e_phnum = 2;
  h.p[0] = (Elf64_Phdr){PT_LOAD, PF_R | PF_W | PF_X, 0, 0x400000, 0x400000, 0x400 + size, 0x400 + size, 4096};
  h.p[1] = (Elf64_Phdr){PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 0, 16};
  int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);
  if (pwrite(fd, &h, sizeof h, 0) < 0 || pwrite(fd, code_start, size, 0x400) < 0) perror(name);
  close(fd);
}

static const char *const reg_names[] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"};
static uint8_t output[1 << 22];
static uint64_t rsp, end;

static void show_address(uint64_t at) {
  if (at >= rsp && at <= end) printf("end-%#lx", end - at);
  else printf("%#lx", at);
}

static void show_registers(const struct saved *s) {
  printf("  registers");
  for (int i = 0; i < 16; i++) if (s->regs[i] && i != 7) printf(" %s=%#lx", reg_names[i], s->regs[i]);
  printf(" flags %#lx cs %#x ss %#x ds %#x es %#x fs %#x gs %#x", s->flags, s->segments[0], s->segments[1], s->segments[2], s->segments[3], s->segments[4], s->segments[5]);
  printf(" fsbase %#lx gsbase %#lx\n  fpu fcw %#x fsw %#x ftw %#x mxcsr %#x", s->fs_base, s->gs_base, s->fcw, s->fsw, s->ftw, s->mxcsr);
  uint64_t any = s->fop | s->fip | s->fdp;
  for (int i = 0; i < 48; i++) any |= s->st_xmm[i];
  printf(" all else zero %d\n", any == 0);
}

/** Newer than 5.4: AT_RSEQ_*, AT_HWCAP3, AT_HWCAP4, AT_MINSIGSTKSZ. */
static int newer(uint64_t type) { return (type >= 27 && type <= 30) || type == 51; }

static uint32_t hash(const uint8_t *p, size_t n) {
  uint32_t h = 2166136261u;
  while (n--) h = (h ^ *p++) * 16777619u;
  return h;
}

static void show_stack(const uint8_t *bytes, size_t size) {
  const uint64_t *w = (const uint64_t *)bytes;
  uint64_t argc = w[0], i = 1;
  printf("  rsp alignment %lu end alignment %lu argc %lu\n", rsp % 16, end % PAGE, argc);
  uint64_t counts[2] = {0, 0}, strings = 0, next = 0;
  int in_order = 1;
  for (int list = 0; list < 2; list++) {
    for (; w[i]; i++, counts[list]++) {
      if (!strings) strings = w[i];
      if (next && w[i] != next) in_order = 0;
      next = w[i] + strlen((const char *)bytes + (w[i] - rsp)) + 1;
      if (counts[list] < 3) { printf("  %s[%lu] ", list ? "envp" : "argv", counts[list]); show_address(w[i]); printf(" %.40s\n", bytes + (w[i] - rsp)); }
    }
    i++;
  }
  printf("  argv %lu envp %lu, strings one after the other %d\n  auxv", counts[0], counts[1], in_order);
  uint64_t random = 0, platform = 0, execfn = 0;
  for (; w[i]; i += 2) {
    uint64_t type = w[i], value = w[i + 1];
    if (newer(type)) continue;
    printf(" %lu:", type);
    if (type == AT_RANDOM) random = value;
    if (type == AT_PLATFORM) platform = value;
    if (type == AT_EXECFN) execfn = value;
    // The processor's, and the vdso's address.
    if (type == AT_HWCAP || type == AT_HWCAP2 || type == AT_SYSINFO_EHDR) printf("*");
    else show_address(value);
  }
  printf(" null:%lu\n", w[i + 1]);
  uint64_t auxv_end = rsp + (i + 2) * 8;
  uint64_t padding = 0;
  for (uint64_t at = auxv_end; at < random; at++) padding |= bytes[at - rsp];
  // What lies above rsp is rounded down to 16 as a whole, so the padding depends on the number of entries.
  printf("  auxv up to the random bytes: %d, zero %d\n", random - auxv_end < 16 && rsp == ((random - (auxv_end - rsp)) & ~15ul), padding == 0);
  printf("  random "), show_address(random), printf(", 16 below the platform %d: %s, execfn %s\n", random + 16 == platform, bytes + (platform - rsp), bytes + (execfn - rsp));
  uint64_t rest = platform + strlen((const char *)bytes + (platform - rsp)) + 1, gap = 0;
  for (uint64_t at = rest; at < (strings ? strings : execfn); at++) gap |= bytes[at - rsp];
  printf("  between platform and strings %lu, zero %d\n", (strings ? strings : execfn) - rest, gap == 0);
  printf("  from there to the end %lu bytes, hash %08x\n", end - rest, hash(bytes + (rest - rsp), end - rest));
  printf("  last word %#lx\n", *(uint64_t *)(bytes + size - 8));
}

static void start(const char *what, const char *path, char **argv, char **envp) {
  printf("%s\n", what);
  fflush(stdout);
  int ends[2];
  if (pipe(ends)) return;
  pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], 1);
    close(ends[0]), close(ends[1]);
    // Random addresses leave a random gap below the strings.
    personality(ADDR_NO_RANDOMIZE);
    execve(path, argv, envp);
    _exit(errno);
  }
  close(ends[1]);
  size_t size = 0;
  for (ssize_t n; (n = read(ends[0], output + size, sizeof output - size)) > 0;) size += n;
  close(ends[0]);
  int status;
  waitpid(pid, &status, 0);
  if (status || size < sizeof(struct saved)) { show_status("  child", status); return; }
  const struct saved *s = (const struct saved *)output;
  rsp = s->regs[7];
  end = rsp + size - sizeof *s;
  show_registers(s);
  show_stack(output + sizeof *s, size - sizeof *s);
}

#define START(what, path, args, ...) \
  do { \
    char *argv_[] = {BRACED args, 0}, *envp_[] = {__VA_ARGS__ __VA_OPT__(,) 0}; \
    start(what, path, argv_, envp_); \
  } while (0)
#define BRACED(...) __VA_ARGS__

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  enter_scratch();
  // The same length on both sides whatever the scratch directory is called: paths are relative.
  make_program("prog");
  if (mkdir("dir", 0755) || symlink("../prog", "dir/link")) return 1;
  START("one argument", "./prog", ("prog"));
  START("two arguments", "./prog", ("prog", "x"));
  START("an environment", "./prog", ("prog"), "A=1");
  START("both, odd and even", "./prog", ("prog", "a", "bb", "ccc"), "HOME=/", "PATH=/bin:/usr/bin", "EMPTY=");
  START("empty strings", "./prog", ("", "", ""), "", "");
  START("through a link in a directory", "dir/../dir/link", ("other name"), "A=1");
  for (int length = 0; length < 18; length += 5) {
    char path[64] = "./";
    for (int i = 0; i < length; i++) strcat(path, "/");
    strcat(path, "prog");
    START("path of another length", path, ("p"), "B=2");
  }
  static char longest[131072];
  memset(longest, 'y', 131071);
  START("the longest string", "./prog", ("prog", longest), longest);
  static char *many[2001], text[2000][8];
  for (int i = 0; i < 2000; i++) { snprintf(text[i], 8, "%d", i); many[i] = text[i]; }
  start("two thousand of each", "./prog", many, many);
  start("two thousand and one", "./prog", many + 1999, many);
  int fd = open("script", O_WRONLY | O_CREAT, 0755);
  if (write(fd, "#! ./prog  with an argument \n", 29) < 0) return 1;
  close(fd);
  START("a script", "./script", ("zero", "one", "two"), "A=1");
  struct rlimit stack = {256 << 10, RLIM_INFINITY};
  setrlimit(RLIMIT_STACK, &stack);
  START("a stack of 256 KiB", "./prog", ("prog"), "A=1");
  leave_scratch();
  return 0;
}
