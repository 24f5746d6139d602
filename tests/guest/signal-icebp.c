// INT1. Not compared with a native run: where hypervisors intercept it, some let it be executed again and again.
#include "exceptions.h"

int main(void) {
  begin();
  TRY_AT("icebp", "", ".byte 0xf1");
  handle(SIGTRAP, step, SA_ONSTACK);
  STEPS("icebp", ".byte 0xf1\n nop");
  return 0;
}
