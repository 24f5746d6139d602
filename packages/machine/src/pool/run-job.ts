import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { RLimit } from '@ring3/abi';
import { MachineEngine } from '../engine/engine.js';
import type { EngineHost } from '../engine/host.js';
import { StreamHandle } from '../engine/host-streams.js';
import { MachineError, type MountOption, type RootSource } from '../engine/options.js';
import { rootFromString } from '../node/connect.js';
import { openRoot } from '../service/open-root.js';
import { putFiles } from '../service/put-files.js';
import { CapturedStreams } from './captured-streams.js';
import { textOf } from './differences.js';
import { failures, type GuestFile } from './expectations.js';
import { contentBytes } from './host-content.js';
import type { CheckedJob, JobResult, JobStats } from './job.js';
import { TraceCounts } from './trace-counts.js';

/** Roots of this thread, by what names them: read-only, so that the machines of many jobs may share one. */
export class JobRoots {
  private readonly open = new Map<string, Promise<RootSource>>();

  /** @throws MachineError */
  async get(root: string | undefined): Promise<RootSource> {
    if (root === undefined || root === 'empty') return { kind: 'empty' };
    let source = this.open.get(root);
    if (!source) {
      source = openRoot(rootFromString(root), () => {});
      this.open.set(root, source);
      // The next job that names it tries again.
      source.catch(() => this.open.delete(root));
    }
    return source;
  }
}

export interface JobRun {
  result: JobResult;
  /** Bytes by which its machine's memory has grown. */
  grown: number;
}

/**
 * Runs a job in a machine of its own on this thread, until its program has ended; what that has left behind is killed then, as in a
 * container. Never rejects for what the guest does or the job lacks.
 */
export async function runJob(job: CheckedJob, host: EngineHost, roots: JobRoots): Promise<JobRun> {
  const warnings: string[] = [];
  const streams = new CapturedStreams(job.limits.outputBytes);
  const started = performance.now();
  let engine: MachineEngine | null = null;
  let atStart = 0;
  const result: JobResult = { id: job.id, ok: false, failures: [], exit: null, stdout: '', stderr: '', stats: null };
  try {
    engine = MachineEngine.create(
      host,
      {
        root: await roots.get(job.root),
        mounts: [...job.mounts, ...programOfHost(job)],
        memory: job.memory,
        limits: job.limits,
        clock: job.clock,
        aslr: job.aslr ?? false,
        jit: job.jit ?? true,
        layout: job.layout ?? 'compact',
        ...(job.seed === undefined ? {} : { seed: job.seed }),
        ...(job.paging === undefined ? {} : { paging: job.paging }),
        fetchFailed: (message) => warnings.push(message),
      },
      streams,
    );
    atStart = engine.kernel.core.u8.byteLength;
    await execute(job, engine, streams, result, started);
  } catch (error) {
    const { id, message, errno } = MachineError.from(error);
    result.error = { id, message, ...(errno ? { errno } : {}) };
    if (engine) result.stats = statsOf(engine, started);
  } finally {
    engine?.dispose();
  }
  if (warnings.length > 0) result.warnings = warnings;
  return { result, grown: engine ? engine.kernel.core.u8.byteLength - atStart : 0 };
}

/** A program with a slash that the guest does not have is the host's, at its own path. */
function programOfHost({ program, folder, root }: CheckedJob): MountOption[] {
  const host = resolve(folder, program);
  if (root === '/' || !program.includes('/') || !statSync(host, { throwIfNoEntry: false })?.isFile()) return [];
  return [{ host, guest: host, readOnly: true, onlyIfMissing: true }];
}

function programInGuest({ files }: MachineEngine, { program, cwd, folder }: CheckedJob): string {
  if (!program.includes('/') || files.exists(program, cwd)) return program;
  const host = resolve(folder, program);
  return files.exists(host) ? host : program;
}

async function execute(
  job: CheckedJob,
  engine: MachineEngine,
  streams: CapturedStreams,
  result: JobResult,
  started: number,
): Promise<void> {
  const content = job.files.map((file) => ({ path: file.path, content: contentBytes(file, job), ...modeOf(file) }));
  await putFiles(engine.files, content, () => {});
  if (!engine.files.isDirectory(job.cwd)) throw new MachineError('not-found', `cwd ${job.cwd}: no such directory in the guest`);
  const counts = new TraceCounts(engine.kernel, job.expect.trace ?? {});
  const input = job.stdin ? contentBytes(job.stdin, job) : null;
  const guest = await spawn(engine, job, input !== null);
  if (input) {
    engine.input(StreamHandle.Stdin, input);
    engine.inputEnd(StreamHandle.Stdin);
  }
  streams.onOverflow = () => engine.endByLimit('outputBytes');
  await engine.run();
  const { code, signal, limit } = await guest.exited;
  const { stdout, stderr } = streams;
  result.exit = { code, signal, limit: limit ?? null };
  result.stats = statsOf(engine, started);
  result.stdout = textOf(stdout.subarray(0, job.shownBytes));
  result.stderr = textOf(stderr.subarray(0, job.shownBytes));
  const truncated = {
    stdout: stdout.length > job.shownBytes || streams.isCut('stdout'),
    stderr: stderr.length > job.shownBytes || streams.isCut('stderr'),
  };
  if (truncated.stdout || truncated.stderr) result.truncated = truncated;
  result.failures = failures(job.expect, {
    exit: result.exit,
    stdout,
    stderr,
    stats: result.stats,
    counts,
    file: (path) => guestFile(engine, path),
    folder: job.folder,
  });
  result.ok = result.failures.length === 0;
}

function modeOf({ mode }: { mode?: number }): { mode?: number } {
  return mode === undefined ? {} : { mode };
}

const reasons: Record<string, string> = {
  ENOENT: 'not found in the guest, or its interpreter is not',
  EACCES: 'not executable: permission denied, or a directory',
  ENOEXEC: 'not executable: neither an ELF file for x86-64 nor a script',
  ENOMEM: 'not enough memory',
};

async function spawn(engine: MachineEngine, job: CheckedJob, hasInput: boolean) {
  const { program, args, argv0, env, cwd, uid, gid, limits } = job;
  const rlimits = new Map(job.rlimits);
  if (limits.openFiles !== undefined) rlimits.set(RLimit.NOFILE, { cur: limits.openFiles, max: limits.openFiles });
  try {
    return await engine.spawnFetching(programInGuest(engine, job), args, {
      argv0: argv0 ?? program,
      env,
      cwd,
      rlimits,
      stdin: hasInput ? 'pipe' : 'null',
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
  } catch (error) {
    if (error instanceof MachineError && error.errno)
      throw new MachineError(error.id, `program ${program}: ${reasons[error.errno] ?? 'cannot be executed'} (${error.errno})`, error.errno);
    throw error;
  }
}

function statsOf(engine: MachineEngine, started: number): JobStats {
  const { instructions, minorFaults, majorFaults, contextSwitches } = engine.stats();
  const time = Math.round((performance.now() - started) * 10) / 10;
  return { instructions, faults: minorFaults + majorFaults, minorFaults, majorFaults, contextSwitches, time };
}

function guestFile(engine: MachineEngine, path: string): GuestFile | null {
  if (!engine.files.exists(path)) return null;
  const { kind, mode } = engine.files.stat(path);
  return kind === 'file' ? { bytes: engine.files.read(path), mode } : { kind };
}
