// link: static
// Scripts: how long the line may be, what is cut off, blanks, line ends, nesting, interpreters that cannot be had.
#include "check.h"

static void script_bytes(const char *name, const char *text, size_t size) {
  int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);
  if (write(fd, text, size) != (ssize_t)size) perror(name);
  close(fd);
}
static void script(const char *name, const char *text) { script_bytes(name, text, strlen(text)); }

static void show_arg(const char *arg) {
  size_t n = strlen(arg);
  printf(" [");
  for (size_t i = 0; i < n; i++) {
    size_t same = 1;
    while (arg[i + same] == arg[i]) same++;
    if (arg[i] < ' ') printf("\\%o", (unsigned char)arg[i]);
    else putchar(arg[i]);
    if (same > 4) { printf("*%zu", same); i += same - 1; }
  }
  printf("]");
}

/** Executes a file in a child and prints what came of it. */
#define RUN(name, ...) \
  do { \
    char *argv_[] = {__VA_ARGS__, 0}, *env_[] = {"SHOW=1", 0}; \
    CHILD(name, execve(argv_[0], argv_, env_); printf("  %s\n", error_name(errno)); fflush(stdout); _exit(99)); \
  } while (0)

static char line[2000];
/** "#!" + interpreter of `length` characters (slashes in front) + rest */
static const char *interpreter_of(int length, const char *rest) {
  char *p = line;
  p += sprintf(p, "#!");
  for (int i = 0; i < length - 7; i++) *p++ = '/';
  strcpy(p, "tmp/i/p");
  strcat(p, rest);
  return line;
}

