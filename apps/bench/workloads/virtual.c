/* Objects behind tables of functions: a list of shapes of four kinds, each asked through its table. One round asks all. */
#include "harness.h"

enum { SHAPES = 1000 };

struct shape;
struct kind { double (*area)(const struct shape *); void (*grow)(struct shape *, double); int (*corners)(const struct shape *); };
struct shape { const struct kind *kind; struct shape *next; double a, b; };

static double circle_area(const struct shape *s) { return 3.14159 * s->a * s->a; }
static double box_area(const struct shape *s) { return s->a * s->b; }
static double triangle_area(const struct shape *s) { return s->a * s->b * 0.5; }
static double ring_area(const struct shape *s) { return 3.14159 * (s->a * s->a - s->b * s->b); }
static void grow_one(struct shape *s, double by) { s->a += by; if (s->a > 10) s->a -= 9; }
static void grow_both(struct shape *s, double by) { s->a += by; s->b += by; if (s->a > 10) s->a -= 9; if (s->b > 10) s->b -= 9; }
static int none(const struct shape *s) { return s->a < 0; }
static int three(const struct shape *s) { return s->b < 0 ? 2 : 3; }
static int four(const struct shape *s) { return s->a == s->b ? 4 : 5; }

static const struct kind kinds[] = {
    {circle_area, grow_one, none}, {box_area, grow_both, four}, {triangle_area, grow_both, three}, {ring_area, grow_one, none}};
static struct shape shapes[SHAPES];
static double area;
static long corners;

static void setup(void) {
  for (int i = 0; i < SHAPES; i++)
    shapes[i] = (struct shape){&kinds[next_random() >> 30], i + 1 < SHAPES ? &shapes[i + 1] : 0, 1 + (next_random() >> 24) / 64.0, 1};
}

static void work(long first, long last) {
  for (long r = first; r < last; r++) {
    for (struct shape *s = shapes; s; s = s->next) {
      area += s->kind->area(s);
      corners += s->kind->corners(s);
      if (corners & 1) s->kind->grow(s, 0.125);
    }
  }
}

static void report(void) { printf("%.3f %ld\n", area, corners); }
