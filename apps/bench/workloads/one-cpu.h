/* Keeps a program on one processor, as Ring3 has one: what two processors cost each other is not measured. */
#include <sched.h>

static void one_cpu(void) {
  cpu_set_t all, one;
  if (sched_getaffinity(0, sizeof all, &all)) exit(1);
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &all)) continue;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    if (sched_setaffinity(0, sizeof one, &one)) exit(1);
    return;
  }
}
