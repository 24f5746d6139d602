/** What is wrong with a job, and in which field ('limits.memory'; '' for the job as a whole). */
export class FieldError extends Error {
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(field === '' ? message : `${field}: ${message}`);
    this.name = 'FieldError';
  }
}

/** A value in few words, for messages: `the text "ab"`, `the number 3`, `a list`, `null`. */
function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
    case 'number':
      return `the number ${value}`;
    case 'boolean':
      return String(value);
    case 'undefined':
      return 'nothing';
    default:
      return 'an object';
  }
}

/** A value somewhere in a job, read as the type that belongs there. Every method throws a FieldError that names the field. */
export class Field {
  constructor(
    readonly value: unknown,
    readonly path: string,
  ) {}

  fail(wanted: string): never {
    throw new FieldError(this.path, `${wanted}, not ${describe(this.value)}`);
  }

  get isText(): boolean {
    return typeof this.value === 'string';
  }

  get isList(): boolean {
    return Array.isArray(this.value);
  }

  text(wanted = 'must be a text'): string {
    return typeof this.value === 'string' ? this.value : this.fail(wanted);
  }

  /** A text that can be a path or an argument: without NUL. */
  word(wanted = 'must be a text'): string {
    const text = this.text(wanted);
    if (text.includes('\0')) throw new FieldError(this.path, 'must have no NUL in it');
    return text;
  }

  absolutePath(): string {
    const path = this.word('must be an absolute path');
    return path.startsWith('/') ? path : this.fail('must be an absolute path in the guest');
  }

  boolean(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.fail('must be true or false');
  }

  whole(least = 0, most = Number.MAX_SAFE_INTEGER): number {
    const { value } = this;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    return this.fail(most === Number.MAX_SAFE_INTEGER ? `must be a whole number of at least ${least}` : `must be from ${least} to ${most}`);
  }

  oneOf<T extends string>(choices: readonly T[]): T {
    return choices.includes(this.value as T) ? (this.value as T) : this.fail(`must be one of ${choices.join(', ')}`);
  }

  /** Bytes: a number, or '64k', '512m', '2g'. */
  size(least = 0): number {
    if (typeof this.value !== 'string') return this.whole(least);
    const match = /^(\d+)([kmg]?)b?$/i.exec(this.value);
    if (!match) return this.fail("must be a number of bytes, or as '64k', '512m', '2g'");
    const unit = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[match[2]!.toLowerCase()]!;
    return new Field(Number(match[1]) * unit, this.path).whole(least);
  }

  /** Milliseconds: a number, or '500ms', '10s', '2m'. */
  duration(): number {
    let ms = this.value;
    if (typeof ms === 'string') {
      const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(ms);
      if (!match) return this.fail("must be a number of milliseconds, or as '500ms', '10s', '2m'");
      ms = Number(match[1]) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] as 'ms' | 's' | 'm' | 'h'];
    }
    return typeof ms === 'number' && ms > 0 && Number.isFinite(ms) ? ms : this.fail('must be a time above 0');
  }

  /** Permission bits: a number, or in octal as '755', '0644'. */
  mode(): number {
    if (typeof this.value !== 'string') return this.whole(0, 0o7777);
    return /^0?[0-7]{3,4}$/.test(this.value) ? parseInt(this.value, 8) : this.fail("must be permission bits as '755'");
  }

  base64(): string {
    const text = this.text('must be base64');
    const bare = text.replaceAll(/\s/g, '');
    if (bare.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(bare)) return bare;
    return this.fail('must be base64');
  }

  list(wanted = 'must be a list'): Field[] {
    if (!Array.isArray(this.value)) return this.fail(wanted);
    return this.value.map((item: unknown, i) => new Field(item, `${this.path}[${i}]`));
  }

  /** The members of an object with any names. */
  entries(wanted = 'must be an object'): [name: string, field: Field][] {
    return Object.entries(this.members(wanted)).map(([name, value]) => [name, this.child(name, value)]);
  }

  /** The members of an object that may have these; those that are absent, or undefined, are left out. */
  object<T extends string>(names: readonly T[], wanted = 'must be an object'): Partial<Record<T, Field>> {
    const fields: Partial<Record<T, Field>> = {};
    for (const [name, value] of Object.entries(this.members(wanted))) {
      if (!(names as readonly string[]).includes(name))
        throw new FieldError(this.child(name, value).path, `is not known here${nearest(name, names)}: there are ${names.join(', ')}`);
      if (value !== undefined) fields[name as T] = this.child(name, value);
    }
    return fields;
  }

  private members(wanted: string): Record<string, unknown> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.fail(wanted);
    return value as Record<string, unknown>;
  }

  private child(name: string, value: unknown): Field {
    return new Field(value, this.path === '' ? name : `${this.path}.${name}`);
  }
}

/** For misspelt names: the one that was meant. */
export function nearest(name: string, names: Iterable<string>): string {
  let best: string | null = null;
  let least = Math.min(3, name.length);
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best === null ? '' : ` (did you mean ${best}?)`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
