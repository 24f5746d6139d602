// Says that it runs, then never ends and makes no system call.
#include <unistd.h>

int main(void) {
  write(1, "looping\n", 8);
  for (volatile unsigned long n = 0;; n++) {
  }
}
