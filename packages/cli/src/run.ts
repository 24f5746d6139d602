import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DEFAULT_PATH, type ExitStatus, Machine, MachineError, type MachineOptions, openImageFolder, openTarImage, type RootSource, RLIMIT_NAMES } from '@ring3/machine';
import { findBaseImage, NO_IMAGE_HINT } from './base-image.js';
import { CliError, CliStatus, usageError } from './cli-error.js';
import { explainSpawnError } from './diagnose.js';
import type { RunOptions } from './run-options.js';
import { printStats } from './stats.js';
import { ProcessStreams } from './terminal.js';

/** Watches a run from outside: strace. */
export interface Observer {
  attach(machine: Machine): void;
  finish(machine: Machine): void;
}

/** `ring3 run`: builds the machine, runs the program, returns the exit status for the shell. */
export async function runProgram(options: RunOptions, observer: Observer | null = null): Promise<number> {
  if (options.program === null) throw usageError('no program to run');
  const isTty = options.tty || (process.stdin.isTTY === true && process.stdout.isTTY === true);
  const streams = new ProcessStreams(isTty);
  const machine = createMachine(options, streams);
  const env = environment(options);
  const path = findProgram(machine, options, env);
  observer?.attach(machine);
  const guest = spawn(machine, options, path, env, isTty);
  const disconnect = streams.connect(machine);
  const forward = (signal: NodeJS.Signals): void => guest.kill(signal);
  const forwarded: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
  for (const signal of forwarded) process.on(signal, forward);
  let status: ExitStatus;
  try {
    // Without a terminal, what still holds the output streams goes on, as it would behind a pipe.
    await machine.run(() => isTty || streams.outputClosed);
    status = await guest.exited;
  } finally {
    for (const signal of forwarded) process.off(signal, forward);
    disconnect();
  }
  observer?.finish(machine);
  if (options.stats) printStats(machine);
  if (status.limit === 'wallTime') process.stderr.write(`ring3: killed: --timeout of ${options.timeout! / 1000} s is over\n`);
  if (status.limit === 'instructions') process.stderr.write(`ring3: killed: --max-insns ${options.maxInsns} are used up\n`);
  return status.code ?? 128 + status.signalNumber;
}

function createMachine(options: RunOptions, streams: ProcessStreams): Machine {
  const machineOptions: MachineOptions = {
    root: rootSource(options),
    mounts: mounts(options),
    ...(options.memory === null ? {} : { memory: options.memory }),
    limits: {
      ...(options.timeout === null ? {} : { wallTime: options.timeout }),
      ...(options.maxInsns === null ? {} : { instructions: options.maxInsns }),
    },
    aslr: options.aslr,
    layout: options.layout,
    clock: options.clock,
    ...(options.seed === null ? {} : { seed: options.seed }),
    debug: (process.env['RING3_DEBUG'] ?? '').split(',').filter(Boolean),
  };
  try {
    return Machine.create(machineOptions, streams);
  } catch (error) {
    if (error instanceof MachineError) throw new CliError(CliStatus.Failed, error.message);
    throw error;
  }
}

function rootSource({ root }: RunOptions): RootSource {
  if (root === null) {
    const image = findBaseImage();
    return image ? { kind: 'image', image: openImageFolder(image) } : { kind: 'empty' };
  }
  if (!existsSync(root)) throw new CliError(CliStatus.Failed, `--root ${root}: no such file or directory`);
  if (!statSync(root).isDirectory()) return { kind: 'image', image: openTarImage(readFileSync(root)) };
  if (existsSync(`${root}/index.json`) && existsSync(`${root}/blob`)) return { kind: 'image', image: openImageFolder(root) };
  return { kind: 'host', path: realpathSync(root) };
}

/** The -v mounts, and a program of the host that the guest does not have, at its own path. */
function mounts({ mounts: asked, program, root }: RunOptions): NonNullable<MachineOptions['mounts']> {
  for (const { host } of asked) if (!existsSync(host)) throw new CliError(CliStatus.Failed, `-v ${host}: no such file or directory`);
  const result = asked.map((mount) => ({ ...mount, host: realpathSync(mount.host) }));
  if (root === '/' || !program?.includes('/') || !existsSync(program) || !statSync(program).isFile()) return result;
  return [...result, { host: realpathSync(program), guest: resolve(program), readOnly: true, onlyIfMissing: true }];
}

function environment(options: RunOptions): string[] {
  const env = new Map<string, string>();
  if (options.envHost) for (const [name, value] of Object.entries(process.env)) env.set(name, value ?? '');
  else {
    env.set('PATH', DEFAULT_PATH);
    env.set('HOME', options.uid === 0 ? '/root' : '/');
    env.set('TERM', process.env['TERM'] ?? 'dumb');
  }
  for (const item of options.env) {
    const at = item.indexOf('=');
    const name = at < 0 ? item : item.slice(0, at);
    const value = at < 0 ? process.env[name] : item.slice(at + 1);
    if (value !== undefined) env.set(name, value);
  }
  return [...env].map(([name, value]) => `${name}=${value}`);
}

/** Where PROGRAM is in the guest; null when nowhere. */
function findProgram(machine: Machine, options: RunOptions, env: readonly string[]): string | null {
  const program = options.program!;
  if (program.includes('/')) {
    if (machine.files.exists(program, workingDirectory(options))) return program;
    const absolute = resolve(program);
    return machine.files.exists(absolute, '/') ? absolute : null;
  }
  const path = env.find((item) => item.startsWith('PATH='))?.slice(5) ?? DEFAULT_PATH;
  for (const folder of path.split(':')) {
    const candidate = `${folder || '.'}/${program}`;
    if (machine.files.isExecutable(candidate, workingDirectory(options))) return candidate;
  }
  return null;
}

/** --root / keeps the host's working directory; elsewhere it is the guest's root. */
function workingDirectory({ cwd, root }: RunOptions): string {
  return cwd ?? (root === '/' ? process.cwd() : '/');
}

function spawn(machine: Machine, options: RunOptions, path: string | null, env: string[], isTty: boolean) {
  const program = options.program!;
  const hostRoot = options.root === '/';
  if (path === null) {
    if (options.root === null && !findBaseImage()) throw new CliError(CliStatus.NotFound, `${program}: not found: ${NO_IMAGE_HINT}`);
    throw explainSpawnError(machine, program, null, 'ENOENT', hostRoot);
  }
  const rlimits = new Map<number, { cur: number; max: number }>();
  for (const [name, cur, max] of options.rlimits) {
    const resource = RLIMIT_NAMES.indexOf(name);
    if (resource < 0) throw usageError(`--ulimit: '${name}' is not one of ${RLIMIT_NAMES.join(', ')}`);
    rlimits.set(resource, { cur, max });
  }
  try {
    return machine.spawn(path, options.args, {
      argv0: options.argv0 ?? program,
      env,
      cwd: workingDirectory(options),
      uid: options.uid,
      gid: options.gid,
      rlimits,
      ...(isTty ? { tty: { cols: process.stdout.columns ?? 80, rows: process.stdout.rows ?? 24 } } : {}),
    });
  } catch (error) {
    if (error instanceof MachineError && error.id === 'bad-option') throw new CliError(CliStatus.Failed, error.message);
    if (error instanceof MachineError && error.errno) throw explainSpawnError(machine, program, path, error.errno, hostRoot);
    throw error;
  }
}
