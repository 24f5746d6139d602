import { Field, FieldError } from './fields.js';
import { checkExpectation } from './check-expectation.js';
import type { CheckedJob, Content } from './job.js';
import type { JobDefaults } from './options.js';

const JOB_FIELDS = [
  'id',
  'program',
  'args',
  'argv0',
  'env',
  'cwd',
  'root',
  'files',
  'stdin',
  'uid',
  'gid',
  'limits',
  'clock',
  'seed',
  'aslr',
  'jit',
  'layout',
  'expect',
] as const;
const LIMIT_FIELDS = ['memory', 'processes', 'openFiles', 'instructions', 'wallTime', 'outputBytes'] as const;

/** Bytes of memory below which hardly any program starts. */
const LEAST_MEMORY = 8 << 20;
const MOST_ID = 0xffff_fffe;

/**
 * A job as it came (JSON, or a caller's object) as a complete one.
 * @param place its number among the jobs, from 1: its id where it has none
 * @throws FieldError
 */
export function checkJob(value: unknown, place: number, defaults: JobDefaults, folder: string): CheckedJob {
  const field = new Field(value, '').object(JOB_FIELDS, 'a job must be an object');
  if (!field.program) throw new FieldError('program', 'is missing');
  const program = field.program.word();
  if (program === '') field.program.fail('must be a path or the name of a program');
  const { clock, seed, aslr, jit, layout, root, argv0, uid, gid } = {
    clock: field.clock?.oneOf(['real', 'virtual']) ?? defaults.clock ?? 'real',
    seed: field.seed?.whole() ?? defaults.seed,
    aslr: field.aslr?.boolean() ?? defaults.aslr,
    jit: field.jit?.boolean() ?? defaults.jit,
    layout: field.layout?.oneOf(['compact', 'linux']) ?? defaults.layout,
    root: field.root?.word() ?? defaults.root,
    argv0: field.argv0?.word(),
    uid: field.uid?.whole(0, MOST_ID) ?? defaults.uid,
    gid: field.gid?.whole(0, MOST_ID) ?? defaults.gid,
  };
  return {
    id: field.id ? checkId(field.id) : place,
    program,
    args: field.args?.list('must be a list of texts').map((arg) => arg.word()) ?? [],
    env: { ...defaults.env, ...(field.env ? environment(field.env) : {}) },
    // The pool's is one of the pool's root.
    cwd: field.cwd?.absolutePath() ?? (field.root ? '/' : (defaults.cwd ?? '/')),
    files: field.files?.list().map(jobFile) ?? [],
    stdin: field.stdin ? standardInput(field.stdin) : null,
    expect: field.expect ? checkExpectation(field.expect) : {},
    ...limits(field.limits, defaults),
    mounts: defaults.mounts ?? [],
    rlimits: defaults.rlimits ?? new Map(),
    clock,
    ...(root === undefined ? {} : { root }),
    ...(seed === undefined ? {} : { seed }),
    ...(aslr === undefined ? {} : { aslr }),
    ...(jit === undefined ? {} : { jit }),
    ...(layout === undefined ? {} : { layout }),
    ...(argv0 === undefined ? {} : { argv0 }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(defaults.paging === undefined ? {} : { paging: defaults.paging }),
    folder,
    shownBytes: defaults.shownBytes ?? 64 << 10,
  };
}

/** What a malformed job is called in its result: its own id where that is one. */
export function idOf(value: unknown, place: number): string | number {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
  return typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id)) ? id : place;
}

function checkId(field: Field): string | number {
  const { value } = field;
  if (typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))) return value;
  return field.fail('must be a text or a number');
}

function environment(field: Field): Record<string, string> {
  const env: Record<string, string> = {};
  const set = (from: Field, name: string, value: string): void => {
    if (name === '' || name.includes('=')) throw new FieldError(from.path, `'${name}' is no name of a variable`);
    env[name] = value;
  };
  if (!field.isList) {
    for (const [name, value] of field.entries('must be an object, or a list as ["NAME=VALUE"]')) set(value, name, value.word());
    return env;
  }
  for (const item of field.list()) {
    const text = item.word();
    const at = text.indexOf('=');
    if (at < 0) item.fail("must be as 'NAME=VALUE'");
    set(item, text.slice(0, at), text.slice(at + 1));
  }
  return env;
}

function jobFile(field: Field): CheckedJob['files'][number] {
  const { path, mode, ...content } = field.object(['path', 'mode', 'text', 'base64', 'host'], 'must be an object with a path');
  if (!path) throw new FieldError(`${field.path}.path`, 'is missing');
  return { path: path.absolutePath(), ...(mode ? { mode: mode.mode() } : {}), ...oneContent(field, content) };
}

function standardInput(field: Field): Content {
  if (field.isText) return { text: field.text() };
  return oneContent(field, field.object(['text', 'base64', 'host'], 'must be a text, or an object with text, base64 or host'));
}

function oneContent(field: Field, { text, base64, host }: { text?: Field; base64?: Field; host?: Field }): Content {
  if ([text, base64, host].filter(Boolean).length !== 1) throw new FieldError(field.path, 'must have one of text, base64, host');
  if (text) return { text: text.text() };
  return base64 ? { base64: base64.base64() } : { host: host!.word() };
}

function limits(field: Field | undefined, defaults: JobDefaults): Pick<CheckedJob, 'memory' | 'limits'> {
  const own = field?.object(LIMIT_FIELDS) ?? {};
  const base = defaults.limits ?? {};
  const instructions = own.instructions?.whole(1) ?? base.instructions;
  const openFiles = own.openFiles?.whole(3) ?? base.openFiles;
  return {
    memory: own.memory?.size(LEAST_MEMORY) ?? defaults.memory ?? 1024 ** 3,
    limits: {
      wallTime: own.wallTime?.duration() ?? base.wallTime ?? 60_000,
      outputBytes: own.outputBytes?.size() ?? base.outputBytes ?? 16 << 20,
      processes: own.processes?.whole(1) ?? base.processes ?? 1024,
      ...(openFiles === undefined ? {} : { openFiles }),
      ...(instructions === undefined ? {} : { instructions }),
    },
  };
}
