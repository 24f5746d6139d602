// A program for each way of linking: arguments, environment, floating point through printf, constructors, allocation.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int order;
__attribute__((constructor)) static void before(void) { order = 1; }
static void after(void) { puts("atexit"); }

int main(int argc, char **argv) {
  atexit(after);
  printf("%d arguments, last %s, constructor %d, HOME %s\n", argc, argv[argc - 1], order, getenv("HOME"));
  char *p = malloc(1 << 20);
  memset(p, 7, 1 << 20);
  double x = strtod("3.25", 0);
  printf("%g %.17g %a %Lg %d\n", sqrt(x), x / 3, x, (long double)x / 7, p[12345]);
  free(p);
  return 3;
}
