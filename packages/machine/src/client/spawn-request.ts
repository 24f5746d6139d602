import { MachineError } from '../engine/options.js';
import { RLIMIT_NAMES } from '../engine/rlimits.js';
import type { SpawnRequest, StreamNumbers } from '../protocol.js';
import type { OutputMode, SpawnOptions } from './options.js';

/** What a process reads: a pipe, nothing, or all of this. */
export function inputContent(stdin: NonNullable<SpawnOptions['stdin']>): 'pipe' | 'null' | Uint8Array | ReadableStream<Uint8Array> {
  if (typeof stdin === 'string') return stdin === 'pipe' || stdin === 'null' ? stdin : new TextEncoder().encode(stdin);
  if (stdin instanceof Uint8Array || stdin instanceof ReadableStream) return stdin;
  throw new MachineError('bad-option', `stdin is neither 'pipe', 'null', text, a Uint8Array nor a ReadableStream`);
}

/** Options as the engine gets them. @throws MachineError bad-option */
export function spawnRequest(
  path: string,
  args: readonly string[],
  { argv0, env, cwd, uid, gid, tty, rlimits, stdin = 'pipe', stdout = 'pipe', stderr = 'pipe' }: SpawnOptions,
  streams: StreamNumbers,
): SpawnRequest {
  return {
    path,
    args: [...args],
    ...(argv0 === undefined ? {} : { argv0 }),
    ...(env === undefined ? {} : { env: environment(env) }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(tty ? { tty: { cols: tty.cols, rows: tty.rows } } : {}),
    ...(rlimits === undefined ? {} : { rlimits: limitsByNumber(rlimits) }),
    stdin: stdin === 'null' ? 'null' : 'pipe',
    stdout: sink('stdout', stdout),
    stderr: sink('stderr', stderr),
    streams,
  };
}

function sink(name: string, mode: OutputMode): 'pipe' | 'ignore' {
  if (mode === 'ignore') return mode;
  if (mode === 'pipe' || mode === 'collect') return 'pipe';
  throw new MachineError('bad-option', `${name} is '${String(mode)}', not pipe, collect or ignore`);
}

function environment(env: NonNullable<SpawnOptions['env']>): string[] {
  return Array.isArray(env) ? [...env] : Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

function limitsByNumber(rlimits: NonNullable<SpawnOptions['rlimits']>): ReadonlyMap<number, { cur: number; max: number }> {
  if (rlimits instanceof Map) return rlimits;
  return new Map(
    Object.entries(rlimits).map(([name, limit]) => {
      const resource = RLIMIT_NAMES.indexOf(name);
      if (resource < 0) throw new MachineError('bad-option', `rlimits: '${name}' is not one of ${RLIMIT_NAMES.join(', ')}`);
      return [resource, typeof limit === 'number' ? { cur: limit, max: limit } : limit];
    }),
  );
}
