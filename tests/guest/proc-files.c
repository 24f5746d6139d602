// Files of /proc: positions, names, rights, what is written to them, and what stays of a process that has ended.
#include "check.h"
#include <dirent.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static char text[1 << 17];

/** Reads a whole file in pieces of `piece` bytes. */
static size_t slurp(const char *path, size_t piece) {
  int fd = open(path, O_RDONLY);
  size_t length = 0;
  if (fd < 0) {
    snprintf(text, sizeof text, "%s", error_name(errno));
    return 0;
  }
  for (;;) {
    ssize_t n = read(fd, text + length, piece);
    if (n < 0) snprintf(text + length, sizeof text - length, "%s", error_name(errno));
    if (n <= 0) break;
    length += n;
    text[length] = 0;
  }
  close(fd);
  if (!length) text[0] = 0;
  return length;
}

static void show_file(const char *path) {
  slurp(path, 4096);
  size_t length = strlen(text);
  if (length && text[length - 1] == '\n') text[length - 1] = 0;
  printf("%s: %s\n", path, text);
}

static void put(const char *path, const char *value) {
  int fd = open(path, O_WRONLY);
  if (fd < 0) {
    printf("write %s: open %s\n", path, error_name(errno));
    return;
  }
  errno = 0;
  ssize_t n = write(fd, value, strlen(value));
  printf("write '%s' to %s: %s\n", value, path, n < 0 ? error_name(errno) : n == (ssize_t)strlen(value) ? "all" : "some");
  close(fd);
}

static void positions(void) {
  static char whole[1 << 16];
  static const char *const stable[] = {"/proc/self/limits", "/proc/self/maps", "/proc/self/cmdline", "/proc/self/environ", "/proc/self/auxv",
    "/proc/filesystems", "/proc/self/mountinfo", "/proc/version"};
  for (unsigned i = 0; i < sizeof stable / sizeof *stable; i++) {
    size_t length = slurp(stable[i], sizeof whole);
    memcpy(whole, text, length);
    int fd = open(stable[i], O_RDONLY);
    int same = slurp(stable[i], 1) == length && !memcmp(whole, text, length);
    same += slurp(stable[i], 13) == length && !memcmp(whole, text, length);
    same += pread(fd, text, 20, 10) == 20 && !memcmp(text, whole + 10, 20);
    same += pread(fd, text, 20, 0) == 20 && !memcmp(text, whole, 20);
    same += lseek(fd, 7, SEEK_SET) == 7 && read(fd, text, 5) == 5 && !memcmp(text, whole + 7, 5);
    same += lseek(fd, 2, SEEK_CUR) == 14 && read(fd, text, 5) == 5 && !memcmp(text, whole + 14, 5);
    printf("%s: %d of 6, beyond %ld\n", stable[i], same, (long)pread(fd, text, 5, 1 << 20));
    SHOW(lseek(fd, -1, SEEK_SET));
    close(fd);
  }
  int fd = open("/proc/self/status", O_RDONLY);
  SHOW(lseek(fd, 0, SEEK_END));
  SHOW(read(fd, text, 0));
  SHOW(read(fd, text, 5));
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(write(fd, "x", 1));
  SHOW(ftruncate(fd, 0));
  close(fd);
  // A reader sees what is mapped behind its place while it reads.
  char *p = mmap((void *)0x30000000, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  fd = open("/proc/self/maps", O_RDONLY);
  SHOW(read(fd, text, 10));
  mprotect(p, 4096, PROT_NONE);
  size_t length = 10;
  for (ssize_t n; (n = read(fd, text + length, 100)) > 0;) length += n;
  text[length] = 0;
  printf("changed behind the place: %.18s%s\n", strstr(text, "30000000-"), strstr(strstr(text, "30000000-"), "---p") ? " none" : "");
  munmap(p, 4096);
  close(fd);
}

static void sysctls(void) {
  char value[64] = "";
  int fd = open("/proc/sys/kernel/pid_max", O_RDONLY);
  ssize_t n = read(fd, value, sizeof value);
  printf("ends in newline: %d\n", n > 1 && value[n - 1] == '\n');
  SHOW(read(fd, value, sizeof value));
  SHOW(pread(fd, value, 1, 0));
  SHOW(pread(fd, value, 5, 1));
  close(fd);
  fd = open("/proc/sys/kernel/ostype", O_RDONLY);
  for (int i = 0; i < 8; i++) {
    n = read(fd, value, 1);
    printf("%d:%s ", (int)n, n == 1 ? value[0] == '\n' ? "nl" : (char[]){value[0], 0} : "");
  }
  printf("\n");
  SHOW(pread(fd, value, 3, 2));
  SHOW(pread(fd, value, 3, 5));
  close(fd);
  SHOW(open("/proc/sys/kernel/ostype", O_WRONLY));
  SHOW(open("/proc/sys/kernel/ostype", O_RDWR));
  SHOW(open("/proc/sys/kernel/nonesuch", O_RDONLY | O_CREAT, 0666));
  SHOW(mkdir("/proc/sys/kernel/x", 0777));
  SHOW(unlink("/proc/sys/kernel/ostype"));
  SHOW(access("/proc/sys/kernel/ostype", X_OK));
  put("/proc/sys/vm/overcommit_memory", "3");
  put("/proc/sys/vm/overcommit_memory", "-1");
  put("/proc/sys/vm/overcommit_memory", "x");
  put("/proc/sys/vm/overcommit_memory", "1x");
  put("/proc/sys/vm/overcommit_memory", "");
  put("/proc/sys/vm/overcommit_memory", "\n");
  put("/proc/sys/kernel/pid_max", "1");
  put("/proc/sys/vm/drop_caches", "0");
  static const char *const modes[] = {"kernel/ostype", "kernel/core_pattern", "kernel/hostname", "kernel/randomize_va_space", "kernel/pid_max",
    "kernel/threads-max", "kernel/random/uuid", "vm/overcommit_memory", "vm/max_map_count", "fs/file-nr", "fs/file-max",
    "fs/suid_dumpable", "kernel/cap_last_cap", "kernel/tainted", ""};
  for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++) {
    struct stat st;
    char path[64];
    snprintf(path, sizeof path, "/proc/sys/%s", modes[i]);
    if (stat(path, &st)) printf("%s: %s\n", path, error_name(errno));
    else printf("%s: %o %d %d %ld\n", path, st.st_mode, st.st_uid, st.st_gid, (long)st.st_size);
  }
}

