import { signalNumber, syscallTable, traceEvents } from '@ring3/kernel';
import { Field, FieldError, nearest } from './fields.js';
import type { Count, Expectation, FileExpectation, JobLimit, TextDetails, TextExpectation, TraceExpectation } from './job.js';

const LIMITS: readonly JobLimit[] = ['memory', 'instructions', 'wallTime', 'outputBytes'];
const TEXT_FIELDS = ['equals', 'base64', 'file', 'contains', 'lacks', 'matches'] as const;
const COUNTERS = ['faults', 'minorFaults', 'majorFaults', 'instructions'] as const;

/** @throws FieldError */
export function checkExpectation(field: Field): Expectation {
  const { exit, signal, limit, stdout, stderr, files, trace } = field.object([
    'exit',
    'signal',
    'limit',
    'stdout',
    'stderr',
    'files',
    'trace',
  ]);
  if (exit && signal) throw new FieldError(exit.path, 'a program ends with an exit status or by a signal: name one');
  return {
    ...(exit ? { exit: exitStatus(exit) } : {}),
    ...(signal ? { signal: signalNamed(signal.text(), signal.path) } : {}),
    ...(limit ? { limit: limit.oneOf(LIMITS) } : {}),
    ...(stdout ? { stdout: text(stdout) } : {}),
    ...(stderr ? { stderr: text(stderr) } : {}),
    ...(files ? { files: Object.fromEntries(files.entries().map(([path, value]) => [guestPath(path, value), file(value)])) } : {}),
    ...(trace ? { trace: traceExpectation(trace) } : {}),
  };
}

function exitStatus(field: Field): Exclude<Expectation['exit'], undefined> {
  if (field.value === 'any' || field.value === 'nonzero') return field.value;
  return typeof field.value === 'number' ? field.whole(0, 255) : field.fail("must be from 0 to 255, 'nonzero' or 'any'");
}

function guestPath(path: string, field: Field): string {
  if (!path.startsWith('/') || path.includes('\0')) throw new FieldError(field.path, 'must be named by an absolute path in the guest');
  return path;
}

function text(field: Field): TextExpectation {
  if (field.isText) return field.text();
  return textMembers(field.object(TEXT_FIELDS, 'must be a text or an object'));
}

function textMembers(field: Partial<Record<(typeof TEXT_FIELDS)[number], Field>>): TextDetails {
  return {
    ...(field.equals ? { equals: field.equals.text() } : {}),
    ...(field.base64 ? { base64: field.base64.base64() } : {}),
    ...(field.file ? { file: field.file.word() } : {}),
    ...(field.contains ? { contains: texts(field.contains) } : {}),
    ...(field.lacks ? { lacks: texts(field.lacks) } : {}),
    ...(field.matches ? { matches: patterns(field.matches) } : {}),
  };
}

function file(field: Field): FileExpectation {
  if (field.isText) return field.text();
  const { absent, mode, ...rest } = field.object(['absent', 'mode', ...TEXT_FIELDS], 'must be a text or an object');
  if (absent?.boolean()) {
    if (mode || Object.keys(rest).length > 0) throw new FieldError(absent.path, 'a file that is absent has nothing else');
    return { absent: true };
  }
  return { ...textMembers(rest), ...(mode ? { mode: mode.mode() } : {}) };
}

function texts(field: Field): string[] {
  return field.isList ? field.list().map((item) => item.text()) : [field.text('must be a text or a list of texts')];
}

function patterns(field: Field): string[] {
  const all = texts(field);
  for (const pattern of all) {
    try {
      RegExp(pattern, 'm');
    } catch (error) {
      throw new FieldError(field.path, `is no regular expression: ${(error as Error).message}`);
    }
  }
  return all;
}

function traceExpectation(field: Field): TraceExpectation {
  const { syscalls, onlySyscalls, signals, events, ...counters } = field.object([
    'syscalls',
    'onlySyscalls',
    'signals',
    'events',
    ...COUNTERS,
  ]);
  const expectation: Record<string, unknown> = {};
  if (syscalls) expectation['syscalls'] = counts(syscalls, syscallNamed);
  if (onlySyscalls) expectation['onlySyscalls'] = onlySyscalls.list().map((item) => syscallNamed(item.text(), item.path));
  if (signals) expectation['signals'] = counts(signals, signalNamed);
  if (events) expectation['events'] = counts(events, eventNamed);
  for (const name of COUNTERS) if (counters[name]) expectation[name] = count(counters[name]);
  return expectation;
}

function counts(field: Field, known: (name: string, path: string) => string): Record<string, Count> {
  return Object.fromEntries(field.entries().map(([name, value]) => [known(name, value.path), count(value)]));
}

function count(field: Field): Count {
  if (typeof field.value === 'boolean') return field.value;
  if (typeof field.value === 'number') return field.whole();
  const { min, max } = field.object(['min', 'max'], 'must be a number, true, false, or an object with min and max');
  const bounds = { ...(min ? { min: min.whole() } : {}), ...(max ? { max: max.whole() } : {}) };
  if (Object.keys(bounds).length === 0) field.fail('must have min or max');
  if (bounds.min !== undefined && bounds.max !== undefined && bounds.min > bounds.max) throw new FieldError(field.path, 'min is above max');
  return bounds;
}

let syscallNames: Set<string> | null = null;

function syscallNamed(name: string, path: string): string {
  syscallNames ??= new Set(syscallTable.flatMap((row) => (row ? [row.name] : [])));
  if (!syscallNames.has(name)) throw new FieldError(path, `'${name}' is no system call${nearest(name, syscallNames)}`);
  return name;
}

function signalNamed(name: string, path: string): string {
  if (signalNumber(name) === undefined || !name.startsWith('SIG'))
    throw new FieldError(path, `'${name}' is no signal: write SIGSEGV, SIGKILL, …`);
  return name;
}

function eventNamed(name: string, path: string): string {
  if (!Object.hasOwn(traceEvents, name)) throw new FieldError(path, `'${name}' is no tracepoint${nearest(name, Object.keys(traceEvents))}`);
  return name;
}
