/* A state machine over text: words, numbers, strings with escapes and comments are counted; branches that are hard to foresee. */
#include "harness.h"

enum { N = 1 << 14 };
enum state { BLANK, WORD, NUMBER, TEXT, ESCAPE, SLASH, COMMENT, STAR };

static char source[N];
static uint64_t words, numbers, texts, comments, others;

static void setup(void) {
  static const char *pieces[] = {"while ", "x1 ", "42 ", "3.14 ", "\"a\\\"b\" ", "/* c * d */ ", "/ ", "+ ", "(y)", "\n", "0x1f;", "\"\" "};
  int at = 0;
  while (at < N) {
    const char *p = pieces[(next_random() >> 16) % (sizeof pieces / sizeof pieces[0])];
    while (*p && at < N) source[at++] = *p++;
  }
}

static int letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static int digit(char c) { return c >= '0' && c <= '9'; }

static enum state begin(char c) {
  if (letter(c)) { words++; return WORD; }
  if (digit(c)) { numbers++; return NUMBER; }
  if (c == '"') { texts++; return TEXT; }
  if (c == '/') return SLASH;
  if (c != ' ' && c != '\n') others++;
  return BLANK;
}

static void scan(void) {
  enum state state = BLANK;
  for (int i = 0; i < N; i++) {
    char c = source[i];
    switch (state) {
      case BLANK: state = begin(c); break;
      case WORD: if (!letter(c) && !digit(c)) state = begin(c); break;
      case NUMBER: if (!letter(c) && !digit(c) && c != '.') state = begin(c); break;
      case TEXT: if (c == '\\') state = ESCAPE; else if (c == '"') state = BLANK; break;
      case ESCAPE: state = TEXT; break;
      case SLASH: if (c == '*') { comments++; state = COMMENT; } else { others++; state = begin(c); } break;
      case COMMENT: if (c == '*') state = STAR; break;
      case STAR: if (c == '/') state = BLANK; else if (c != '*') state = COMMENT; break;
    }
  }
}

static void work(long first, long last) {
  for (long r = first; r < last; r++) {
    scan();
    source[next_random() >> 18] = "a 1\"/"[r % 5];
  }
}

static void report(void) {
  printf("%llu %llu %llu %llu %llu\n", (unsigned long long)words, (unsigned long long)numbers, (unsigned long long)texts,
         (unsigned long long)comments, (unsigned long long)others);
}
