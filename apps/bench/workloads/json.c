/* JSON: a document is parsed into a tree of nodes from an arena, numbers with strtod, and the tree is summed up. */
#include "harness.h"

#include <string.h>

enum { RECORDS = 40, ARENA = 8192 };
enum type { NUL, FALSE, TRUE, NUMBER, STRING, ARRAY, OBJECT };

struct node { enum type type; uint32_t length; double number; const char *text; struct node *child, *next; };

static struct node arena[ARENA];
static int used;
static const char *at;
static char document[1 << 14];
static double total;
static uint64_t nodes;

static void setup(void) {
  char *p = document;
  p += sprintf(p, "[");
  for (int i = 0; i < RECORDS; i++)
    p += sprintf(p, "%s\n  {\"id\": %d, \"name\": \"item \\u00e9 %u\", \"price\": %u.%02u, \"tags\": [\"a\", \"b\\n\", null, true], \"size\": {\"w\": %u, \"h\": -%ue-2}}",
                 i ? "," : "", i, next_random() >> 20, next_random() >> 22, next_random() >> 26, next_random() >> 24, next_random() >> 16);
  sprintf(p, "\n]\n");
}

static void fail(void) {
  fprintf(stderr, "json: bad document at %.20s\n", at);
  exit(1);
}

static void blanks(void) {
  while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r') at++;
}

static struct node *make(enum type type) {
  if (used == ARENA) fail();
  struct node *n = &arena[used++];
  memset(n, 0, sizeof *n);
  n->type = type;
  return n;
}

static struct node *string(void) {
  struct node *n = make(STRING);
  n->text = ++at;
  while (*at != '"') {
    if (!*at) fail();
    at += *at == '\\' ? 2 : 1;
    n->length++;
  }
  at++;
  return n;
}

static struct node *value(void);

static struct node *members(enum type type, char end) {
  struct node *n = make(type), **link = &n->child;
  at++;
  for (blanks(); *at != end; blanks()) {
    if (n->length++) {
      if (*at++ != ',') fail();
      blanks();
    }
    if (type == OBJECT) {
      if (*at != '"') fail();
      *link = string();
      link = &(*link)->next;
      blanks();
      if (*at++ != ':') fail();
      blanks();
    }
    *link = value();
    link = &(*link)->next;
  }
  at++;
  return n;
}

static struct node *word(const char *text, enum type type) {
  size_t length = strlen(text);
  if (strncmp(at, text, length)) fail();
  at += length;
  return make(type);
}

static struct node *value(void) {
  switch (*at) {
    case '{': return members(OBJECT, '}');
    case '[': return members(ARRAY, ']');
    case '"': return string();
    case 'n': return word("null", NUL);
    case 't': return word("true", TRUE);
    case 'f': return word("false", FALSE);
    default: {
      char *end;
      struct node *n = make(NUMBER);
      n->number = strtod(at, &end);
      if (end == at) fail();
      at = end;
      return n;
    }
  }
}

static void sum(const struct node *n) {
  for (; n; n = n->next) {
    nodes++;
    total += n->number + n->length;
    sum(n->child);
  }
}

static void work(long first, long last) {
  for (long r = first; r < last; r++) {
    used = 0;
    at = document;
    blanks();
    sum(value());
  }
}

static void report(void) { printf("%llu %.6f\n", (unsigned long long)nodes, total); }
