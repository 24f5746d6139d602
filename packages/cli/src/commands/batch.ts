import { createReadStream, createWriteStream, realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { RLIMIT_NAMES } from '@ring3/machine/engine';
import { type JobDefaults, readJobLines, runPool } from '@ring3/machine/pool';
import { findBaseImage, NO_IMAGE_HINT } from '../base-image.js';
import { CliError, CliStatus, usageError } from '../cli-error.js';
import { BATCH_HELP } from '../batch/help.js';
import { batchWorkerUrl } from '../batch-worker-url.js';
import { environment, workingDirectory } from '../program.js';
import { parseWithRun, type RunOptions } from '../run-options.js';
import { parseBytes, parseCount } from '../units.js';
import type { Command } from './command.js';

const flags = {
  workers: { type: 'string' },
  output: { type: 'string', short: 'o' },
  'fail-fast': { type: 'boolean' },
  'as-completed': { type: 'boolean' },
  'shown-bytes': { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
} as const;

/** FILE may stand before the options too, unlike a program to run. @throws CliError */
function parse(args: string[]): ReturnType<typeof parseWithRun<typeof flags>> & { file: string } {
  let parsed = parseWithRun(args, flags);
  const { program, args: rest } = parsed.run;
  if (program !== null && rest.length > 0) {
    const at = args.length - rest.length - 1;
    if (args[at - 1] === '--') throw usageError('one FILE.jsonl, or - for stdin');
    parsed = parseWithRun([...args.slice(0, at), ...rest], flags);
    if (parsed.run.program !== null) throw usageError('one FILE.jsonl, or - for stdin');
  }
  if (program === null) throw usageError('no FILE.jsonl, or - for stdin');
  return { ...parsed, file: program };
}

/** run's options as what a job has that says nothing else. @throws CliError */
function jobDefaults(run: RunOptions, shownBytes: number | null): JobDefaults {
  const senseless = { '-t': run.tty, '--strace': run.strace, '--stats': run.stats !== null, '-0': run.argv0 !== null };
  for (const [option, given] of Object.entries(senseless)) if (given) throw usageError(`${option} has no meaning for a batch`);
  const rlimits = new Map<number, { cur: number; max: number }>();
  for (const [name, cur, max] of run.rlimits) {
    const resource = RLIMIT_NAMES.indexOf(name);
    if (resource < 0) throw usageError(`--ulimit: '${name}' is not one of ${RLIMIT_NAMES.join(', ')}`);
    rlimits.set(resource, { cur, max });
  }
  const env = new Map(environment(run).map((item) => [item.slice(0, item.indexOf('=')), item.slice(item.indexOf('=') + 1)]));
  // No terminal, whatever this process has: results are not to depend on it.
  if (!run.envHost && !run.env.some((item) => /^TERM(=|$)/.test(item))) env.set('TERM', 'dumb');
  const root = run.root ?? findBaseImage();
  return {
    ...(root === null ? {} : { root: /^https?:/.test(root) ? root : existing('--root', root) }),
    mounts: run.mounts.map((mount) => ({ ...mount, host: existing('-v', mount.host) })),
    env: Object.fromEntries(env),
    cwd: workingDirectory(run),
    uid: run.uid,
    gid: run.gid,
    rlimits,
    ...(run.memory === null ? {} : { memory: run.memory }),
    limits: {
      ...(run.timeout === null ? {} : { wallTime: run.timeout }),
      ...(run.maxInsns === null ? {} : { instructions: run.maxInsns }),
    },
    clock: run.clock,
    ...(run.seed === null ? {} : { seed: run.seed }),
    aslr: run.aslr,
    jit: run.jit,
    layout: run.layout,
    paging: run.paging,
    ...(shownBytes === null ? {} : { shownBytes }),
  };
}

function existing(option: string, path: string): string {
  try {
    return realpathSync(path);
  } catch {
    throw new CliError(CliStatus.Failed, `${option} ${path}: no such file or directory`);
  }
}

/** The bytes of FILE. @throws CliError it cannot be opened, or (while it is read) cannot be read on */
async function open(file: string): Promise<AsyncIterable<Uint8Array>> {
  if (file === '-') return chunksOf(process.stdin, 'stdin');
  const stream = createReadStream(file);
  await opened(stream, file);
  return chunksOf(stream, file);
}

async function* chunksOf(stream: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* stream;
  } catch (error) {
    throw new CliError(CliStatus.Failed, `${file}: ${reason(error as NodeJS.ErrnoException)}`);
  }
}

function opened(stream: NodeJS.EventEmitter, file: string): Promise<void> {
  return new Promise((done, fail) => {
    stream.once('open', () => done());
    stream.once('error', (error: NodeJS.ErrnoException) => fail(new CliError(CliStatus.Failed, `${file}: ${reason(error)}`)));
  });
}

function reason({ code, message }: NodeJS.ErrnoException): string {
  const reasons: Record<string, string> = { ENOENT: 'no such file or directory', EACCES: 'permission denied', EISDIR: 'is a folder' };
  return reasons[code ?? ''] ?? message;
}

/** Where results go: as fast as their reader takes them. */
class ResultOutput {
  private failure: Error | null = null;

  private constructor(
    private readonly stream: Writable,
    private readonly own: boolean,
  ) {
    stream.on('error', (error) => {
      this.failure = error;
    });
  }

  /** @throws CliError */
  static async open(path: string | null): Promise<ResultOutput> {
    if (path === null || path === '-') return new ResultOutput(process.stdout, false);
    const stream = createWriteStream(path);
    await opened(stream, `-o ${path}`);
    return new ResultOutput(stream, true);
  }

  /** @throws CliError nobody reads, or the disk is full */
  async write(line: string): Promise<void> {
    await new Promise<void>((done) => {
      this.stream.write(line, () => done());
    });
    if (this.failure) throw new CliError(CliStatus.Failed, `results cannot be written: ${reason(this.failure)}`);
  }

  async close(): Promise<void> {
    if (this.own && !this.failure) await new Promise<void>((done) => this.stream.end(() => done()));
  }
}

function summary(done: number, failed: number, started: number): string {
  const seconds = (performance.now() - started) / 1000;
  const jobs = `${done} job${done === 1 ? '' : 's'}`;
  return `ring3: ${jobs}: ${done - failed} ok, ${failed} failed, in ${seconds.toFixed(1)} s (${(done / seconds).toFixed(1)} a second)\n`;
}

export const batchCommand: Command = {
  synopsis: 'batch FILE.jsonl [OPTION…]',
  summary: 'run many jobs, each in a machine of its own, and check how they end',
  help: BATCH_HELP,
  async run(args) {
    const { run, values, file } = parse(args);
    const workers = values.workers === undefined ? availableParallelism() : parseCount('--workers', values.workers);
    if (workers < 1 || workers > 256) throw usageError(`--workers: ${workers} is not from 1 to 256`);
    const shownBytes = values['shown-bytes'] === undefined ? null : parseBytes('--shown-bytes', values['shown-bytes']);
    const defaults = jobDefaults(run, shownBytes);
    if (defaults.root === undefined) process.stderr.write(`ring3: ${NO_IMAGE_HINT}\n`);
    const chunks = await open(file);
    const output = await ResultOutput.open(values.output ?? null);
    const started = performance.now();
    let [done, failed] = [0, 0];
    const results = runPool(readJobLines(chunks), {
      workers,
      order: values['as-completed'] ? 'completion' : 'input',
      failFast: values['fail-fast'] ?? false,
      defaults,
      folder: file === '-' ? process.cwd() : dirname(resolve(file)),
      workerUrl: batchWorkerUrl,
    });
    for await (const result of results) {
      done++;
      if (!result.ok) failed++;
      await output.write(`${JSON.stringify(result)}\n`);
    }
    await output.close();
    if (!values.quiet) process.stderr.write(summary(done, failed, started));
    return failed > 0 ? 1 : 0;
  },
};
