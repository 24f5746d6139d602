import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { MountOption } from '@ring3/machine/engine';
import { HelpRequested, usageError } from './cli-error.js';
import { parseBytes, parseChoice, parseCount, parseDuration } from './units.js';

const runFlags = {
  root: { type: 'string' },
  volume: { type: 'string', short: 'v', multiple: true },
  env: { type: 'string', short: 'e', multiple: true },
  'env-host': { type: 'boolean' },
  workdir: { type: 'string', short: 'w' },
  tty: { type: 'boolean', short: 't' },
  user: { type: 'string', short: 'u' },
  memory: { type: 'string', short: 'm' },
  ulimit: { type: 'string', multiple: true },
  timeout: { type: 'string' },
  'max-insns': { type: 'string' },
  aslr: { type: 'string' },
  layout: { type: 'string' },
  paging: { type: 'string' },
  jit: { type: 'string' },
  seed: { type: 'string' },
  clock: { type: 'string' },
  stats: { type: 'string' },
  strace: { type: 'boolean' },
  argv0: { type: 'string', short: '0' },
  help: { type: 'boolean', short: 'h' },
} satisfies ParseArgsConfig['options'];

/** Bytes of memory below which hardly any program starts. */
const LEAST_MEMORY = 8 << 20;

/** strace's own options, besides those of run. -e and -o mean here what they mean to strace. */
const straceFlags = {
  ...runFlags,
  env: { type: 'string', multiple: true },
  'follow-forks': { type: 'boolean', short: 'f' },
  trace: { type: 'string', short: 'e', multiple: true },
  output: { type: 'string', short: 'o' },
  'summary-only': { type: 'boolean', short: 'c' },
  'string-limit': { type: 'string', short: 's' },
  'syscall-times': { type: 'boolean', short: 'T' },
} satisfies ParseArgsConfig['options'];

export interface RunOptions {
  root: string | null;
  mounts: MountOption[];
  env: string[];
  envHost: boolean;
  cwd: string | null;
  tty: boolean;
  uid: number;
  gid: number;
  memory: number | null;
  rlimits: [name: string, soft: number, hard: number][];
  timeout: number | null;
  maxInsns: number | null;
  aslr: boolean;
  layout: 'compact' | 'linux';
  paging: string;
  jit: boolean;
  seed: number | null;
  clock: 'real' | 'virtual';
  stats: 'text' | 'json' | null;
  strace: boolean;
  argv0: string | null;
  program: string | null;
  args: string[];
}

export interface StraceOptions {
  follow: boolean;
  expressions: string[];
  output: string | null;
  summary: boolean;
  stringLimit: number;
  times: boolean;
}

/**
 * Options stand before PROGRAM; what follows it belongs to the guest. util.parseArgs finds where PROGRAM is, then parses strictly
 * what stands before it. It has no options with an optional value: a bare --stats gets one here.
 */
function splitAtProgram(args: string[], options: ParseArgsConfig['options']): { before: string[]; program: string | null; rest: string[] } {
  const complete = args.map((arg) => (arg === '--stats' ? '--stats=text' : arg));
  const { tokens } = parseArgs({ args: complete, options, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'option') continue;
    const start = token.kind === 'option-terminator' ? token.index + 1 : token.index;
    const [program = null, ...rest] = args.slice(start);
    return { before: complete.slice(0, token.index), program, rest };
  }
  return { before: complete, program: null, rest: [] };
}

type Flags = NonNullable<ParseArgsConfig['options']>;
type ValuesOf<T extends Flags> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; strict: true; allowPositionals: false }>
>['values'];

function parseStrictly<T extends Flags>(args: string[], options: T): ValuesOf<T> {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw usageError((error as Error).message.split('\n')[0]!.split('. ')[0]!);
  }
}

function parseMount(text: string): MountOption {
  const match = /^(.+?):(\/[^:]*)(?::(ro|rw))?$/.exec(text);
  if (!match) throw usageError(`-v: '${text}' is not HOST:GUEST or HOST:GUEST:ro with an absolute GUEST`);
  return { host: match[1]!, guest: match[2]!, readOnly: match[3] === 'ro' };
}

