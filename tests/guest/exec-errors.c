// link: static
// execve's errors in their order, its limits to the byte, and what set-id files, no_new_privs and threads make of it.
#pragma GCC diagnostic ignored "-Wstringop-overread"
#include "check.h"
#include <grp.h>
#include <pthread.h>
#include <sys/auxv.h>
#include <sys/prctl.h>

static char self[4096];
static char *const no_env[] = {0};

#define EXEC(path, argv, envp) SHOW(execve(path, argv, envp))

static void write_file(const char *name, const char *text, mode_t mode) {
  int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0700);
  if (write(fd, text, strlen(text)) < 0) perror(name);
  fchmod(fd, mode);
  close(fd);
}

static void copy_self(const char *name, uid_t uid, gid_t gid, mode_t mode) {
  int in = open(self, O_RDONLY), out = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0700);
  static char bytes[65536];
  for (ssize_t n; (n = read(in, bytes, sizeof bytes)) > 0;) if (write(out, bytes, n) != n) perror(name);
  if (fchown(out, uid, gid) || fchmod(out, mode)) perror(name);
  close(in), close(out);
}

static void ids(void) {
  uid_t r, e, s;
  gid_t rg, eg, sg;
  getresuid(&r, &e, &s), getresgid(&rg, &eg, &sg);
  printf("  uid %d %d %d gid %d %d %d secure %lu auxv %lu %lu %lu %lu dumpable %d pdeath", r, e, s, rg, eg, sg, getauxval(AT_SECURE), getauxval(AT_UID),
         getauxval(AT_EUID), getauxval(AT_GID), getauxval(AT_EGID), prctl(PR_GET_DUMPABLE));
  int death;
  prctl(PR_GET_PDEATHSIG, &death);
  struct rlimit stack;
  getrlimit(RLIMIT_STACK, &stack);
  printf(" %d stack limit %ld MiB\n", death, (long)(stack.rlim_cur >> 20));
}

/** Does an execve of the program with `strings` bytes of arguments in `count` more arguments succeed? */
static int fits(long strings, int count) {
  static char *argv[5100], *text;
  if (!text) text = memset(malloc(140000), 'x', 140000);
  static char last[140000];
  int n = 0;
  argv[n++] = "sum";
  strings -= 4 + (long)strlen("./p") + 1;
  // Long ones, empty ones up to the count, and one with the rest.
  text[99999] = 0;
  for (; strings > 131000; strings -= 100000) argv[n++] = text;
  for (; n < count; n++, strings--) argv[n] = "";
  if (strings < 1 || strings > 131072) { printf("  bad test: %ld left\n", strings); return -1; }
  memset(last, 'y', strings - 1), last[strings - 1] = 0;
  argv[n++] = last, argv[n] = 0;
  int pipes[2];
  if (pipe2(pipes, O_CLOEXEC)) return -1;
  pid_t pid = vfork();
  if (pid == 0) {
    execve("./p", argv, no_env);
    _exit(errno == E2BIG ? 1 : 2);
  }
  int status;
  waitpid(pid, &status, 0);
  close(pipes[0]), close(pipes[1]);
  return status;
}

/** The largest sum of string lengths, NULs and the file's name counted, that execve takes with `count` + 1 arguments. */
static void limit_of(const char *what, rlim_t stack, long expected, int count) {
  CHILD(what, struct rlimit both = {stack, RLIM_INFINITY}; setrlimit(RLIMIT_STACK, &both); long limit = expected - 8L * (count + 1);
        printf("  %ld: one less %#x, that many %#x, one more %#x\n", limit, fits(limit - 1, count), fits(limit, count), fits(limit + 1, count)));
}

static void *exec_from_thread(void *arg) {
  execve(self, (char *[]){"thread", arg, 0}, no_env);
  return 0;
}
static void *sleeper(void *arg) {
  pause();
  return 0;
}

