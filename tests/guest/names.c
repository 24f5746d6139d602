// Names: link, unlink, rename, symlink, mkdir, rmdir, getdents, working directories that vanish, and each one's errors.
#include "check.h"
#include <dirent.h>
#include <linux/fs.h>

static void make(const char *name, const char *text) {
  int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) perror(name);
  close(fd);
}
static const char *content(const char *name) {
  static char text[100];
  int fd = open(name, O_RDONLY);
  if (fd < 0) return error_name(errno);
  ssize_t n = read(fd, text, 99);
  text[n < 0 ? 0 : n] = 0;
  close(fd);
  return text;
}
static int links(const char *name) { struct stat s; return lstat(name, &s) ? -1 : (int)s.st_nlink; }
static int by_name(const void *a, const void *b) { return strcmp(*(char **)a, *(char **)b); }
static void list(const char *dir) {
  struct dirent *e;
  char *names[300];
  int n = 0;
  DIR *d = opendir(dir);
  if (!d) { printf("%s: %s\n", dir, error_name(errno)); return; }
  while ((e = readdir(d)) && n < 300) { asprintf(&names[n], "%s:%d", e->d_name, e->d_type); n++; }
  closedir(d);
  qsort(names, n, sizeof *names, by_name);
  printf("%s:", dir);
  for (int i = 0; i < n; i++) printf(" %s", names[i]);
  printf("\n");
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  enter_scratch();
  make("a", "A");
  make("b", "B");
  SHOW(mkdir("d", 0777));
  SHOW(mkdir("d", 0777));
  SHOW(mkdir("d/e", 0700));
  SHOW(mkdir("none/x", 0700));
  SHOW(mkdir("a/x", 0700));
  SHOW(mkdir("slash/", 0700));
  SHOW(mkdir("", 0700));
  SHOW(mkdir(".", 0700));
  SHOW(mkdir("d/..", 0700));
  SHOW(mkdir("/", 0700));
  printf("links of d %d, of e %d\n", links("d"), links("d/e"));
  SHOW(link("a", "a2"));
  printf("links %d\n", links("a"));
  SHOW(link("a", "b"));
  SHOW(link("d", "d2"));
  SHOW(link("none", "x"));
  SHOW(symlink("a", "s"));
  SHOW(symlink("a", "s"));
  SHOW(symlink("", "empty"));
  SHOW(link("s", "s2"));
  SHOW(linkat(AT_FDCWD, "s", AT_FDCWD, "s3", AT_SYMLINK_FOLLOW));
  SHOW(links("a"));
  char target[20];
  SHOW(readlink("s", target, 20));
  SHOW(readlink("s", target, 0));
  SHOW(readlink("a", target, 20));
  SHOW(readlink("none", target, 20));
  SHOW(unlink("d"));
  SHOW(unlink("none"));
  SHOW(unlink("a/"));
  SHOW(unlink("s3"));
  SHOW(unlinkat(AT_FDCWD, "d", 0x1000));
  SHOW(rmdir("d"));
  SHOW(rmdir("a"));
  SHOW(rmdir("s"));
  SHOW(rmdir("."));
  SHOW(rmdir("d/.."));
  SHOW(rmdir("d/e/."));
  SHOW(rmdir("/"));
  list(".");

  printf("rename\n");
  SHOW(rename("a", "b"));
  printf("%s, links %d\n", content("b"), links("b"));
  SHOW(rename("b", "a2"));
  printf("same file: both stay %d\n", links("b"));
  SHOW(rename("none", "b"));
  SHOW(rename("b", "d"));
  SHOW(rename("d", "b"));
  SHOW(rename("d", "d/e/f"));
  SHOW(rename("d", "d"));
  SHOW(rename("b", "none/x"));
  SHOW(rename("b", ""));
  SHOW(rename("b", "."));
  SHOW(rename(".", "x"));
  SHOW(rename("b", "new/"));
  SHOW(mkdir("f", 0700));
  SHOW(rename("f", "d"));
  SHOW(rename("d", "f"));
  list("f");
  SHOW(rename("f", "g/"));
  list("g");
  SHOW(rename("g/e", "e"));
  printf("links of g %d\n", links("g"));
  SHOW(rename("s", "s4"));
  printf("%s\n", content("s4"));
  make("x", "X");
  make("y", "Y");
  SHOW(renameat2(AT_FDCWD, "x", AT_FDCWD, "y", RENAME_NOREPLACE));
  SHOW(renameat2(AT_FDCWD, "x", AT_FDCWD, "y", RENAME_EXCHANGE));
  printf("%s", content("x")), printf("%s\n", content("y"));
  SHOW(renameat2(AT_FDCWD, "x", AT_FDCWD, "e", RENAME_EXCHANGE));
  list(".");
  SHOW(renameat2(AT_FDCWD, "x", AT_FDCWD, "none", RENAME_EXCHANGE));
  SHOW(renameat2(AT_FDCWD, "x", AT_FDCWD, "e", RENAME_EXCHANGE | RENAME_NOREPLACE));
  SHOW(renameat2(AT_FDCWD, "x", AT_FDCWD, "e", 64));

  printf("open and unlinked\n");
  make("u", "unlinked");
  int fd = open("u", O_RDWR);
  SHOW(unlink("u"));
  struct stat s;
  fstat(fd, &s);
  printf("links %d size %ld\n", (int)s.st_nlink, (long)s.st_size);
  char path[100], real[100];
  SHOW(pread(fd, real, 8, 0));
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(path, real, 99);
  real[n] = 0;
  printf("%s\n", strrchr(real, '/'));
  SHOW(linkat(AT_FDCWD, path, AT_FDCWD, "back", AT_SYMLINK_FOLLOW));
  int tmp = open(".", O_TMPFILE | O_RDWR, 0600);
  if (write(tmp, "tmpfile", 7) != 7) return 1;
  snprintf(path, sizeof path, "/proc/self/fd/%d", tmp);
  SHOW(linkat(AT_FDCWD, path, AT_FDCWD, "linked", AT_SYMLINK_FOLLOW));
  printf("%s\n", content("linked"));

  printf("a working directory that is removed\n");
  SHOW(mkdir("gone", 0700));
  CHILD("  in it", SHOW(chdir("gone")); SHOW(rmdir("../gone")); char *cwd = getcwd(path, 100); printf("%s %s\n", cwd ? "name" : "none", error_name(errno)); SHOW(open("f", O_CREAT | O_RDWR, 0600)); SHOW(mkdir("f", 0700)); OK(chdir("..")); list("."));
  SHOW(chdir("x"));
  SHOW(chdir("none"));
  SHOW(getcwd(path, 2) ? 0 : -1);
  SHOW(fchdir(fd));

  printf("many entries\n");
  mkdir("many", 0700);
  char name[50];
  for (int i = 0; i < 1000; i++) { snprintf(name, sizeof name, "many/entry-with-a-long-name-%04d", i); close(open(name, O_CREAT | O_WRONLY, 0600)); }
  int dir = open("many", O_RDONLY | O_DIRECTORY), count = 0, calls = 0;
  char entries[1024];
  long got;
  unsigned long sum = 0;
  while ((got = syscall(SYS_getdents64, dir, entries, sizeof entries)) > 0) {
    calls++;
    for (long at = 0; at < got; count++) { struct dirent64 { uint64_t ino; int64_t off; unsigned short len; unsigned char type; char name[]; } *e = (void *)(entries + at); if (e->name[0] == 'e') sum += atoi(e->name + 23), sum += e->len; at += e->len; }
  }
  printf("%d entries, several calls %d, sum %lu\n", count, calls > 10, sum);
  SHOW(syscall(SYS_getdents64, dir, entries, 10));
  SHOW(lseek(dir, 0, SEEK_SET));
  SHOW(syscall(SYS_getdents64, dir, entries, 10));
  SHOW(syscall(SYS_getdents64, fd, entries, 100));
  DIR *d = fdopendir(dir);
  count = 0;
  for (struct dirent *e; (e = readdir(d));) if (e->d_name[0] == 'e') { snprintf(name, sizeof name, "many/%s", e->d_name); count += unlink(name) == 0; }
  rewinddir(d);
  int left = 0;
  while (readdir(d)) left++;
  printf("removed while reading %d, left %d\n", count, left);
  closedir(d);
  SHOW(rmdir("many"));
  char deep[4096] = "";
  for (int i = 0; i < 60; i++) { strcat(deep, "deep"); mkdir(deep, 0700); strcat(deep, "/"); }
  SHOW(chdir(deep));
  SHOW(mknod("node", S_IFREG | 0600, 0));
  SHOW(mknod("fifo", S_IFIFO | 0600, 0));
  SHOW(mknod("bad", S_IFDIR | 0600, 0));
  list(".");
  for (int i = 0; i < 60; i++) if (chdir("..")) return 1;
  for (int i = 0; i < 41; i++) { char from[20], to[20]; snprintf(from, 20, "l%d", i + 1); snprintf(to, 20, "l%d", i); if (symlink(to, from)) return 1; }
  make("l0", "forty");
  printf("40 links: %s", content("l40")), printf(", 41: %s\n", content("l41"));
  leave_scratch();
  return 0;
}
