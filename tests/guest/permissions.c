// Permissions and credentials: setresuid rules, capabilities lost and kept, access bits, sticky and setgid directories, umask, chown, chmod.
#include "check.h"
#include <grp.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/mount.h>

static void ids(void) {
  uid_t r, e, s;
  gid_t rg, eg, sg;
  getresuid(&r, &e, &s);
  getresgid(&rg, &eg, &sg);
  printf("  uid %d %d %d fs %d, gid %d %d %d fs %d\n", r, e, s, setfsuid(-1), rg, eg, sg, setfsgid(-1));
}
static unsigned long caps(const char *which) {
  FILE *f = fopen("/proc/self/status", "r");
  char line[300];
  unsigned long value = 0;
  while (fgets(line, sizeof line, f))
    if (!strncmp(line, which, 6)) value = strtoul(line + 7, 0, 16);
  fclose(f);
  return value;
}
static int mode_of(const char *name) { struct stat s; return lstat(name, &s) ? -1 : (int)(s.st_mode & 07777); }
static int owner_of(const char *name) { struct stat s; return lstat(name, &s) ? -1 : (int)(s.st_uid * 1000 + s.st_gid); }
static void become(uid_t uid, gid_t gid) { setgroups(0, 0); setresgid(gid, gid, gid); setresuid(uid, uid, uid); }
#define OPEN(call) do { int fd_ = (call); if (fd_ < 0) printf("%s: %s\n", #call, error_name(errno)); else { printf("%s: ok\n", #call); close(fd_); } } while (0)

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  enter_scratch();
  CHILD("setresuid", SHOW(setresuid(10, 20, 30)); ids(); SHOW(setresuid(30, -1, 10)); ids(); SHOW(setresuid(40, -1, -1)); SHOW(setresuid(-1, 10, -1)); ids());
  CHILD("setreuid", SHOW(setreuid(10, 20)); ids(); SHOW(setreuid(20, 10)); ids(); SHOW(setreuid(-1, 30)); SHOW(setreuid(30, -1)));
  CHILD("setuid as root", SHOW(setuid(10)); ids(); SHOW(setuid(0)));
  CHILD("seteuid and back", SHOW(seteuid(10)); ids(); printf("  effective caps %d permitted %d\n", caps("CapEff") != 0, caps("CapPrm") != 0); SHOW(setuid(20)); SHOW(seteuid(0)); ids(); printf("  effective caps %d\n", caps("CapEff") != 0));
  CHILD("setresgid", SHOW(setresgid(10, 20, 30)); ids(); SHOW(setegid(40)); SHOW(setresuid(5, 5, 5)); SHOW(setegid(40)); SHOW(setegid(30)); SHOW(setgid(10)); ids(); SHOW(setregid(30, 10)); ids());
  CHILD("setfsuid", SHOW(setfsuid(10)); ids(); SHOW(setfsuid(-1)); OPEN(open("/root/.fsuid-test", O_RDONLY)));
  CHILD("groups", gid_t g[4] = {7, 5, 9}; SHOW(setgroups(3, g)); gid_t got[10]; SHOW(getgroups(10, got)); printf("  %d %d %d\n", got[0], got[1], got[2]); SHOW(getgroups(2, got)); SHOW(getgroups(0, 0)); become(5, 5); SHOW(setgroups(0, 0)));
  CHILD("keep caps", SHOW(prctl(PR_SET_KEEPCAPS, 1)); SHOW(setresuid(10, 10, 10)); printf("  effective %d permitted %d\n", caps("CapEff") != 0, caps("CapPrm") != 0));
  CHILD("caps of an ordinary user", become(10, 10); printf("  effective %lx permitted %lx\n", caps("CapEff"), caps("CapPrm")); SHOW(sethostname("x", 1)); SHOW(chroot("/")); SHOW(kill(1, 0)); SHOW(nice(-5) == -1 && errno ? -1 : 0); SHOW(mount("a", "/", "b", 0, 0)));
  CHILD("signals between users", pid_t a = fork(); if (a == 0) { become(10, 10); pause(); } sleep_ms(10); if (fork() == 0) { become(11, 11); SHOW(kill(a, SIGTERM)); setresuid(11, 11, 11); _exit(0); } wait(0); if (fork() == 0) { become(10, 12); SHOW(kill(a, SIGTERM)); _exit(0); } while (wait(0) > 0) {});

  printf("bits\n");
  mkdir("open", 0777), chmod("open", 0777);
  mkdir("shut", 0700);
  mkdir("through", 0711);
  mkdir("listed", 0744);
  mkdir("sticky", 01777), chmod("sticky", 01777);
  mkdir("team", 02775), chmod("team", 02775), chown("team", 0, 50);
  const char *names[] = {"shut/f", "through/f", "listed/f", "sticky/f", "open/f"};
  for (int i = 0; i < 5; i++) close(open(names[i], O_CREAT | O_WRONLY, 0644));
  close(open("f600", O_CREAT | O_WRONLY, 0600));
  close(open("f040", O_CREAT | O_WRONLY, 0600)), chmod("f040", 0040), chown("f040", 10, 10);
  close(open("f004", O_CREAT | O_WRONLY, 0600)), chmod("f004", 0004), chown("f004", 11, 10);
  close(open("own", O_CREAT | O_WRONLY, 0600)), chown("own", 10, 10);
  SHOW(access("f004", R_OK | W_OK));
  SHOW(access("f004", X_OK));
  CHILD("as a user", become(10, 10);
        for (int i = 0; i < 5; i++) { printf("%s: ", names[i]); OPEN(open(names[i], O_RDONLY)); }
        OPEN(open("f600", O_RDONLY)); OPEN(open("f040", O_RDONLY)); OPEN(open("f004", O_RDONLY)); OPEN(open("own", O_RDWR)); OPEN(open("shut", O_RDONLY)); OPEN(open("through", O_RDONLY)); OPEN(open("listed", O_RDONLY));
        OPEN(open("open/new", O_CREAT | O_RDWR, 0666)); OPEN(open("shut/new", O_CREAT | O_RDWR, 0666)); OPEN(open("through/new", O_CREAT | O_RDWR, 0666));
        SHOW(unlink("open/f")); SHOW(unlink("sticky/f")); SHOW(unlink("through/f")); SHOW(rename("sticky/f", "sticky/g")); SHOW(rename("sticky", "x"));
        OPEN(open("sticky/mine", O_CREAT | O_RDWR, 0666)); SHOW(unlink("sticky/mine")); SHOW(rmdir("open")); SHOW(mkdir("open/dir", 0777)); SHOW(rmdir("open/dir"));
        SHOW(chmod("own", 0644)); SHOW(chmod("f600", 0644)); SHOW(chown("own", 11, -1)); SHOW(chown("own", -1, 11)); SHOW(chown("own", -1, 10)); SHOW(chown("own", 10, 10)); SHOW(chown("f600", -1, -1));
        SHOW(chdir("shut")); SHOW(chdir("through")); SHOW(access("f", R_OK)); SHOW(chdir("..")); SHOW(truncate("f600", 0)); SHOW(mknod("open/dev", S_IFCHR | 0600, 0x103)); SHOW(mknod("open/fifo", S_IFIFO | 0600, 0));
        SHOW(chmod("own", 04755)); printf("  mode %o\n", mode_of("own")); int fd = open("own", O_RDWR); write(fd, "x", 1); printf("  after a write %o\n", mode_of("own")); SHOW(chmod("own", 06755)); SHOW(ftruncate(fd, 0)); printf("  after truncation %o\n", mode_of("own")); SHOW(chmod("own", 06755)); SHOW(chown("own", 10, 10)); printf("  after chown %o\n", mode_of("own")));
  CHILD("real ids in access", become(0, 0); SHOW(setresuid(10, 0, 0)); SHOW(access("f600", R_OK)); OPEN(open("f600", O_RDONLY)));
  CHILD("a group's directory", gid_t g[] = {50}; setgroups(1, g); setresgid(10, 10, 10); setresuid(10, 10, 10); OPEN(open("team/f", O_CREAT | O_RDWR, 0666)); SHOW(mkdir("team/d", 0777)); printf("  %d %d mode %o\n", owner_of("team/f"), owner_of("team/d"), mode_of("team/d")); SHOW(chmod("team/f", 02755)); printf("  mode %o\n", mode_of("team/f")));
  CHILD("group read", gid_t g[] = {10}; setgroups(1, g); setresgid(12, 12, 12); setresuid(12, 12, 12); OPEN(open("f040", O_RDONLY)); OPEN(open("f004", O_RDONLY)));
  printf("umask\n");
  SHOW(umask(027));
  close(open("masked", O_CREAT | O_WRONLY, 06777));
  mkdir("maskdir", 01777);
  mkfifo("maskfifo", 0666);
  printf("  %o %o %o\n", mode_of("masked"), mode_of("maskdir"), mode_of("maskfifo"));
  SHOW(umask(07777));
  SHOW(umask(022));
  SHOW(fchmodat(AT_FDCWD, "masked", 01234, 0));
  printf("  %o\n", mode_of("masked"));
  symlink("masked", "link");
  SHOW(lchown("link", 3, 4));
  printf("  %d %d\n", owner_of("link"), owner_of("masked"));
  SHOW(fchownat(AT_FDCWD, "link", 5, 6, 0));
  printf("  %d %d\n", owner_of("link"), owner_of("masked"));
  SHOW(fchownat(AT_FDCWD, "", 5, 6, AT_EMPTY_PATH));
  SHOW(chmod("none", 0));
  SHOW(chown("none", 0, 0));
  SHOW(fchmod(99, 0));
  printf("exec bits\n");
  close(open("noexec", O_CREAT | O_WRONLY, 0644));
  SHOW(execl("noexec", "noexec", (char *)0));
  SHOW(access("noexec", X_OK));
  CHILD("dumpable after setuid", SHOW(prctl(PR_GET_DUMPABLE)); setresuid(10, 10, 10); SHOW(prctl(PR_GET_DUMPABLE)); OPEN(open("/proc/self/environ", O_RDONLY)));
  CHILD("no_new_privs", SHOW(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)); SHOW(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); SHOW(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0)); SHOW(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)));
  leave_scratch();
  return 0;
}
