// link: static-pie
// A pager in user space: an ELF file is loaded into this program's own address space, jumped to, and its page faults are served in a
// SIGSEGV handler with mmap(MAP_FIXED): on demand, eagerly, with neighbours, or with PROT_NONE and mprotect. Counts are exact.
#include "check.h"
#include <elf.h>
#include <sys/auxv.h>
#include <ucontext.h>

/*
 * The child, position-independent, without a library. Pages of its image:
 *
 *   0 headers, code   1 code   2 code   3 (code, never run)     segment R X
 *   4 … 11 constants                                             segment R
 *   12 … 15 data, 15 ends in bss   16 … 23 bss                   segment R W
 */
__asm__(
    ".section .child, \"a\"\n"
    ".balign 4096\n"
    "child_image:\n"
    ".skip 0x400\n"
    "  lea child_image(%rip), %rbx\n"
    "  xor %r12d, %r12d\n"
    "  call 1f\n"
    "  add 0x4008(%rbx), %r12\n"
    "  add 0x6008(%rbx), %r12\n"
    "  add 0x7008(%rbx), %r12\n"
    "  add 0xa008(%rbx), %r12\n"
    "  addq $1, 0xc010(%rbx)\n"
    "  add 0xc010(%rbx), %r12\n"
    "  movq $7, 0xe020(%rbx)\n"
    "  add 0xff00(%rbx), %r12\n"
    "  movq $5, 0x11000(%rbx)\n"
    "  add 0x14100(%rbx), %r12\n"
    "  movq $3, 0x14100(%rbx)\n"
    "  add 0x11000(%rbx), %r12\n"
    "  add 0x14100(%rbx), %r12\n"
    // An access of two pages, both of them missing: bss pages 21 and 22.
    "  movq $9, 0x15ffc(%rbx)\n"
    "  add 0x15ffc(%rbx), %r12\n"
    // The kernel asks no handler: EFAULT where the page is not there.
    "  mov $21, %eax\n" // access(2) of a name there
    "  lea 0x8008(%rbx), %rdi\n"
    "  xor %esi, %esi\n"
    "  syscall\n"
    "  neg %rax\n"
    "  mov %rax, (%r15)\n"
    "  mov %r12, 8(%r15)\n"
    "  mov $231, %eax\n"
    "  mov $42, %edi\n"
    "  syscall\n"
    ".org child_image + 0x1100\n"
    "1: add $100, %r12\n"
    "  call 2f\n"
    "  ret\n"
    ".org child_image + 0x1fff\n"
    // An instruction that begins on page 1 and ends on page 2.
    "2: add $1000, %r12\n"
    "  ret\n"
    ".org child_image + 0x4000\n"
    "child_end:\n"
    ".previous\n");

extern const char child_image[];

#define TEXT_PAGES 4
#define FILE_PAGES 16
#define ALL_PAGES 24
#define DATA_END 0xff00

static int make_child(unsigned type, uint64_t base) {
  char name[] = "/tmp/ring3-pager-XXXXXX";
  int fd = mkstemp(name);
  unlink(name);
  static char image[FILE_PAGES * PAGE];
  memcpy(image, child_image, TEXT_PAGES * PAGE);
  for (int page = TEXT_PAGES; page < FILE_PAGES; page++) {
    uint64_t value = page;
    memcpy(image + page * PAGE + 8, &value, 8);
  }
  // What lies behind p_filesz in the file must not be seen.
  memset(image + DATA_END, 0x55, FILE_PAGES * PAGE - DATA_END);
  Elf64_Ehdr header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT}, .e_type = type, .e_machine = EM_X86_64, .e_version = 1,
                       .e_entry = base + 0x400, .e_phoff = sizeof header, .e_ehsize = sizeof header, .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 3};
  Elf64_Phdr segments[3] = {
      {.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = base, .p_filesz = 4 * PAGE, .p_memsz = 4 * PAGE, .p_align = PAGE},
      {.p_type = PT_LOAD, .p_flags = PF_R, .p_offset = 4 * PAGE, .p_vaddr = base + 4 * PAGE, .p_filesz = 8 * PAGE, .p_memsz = 8 * PAGE, .p_align = PAGE},
      {.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = 12 * PAGE, .p_vaddr = base + 12 * PAGE, .p_filesz = DATA_END - 12 * PAGE,
       .p_memsz = 12 * PAGE, .p_align = PAGE},
  };
  memcpy(image, &header, sizeof header);
  memcpy(image + sizeof header, segments, sizeof segments);
  if (write(fd, image, sizeof image) != sizeof image) exit(2);
  return fd;
}

static long raw(long nr, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
}

enum form { DEMAND, EAGER, HYBRID, PROTECTED };

struct shared {
  long kernel_error, sum;
  long faults, reads, writes, fetches, mapped, maperr, accerr, on_altstack, cr2_agrees;
  long order[32];
};
static struct shared *shared;
static Elf64_Phdr segments[8];
static int segment_count, image_fd;
static uint64_t bias;
static enum form form;
static int neighbours;
static char *altstack;
static unsigned char present[ALL_PAGES];

static int prot_of(const Elf64_Phdr *s) {
  return (s->p_flags & PF_R ? PROT_READ : 0) | (s->p_flags & PF_W ? PROT_WRITE : 0) | (s->p_flags & PF_X ? PROT_EXEC : 0);
}

