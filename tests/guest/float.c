// SSE2 and x87 as programs use them: conversions, rounding modes, exceptions, long double text, SIGFPE, fxsave.
#include "check.h"
#include <emmintrin.h>
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>

static const double specials[] = {0.0, -0.0, 1, -1, 0.5, 1.5, 2.5, -2.5, 1e10, -1e10, 3e9, 1e19, 1e300, DBL_MIN, DBL_MIN / 3, DBL_MAX, INFINITY, -INFINITY, NAN, 0.1, 4503599627370497.5, M_PI};
enum { N = sizeof specials / sizeof *specials };
static uint64_t sum;
static void mix(uint64_t v) { sum = (sum ^ v) * 0x100000001b3; sum ^= sum >> 29; }
static void mixd(double d) { uint64_t u; memcpy(&u, &d, 8); mix(u); }
static void mixf(float f) { uint32_t u; memcpy(&u, &f, 4); mix(u); }
static void mixl(long double l) { uint64_t m; uint16_t e; memcpy(&m, &l, 8); memcpy(&e, (char *)&l + 8, 2); mix(m), mix(e); }
static void end(const char *name) { printf("%-14s %016llx\n", name, (unsigned long long)sum); sum = 0; }
static sigjmp_buf back;
static int code;
static void fpe(int sig, siginfo_t *si, void *context) { code = si->si_code; siglongjmp(back, 1); }
static const char *flags(void) {
  static char text[40];
  int f = fetestexcept(FE_ALL_EXCEPT);
  snprintf(text, sizeof text, "%s%s%s%s%s", f & FE_INVALID ? "I" : "", f & FE_DIVBYZERO ? "Z" : "", f & FE_OVERFLOW ? "O" : "", f & FE_UNDERFLOW ? "U" : "", f & FE_INEXACT ? "P" : "");
  feclearexcept(FE_ALL_EXCEPT);
  return text;
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  volatile double a, b;
  volatile float fa, fb;
  volatile long double la, lb;
  static const int modes[] = {FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};
  for (int m = 0; m < 4; m++) {
    fesetround(modes[m]);
    for (int i = 0; i < N; i++) {
      a = specials[i], fa = (float)a, la = a;
      mixf(fa), mix((uint64_t)_mm_cvtsd_si64(_mm_set_sd(a))), mix((uint64_t)_mm_cvttsd_si64(_mm_set_sd(a))), mix((uint32_t)_mm_cvtsd_si32(_mm_set_sd(a))), mix((uint32_t)_mm_cvttss_si32(_mm_set_ss(fa)));
      mixd(sqrt(a)), mixl(sqrtl(la)), mixd(rint(a)), mixl(rintl(la)), mix((uint64_t)lrintl(la));
      for (int j = 0; j < N; j++) {
        b = specials[j], fb = (float)b, lb = b;
        mixd(a + b), mixd(a - b), mixd(a * b), mixd(a / b), mixf(fa + fb), mixf(fa * fb), mixf(fa / fb), mixl(la + lb), mixl(la - lb), mixl(la * lb), mixl(la / lb);
        mix(a < b), mix(a == b), mix(isunordered(a, b)), mix(la >= lb), mix((unsigned)fetestexcept(FE_ALL_EXCEPT));
        mixd(_mm_cvtsd_f64(_mm_min_sd(_mm_set_sd(a), _mm_set_sd(b)))), mixd(_mm_cvtsd_f64(_mm_max_sd(_mm_set_sd(a), _mm_set_sd(b))));
        feclearexcept(FE_ALL_EXCEPT);
      }
    }
    char name[30];
    snprintf(name, sizeof name, "rounding %d", m);
    end(name);
  }
  fesetround(FE_TONEAREST);
  for (long i = -1000; i < 1000; i++) { la = i * 1234567890123456789.0L, mixl(la), mixl(la / 7), mixd((double)(la / 3)), mixf((float)(la * 5)), mix((uint64_t)(int64_t)(la / 10000)), mixd((double)(uint64_t)i), mixf((float)i), mixl(fmodl(la, 12345.678L)); }
  end("integers");
  printf("%.20Lg %La %.30Lf\n", 1.0L / 3, 0.1L, 1e-20L);
  printf("%.18Lg %Lg %Lg %Lg %.15Le\n", LDBL_MAX, LDBL_MIN, LDBL_MIN / 1024, -INFINITY * 1.0L, 12345678901234567890.0L);
  printf("%.17g %a %.3f %.0f %.0f %e %g\n", 0.1, 1.0 / 3, 2.0005, 0.5, 1.5, DBL_MAX, DBL_MIN / 4);
  printf("%.17g %.17g %.20Lg\n", strtod("1.7976931348623157e308", 0), strtod("4.9e-324", 0), strtold("3.14159265358979323846264338327950288", 0));
  la = 2;
  printf("%.19Lg %.19Lg %.19Lg %.19Lg\n", sqrtl(la), ldexpl(la, 100), frexpl(la * 12345, &(int){0}), fabsl(-la));
  printf("%.12Lg %.12Lg %.12Lg %.12Lg %.12Lg %.12Lg\n", sinl(la), cosl(la), atan2l(la, 3), expl(la), logl(la), powl(la, 0.3L));
  printf("%.15g %.15g %.15g %.15g\n", sin(1e5), exp(1.5), pow(2, 0.5), log1p(1e-10));

  printf("exceptions\n");
  feclearexcept(FE_ALL_EXCEPT);
  a = 1, b = 0;
  printf(" %g %s", a / b, flags());
  a = 0;
  volatile double r = a / b;
  printf(" nan %d %s", r != r, flags());
  a = DBL_MAX;
  r = a * 2;
  printf(" %g %s", r, flags());
  a = DBL_MIN;
  r = a / 3;
  printf(" %g %s", r, flags());
  a = 1;
  r = a / 3;
  printf(" %g %s", r, flags());
  r = sqrt(-a);
  printf(" sign %d %s", !!signbit(r), flags());
  la = 1, lb = 0;
  la = la / lb;
  printf(" %Lg %s\n", la, flags());
  handle(SIGFPE, fpe, 0);
  const int traps[] = {FE_DIVBYZERO, FE_INVALID, FE_OVERFLOW, FE_UNDERFLOW, FE_INEXACT};
  for (int i = 0; i < 5; i++) {
    for (int x87 = 0; x87 < 2; x87++) {
      code = 0;
      if (sigsetjmp(back, 1) == 0) {
        feenableexcept(traps[i]);
        if (x87) {
          la = i == 1 ? 0 : i == 2 ? LDBL_MAX : i == 3 ? LDBL_MIN : 1, lb = i < 2 ? 0 : i == 2 ? 0.5L : 3;
          la = la / lb;
          __asm__ volatile("fwait");
        } else {
          a = i == 1 ? 0 : i == 2 ? DBL_MAX : i == 3 ? DBL_MIN : 1, b = i < 2 ? 0 : i == 2 ? 0.5 : 3;
          r = a / b;
        }
      }
      fedisableexcept(FE_ALL_EXCEPT);
      feclearexcept(FE_ALL_EXCEPT);
      __asm__ volatile("fninit");
      printf(" %s %d: code %d\n", x87 ? "x87" : "sse", i, code);
    }
  }
  struct { char bytes[512]; } __attribute__((aligned(16))) image = {{0}}, again = {{0}};
  __m128i x = _mm_set_epi32(1, 2, 3, 4);
  __asm__ volatile("fninit\n fldpi\n fld1\n movdqa %1, %%xmm5\n fxsave64 %0\n fninit\n pxor %%xmm5, %%xmm5\n fxrstor64 %0\n fxsave64 %2\n fninit" : "+m"(image), "+x"(x), "=m"(again) : : "xmm5");
  printf("fxsave: control %04x status %04x tag %02x mxcsr %x, xmm5 %d, st0 %x%02x, same %d\n", *(uint16_t *)image.bytes, *(uint16_t *)(image.bytes + 2), image.bytes[4] & 0xff, *(uint32_t *)(image.bytes + 24), *(int *)(image.bytes + 160 + 80), *(uint16_t *)(image.bytes + 40), (unsigned char)image.bytes[39], memcmp(image.bytes + 24, again.bytes + 24, 400 - 24) == 0);
  __asm__ volatile("fld1\n fbstp %0" : "=m"(image));
  printf("bcd %02x\n", image.bytes[0]);
  return 0;
}