int main(int argc, char **argv) {
  setvbuf(stdout, 0, _IOLBF, 0);
  if (argc > 0 && !strcmp(argv[0], "sum")) return 0;
  if (argc > 0 && (!strcmp(argv[0], "ids") || !strcmp(argv[0], "./normal"))) { ids(); return 0; }
  if (argc > 1 && !strcmp(argv[0], "thread")) {
    char task[64], comm[32] = "";
    snprintf(task, sizeof task, "/proc/self/task/%d", getpid());
    prctl(PR_GET_NAME, comm);
    printf("  pid the same %d, tid is pid %d, its directory %d, handlers reset %d\n", getpid() == atoi(argv[1]), gettid() == getpid(), access(task, F_OK), signal(SIGUSR1, SIG_DFL) == SIG_DFL);
    return 7;
  }
  // Executed by itself under any other name: it must not start over.
  if (argc == 0 || argv[0][0] != '/') { printf("  ran\n"); return 0; }
  if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) return 1;
  enter_scratch();
  char *bad = (char *)8, *none[] = {0}, *plain[] = {"x", 0}, *bad_string[] = {bad, 0}, *bad_last[] = {"x", bad, 0};
  static char huge[140000], *too_long[] = {huge, 0}, path[5000];
  memset(huge, 'h', sizeof huge - 1);
  write_file("text", "no format\n", 0755), write_file("locked", "no format\n", 0644), write_file("script", "#!/nonexistent\n", 0755);
  if (symlink(self, "p") || symlink("loop", "loop")) return 1;

  printf("the path comes first\n");
  EXEC(bad, (char **)bad, (char **)bad);
  EXEC("", (char **)bad, no_env);
  memset(path, 'a', 4095);
  EXEC(path, (char **)bad, no_env);
  memset(path, 'a', 4096);
  EXEC(path, (char **)bad, no_env);
  memset(path, 0, sizeof path), memset(path, 'a', 256);
  EXEC(path, (char **)bad, no_env);
  memset(path, 0, sizeof path), memset(path, '/', 4093), memset(path, '.', 1);
  EXEC(path, plain, no_env);
  EXEC("nothing", (char **)bad, no_env);
  EXEC("text/x", (char **)bad, no_env);
  EXEC("loop", (char **)bad, no_env);
  EXEC("locked", (char **)bad, no_env);
  EXEC(".", (char **)bad, no_env);
  int fd = open("text", O_WRONLY);
  EXEC("text", (char **)bad, no_env);
  close(fd);
  printf("then the vectors, then the strings, environment first\n");
  EXEC("text", (char **)bad, no_env);
  EXEC("text", plain, (char **)bad);
  EXEC("text", bad_string, no_env);
  EXEC("text", bad_last, no_env);
  EXEC("text", plain, bad_string);
  EXEC("text", too_long, no_env);
  EXEC("text", plain, too_long);
  EXEC("text", bad_string, too_long);
  EXEC("text", too_long, bad_string);
  // A vector that ends in memory that is not there.
  char **edge = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap((char *)edge + PAGE, PAGE);
  edge[511] = "x";
  EXEC("text", edge + 511, no_env);
  edge[511] = 0, edge[510] = "x";
  EXEC("text", edge + 510, no_env);
  char *string = (char *)edge + PAGE - 4;
  memcpy(string, "abcd", 4);
  EXEC("text", ((char *[]){string, 0}), no_env);
  string[3] = 0;
  EXEC("text", ((char *[]){string, 0}), no_env);
  EXEC(string, plain, no_env);
  string[3] = 'd';
  EXEC(string, plain, no_env);
  printf("and only then the format\n");
  EXEC("text", plain, no_env);
  EXEC("script", plain, no_env);
  EXEC("script", too_long, no_env);

  printf("limits\n");
  limit_of("8 MiB of stack", 8 << 20, 2 << 20, 30);
  limit_of("1 MiB", 1 << 20, 256 << 10, 5);
  limit_of("1 MiB and 4 KiB", (1 << 20) + 4096, (256 << 10) + 1024, 5);
  limit_of("256 KiB", 256 << 10, 128 << 10, 3);
  limit_of("24 MiB", 24 << 20, 6 << 20, 70);
  limit_of("64 MiB", 64 << 20, 6 << 20, 70);
  limit_of("none", RLIM_INFINITY, 6 << 20, 70);
  limit_of("thousands of pointers", 8 << 20, 2 << 20, 5000);
  CHILD("a stack smaller than the arguments", struct rlimit both = {64 << 10, RLIM_INFINITY}; setrlimit(RLIMIT_STACK, &both);
        printf("  40000 %#x 70000 %#x\n", fits(40000, 2), fits(70000, 2)));

  printf("RLIMIT_NPROC\n");
  pid_t other = fork();
  if (other == 0) { if (setuid(23456)) _exit(1); for (;;) pause(); }
  sleep_ms(50);
  CHILD("too many after setuid", struct rlimit few = {0, 0}; setrlimit(RLIMIT_NPROC, &few); SHOW(setgid(23456)); SHOW(setuid(23456)); EXEC("./p", plain, no_env); EXEC("nothing", plain, no_env));
  CHILD("room again", struct rlimit few = {0, 5}; setrlimit(RLIMIT_NPROC, &few); SHOW(setuid(23456)); few.rlim_cur = 5; setrlimit(RLIMIT_NPROC, &few); execve("./p", (char *[]){"ids", 0}, no_env));
  kill(other, SIGKILL), waitpid(other, 0, 0);
  CHILD("as root it does not matter", struct rlimit few = {0, 0}; setrlimit(RLIMIT_NPROC, &few); EXEC("nothing", plain, no_env));

  printf("set-id\n");
  chmod(".", 0755);
  copy_self("suid", 0, 0, 04755), copy_self("sgid", 0, 555, 02755), copy_self("both", 777, 555, 06755), copy_self("locking", 0, 555, 02745), copy_self("unreadable", 0, 0, 0711);
  copy_self("private", 0, 0, 04700), copy_self("normal", 0, 0, 0755);
  write_file("suid-script", "#!./normal ids\n", 04755);
  char *show[] = {"ids", 0};