static void own_files(char **argv) {
  put("/proc/self/comm", "a name that is too long");
  show_file("/proc/self/comm");
  put("/proc/self/comm", "two\nlines");
  slurp("/proc/self/status", 4096);
  printf("%.16s", text);
  printf("\n");
  put("/proc/self/comm", "back\\slash");
  slurp("/proc/self/status", 4096);
  printf("%.17s\n", text);
  put("/proc/self/comm", "short\n");
  show_file("/proc/self/comm");
  char name[20] = "";
  prctl(PR_GET_NAME, name);
  printf("%s\n", name);
  static const char *const adjustments[] = {"1001", "-1001", "x", "", "5x", "500", " 501\n", "0x10", "010", "1000", "600", "99999999999"};
  for (unsigned i = 0; i < sizeof adjustments / sizeof *adjustments; i++) {
    put("/proc/self/oom_score_adj", adjustments[i]);
    slurp("/proc/self/oom_score_adj", 100);
    printf("%s", text);
    slurp("/proc/self/oom_adj", 100);
    printf("%s", text);
  }
  put("/proc/self/oom_adj", "16");
  put("/proc/self/oom_adj", "-18");
  put("/proc/self/oom_adj", "12");
  show_file("/proc/self/oom_score_adj");
  put("/proc/self/oom_adj", "15");
  show_file("/proc/self/oom_score_adj");
  show_file("/proc/self/oom_adj");
  put("/proc/self/oom_score_adj", "0");
  static const char *const filters[] = {"0x7", "63", "010", "x", "", "-1", "0x1ff", "0x100000000"};
  for (unsigned i = 0; i < sizeof filters / sizeof *filters; i++) {
    put("/proc/self/coredump_filter", filters[i]);
    show_file("/proc/self/coredump_filter");
  }
  show_file("/proc/self/personality");
  put("/proc/self/timerslack_ns", "12345");
  show_file("/proc/self/timerslack_ns");
  put("/proc/self/timerslack_ns", "0");
  show_file("/proc/self/timerslack_ns");
  put("/proc/self/timerslack_ns", "x");
  // The command line is what stands at its place.
  size_t length = slurp("/proc/self/cmdline", 4096);
  printf("cmdline %d: %d\n", length == strlen(argv[0]) + 1, !strcmp(text, argv[0]));
  char first = argv[0][0];
  argv[0][0] = '!';
  slurp("/proc/self/cmdline", 4096);
  printf("%c\n", text[0]);
  argv[0][0] = first;
  setenv("PROC_TEST", "1", 1);
  slurp("/proc/self/environ", 4096);
  printf("setenv shows: %d\n", memmem(text, sizeof text, "PROC_TEST", 9) != NULL);
  show_file("/proc/self/wchan");
  unsigned long nr, args[6], sp, pc;
  slurp("/proc/self/syscall", 4096);
  int fields = sscanf(text, "%lu %lx %lx %lx %lx %lx %lx %lx %lx", &nr, args, args + 1, args + 2, args + 3, args + 4, args + 5, &sp, &pc);
  printf("syscall: %d fields, nr %lu, size %ld, buffer %d\n", fields, nr, args[2], args[1] == (unsigned long)text);
}

