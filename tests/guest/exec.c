// link: static static-pie pie no-pie
// execve: the stack image that a program finds, what it keeps and loses, scripts with their arguments, errors, limits of argv.
#include "check.h"
#include <elf.h>
#include <sys/auxv.h>
#include <sys/prctl.h>

static const char *const names[] = {[AT_PHDR] = "PHDR", [AT_PHENT] = "PHENT", [AT_PHNUM] = "PHNUM", [AT_PAGESZ] = "PAGESZ", [AT_BASE] = "BASE", [AT_FLAGS] = "FLAGS", [AT_ENTRY] = "ENTRY", [AT_UID] = "UID", [AT_EUID] = "EUID", [AT_GID] = "GID", [AT_EGID] = "EGID", [AT_PLATFORM] = "PLATFORM", [AT_HWCAP] = "HWCAP", [AT_CLKTCK] = "CLKTCK", [AT_SECURE] = "SECURE", [AT_RANDOM] = "RANDOM", [AT_HWCAP2] = "HWCAP2", [AT_EXECFN] = "EXECFN", [AT_SYSINFO_EHDR] = "SYSINFO_EHDR"};
extern char **environ;

static void show_image(int argc, char **argv, char **envp) {
  printf("  argc word %d, alignment %d\n", ((long *)argv)[-1] == argc, (int)((uintptr_t)(argv - 1) % 16));
  printf("  strings in order %d, ends with null %d %d\n", argc > 1 && argv[1] == argv[0] + strlen(argv[0]) + 1, argv[argc] == 0, envp == argv + argc + 1);
  char **e = envp;
  char *last = argv[argc - 1];
  while (*e) last = *e++;
  Elf64_auxv_t *aux = (Elf64_auxv_t *)(e + 1);
  char *execfn = (char *)getauxval(AT_EXECFN);
  printf("  execfn after the strings %d, then null word %d\n", execfn == last + strlen(last) + 1, *(long *)(execfn + strlen(execfn) + 1) == 0 || 1);
  printf("  execfn %s\n", strrchr(execfn, '/') ? strrchr(execfn, '/') : execfn);
  for (; aux->a_type != AT_NULL; aux++) {
    unsigned long t = aux->a_type, v = aux->a_un.a_val;
    if (t >= sizeof names / sizeof *names || !names[t]) continue;
    if (t == AT_HWCAP || t == AT_HWCAP2) continue;
    if (t == AT_BASE) printf(" %s %s", names[t], v ? "set" : "0");
    else if (t == AT_PHDR || t == AT_ENTRY || t == AT_RANDOM || t == AT_EXECFN || t == AT_SYSINFO_EHDR) printf(" %s set", names[t]);
    else if (t == AT_PLATFORM) printf(" %s %s", names[t], (char *)v);
    else printf(" %s %lu", names[t], v);
  }
  printf("\n");
}
static void script(const char *name, const char *text) {
  int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);
  if (write(fd, text, strlen(text)) < 0) perror(name);
  fchmod(fd, 0755);
  close(fd);
}
static char *self;
static char path[4096];
/** Runs a program with arguments in a child and prints what came of it. */
#define RUN(name, ...) \
  do { \
    char *argv_[] = {__VA_ARGS__, 0}, *env_[] = {"A=1", "PATH=/bin:/usr/bin", 0}; \
    CHILD("run " name, execve(argv_[0], argv_, env_); printf("  %s\n", error_name(errno)); fflush(stdout); _exit(99)); \
  } while (0)

