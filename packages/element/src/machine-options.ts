import { type FileSpec, MachineError, type MachineLimits, type MachineOptions, type SpawnOptions } from '@ring3/machine';
import { bytesOf, choiceOf, countOf, listOf, millisecondsOf, switchOf, wordsOf } from './attribute-values.js';

/** What the attributes of a <ring3-machine> say, as they are written; null: the attribute is not there. */
export interface MachineSettings {
  src: string | null;
  program: string | null;
  argv: string | null;
  env: string | null;
  cwd: string | null;
  uid: string | number | null;
  gid: string | number | null;
  root: string | null;
  stdin: string | null;
  rlimits: string | null;
  memory: string | number | null;
  instructions: string | number | null;
  wallTime: string | number | null;
  processes: string | number | null;
  openFiles: string | number | null;
  outputBytes: string | number | null;
  aslr: string | null;
  jit: string | null;
  layout: string | null;
  seed: string | number | null;
  clock: string | null;
  hostname: string | null;
  debug: string | null;
  worker: string | null;
  workerUrl: string | null;
}

/** A program whose bytes are at hand: it was dropped, picked or given to `runBytes`. */
export interface OpenedProgram {
  name: string;
  content: Uint8Array | Blob;
}

/** A run, as Machine.create and Machine.spawn take it. */
export interface RunPlan {
  machine: MachineOptions;
  path: string;
  args: string[];
  spawn: SpawnOptions;
}

/** @throws MachineError bad-option */
export function planRun(settings: MachineSettings, opened: OpenedProgram | null, baseUri: string): RunPlan {
  const { path, argv, files } = command(settings, opened, baseUri);
  const { stdin, env, cwd, uid, gid, rlimits } = settings;
  return {
    machine: { ...machineOptions(settings, baseUri), files },
    path,
    args: argv.slice(1),
    spawn: {
      argv0: argv[0]!,
      ...given(env, (text) => ({ env: environment(text) })),
      ...given(cwd, (text) => ({ cwd: text })),
      ...given(uid, (value) => ({ uid: countOf('uid', value) })),
      ...given(gid, (value) => ({ gid: countOf('gid', value) })),
      ...given(rlimits, (text) => ({ rlimits: rlimitsOf(text) })),
      // As bytes: the words 'pipe' and 'null' mean something else to spawn.
      ...given(stdin, (text) => ({ stdin: new TextEncoder().encode(text) })),
    },
  };
}

/** Is there anything to run? */
export function namesProgram({ src, program, argv }: MachineSettings): boolean {
  return Boolean(src || program || argv?.trim());
}

/** The name that a reader sees. */
export function programName({ src, program, argv }: MachineSettings, opened: OpenedProgram | null): string {
  if (opened) return opened.name;
  if (program) return program;
  if (src) return fileName(src);
  return argv?.trim() || 'Ring3';
}

function given<T, R extends object>(value: T | null, options: (value: T) => R): Partial<R> {
  return value === null ? {} : options(value);
}

function environment(text: string): string[] {
  const words = wordsOf('env', text);
  const bad = words.find((word) => !/^[^=]+=/.test(word));
  if (bad !== undefined) throw new MachineError('bad-option', `env: '${bad}' is not NAME=VALUE`);
  return words;
}

/** 'nofile=64 stack=1m:8m' → soft and hard limits by name. @throws MachineError bad-option */
function rlimitsOf(text: string): NonNullable<SpawnOptions['rlimits']> {
  const value = (word: string): number => (word === 'unlimited' ? Infinity : bytesOf('rlimits', word));
  return Object.fromEntries(
    listOf(text).map((word) => {
      const [, name = '', soft = '', hard = soft] = /^([a-z]+)=([^:]+)(?::(.+))?$/.exec(word) ?? [];
      if (name === '') throw new MachineError('bad-option', `rlimits: '${word}' is not NAME=LIMIT or NAME=SOFT:HARD`);
      return [name, { cur: value(soft), max: value(hard) }];
    }),
  );
}

function machineOptions(settings: MachineSettings, baseUri: string): MachineOptions {
  const { root, memory, aslr, jit, layout, seed, clock, hostname, debug, worker, workerUrl } = settings;
  return {
    ...given(root, (url) => ({ root: absolute('root', url, baseUri).href })),
    ...given(memory, (value) => ({ memory: bytesOf('memory', value) })),
    ...given(aslr, (value) => ({ aslr: switchOf('aslr', value) })),
    ...given(jit, (value) => ({ jit: switchOf('jit', value) })),
    ...given(layout, (value) => ({ layout: choiceOf('layout', value, ['compact', 'linux']) })),
    ...given(seed, (value) => ({ seed: countOf('seed', value) })),
    ...given(clock, (value) => ({ clock: choiceOf('clock', value, ['real', 'virtual']) })),
    ...given(hostname, (value) => ({ hostname: value })),
    ...given(debug, (value) => ({ debug: listOf(value) })),
    ...given(worker, (value) => ({ worker: switchOf('worker', value) })),
    ...given(workerUrl, (url) => ({ workerUrl: absolute('worker-url', url, baseUri).href })),
    limits: limits(settings),
  };
}

function limits({ instructions, wallTime, processes, openFiles, outputBytes }: MachineSettings): MachineLimits {
  return {
    ...given(instructions, (value) => ({ instructions: countOf('instructions', value) })),
    ...given(wallTime, (value) => ({ wallTime: millisecondsOf('wall-time', value) })),
    ...given(processes, (value) => ({ processes: countOf('processes', value) })),
    ...given(openFiles, (value) => ({ openFiles: countOf('open-files', value) })),
    ...given(outputBytes, (value) => ({ outputBytes: bytesOf('output-bytes', value) })),
  };
}

/** What is run, and the file for it where it is not in the guest already. */
function command(
  { src, program, argv: text }: MachineSettings,
  opened: OpenedProgram | null,
  baseUri: string,
): { path: string; argv: string[]; files: FileSpec[] } {
  if (opened) {
    const path = `/${opened.name}`;
    return { path, argv: [path], files: [{ path, mode: 0o755, content: opened.content }] };
  }
  const argv = wordsOf('argv', text ?? '');
  if (src) {
    const path = program || `/${fileName(src)}`;
    if (!path.startsWith('/'))
      throw new MachineError('bad-option', `program="${path}": beside src it is the path that src gets, from / on`);
    return {
      path,
      argv: argv.length > 0 ? argv : [path],
      files: [{ path, mode: 0o755, content: { url: absolute('src', src, baseUri).href } }],
    };
  }
  const path = program || argv[0];
  if (!path) throw new MachineError('bad-option', 'there is nothing to run: <ring3-machine> has neither src nor program');
  return { path, argv: argv.length > 0 ? argv : [path], files: [] };
}

function absolute(attribute: string, url: string, baseUri: string): URL {
  try {
    return new URL(url, baseUri);
  } catch {
    throw new MachineError('bad-option', `${attribute}="${url}" is no URL`);
  }
}

/** The last part of a URL's path; data: and blob: have no name in theirs. */
function fileName(url: string): string {
  if (/^(data|blob):/i.test(url)) return 'program';
  const path = /^[^?#]*/.exec(url)![0];
  const last = path.split('/').at(-1) || 'program';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