static void names(void) {
  enter_scratch();
  int fd = open("a\nname", O_CREAT | O_RDWR, 0600);
  if (write(fd, text, 8192) != 8192) perror("write");
  char *p = mmap((void *)0x30000000, 8192, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 4096);
  char *q = mmap((void *)0x30010000, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  int memfd = memfd_create("mem fd", 0);
  ftruncate(memfd, 4096);
  char *r = mmap((void *)0x30020000, 4096, PROT_READ, MAP_SHARED | MAP_FIXED, memfd, 0);
  for (int round = 0; round < 2; round++) {
    slurp("/proc/self/maps", 4096);
    char *line = strstr(text, "30000000-");
    for (int i = 0; i < 3; i++) {
      char *end = strchr(line, '\n'), *name = memchr(line, '/', end - line);
      printf("%.27s %.*s at %ld\n", line, (int)(end - strrchr((*end = 0, name), '/')), strrchr(name, '/'), (long)(name - line));
      line = end + 1;
    }
    struct stat st;
    char link[200] = "", *slash;
    SHOW(lstat("/proc/self/map_files/30000000-30002000", &st));
    printf("%o %ld\n", st.st_mode, (long)st.st_size);
    SHOW(lstat("/proc/self/map_files/30000000-30001000", &st));
    SHOW(lstat("/proc/self/map_files/030000000-30002000", &st));
    SHOW(lstat("/proc/self/map_files/30010000-30011000", &st) || (printf("%o\n", st.st_mode), 0));
    SHOW(readlink("/proc/self/map_files/30000000-30002000", link, sizeof link) > 0);
    slash = strrchr(link, '/');
    printf("%s\n", slash);
    int open_link = open("/proc/self/map_files/30000000-30002000", O_RDONLY);
    SHOW(lseek(open_link, 0, SEEK_END));
    close(open_link);
    memset(link, 0, sizeof link);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    SHOW(readlink(path, link, sizeof link) > 0);
    printf("%s\n", strrchr(link, '/'));
    lstat(path, &st);
    printf("%o %ld\n", st.st_mode, (long)st.st_size);
    int again = open(path, O_RDONLY);
    printf("open the link: %d\n", again >= 0);
    close(again);
    if (round == 0) unlink("a\nname");
  }
  memset(text, 0, 200);
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", memfd);
  readlink(path, text, 200);
  printf("%s\n", text);
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
  slurp(path, 4096);
  *strstr(text, "mnt_id") = 0;
  printf("%s", text);
  lseek(fd, 77, SEEK_SET);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  fcntl(fd, F_SETFL, O_APPEND);
  slurp(path, 4096);
  *strstr(text, "mnt_id") = 0;
  printf("%s", text);
  munmap(p, 8192), munmap(q, 4096), munmap(r, 4096);
  SHOW(open("/proc/self/fd/999", O_RDONLY));
  SHOW(open("/proc/self/fd/01", O_RDONLY));
  SHOW(open("/proc/self/fd/x", O_RDONLY));
  close(fd);
  mkdir("gone", 0700);
  chdir("gone");
  rmdir("../gone");
  memset(text, 0, 200);
  readlink("/proc/self/cwd", text, 200);
  printf("cwd %s\n", strrchr(text, '/'));
  chdir("..");
  leave_scratch();
}

static pid_t tid_of_thread;

static void *thread(void *pipes) {
  char c;
  tid_of_thread = gettid();
  prctl(PR_SET_NAME, "the thread");
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/comm", tid_of_thread);
  show_file("/proc/thread-self/comm");
  slurp(path, 100);
  printf("%s", text);
  memset(text, 0, 100);
  readlink("/proc/thread-self", text, 100);
  char expected[64];
  snprintf(expected, sizeof expected, "%d/task/%d", getpid(), tid_of_thread);
  printf("thread-self: %d\n", !strcmp(text, expected));
  write(((int *)pipes)[3], "x", 1);
  read(((int *)pipes)[0], &c, 1);
  return NULL;
}

static int listed(const char *directory, pid_t id) {
  DIR *dir = opendir(directory);
  char name[16];
  int found = 0;
  snprintf(name, sizeof name, "%d", id);
  for (struct dirent *entry; (entry = readdir(dir));) found += !strcmp(entry->d_name, name);
  closedir(dir);
  return found;
}

static void threads(void) {
  int pipes[4];
  pthread_t id;
  char path[64], c;
  struct stat st;
  pipe(pipes), pipe(pipes + 2);
  stat("/proc/self/task", &st);
  printf("links %ld\n", (long)st.st_nlink);
  pthread_create(&id, NULL, thread, pipes);
  read(pipes[2], &c, 1);
  stat("/proc/self/task", &st);
  printf("links %ld\n", (long)st.st_nlink);
  printf("listed in task %d, in /proc %d\n", listed("/proc/self/task", tid_of_thread), listed("/proc", tid_of_thread));
  snprintf(path, sizeof path, "/proc/%d/status", tid_of_thread);
  slurp(path, 4096);
  printf("reached by its number: %.16s, %d\n", text, strstr(text, "Threads:\t2") != NULL);
  snprintf(path, sizeof path, "/proc/self/task/%d/comm", tid_of_thread);
  int comm = open(path, O_WRONLY);
  SHOW(write(comm, "renamed", 7));
  close(comm);
  slurp(path, 100);
  printf("%s", text);
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", getpid(), getpid());
  slurp(path, 100);
  printf("children '%s'\n", text);
  pid_t child = fork();
  if (child == 0) pause();
  char expected[32];
  snprintf(expected, sizeof expected, "%d ", child);
  slurp(path, 100);
  printf("children %d\n", !strcmp(text, expected));
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  write(pipes[1], "x", 1);
  pthread_join(id, NULL);
  slurp(path, 100);
  printf("children '%s'\n", text);
  snprintf(path, sizeof path, "/proc/self/task/%d", tid_of_thread);
  // The kernel releases an id a little after the thread's join.
  for (int i = 0; i < 100 && access(path, F_OK) == 0; i++) sleep_ms(10);
  SHOW(access(path, F_OK));
}

static void of_pid(pid_t pid, const char *name, char *path) { sprintf(path, "/proc/%d/%s", pid, name); }

static void show_link(pid_t pid, const char *name) {
  char path[64], link[4096] = "";
  of_pid(pid, name, path);
  ssize_t n = readlink(path, link, sizeof link);
  printf("readlink %s: %s\n", name, n < 0 ? error_name(errno) : "ok");
}

static void rights(void) {
  static const char *const files[] = {"environ", "auxv", "status", "personality", "limits", "comm", "syscall", "cmdline", "stat", "statm", "maps",
    "mem", "mounts", "mountinfo", "mountstats", "smaps", "smaps_rollup", "pagemap", "wchan", "stack", "oom_score", "oom_score_adj", "loginuid",
    "sessionid", "coredump_filter", "io", "timerslack_ns", "fd", "map_files", "task"};
  pid_t parent = getpid();
  for (int own = 0; own < 2; own++) {
    CHILD("another user", {
      char path[64];
      setgid(65534);
      setuid(65534);
      // Changing ids has made it undumpable: its files are root's.
      for (int dumpable = 0; dumpable <= own; dumpable++) {
        if (dumpable) prctl(PR_SET_DUMPABLE, 1);
        for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
          struct stat st = {0};
          of_pid(own ? getpid() : parent, files[i], path);
          stat(path, &st);
          int fd = open(path, O_RDONLY);
          ssize_t n = fd < 0 ? 0 : read(fd, text, 100);
          printf("%s: %o %d %s, read %s\n", files[i], st.st_mode, st.st_uid, fd < 0 ? error_name(errno) : "open",
            fd < 0 ? "-" : n < 0 ? error_name(errno) : "ok");
          if (fd >= 0) close(fd);
        }
        show_link(own ? getpid() : parent, "exe");
        show_link(own ? getpid() : parent, "cwd");
        show_link(own ? getpid() : parent, "root");
        show_link(own ? getpid() : parent, "fd/0");
      }
      of_pid(parent, "stat", path);
      slurp(path, 4096);
      char *at = strrchr(text, ')') + 1;
      for (int field = 3; field <= 52; field++) {
        unsigned long value = strtoul(at + (field == 3 ? 2 : 0), &at, 10);
        if ((field >= 26 && field <= 30) || field == 35 || field >= 45) printf("%d:%lu ", field, value);
      }
      printf("\n");
      put("/proc/self/oom_score_adj", "100");
      put("/proc/self/comm", "nobody");
      SHOW(open("/proc/sys/kernel/hostname", O_WRONLY));
      SHOW(open("/proc/kpagecount", O_RDONLY));
    });
  }
  SHOW(chmod("/proc/self/status", 0777));
  SHOW(chown("/proc/self/status", 1, 1));
  SHOW(truncate("/proc/self/comm", 0));
  SHOW(unlink("/proc/self/status"));
  SHOW(mkdir("/proc/x", 0777));
  SHOW(symlink("x", "/proc/self/x"));
  SHOW(open("/proc/x", O_CREAT | O_RDWR, 0666));
  SHOW(rename("/proc/self/status", "/proc/self/x"));
}

