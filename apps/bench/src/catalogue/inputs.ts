import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from '../places.js';

/** Numerical Recipes' generator, as workloads/harness.h has it. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const syllables = ['ka', 'lo', 'mi', 'ter', 'an', 'sto', 've', 'ru', 'on', 'es', 'pi', 'dra', 'ing', 'el', 'un', 'qua'];

function word(random: (below: number) => number): string {
  // Rare words are long ones, and common ones come up often.
  const length = 1 + Math.min(random(4), random(4));
  return Array.from({ length }, () => syllables[Math.min(random(16), random(16))]!).join('');
}

/** Each kind of file: `size` units, a line or block at a time. */
const kinds = {
  /** Bytes of text. */
  *text(size: number) {
    const random = generator(1);
    for (let written = 0; written < size;) {
      const line = `${Array.from({ length: 4 + random(12) }, () => word(random)).join(' ')}.\n`;
      yield line.slice(0, size - written);
      written += line.length;
    }
  },
  /** Lines to be sorted. */
  *lines(size: number) {
    const random = generator(2);
    for (let i = 0; i < size; i++) yield `${word(random)}${word(random)} ${random(100_000)} ${word(random)}\n`;
  },
  /** Inserts with an index, then queries. One statement a line. */
  *sql(size: number) {
    const random = generator(3);
    yield 'create table item (id integer primary key, name text not null, price real, amount integer);\n';
    yield 'create index item_name on item (name);\nbegin;\n';
    for (let i = 0; i < size; i++)
      yield `insert into item (name, price, amount) values ('${word(random)}${word(random)}', ${random(10_000) / 100}, ${random(1000)});\n`;
    yield 'commit;\n';
    yield 'select count(*), sum(amount), round(sum(price), 2) from item;\n';
    yield 'select name, count(*) from item group by name order by 2 desc, 1 limit 5;\n';
  },
  /** C functions, and a main that calls them. */
  *c(size: number) {
    const random = generator(4);
    const names: string[] = [];
    yield '#include <stdio.h>\n#include <string.h>\nstruct item { int id; const char *name; double price; struct item *next; };\n';
    for (let i = 0; i < size; i++) {
      const name = word(random);
      names.push(`${name}_${i}`);
      yield `/* ${name} */
static int ${name}_${i}(struct item *it, int n, unsigned mask) {
  int sum = ${random(1000)};
  for (int i = 0; i < n; i++, it = it->next ? it->next : it) {
    switch ((it->id + i) & ${random(8) | 3}) {
      case 0: sum += (int)it->price * ${random(90) + 1}; break;
      case 1: sum ^= (int)strlen(it->name) << ${random(8)}; break;
      case 2: if (sum > ${random(5000)} && mask & ${1 << random(16)}u) continue; /* fall through */
      default: sum -= ${i ? `i % 2 ? ${random(100)} : n` : 'n'} + "${name}"[i % ${name.length}];
    }
  }
  return sum;
}
`;
    }
    yield 'int main(void) {\n  struct item it = {1, "one", 2.5, 0};\n  int sum = 0;\n';
    for (const name of names) yield `  sum += ${name}(&it, 3, ~0u);\n`;
    yield '  printf("%d\\n", sum);\n  return 0;\n}\n';
  },
  /** JavaScript functions that use each other. */
  *js(size: number) {
    const random = generator(5);
    for (let i = 0; i < size; i++) {
      const name = `${word(random)}${i}`;
      yield `/** ${word(random)} ${word(random)} */
export function f${i}({ ${name}, other = [] }, ...rest) {
  const result = other.map((x) => x * ${random(100)} + ${name}?.length ?? ${random(9)});
  for (const [key, value] of Object.entries(rest)) {
    if (/^${word(random)}\\d+$/.test(key)) result.push(\`\${key}: \${value}\`);
    else result[key] = ${i > 0 ? `f${random(i)}` : 'String'}({ ${name}: value }, key);
  }
  return class ${name}Class { #secret = result; get ${word(random)}() { return this.#secret; } };
}
`;
    }
    yield `console.log(f${size - 1}({}));\n`;
  },
};

export type InputKind = keyof typeof kinds;

/** Writes such a file, the same bytes each time. @returns its path */
export function makeInput(kind: InputKind, size: number): string {
  const folder = join(cache, 'inputs');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${size}.${kind}`);
  const fd = openSync(path, 'w');
  try {
    let block = '';
    for (const piece of kinds[kind](size)) {
      block += piece;
      if (block.length < 1 << 20) continue;
      writeSync(fd, block);
      block = '';
    }
    writeSync(fd, block);
  } finally {
    closeSync(fd);
  }
  return path;
}
