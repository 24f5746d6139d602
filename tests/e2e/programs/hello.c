// Prints its arguments, then what it reads until its input ends.
#include <stdio.h>

int main(int argc, char **argv) {
  printf("hello");
  for (int i = 1; i < argc; i++) printf(" %s", argv[i]);
  printf("\n");
  fflush(stdout);
  return argc > 1 ? 3 : 0;
}