int main(int argc, char **argv) {
  setvbuf(stdout, 0, _IOLBF, 0);
  if (getenv("SHOW")) {
    printf("  %d:", argc);
    for (int i = 0; i < argc; i++) show_arg(argv[i]);
    printf("\n");
    return 0;
  }
  char self[4096] = "";
  if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) return 1;
  enter_scratch();
  unlink("/tmp/i/p"), unlink("/tmp/i/p\r"), rmdir("/tmp/i");
  if (mkdir("/tmp/i", 0755) || symlink(self, "/tmp/i/p") || symlink(self, "prog")) return 1;

  printf("length of the interpreter's name, with a newline\n");
  for (int length = 250; length <= 258; length++) {
    char name[40];
    sprintf(name, "name of %d", length);
    script("s", interpreter_of(length, "\n"));
    RUN(name, "./s", "x");
  }
  printf("without one, the file ends\n");
  for (int length = 250; length <= 258; length++) {
    char name[40];
    sprintf(name, "name of %d", length);
    script("s", interpreter_of(length, ""));
    RUN(name, "./s", "x");
  }
  printf("followed by a blank and an argument that is cut off\n");
  for (int length = 248; length <= 257; length++) {
    char name[40];
    sprintf(name, "name of %d", length);
    script("s", interpreter_of(length, " abcdefghij\n"));
    RUN(name, "./s", "x");
  }
  printf("arguments\n");
  for (int length = 240; length <= 250; length++) {
    char name[40], text[400] = "#!prog ";
    sprintf(name, "argument of %d", length);
    memset(text + 7, 'a', length);
    strcpy(text + 7 + length, "\n");
    script("s", text);
    RUN(name, "./s", "x");
  }
  static const struct { const char *name, *text; } lines[] = {
      {"plain", "#!prog\n"}, {"blanks", "#! \t prog \t one  two\tthree \t \n"}, {"no newline", "#!prog one"}, {"blanks and no newline", "#!prog one  \t"},
      {"CRLF", "#!prog\r\n"}, {"CRLF after an argument", "#!prog one\r\n"}, {"only blanks", "#! \t  \n"}, 
      {"nothing", "#!\n"}, {"one character", "#"}, {"a space before", " #!prog\n"}, {"vertical tab and form feed", "#!prog\v\f x\n"},
      {"two lines", "#!prog\n#!other\n"}, {"empty line first", "#!\nprog\n"}, {"dash", "#!prog -\n"}, {"quotes", "#!prog 'a b' \"c\"\n"},
      {"upper half", "#!prog \xc3\xa9\xff\n"}, {"absolute, missing", "#!/nonexistent/interpreter\n"}, {"a directory", "#!/tmp\n"}, {"a directory in a file's place", "#!prog/x\n"},
      {"not executable", "#!plain\n"}, {"no format", "#!text\n"}, {"empty file", "#!empty\n"}, {"itself", "#!./s\n"}, {"a device", "#!/dev/null\n"}, {"long name", 0},
  };
  int fd = open("plain", O_CREAT | O_WRONLY, 0644);
  close(fd);
  script("text", "no format\n");
  script("empty", "");
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    if (lines[i].text) script("s", lines[i].text);
    else {
      strcpy(line, "#!");
      memset(line + 2, 'n', 253);
      strcpy(line + 255, "\n");
      script("s", line);
    }
    RUN(lines[i].name, "./s", "x", "y z");
  }
  if (symlink(self, "prog\r")) return 1;
  script("s", "#!prog\r\n");
  RUN("CR is part of the name", "./s");
  script_bytes("s", "#!prog\0one two\n", 15);
  RUN("NUL after the name", "./s");
  script_bytes("s", "#!prog one\0two\n", 15);
  RUN("NUL in the argument", "./s");
  memset(line, ' ', 300), memcpy(line, "#!", 2), strcpy(line + 300, "prog\n");
  script("s", line);
  RUN("blanks fill the buffer", "./s");
  memset(line, ' ', 300), memcpy(line, "#!prog", 6), strcpy(line + 300, "arg\n");
  script("s", line);
  RUN("blanks after the name fill the buffer", "./s");
  memset(line, ' ', 300), memcpy(line, "#!", 2), strcpy(line + 251, "prog");
  script("s", line);
  RUN("the name ends with the buffer, and the file", "./s");
  strcpy(line + 252, "prog");
  script("s", line);
  RUN("one later", "./s");

  printf("nested\n");
  script("a", "#!./b in a\n"), script("b", "#!./c in b\n"), script("c", "#!prog in c\n");
  RUN("three", "./a", "one", "two");
  script("c", "#!./nothere\n");
  RUN("the last is missing", "./a", "one");
  chmod("c", 0644);
  RUN("the last may not be executed", "./a", "one");
  chmod("c", 0755);
  fd = open("c", O_WRONLY);
  RUN("the last is being written", "./a", "one");
  close(fd);
  script("r", "#!../prog\n");
  mkdir("sub", 0755);
  RUN("relative to the working directory: not found", "./r");
  CHILD("found from there", chdir("sub"); char *args[] = {"../r", 0}, *env[] = {"SHOW=1", 0}; execve("../r", args, env); printf("%s\n", error_name(errno)));

  printf("descriptors\n");
  script("s", "#!prog one\n");
  char *args[] = {"zero", "x", 0}, *env[] = {"SHOW=1", 0};
  fd = open("s", O_RDONLY);
  dup2(fd, 30);
  CHILD("fexecve", syscall(SYS_execveat, 30, "", args, env, AT_EMPTY_PATH); printf("%s\n", error_name(errno)));
  fcntl(30, F_SETFD, FD_CLOEXEC);
  CHILD("of a descriptor that closes", SHOW(syscall(SYS_execveat, 30, "", args, env, AT_EMPTY_PATH)));
  int dir = open(".", O_RDONLY);
  dup2(dir, 31);
  CHILD("in a directory", syscall(SYS_execveat, 31, "s", args, env, 0); printf("%s\n", error_name(errno)));
  fcntl(31, F_SETFD, FD_CLOEXEC);
  CHILD("in a directory that closes", SHOW(syscall(SYS_execveat, 31, "s", args, env, 0)));
  CHILD("by the working directory's descriptor", syscall(SYS_execveat, AT_FDCWD, "s", args, env, 0); printf("%s\n", error_name(errno)));
  leave_scratch();
  unlink("/tmp/i/p"), rmdir("/tmp/i");
  return 0;
}
