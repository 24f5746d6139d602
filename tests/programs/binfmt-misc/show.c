/* An interpreter: says how it was called. With --run FILE ARG... it runs FILE, with --as-user as user 1000. */
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

int main(int argc, char **argv) {
  int as_user = argc > 2 && !strcmp(argv[1], "--as-user");
  if (as_user || (argc > 2 && !strcmp(argv[1], "--run"))) {
    if (as_user && (setgid(1000) || setuid(1000))) return 1;
    execv(argv[2], argv + 2);
    perror("execv");
    return 1;
  }
  for (int i = 0; i < argc; i++) printf("[%s]", argv[i]);
  printf(" uid %d euid %d", getuid(), geteuid());
  int fd = getauxval(AT_EXECFD);
  if (fd) {
    char text[16];
    long n = read(fd, text, 15);
    printf(" descriptor: %.*s", n < 0 ? 0 : (int)n, text);
  }
  puts("");
  return 0;
}