function parseUser(text: string): { uid: number; gid: number } {
  const match = /^(\d+)(?::(\d+))?$/.exec(text);
  if (!match) throw usageError(`-u: '${text}' is not UID or UID:GID in numbers`);
  return { uid: Number(match[1]), gid: Number(match[2] ?? match[1]) };
}

function parseUlimit(text: string): [string, number, number] {
  const match = /^([a-z]+)=(\d+|unlimited)(?::(\d+|unlimited))?$/.exec(text);
  if (!match) throw usageError(`--ulimit: '${text}' is not NAME=SOFT or NAME=SOFT:HARD, as nofile=64`);
  const value = (word: string): number => (word === 'unlimited' ? Infinity : Number(word));
  return [match[1]!, value(match[2]!), value(match[3] ?? match[2]!)];
}

function parseMemory(text: string): number {
  const bytes = parseBytes('--memory', text);
  if (bytes < LEAST_MEMORY) throw usageError(`--memory: ${text} is too little: 8m is the least`);
  return bytes;
}

type Values = ValuesOf<typeof runFlags>;

function runOptions(values: Omit<Values, 'env'> & { env?: string[] }, program: string | null, args: string[]): RunOptions {
  if (values.help) throw new HelpRequested();
  const { uid, gid } = values.user === undefined ? { uid: 0, gid: 0 } : parseUser(values.user);
  return {
    root: values.root ?? null,
    mounts: (values.volume ?? []).map(parseMount),
    env: values.env ?? [],
    envHost: values['env-host'] ?? false,
    cwd: values.workdir ?? null,
    tty: values.tty ?? false,
    uid,
    gid,
    memory: values.memory === undefined ? null : parseMemory(values.memory),
    rlimits: (values.ulimit ?? []).map(parseUlimit),
    timeout: values.timeout === undefined ? null : parseDuration('--timeout', values.timeout),
    maxInsns: values['max-insns'] === undefined ? null : parseCount('--max-insns', values['max-insns']),
    aslr: parseChoice('--aslr', values.aslr ?? 'off', ['on', 'off']) === 'on',
    layout: parseChoice('--layout', values.layout ?? 'compact', ['compact', 'linux']),
    paging: values.paging ?? 'demand',
    jit: parseChoice('--jit', values.jit ?? 'on', ['on', 'off']) === 'on',
    seed: values.seed === undefined ? null : parseCount('--seed', values.seed),
    clock: parseChoice('--clock', values.clock ?? 'real', ['real', 'virtual']),
    stats: values.stats === undefined ? null : parseChoice<'text' | 'json'>('--stats', values.stats, ['text', 'json']),
    strace: values.strace ?? false,
    argv0: values.argv0 ?? null,
    program,
    args,
  };
}

/**
 * The command line of a command that runs a program: its own `flags` beside those of run.
 * @throws CliError
 */
export function parseWithRun<T extends Flags>(args: string[], flags: T): { run: RunOptions; values: ValuesOf<T> } {
  const all = { ...runFlags, ...flags };
  const { before, program, rest } = splitAtProgram(args, all);
  const values = parseStrictly(before, all);
  return { run: runOptions(values as Values, program, rest), values: values as ValuesOf<T> };
}

export function parseRun(args: string[]): RunOptions {
  const { before, program, rest } = splitAtProgram(args, runFlags);
  return runOptions(parseStrictly(before, runFlags), program, rest);
}

export function parseStrace(args: string[]): { run: RunOptions; strace: StraceOptions } {
  const { before, program, rest } = splitAtProgram(args, straceFlags);
  const values = parseStrictly(before, straceFlags);
  return {
    run: runOptions(values, program, rest),
    strace: {
      follow: values['follow-forks'] ?? false,
      expressions: values.trace ?? [],
      output: values.output ?? null,
      summary: values['summary-only'] ?? false,
      stringLimit: values['string-limit'] === undefined ? 32 : parseCount('-s', values['string-limit']),
      times: values['syscall-times'] ?? false,
    },
  };
}