static void sleeping(void) {
  int pipes[2];
  pipe(pipes);
  pid_t child = fork();
  if (child == 0) {
    struct timespec t = {1000, 0};
    nanosleep(&t, NULL);
    _exit(0);
  }
  char path[64], wchan[64];
  unsigned long nr, first;
  for (int i = 0; i < 200; i++) {
    of_pid(child, "wchan", path);
    slurp(path, 100);
    strcpy(wchan, text);
    if (!strcmp(wchan, "hrtimer_nanosleep")) break;
    sleep_ms(5);
  }
  printf("sleeps in %s\n", wchan);
  of_pid(child, "syscall", path);
  slurp(path, 4096);
  int fields = sscanf(text, "%lu %lx", &nr, &first);
  printf("%d fields, call %s\n", fields, nr == SYS_clock_nanosleep ? "clock_nanosleep" : nr == SYS_nanosleep ? "nanosleep" : "?");
  of_pid(child, "stat", path);
  slurp(path, 4096);
  printf("state %c\n", strrchr(text, ')')[2]);
  kill(child, SIGSTOP);
  waitpid(child, NULL, WUNTRACED);
  slurp(path, 4096);
  printf("state %c\n", strrchr(text, ')')[2]);
  of_pid(child, "wchan", path);
  show_file(path + 0 * printf("stopped in ") + strlen(path) - 5);
  slurp(path, 100);
  printf("%s\n", text);
  kill(child, SIGKILL);
  siginfo_t info;
  waitid(P_PID, child, &info, WEXITED | WNOWAIT);
  // What a zombie still shows.
  static const char *const files[] = {"cmdline", "maps", "smaps", "statm", "wchan", "mounts", "mountinfo", "mountstats", "oom_score", "comm", "coredump_filter"};
  for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
    of_pid(child, files[i], path);
    int fd = open(path, O_RDONLY);
    struct stat st;
    stat(path, &st);
    ssize_t n = fd < 0 ? 0 : read(fd, text, 100);
    printf("zombie %s: uid %d, %s, %ld\n", files[i], st.st_uid, fd < 0 ? error_name(errno) : n < 0 ? error_name(errno) : "read", (long)n);
    if (fd >= 0) close(fd);
  }
  show_link(child, "exe");
  show_link(child, "cwd");
  show_link(child, "root");
  of_pid(child, "fd", path);
  int fds = open(path, O_RDONLY | O_DIRECTORY);
  printf("fd: %d\n", syscall(SYS_getdents64, fds, text, sizeof text) > 0);
  of_pid(child, "", path);
  int dir = open(path, O_RDONLY | O_DIRECTORY);
  of_pid(child, "stat", path);
  int stat_fd = open(path, O_RDONLY);
  of_pid(child, "comm", path);
  int comm = open(path, O_WRONLY);
  waitpid(child, NULL, 0);
  SHOW(openat(dir, "status", O_RDONLY));
  SHOW(read(stat_fd, text, 100));
  SHOW(write(comm, "x", 1));
  struct stat st;
  SHOW(fstat(stat_fd, &st));
  SHOW(access(path, F_OK));
  SHOW(fchdir(dir));
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOFBF, 1 << 16);
  positions();
  sysctls();
  own_files(argv);
  names();
  threads();
  rights();
  sleeping();
  return 0;
}
