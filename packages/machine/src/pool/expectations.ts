import { difference, quoted, sameBytes, textOf } from './differences.js';
import { hostFile } from './host-content.js';
import type { Count, Expectation, Failure, FileExpectation, JobStats, TextExpectation, TraceExpectation } from './job.js';

/** How a job ended, as its expectations are held against it. */
export interface Outcome {
  exit: { code: number | null; signal: string | null; limit: string | null };
  stdout: Uint8Array;
  stderr: Uint8Array;
  stats: JobStats;
  /** Counts by name, as far as they were asked for. */
  counts: Readonly<Record<'syscalls' | 'signals' | 'events', ReadonlyMap<string, number>>>;
  /** A file of the guest: null where there is none. */
  file(path: string): GuestFile | null;
  /** Relative paths of the host start here. */
  folder: string;
}

export type GuestFile = { bytes: Uint8Array; mode: number } | { kind: string };

/** What is not as expected, in the order of the job's fields. @throws MachineError not-found: a file to compare with */
export function failures(expected: Expectation, outcome: Outcome): Failure[] {
  const found: Failure[] = [];
  found.push(...exitFailures(expected, outcome.exit));
  if (expected.stdout !== undefined) found.push(...textFailures('stdout', expected.stdout, outcome.stdout, outcome.folder));
  if (expected.stderr !== undefined) found.push(...textFailures('stderr', expected.stderr, outcome.stderr, outcome.folder));
  for (const [path, file] of Object.entries(expected.files ?? {})) found.push(...fileFailures(path, file, outcome));
  found.push(...traceFailures(expected.trace ?? {}, outcome));
  return found;
}

function failure(check: string, expected: string, got: string, message = `expected ${expected}, got ${got}`): Failure {
  return { check, expected, got, message: `${check}: ${message}` };
}

/** 'exit status 1', 'SIGSEGV', 'the limit of wallTime'. */
function ending({ code, signal, limit }: Outcome['exit']): string {
  if (limit) return `the limit of ${limit}`;
  return signal ?? `exit status ${code}`;
}

function exitFailures({ exit, signal, limit }: Expectation, got: Outcome['exit']): Failure[] {
  if (limit !== undefined) return got.limit === limit ? [] : [failure('limit', `the limit of ${limit}`, ending(got))];
  if (signal !== undefined) return got.signal === signal && !got.limit ? [] : [failure('signal', signal, ending(got))];
  const wanted = exit ?? 0;
  if (!got.limit) {
    if (wanted === 'any') return [];
    if (wanted === 'nonzero' ? got.code !== 0 && got.code !== null : got.code === wanted) return [];
  }
  const names = { any: 'any end of its own', nonzero: 'an exit status other than 0' };
  return [failure('exit', typeof wanted === 'number' ? `exit status ${wanted}` : names[wanted], ending(got))];
}

function list(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

/** Bytes that are the same as text may differ where they are no UTF-8. */
function equalFailures(check: string, expected: Uint8Array, got: Uint8Array): Failure[] {
  if (sameBytes(expected, got)) return [];
  const [want, have] = [textOf(expected), textOf(got)];
  const at = expected.findIndex((byte, i) => byte !== got[i]);
  const message = want === have ? `differs in byte ${(at < 0 ? expected.length : at) + 1}` : difference(want, have);
  return [failure(check, quoted(want), quoted(have), message)];
}

function textFailures(check: string, expected: TextExpectation, got: Uint8Array, folder: string): Failure[] {
  if (typeof expected === 'string') return equalFailures(check, new TextEncoder().encode(expected), got);
  const found: Failure[] = [];
  const { equals, base64, file, contains, lacks, matches } = expected;
  if (equals !== undefined) found.push(...equalFailures(`${check}.equals`, new TextEncoder().encode(equals), got));
  if (base64 !== undefined) found.push(...equalFailures(`${check}.base64`, Buffer.from(base64, 'base64'), got));
  if (file !== undefined) found.push(...equalFailures(`${check}.file`, hostFile(file, folder), got));
  const text = textOf(got);
  const had = quoted(text);
  for (const part of list(contains))
    if (!text.includes(part)) found.push(failure(`${check}.contains`, quoted(part), had, `expected ${quoted(part)} in it, got ${had}`));
  for (const part of list(lacks))
    if (text.includes(part))
      found.push(failure(`${check}.lacks`, `no ${quoted(part)}`, had, `expected no ${quoted(part)} in it${inLine(text, part)}`));
  for (const pattern of list(matches))
    if (!new RegExp(pattern, 'm').test(text)) found.push(failure(`${check}.matches`, `/${pattern}/`, had));
  return found;
}

function inLine(text: string, part: string): string {
  const at = text.indexOf(part);
  const line = text.slice(0, at).split('\n').length;
  return `, got it in line ${line}`;
}

function fileFailures(path: string, expected: FileExpectation, outcome: Outcome): Failure[] {
  const check = `files.${path}`;
  const file = outcome.file(path);
  if (typeof expected === 'object' && 'absent' in expected) {
    return file === null
      ? []
      : [failure(check, 'no such file', 'kind' in file ? `a ${file.kind}` : `a file of ${file.bytes.length} bytes`)];
  }
  if (file === null) return [failure(check, 'a file', 'no such file')];
  if ('kind' in file) return [failure(check, 'a file', `a ${file.kind}`)];
  const found = textFailures(check, expected, file.bytes, outcome.folder);
  if (typeof expected === 'object' && expected.mode !== undefined && expected.mode !== file.mode)
    found.push(failure(`${check}.mode`, Number(expected.mode).toString(8), file.mode.toString(8)));
  return found;
}

function traceFailures(expected: TraceExpectation, { stats, counts }: Outcome): Failure[] {
  const found: Failure[] = [];
  for (const group of ['syscalls', 'signals', 'events'] as const)
    for (const [name, count] of Object.entries(expected[group] ?? {}))
      found.push(...countFailures(`trace.${group}.${name}`, count, counts[group].get(name) ?? 0));
  if (expected.onlySyscalls) {
    const allowed = new Set(expected.onlySyscalls);
    const others = [...counts.syscalls].filter(([name]) => !allowed.has(name));
    const got = others.map(([name, times]) => `${name} (${times})`).join(', ');
    if (others.length > 0)
      found.push(failure('trace.onlySyscalls', `none but ${expected.onlySyscalls.join(', ')}`, got, `expected no other calls, got ${got}`));
  }
  for (const name of ['faults', 'minorFaults', 'majorFaults', 'instructions'] as const)
    if (expected[name] !== undefined) found.push(...countFailures(`trace.${name}`, expected[name], stats[name]));
  return found;
}

function countFailures(check: string, expected: Count, got: number): Failure[] {
  const { min = 0, max = Infinity } = bounds(expected);
  if (got >= min && got <= max) return [];
  return [failure(check, countText(min, max), String(got))];
}

function bounds(count: Count): { min?: number; max?: number } {
  if (typeof count === 'number') return { min: count, max: count };
  if (typeof count === 'boolean') return count ? { min: 1 } : { max: 0 };
  return count;
}

function countText(min: number, max: number): string {
  if (max === 0) return 'none';
  if (min === max) return String(min);
  if (max === Infinity) return `at least ${min}`;
  return min === 0 ? `at most ${max}` : `from ${min} to ${max}`;
}