/** Maps one page of a segment as execve would have: file bytes up to p_filesz, zeros from there. */
static void map_page(const Elf64_Phdr *s, uint64_t va, int prot) {
  uint64_t within = va - bias - s->p_vaddr;
  long result;
  if (within < s->p_filesz) {
    int partial = within + PAGE > s->p_filesz;
    result = raw(SYS_mmap, va, PAGE, partial ? PROT_READ | PROT_WRITE : prot, MAP_PRIVATE | MAP_FIXED, image_fd, s->p_offset + within);
    if (partial) {
      for (char *p = (char *)va + (s->p_filesz - within); p < (char *)va + PAGE; p++) *(volatile char *)p = 0;
      raw(SYS_mprotect, va, PAGE, prot, 0, 0, 0);
    }
  } else result = raw(SYS_mmap, va, PAGE, prot, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0);
  if (result != (long)va) raw(SYS_exit_group, 99, 0, 0, 0, 0, 0);
  present[(va - bias - segments[0].p_vaddr) / PAGE] = 1;
  shared->mapped++;
}

static void on_fault(int sig, siginfo_t *info, void *context) {
  const greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
  uint64_t address = (uint64_t)info->si_addr, va = address & ~4095ul;
  long error = regs[REG_ERR];
  if (shared->faults < 32) shared->order[shared->faults] = (long)((va - bias - segments[0].p_vaddr) / PAGE);
  shared->faults++;
  if (error & 16) shared->fetches++;
  else if (error & 2) shared->writes++;
  else shared->reads++;
  if (info->si_code == SEGV_MAPERR) shared->maperr++;
  if (info->si_code == SEGV_ACCERR) shared->accerr++;
  char here;
  if (&here >= altstack && &here < altstack + SIGSTKSZ * 4) shared->on_altstack++;
  if (regs[REG_CR2] == (greg_t)address && regs[REG_TRAPNO] == 14 && error & 4) shared->cr2_agrees++;
  for (int i = 0; i < segment_count; i++) {
    const Elf64_Phdr *s = &segments[i];
    uint64_t start = s->p_vaddr + bias, end = (start + s->p_memsz + 4095) & ~4095ul;
    if (va < start || va >= end) continue;
    if (form == PROTECTED) {
      raw(SYS_mprotect, va, PAGE, prot_of(s), 0, 0, 0);
      shared->mapped++;
      return;
    }
    for (int n = 0; n <= neighbours && va + n * PAGE < end; n++) {
      uint64_t at = va + n * PAGE;
      if (!present[(at - bias - segments[0].p_vaddr) / PAGE]) map_page(s, at, prot_of(s));
    }
    return;
  }
  raw(SYS_exit_group, 98, 0, 0, 0, 0, 0);
}

static void load(unsigned type, enum form how, int ahead) {
  uint64_t base = type == ET_EXEC ? 0x60000000 : 0;
  image_fd = make_child(type, base);
  Elf64_Ehdr header;
  if (pread(image_fd, &header, sizeof header, 0) != sizeof header) exit(2);
  if (pread(image_fd, segments, header.e_phnum * sizeof *segments, header.e_phoff) != (ssize_t)(header.e_phnum * sizeof *segments)) exit(2);
  segment_count = header.e_phnum;
  bias = 0;
  form = how;
  neighbours = ahead;
  memset(present, 0, sizeof present);
  if (type == ET_DYN) {
    char *space = mmap(0, ALL_PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bias = (uint64_t)space;
    // Reserved while the rest is prepared; missing again before the child begins.
    if (how != PROTECTED) munmap(space, ALL_PAGES * PAGE);
  }
  altstack = malloc(SIGSTKSZ * 4);
  stack_t ss = {.ss_sp = altstack, .ss_size = SIGSTKSZ * 4};
  sigaltstack(&ss, 0);
  handle(SIGSEGV, on_fault, SA_ONSTACK);
  if (how == EAGER)
    for (int i = 0; i < segment_count; i++)
      for (uint64_t at = segments[i].p_vaddr; at < segments[i].p_vaddr + segments[i].p_memsz; at += PAGE) map_page(&segments[i], at + bias, prot_of(&segments[i]));
  if (how == PROTECTED) {
    for (int i = 0; i < segment_count; i++)
      for (uint64_t at = segments[i].p_vaddr; at < segments[i].p_vaddr + segments[i].p_memsz; at += PAGE) {
        map_page(&segments[i], at + bias, prot_of(&segments[i]));
        mprotect((void *)(at + bias), PAGE, PROT_NONE);
      }
    shared->mapped = 0;
  }
  __asm__ volatile("mov %0, %%r15\n jmp *%1" : : "r"(&shared->kernel_error), "r"(header.e_entry + bias) : "r15", "memory");
}

static void run(const char *name, unsigned type, enum form how, int ahead) {
  shared = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) load(type, how, ahead);
  int status;
  waitpid(pid, &status, 0);
  printf("%s %s\n", type == ET_EXEC ? "static" : "static-pie", name);
  show_status("  child", status);
  printf("  sum %ld, the kernel's access: %s\n", shared->sum, error_name((int)shared->kernel_error));
  printf("  faults %ld: %ld reads, %ld writes, %ld fetches; MAPERR %ld, ACCERR %ld\n", shared->faults, shared->reads, shared->writes, shared->fetches,
         shared->maperr, shared->accerr);
  printf("  pages mapped %ld, on the alternate stack %ld, cr2 as si_addr %ld\n  order", shared->mapped, shared->on_altstack, shared->cr2_agrees);
  for (int i = 0; i < shared->faults && i < 32; i++) printf(" %ld", shared->order[i]);
  printf("\n");
  munmap(shared, PAGE);
}

int main(void) {
  unsigned types[] = {ET_EXEC, ET_DYN};
  for (int i = 0; i < 2; i++) {
    run("on demand", types[i], DEMAND, 0);
    run("eager", types[i], EAGER, 0);
    run("two neighbours", types[i], HYBRID, 2);
    run("seven neighbours", types[i], HYBRID, 7);
    run("PROT_NONE and mprotect", types[i], PROTECTED, 0);
  }
  return 0;
}
