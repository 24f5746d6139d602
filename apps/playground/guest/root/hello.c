#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

int main(void) {
  struct utsname name;
  uname(&name);
  printf("Process %d says hello from %s %s.\n", getpid(), name.sysname, name.release);
  return 0;
}
