// What the system says of itself: uname, sysinfo, limits, priorities, prctl, personality, getrandom, scheduling, ids.
#include "check.h"
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

static void limit(const char *name, int which) {
  struct rlimit r;
  getrlimit(which, &r);
  printf("%s soft<=hard %d\n", name, r.rlim_cur <= r.rlim_max);
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  struct utsname u;
  SHOW(uname(&u));
  printf("%s %s\n", u.sysname, u.machine);
  SHOW(uname((void *)8));
  struct sysinfo s;
  SHOW(sysinfo(&s));
  printf("memory %d free %d processes %d unit %u\n", s.totalram > 0, s.freeram <= s.totalram, s.procs > 0, s.mem_unit);
  printf("page size %ld, clock ticks %ld, online %d\n", sysconf(_SC_PAGESIZE), sysconf(_SC_CLK_TCK), sysconf(_SC_NPROCESSORS_ONLN) >= 1);

  printf("limits\n");
  limit("nofile", RLIMIT_NOFILE), limit("stack", RLIMIT_STACK), limit("core", RLIMIT_CORE), limit("nproc", RLIMIT_NPROC), limit("data", RLIMIT_DATA);
  struct rlimit r;
  SHOW(getrlimit(16, &r));
  r = (struct rlimit){10, 5};
  SHOW(setrlimit(RLIMIT_CORE, &r));
  r = (struct rlimit){5, 10};
  SHOW(setrlimit(RLIMIT_CORE, &r));
  CHILD("as a user", setresuid(10, 10, 10); r = (struct rlimit){5, 11}; SHOW(setrlimit(RLIMIT_CORE, &r)); r = (struct rlimit){7, 7}; SHOW(setrlimit(RLIMIT_CORE, &r)); getrlimit(RLIMIT_CORE, &r); printf("  %ld %ld\n", (long)r.rlim_cur, (long)r.rlim_max); SHOW(prlimit(getppid(), RLIMIT_CORE, 0, &r)));
  SHOW(prlimit(0, RLIMIT_CORE, 0, &r));
  printf("%ld %ld\n", (long)r.rlim_cur, (long)r.rlim_max);
  SHOW(prlimit(0x3ffffff0, RLIMIT_CORE, 0, &r));
  CHILD("RLIMIT_NPROC", setresuid(12345, 12345, 12345); r = (struct rlimit){1, 1}; setrlimit(RLIMIT_NPROC, &r); SHOW(fork()));
  CHILD("inherited", getrlimit(RLIMIT_CORE, &r); printf("  %ld\n", (long)r.rlim_cur));

  printf("priorities\n");
  SHOW(getpriority(PRIO_PROCESS, 0));
  CHILD("nice", errno = 0; SHOW(nice(5)); SHOW(getpriority(PRIO_PROCESS, 0)); SHOW(setpriority(PRIO_PROCESS, 0, 30)); SHOW(getpriority(PRIO_PROCESS, 0)); setresuid(9, 9, 9); SHOW(setpriority(PRIO_PROCESS, 0, 0)); SHOW(setpriority(PRIO_PROCESS, 1, 5)); SHOW(setpriority(9, 0, 5)); SHOW(getpriority(PRIO_PROCESS, 0x3ffffff0)));
  SHOW(sched_getscheduler(0));
  SHOW(sched_get_priority_max(SCHED_FIFO));
  SHOW(sched_get_priority_min(SCHED_RR));
  SHOW(sched_get_priority_max(SCHED_OTHER));
  SHOW(sched_get_priority_max(99));
  struct sched_param param = {0};
  SHOW(sched_getparam(0, &param));
  SHOW(sched_setscheduler(0, SCHED_BATCH, &param));
  SHOW(sched_getscheduler(0));
  param.sched_priority = 5;
  SHOW(sched_setscheduler(0, SCHED_OTHER, &param));
  SHOW(sched_yield());
  cpu_set_t cpus;
  SHOW(sched_getaffinity(0, sizeof cpus, &cpus));
  printf("cpus %d\n", CPU_COUNT(&cpus) >= 1);
  SHOW(sched_getcpu() >= 0);

  printf("prctl\n");
  char name[17] = "";
  SHOW(prctl(PR_SET_NAME, "short"));
  SHOW(prctl(PR_GET_NAME, name));
  printf("%s\n", name);
  SHOW(prctl(PR_SET_PDEATHSIG, SIGUSR1));
  int sig = 0;
  SHOW(prctl(PR_GET_PDEATHSIG, &sig));
  printf("%d\n", sig);
  SHOW(prctl(PR_SET_PDEATHSIG, 99));
  CHILD("parent's death", int p[2]; if (pipe(p)) _exit(1); if (fork() == 0) { if (fork() == 0) { signal(SIGUSR1, SIG_DFL); prctl(PR_SET_PDEATHSIG, SIGUSR1); if (write(p[1], "x", 1)) {} pause(); } char c; if (read(p[0], &c, 1)) {} _exit(0); } wait(0); close(p[1]); char c; printf("  pipe closed %ld\n", (long)read(p[0], &c, 1)));
  SHOW(prctl(PR_GET_DUMPABLE));
  SHOW(prctl(PR_SET_DUMPABLE, 5));
  SHOW(prctl(PR_GET_TIMERSLACK));
  SHOW(prctl(PR_SET_TIMERSLACK, 1000));
  SHOW(prctl(PR_GET_TIMERSLACK));
  SHOW(prctl(PR_CAPBSET_READ, 0));
  SHOW(prctl(PR_CAPBSET_READ, 1000));
  SHOW(prctl(9999));
  unsigned long fs = 0;
  SHOW(syscall(SYS_arch_prctl, 0x1003, &fs));
  printf("fs base %d\n", fs != 0);
  SHOW(syscall(SYS_arch_prctl, 0x7777, &fs));
  SHOW(syscall(SYS_arch_prctl, 0x1002, 0x8000000000000000));
  printf("gs ");
  long word = 77, got = 0;
  SHOW(syscall(SYS_arch_prctl, 0x1001, &word));
  __asm__ volatile("mov %%gs:0, %0" : "=r"(got));
  printf("%ld\n", got);

  printf("personality\n");
  SHOW(personality(0xffffffff));
  SHOW(personality(ADDR_NO_RANDOMIZE));
  SHOW(personality(0xffffffff));
  CHILD("inherited", SHOW(personality(0xffffffff)));
  SHOW(personality(0));

  printf("random\n");
  unsigned char a[64] = {0}, b[64] = {0};
  SHOW(getrandom(a, 64, 0));
  SHOW(getrandom(b, 64, GRND_NONBLOCK));
  printf("differ %d\n", memcmp(a, b, 64) != 0);
  SHOW(getrandom(a, 10, 99));
  SHOW(getrandom((void *)8, 10, 0));
  SHOW(getentropy(a, 300));

  printf("ids\n");
  printf("pid %d tid %d parent %d\n", getpid() > 1, (pid_t)syscall(SYS_gettid) == getpid(), getppid() >= 0);
  printf("%d %d %d %d\n", getuid(), geteuid(), getgid(), getegid());
  SHOW(getpgid(0x3ffffff0));
  SHOW(getsid(0x3ffffff0));
  SHOW(syscall(SYS_getcpu, 0, 0, 0));
  printf("unknown calls\n");
  SHOW(syscall(1000));
  SHOW(syscall(-1));
  SHOW(syscall(SYS_create_module));
  SHOW(syscall(SYS_uselib, "x"));
  return 0;
}