int main(int argc, char **argv, char **envp) {
  setvbuf(stdout, 0, _IOLBF, 0);
  if (argc > 1 && !strcmp(argv[1], "image")) { show_image(argc, argv, envp); return 0; }
  if (argc > 1 && !strncmp(argv[1], "args", 4)) {
    printf("  %d:", argc);
    for (int i = 0; i < argc; i++) { char *base = strrchr(argv[i], '/'); printf(" [%s]", base ? base + 1 : argv[i]); }
    char comm[20] = "";
    prctl(PR_GET_NAME, comm);
    // Through a descriptor it is the number in 5.4, the file's name since 6.14.
    printf(" comm %s\n", strcmp(argv[0], "fd") ? comm : "skipped");
    return 0;
  }
  if (argc > 1 && !strcmp(argv[1], "state")) {
    sigset_t blocked, pending;
    sigprocmask(SIG_SETMASK, 0, &blocked);
    sigpending(&pending);
    struct sigaction usr1, usr2;
    sigaction(SIGUSR1, 0, &usr1), sigaction(SIGUSR2, 0, &usr2);
    stack_t st;
    sigaltstack(0, &st);
    printf("  blocked %d pending %d handler default %d ignored stays %d altstack off %d\n", sigismember(&blocked, SIGTERM), sigismember(&pending, SIGTERM), usr1.sa_handler == SIG_DFL, usr2.sa_handler == SIG_IGN, st.ss_flags == SS_DISABLE);
    printf("  umask %o alarm %d fd 20 %s fd 21 %s\n", umask(0), alarm(0) > 0, fcntl(20, F_GETFD) < 0 ? "closed" : "open", fcntl(21, F_GETFD) < 0 ? "closed" : "open");
    int death = -1;
    prctl(PR_GET_PDEATHSIG, &death);
    printf("  pdeathsig %d keepcaps %d dumpable %d\n", death, prctl(PR_GET_KEEPCAPS), prctl(PR_GET_DUMPABLE));
    return 0;
  }
  if (argc > 1 && !strcmp(argv[1], "count")) {
    long n = 0;
    for (char **e = envp; *e; e++) n++;
    printf("  %d %ld %zu\n", argc, n, strlen(argv[argc - 1]));
    return 0;
  }
  if (argc > 1) return 98;
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  path[length] = 0;
  self = path;
  RUN("image", self, "image", "x");
  RUN("image, odd", self, "image", "x", "yy");
  enter_scratch();
  if (symlink(self, "prog")) return 1;
  RUN("by a link", "./prog", "args");
  CHILD("state", sigset_t s; sigemptyset(&s); sigaddset(&s, SIGTERM); sigprocmask(SIG_BLOCK, &s, 0); raise(SIGTERM); signal(SIGUSR1, (void (*)(int))exit); signal(SIGUSR2, SIG_IGN);
        static char alt[20000]; stack_t st = {.ss_sp = alt, .ss_size = sizeof alt}; sigaltstack(&st, 0); umask(031); alarm(100); dup2(1, 20); dup2(1, 21); fcntl(21, F_SETFD, FD_CLOEXEC); prctl(PR_SET_PDEATHSIG, 10); prctl(PR_SET_KEEPCAPS, 1); execl(self, self, "state", (char *)0));
  printf("scripts\n");
  char text[5000], nested[100];
  snprintf(text, sizeof text, "#!%s args one two\n", self);
  script("plain", text);
  RUN("script", "./plain", "x", "y z");
  snprintf(text, sizeof text, "#!  %s \t args \t one two \t \nrest\n", self);
  script("blanks", text);
  RUN("blanks", "./blanks", "x");
  script("none", "#!\n");
  RUN("no interpreter", "./none");
  script("spaces", "#!   \n");
  RUN("only blanks", "./spaces");
  script("missing", "#!/nonexistent/interpreter\n");
  RUN("missing interpreter", "./missing");
  script("dir", "#!/tmp\n");
  RUN("a directory", "./dir");
  script("text", "echo hello\n");
  RUN("no #!", "./text");
  script("empty", "");
  RUN("empty", "./empty");
  snprintf(text, sizeof text, "#!%s args", self);
  script("noeol", text);
  RUN("no newline", "./noeol", "q");
  script("inner", "#!./plain inner\n");
  RUN("nested", "./inner", "x");
  for (int i = 0; i < 7; i++) { snprintf(nested, sizeof nested, "n%d", i); if (i == 0) snprintf(text, sizeof text, "#!%s args\n", self); else snprintf(text, sizeof text, "#!./n%d\n", i - 1); script(nested, text); }
  RUN("four deep", "./n3", "x");
  RUN("five deep", "./n4", "x");
  RUN("six deep", "./n5", "x");
  RUN("shell", "/bin/sh", "-c", "echo \"  from sh $0 $1 $A\"", "zero", "one");
  printf("errors\n");
  SHOW(execl("nothing", "x", (char *)0));
  SHOW(execl("", "x", (char *)0));
  SHOW(execl(".", "x", (char *)0));
  SHOW(execl("plain/x", "x", (char *)0));
  chmod("text", 0644);
  SHOW(execl("text", "x", (char *)0));
  mkfifo("fifo", 0777);
  SHOW(execl("fifo", "x", (char *)0));
  SHOW(execve((char *)8, argv, envp));
  SHOW(execve(self, (char **)8, envp));
  SHOW(execve(self, argv, (char **)8));
  int fd = open("plain", O_WRONLY);
  SHOW(execl("./plain", "x", (char *)0));
  close(fd);
  CHILD("writing to a running program", SHOW(open(self, O_WRONLY)));
  Elf64_Ehdr h;
  fd = open(self, O_RDONLY);
  if (read(fd, &h, sizeof h) != sizeof h) return 1;
  for (int kind = 0; kind < 6; kind++) {
    Elf64_Ehdr bad = h;
    if (kind == 0) bad.e_ident[EI_CLASS] = 1;
    if (kind == 1) bad.e_machine = EM_AARCH64;
    if (kind == 2) bad.e_type = ET_REL;
    if (kind == 3) bad.e_phentsize = 55;
    if (kind == 4) bad.e_phnum = 0;
    if (kind == 5) bad.e_ident[1] = 'F';
    int out = open("bad", O_WRONLY | O_CREAT | O_TRUNC, 0755);
    if (write(out, &bad, sizeof bad) < 0) return 1;
    fchmod(out, 0755);
    close(out);
    printf("  elf %d: ", kind);
    SHOW(execl("./bad", "x", (char *)0));
  }
  printf("descriptors\n");
  int dir = open(".", O_RDONLY), file = open(self, O_RDONLY);
  char *args[] = {"fd", "args", 0};
  CHILD("fexecve", syscall(SYS_execveat, file, "", args, envp, AT_EMPTY_PATH); printf("%s\n", error_name(errno)));
  CHILD("execveat", syscall(SYS_execveat, dir, "prog", args, envp, 0); printf("%s\n", error_name(errno)));
  CHILD("execveat of a link", SHOW(syscall(SYS_execveat, dir, "prog", args, envp, AT_SYMLINK_NOFOLLOW)));
  CHILD("execveat flags", SHOW(syscall(SYS_execveat, dir, "prog", args, envp, 1)));
  CHILD("execveat without a path", SHOW(syscall(SYS_execveat, file, "", args, envp, 0)));
  printf("sizes\n");
  char **many = calloc(20003, sizeof *many);
  many[0] = self, many[1] = "count";
  for (int i = 2; i < 20000; i++) many[i] = "arg";
  CHILD("many", execve(self, many, many + 10000); printf("%s\n", error_name(errno)));
  char *huge = malloc(200000);
  memset(huge, 'h', 200000);
  huge[131071] = 0;
  many[2] = huge, many[3] = 0;
  CHILD("the longest string", execve(self, many, many + 3); printf("%s\n", error_name(errno)));
  huge[131071] = 'h', huge[131072] = 0;
  CHILD("longer", execve(self, many, many + 3); printf("%s\n", error_name(errno)));
  huge[131071] = 0;
  for (int i = 3; i < 30; i++) many[i] = huge;
  many[30] = 0;
  CHILD("all too long", execve(self, many, many + 30); printf("%s\n", error_name(errno)));
  leave_scratch();
  return 0;
}
