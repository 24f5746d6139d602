// stat, statx, utimensat, times that change, statfs, extended attributes' errors, faccessat.
#include "check.h"
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

static struct stat before, after;
static void look(const char *name) { before = after; stat(name, &after); }
static int later(struct timespec a, struct timespec b) { return b.tv_sec > a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec > a.tv_nsec); }
static void changed(const char *what) {
  printf("%s: mtime %d ctime %d\n", what, later(before.st_mtim, after.st_mtim), later(before.st_ctim, after.st_ctim));
}
#define TIMES(call, of) do { look(of); sleep_ms(12); if ((long)(call) < 0) perror(#call); look(of); changed(#call); } while (0)

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  enter_scratch();
  int fd = open("f", O_RDWR | O_CREAT, 0640);
  if (write(fd, "hello", 5) != 5) return 1;
  mkdir("d", 0750);
  symlink("f", "l");
  mkfifo("p", 0600);
  struct stat s, t;
  SHOW(stat("f", &s));
  printf("mode %o links %d size %ld blksize %ld blocks>0 %d\n", s.st_mode, (int)s.st_nlink, (long)s.st_size, (long)s.st_blksize, s.st_blocks > 0);
  fstat(fd, &t);
  printf("fstat same %d\n", memcmp(&s, &t, sizeof s) == 0);
  stat("l", &t);
  printf("stat follows %d\n", t.st_ino == s.st_ino);
  lstat("l", &t);
  printf("link mode %o size %ld\n", t.st_mode, (long)t.st_size);
  stat("d", &t);
  printf("dir mode %o links %d same device %d\n", t.st_mode, (int)t.st_nlink, t.st_dev == s.st_dev);
  stat("p", &t);
  printf("fifo mode %o\n", t.st_mode);
  stat("/dev/null", &t);
  printf("null mode %o rdev %d:%d\n", t.st_mode, major(t.st_rdev), minor(t.st_rdev));
  stat("/dev/zero", &t);
  printf("zero mode %o rdev %d:%d\n", t.st_mode, major(t.st_rdev), minor(t.st_rdev));
  int pipes[2];
  if (pipe(pipes)) return 1;
  fstat(pipes[0], &t);
  printf("pipe mode %o\n", t.st_mode);
  SHOW(stat("none", &t));
  SHOW(stat("f/x", &t));
  SHOW(stat("f/", &t));
  SHOW(stat("l/", &t));
  SHOW(stat("", &t));
  SHOW(stat("f", (struct stat *)8));
  SHOW(stat((char *)8, &t));
  SHOW(fstat(99, &t));
  SHOW(fstatat(fd, "", &t, AT_EMPTY_PATH));
  SHOW(fstatat(fd, "x", &t, 0));
  SHOW(fstatat(AT_FDCWD, "f", &t, 0x40000000));
  SHOW(fstatat(99, "/", &t, 0));
  struct statx x;
  SHOW(statx(AT_FDCWD, "f", AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &x));
  printf("statx basic %d mode %o size %ld same ino %d\n", (x.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS, x.stx_mode, (long)x.stx_size, x.stx_ino == s.st_ino);
  SHOW(statx(AT_FDCWD, "f", 0x6000, STATX_BASIC_STATS, &x));
  SHOW(statx(fd, "", AT_EMPTY_PATH, STATX_SIZE, &x));
  SHOW(statx(AT_FDCWD, "f", 0, 0x80000000, &x));

  printf("times\n");
  struct timespec set[2] = {{1000000000, 123456789}, {1100000000, 987654321}};
  SHOW(utimensat(AT_FDCWD, "f", set, 0));
  stat("f", &t);
  printf("%ld.%09ld %ld.%09ld\n", t.st_atim.tv_sec, t.st_atim.tv_nsec, t.st_mtim.tv_sec, t.st_mtim.tv_nsec);
  set[0].tv_nsec = UTIME_OMIT, set[1].tv_sec = -5, set[1].tv_nsec = 1;
  SHOW(futimens(fd, set));
  stat("f", &t);
  printf("%ld.%09ld %ld.%09ld\n", t.st_atim.tv_sec, t.st_atim.tv_nsec, t.st_mtim.tv_sec, t.st_mtim.tv_nsec);
  set[0].tv_nsec = 1000000000;
  SHOW(futimens(fd, set));
  set[0].tv_nsec = UTIME_NOW, set[1].tv_nsec = UTIME_NOW;
  SHOW(utimensat(AT_FDCWD, "l", set, AT_SYMLINK_NOFOLLOW));
  set[0] = set[1] = (struct timespec){1200000000, 0};
  SHOW(utimensat(AT_FDCWD, "l", set, AT_SYMLINK_NOFOLLOW));
  lstat("l", &t);
  printf("link %ld\n", (long)t.st_mtime);
  SHOW(utimensat(AT_FDCWD, "none", set, 0));
  SHOW(utimensat(fd, 0, set, 0));
  SHOW(utimensat(AT_FDCWD, 0, set, 0));
  CHILD("another user", setresuid(10, 10, 10); SHOW(utimensat(AT_FDCWD, "f", set, 0)); SHOW(utimensat(AT_FDCWD, "f", 0, 0)));
  SHOW(futimens(fd, 0));
  TIMES(pwrite(fd, "x", 1, 0), "f");
  TIMES(fchmod(fd, 0600), "f");
  TIMES(fchown(fd, 1, 1), "f");
  TIMES(link("f", "f2"), "f");
  TIMES(rename("f2", "f3"), "f");
  TIMES(unlink("f3"), "f");
  TIMES(ftruncate(fd, 100), "f");
  TIMES(ftruncate(fd, 100), "f");
  TIMES(truncate("f", 100), "f");
  TIMES(close(open("f", O_RDWR | O_TRUNC)), "f");
  TIMES(close(open("d/new", O_CREAT, 0600)), "d");
  TIMES(rename("d/new", "d/newer"), "d");
  TIMES(unlink("d/newer"), "d");
  TIMES(chmod("d", 0700), "d");
  TIMES(close(open("f", O_RDWR | O_CREAT, 0600)), "f");

  printf("file systems\n");
  struct statfs fs;
  SHOW(statfs(".", &fs));
  printf("namelen %ld bsize %ld\n", (long)fs.f_namelen, (long)fs.f_bsize);
  SHOW(statfs("/proc", &fs));
  printf("proc %lx\n", (long)fs.f_type);
  SHOW(statfs("none", &fs));
  SHOW(fstatfs(pipes[0], &fs));
  printf("pipefs %lx\n", (long)fs.f_type);
  printf("attributes\n");
  char value[50];
  SHOW(getxattr("f", "bad", value, 50));
  SHOW(getxattr("none", "user.x", value, 50));
  SHOW(setxattr("f", "strange.x", "v", 1, 0));
  SHOW(removexattr("none", "user.none"));
  SHOW(fgetxattr(99, "user.none", value, 50));
  leave_scratch();
  return 0;
}
