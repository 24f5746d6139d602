import { MachineError } from '../engine/options.js';
import type { LimitName, MachineLimits, SpawnRequest, WireOptions } from '../protocol.js';

const LIMITS: readonly LimitName[] = ['memory', 'instructions', 'wallTime', 'processes', 'openFiles', 'outputBytes'];
/** struct winsize has 16 bits for each. */
const MAX_WINDOW = 0xffff;
const MAX_ID = 2 ** 32 - 2;

function refuse(what: string): never {
  throw new MachineError('bad-option', what);
}

function number(name: string, value: unknown, least: number, most: number): void {
  if (typeof value !== 'number' || !(value >= least && value <= most))
    refuse(`${name} is ${shown(value)}, not a number from ${least}${most === Infinity ? ' on' : ` to ${most}`}`);
}

function integer(name: string, value: unknown, least: number, most: number): void {
  number(name, value, least, most);
  if (!Number.isInteger(value)) refuse(`${name} is ${shown(value)}, not a whole number`);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

function oneOf(name: string, value: unknown, words: readonly string[]): void {
  if (value !== undefined && !words.includes(value as string)) refuse(`${name} is ${shown(value)}, not ${words.join(' or ')}`);
}

function flag(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') refuse(`${name} is ${shown(value)}, not true or false`);
}

/** A string that can be one of C: without NUL. */
function word(name: string, value: unknown): void {
  if (typeof value !== 'string') refuse(`${name} is ${shown(value)}, not a string`);
  if ((value as string).includes('\0')) refuse(`${name} has a NUL byte`);
}

/** What callers without types may get wrong. @throws MachineError bad-option */
export function checkOptions({ memory, limits, aslr, jit, layout, clock, seed, hostname, mounts, files }: WireOptions): void {
  if (memory !== undefined) number('memory', memory, 1 << 16, 2 ** 32);
  checkLimits(limits);
  flag('aslr', aslr);
  flag('jit', jit);
  oneOf('layout', layout, ['compact', 'linux']);
  oneOf('clock', clock, ['real', 'virtual']);
  if (seed !== undefined) number('seed', seed, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  if (hostname !== undefined) {
    word('hostname', hostname);
    if (hostname.length > 64) refuse('hostname has more than 64 characters');
  }
  for (const { host, guest } of mounts) {
    word('the host of a mount', host);
    word('the guest of a mount', guest);
    if (!guest.startsWith('/')) refuse(`mount ${host}: '${guest}' is no absolute path in the guest`);
  }
  for (const { path } of files) word('the path of a file', path);
}

function checkLimits(limits: MachineLimits): void {
  for (const [name, value] of Object.entries(limits)) {
    if (!LIMITS.includes(name as LimitName)) refuse(`there is no limit '${name}': they are ${LIMITS.join(', ')}`);
    if (value !== undefined) number(`limits.${name}`, value, name === 'outputBytes' ? 0 : 1, Infinity);
  }
}

/** @throws MachineError bad-option */
export function checkSpawn({ path, args, argv0, env, cwd, uid, gid, tty, rlimits }: SpawnRequest): void {
  word('path', path);
  for (const arg of args) word('an argument', arg);
  if (argv0 !== undefined) word('argv0', argv0);
  for (const entry of env ?? []) {
    word('an entry of env', entry);
    if (!entry.includes('=')) refuse(`env: '${entry}' is not NAME=VALUE`);
  }
  if (cwd !== undefined) word('cwd', cwd);
  if (uid !== undefined) integer('uid', uid, 0, MAX_ID);
  if (gid !== undefined) integer('gid', gid, 0, MAX_ID);
  if (tty) checkWindow(tty.cols, tty.rows);
  for (const [resource, { cur, max }] of rlimits ?? []) {
    integer('a resource of rlimits', resource, 0, 15);
    number(`rlimits ${resource}`, cur, 0, Infinity);
    if (!(max >= cur)) refuse(`rlimits ${resource}: the soft limit ${cur} is above the hard limit ${max}`);
  }
}

/** @throws MachineError bad-option */
export function checkWindow(cols: number, rows: number): void {
  integer('cols', cols, 1, MAX_WINDOW);
  integer('rows', rows, 1, MAX_WINDOW);
}
