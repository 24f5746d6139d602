// Counts aloud, ten a second, until it is ended.
#include <stdio.h>
#include <time.h>

int main(void) {
  for (int i = 1;; i++) {
    printf("%d\n", i);
    fflush(stdout);
    nanosleep(&(struct timespec){0, 100000000}, NULL);
  }
}
