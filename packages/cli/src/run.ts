import { existsSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type ExitStatus,
  type GuestProcess,
  MachineEngine,
  MachineError,
  type EngineOptions,
  nodeHost,
  type RootSource,
  RLIMIT_NAMES,
} from '@ring3/machine/engine';
import { findBaseImage, NO_IMAGE_HINT } from './base-image.js';
import { CliError, CliStatus, usageError } from './cli-error.js';
import { explainSpawnError } from './diagnose.js';
import { environment, findProgram, workingDirectory } from './program.js';
import { openRootSource, reportDamage } from './root.js';
import type { RunOptions } from './run-options.js';
import { printStats } from './stats.js';
import { isNullDevice, isTerminal, ProcessStreams } from './terminal.js';

/** Watches a run from outside: strace. */
export interface Observer {
  /** stdout is for what the observer tells: what the guest writes there goes to stderr. */
  readonly quiet?: boolean;
  /** Nothing goes in or out: input is /dev/null, output is dropped. */
  readonly detached?: boolean;
  attach(machine: MachineEngine): void;
  /** PROGRAM stands at its first instruction. True: that is all, it does not run. */
  atEntry?(machine: MachineEngine): boolean;
  finish(machine: MachineEngine): void;
}

/** `ring3 run`: builds the machine, runs the program, returns the exit status for the shell. */
export async function runProgram(options: RunOptions, observer: Observer | null = null): Promise<number> {
  if (options.program === null) throw usageError('no program to run');
  const detached = observer?.detached === true;
  const isTty = !detached && (options.tty || (isTerminal(0) && isTerminal(1)));
  const streams = new ProcessStreams(isTty, options.clock === 'virtual', observer?.quiet === true, detached);
  const machine = createMachine(options, await openRootSource(options), streams);
  const env = environment(options);
  const path = findProgram(machine, options, env);
  observer?.attach(machine);
  const guest = await spawn(machine, options, path, env, isTty, detached);
  if (observer?.atEntry?.(machine)) {
    observer.finish(machine);
    return 0;
  }
  const disconnect = streams.connect(machine);
  const release = forwardSignals(machine, guest, streams);
  let status: ExitStatus;
  try {
    // Without a terminal, what still holds the output streams goes on, as it would behind a pipe.
    await machine.run(() => isTty || streams.outputClosed);
    status = await guest.exited;
    if (!status.limit) await streams.drained();
  } catch (error) {
    if (error instanceof MachineError && error.id !== 'internal') throw new CliError(CliStatus.Failed, error.message);
    throw error;
  } finally {
    release();
    disconnect();
  }
  observer?.finish(machine);
  if (options.stats) printStats(machine, options.stats);
  if (status.limit === 'wallTime') process.stderr.write(`ring3: killed: --timeout of ${options.timeout! / 1000} s is over\n`);
  if (status.limit === 'instructions') process.stderr.write(`ring3: killed: --max-insns ${options.maxInsns} are used up\n`);
  return status.code ?? 128 + status.signalNumber;
}

/**
 * Signals to this process reach the guest: those of a keyboard its first process group, SIGTERM the program alone. Once the program
 * has ended, they end the wait for what it left behind. Returns what undoes it.
 */
function forwardSignals(machine: MachineEngine, guest: GuestProcess, streams: ProcessStreams): () => void {
  let ended = false;
  void guest.exited.then(() => {
    ended = true;
  });
  const forward = (signal: NodeJS.Signals): void => {
    if (ended) {
      machine.stop();
      streams.drop();
    } else if (signal === 'SIGTERM') guest.kill(signal);
    else guest.killGroup(signal);
  };
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
  for (const signal of signals) process.on(signal, forward);
  return () => {
    for (const signal of signals) process.off(signal, forward);
  };
}

function createMachine(options: RunOptions, root: RootSource, streams: ProcessStreams): MachineEngine {
  const machineOptions: EngineOptions = {
    root,
    fetchFailed: reportDamage,
    mounts: mounts(options),
    ...(options.memory === null ? {} : { memory: options.memory }),
    limits: {
      ...(options.timeout === null ? {} : { wallTime: options.timeout }),
      ...(options.maxInsns === null ? {} : { instructions: options.maxInsns }),
    },
    aslr: options.aslr,
    jit: options.jit,
    layout: options.layout,
    paging: options.paging,
    clock: options.clock,
    ...(options.seed === null ? {} : { seed: options.seed }),
    debug: (process.env['RING3_DEBUG'] ?? '').split(',').filter(Boolean),
  };
  try {
    return MachineEngine.create(nodeHost, machineOptions, streams);
  } catch (error) {
    if (error instanceof MachineError) throw new CliError(CliStatus.Failed, error.message);
    throw error;
  }
}

/** The -v mounts, and a program of the host that the guest does not have, at its own path. */
function mounts({ mounts: asked, program, root }: RunOptions): NonNullable<EngineOptions['mounts']> {
  for (const { host } of asked) if (!existsSync(host)) throw new CliError(CliStatus.Failed, `-v ${host}: no such file or directory`);
  const result = asked.map((mount) => ({ ...mount, host: realpathSync(mount.host) }));
  if (root === '/' || !program?.includes('/') || !existsSync(program) || !statSync(program).isFile()) return result;
  return [...result, { host: realpathSync(program), guest: resolve(program), readOnly: true, onlyIfMissing: true }];
}

async function spawn(machine: MachineEngine, options: RunOptions, path: string | null, env: string[], isTty: boolean, detached: boolean) {
  const program = options.program!;
  const hostRoot = options.root === '/';
  if (path === null) {
    if (options.root === null && !findBaseImage()) throw new CliError(CliStatus.NotFound, `${program}: not found: ${NO_IMAGE_HINT}`);
    throw explainSpawnError(machine, program, null, 'ENOENT', hostRoot);
  }
  const cwd = workingDirectory(options);
  if (!machine.files.isDirectory(cwd))
    throw new CliError(CliStatus.Failed, `${options.cwd === null ? '' : '-w '}${cwd}: no such directory in the guest`);
  const rlimits = new Map<number, { cur: number; max: number }>();
  for (const [name, cur, max] of options.rlimits) {
    const resource = RLIMIT_NAMES.indexOf(name);
    if (resource < 0) throw usageError(`--ulimit: '${name}' is not one of ${RLIMIT_NAMES.join(', ')}`);
    rlimits.set(resource, { cur, max });
  }
  try {
    return await machine.spawnFetching(path, options.args, {
      argv0: options.argv0 ?? program,
      env,
      cwd,
      uid: options.uid,
      gid: options.gid,
      rlimits,
      stdin: detached || isNullDevice(0) ? 'null' : 'pipe',
      ...(isTty ? { tty: { cols: process.stdout.columns ?? 80, rows: process.stdout.rows ?? 24 } } : {}),
    });
  } catch (error) {
    if (error instanceof MachineError && error.id === 'bad-option') throw new CliError(CliStatus.Failed, error.message);
    if (error instanceof MachineError && error.errno)
      throw explainSpawnError(machine, program, path.startsWith('/') ? path : `${cwd}/${path}`, error.errno, hostRoot);
    throw error;
  }
}