#define AS_USER(name, ...) CHILD(name, setgroups(0, 0); setresgid(1000, 1000, 1000); setresuid(1000, 1000, 1000); __VA_ARGS__)
  AS_USER("normal", execve("normal", show, no_env));
  AS_USER("set-uid", prctl(PR_SET_PDEATHSIG, 9); execve("suid", show, no_env));
  AS_USER("set-gid", execve("sgid", show, no_env));
  AS_USER("both", execve("both", show, no_env));
  AS_USER("set-gid without group execution", execve("locking", show, no_env));
  AS_USER("not readable", execve("unreadable", show, no_env));
  AS_USER("not executable", EXEC("private", show, no_env));
  AS_USER("no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); execve("both", show, no_env));
  AS_USER("a large stack limit", struct rlimit large = {64 << 20, 64 << 20}; setrlimit(RLIMIT_STACK, &large); execve("suid", show, no_env));
  AS_USER("a large stack limit, no set-uid", struct rlimit large = {64 << 20, 64 << 20}; setrlimit(RLIMIT_STACK, &large); execve("normal", show, no_env));
  CHILD("root runs a user's", execve("both", show, no_env));
  CHILD("real and effective differ", setresgid(1000, 1000, 1000); setresuid(1000, 1001, 1002); execve("normal", show, no_env));
  CHILD("saved ids are the effective ones", setresgid(1, 2, 3); setresuid(1, 2, 3); execve("normal", show, no_env));
  CHILD("real root", setresuid(0, 1000, 1000); execve("normal", show, no_env));
  CHILD("keep capabilities", prctl(PR_SET_KEEPCAPS, 1); setresuid(1000, 1000, 1000); execve("normal", show, no_env));
  AS_USER("a set-uid script", execve("suid-script", show, no_env); printf("%s\n", error_name(errno)));

  printf("threads\n");
  char pid[20];
  pthread_t t;
  CHILD("from a thread, others alive", signal(SIGUSR1, (void (*)(int))exit); snprintf(pid, sizeof pid, "%d", getpid()); for (int i = 0; i < 3; i++) pthread_create(&t, 0, sleeper, 0);
        pthread_create(&t, 0, exec_from_thread, pid); pause());
  CHILD("from a thread, the leader gone", snprintf(pid, sizeof pid, "%d", getpid()); pthread_create(&t, 0, exec_from_thread, pid); syscall(SYS_exit, 3));
  CHILD("from the leader", snprintf(pid, sizeof pid, "%d", getpid()); for (int i = 0; i < 3; i++) pthread_create(&t, 0, sleeper, 0); exec_from_thread(pid));
  CHILD("a failure leaves the threads alone", pthread_create(&t, 0, sleeper, 0); EXEC("text", plain, no_env); SHOW(pthread_kill(t, 0)); EXEC("script", plain, no_env); SHOW(pthread_kill(t, 0)));
  CHILD("vfork's parent goes on at execve", volatile int at = 0; pid_t child = vfork(); if (child == 0) { at = 1; execve("./p", (char *[]){"sum", 0}, no_env); _exit(9); } int status; printf("  at %d\n", at); waitpid(child, &status, 0); show_status("  grandchild", status));
  CHILD("and where it fails, at exit", volatile int at = 0; if (vfork() == 0) { execve("text", plain, no_env); at = errno; _exit(9); } printf("  %s\n", error_name(at)); wait(0));
  if (argc == 99) (void)none;
  leave_scratch();
  return 0;
}
