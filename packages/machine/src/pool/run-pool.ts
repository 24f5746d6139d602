import { availableParallelism } from 'node:os';
import { checkJob, idOf } from './check-job.js';
import { FieldError } from './fields.js';
import { type CheckedJob, type Job, type JobResult, notRun } from './job.js';
import { JobLine } from './job-lines.js';
import type { PoolOptions } from './options.js';
import { PoolThread } from './pool-thread.js';

/** Jobs that may be ahead of the oldest whose result has not been taken, for each worker: what waits takes memory. */
const AHEAD = 32;

/**
 * Runs jobs, each in a machine of its own, on a few worker threads. What a guest does to its machine, and even a fault of Ring3 in one,
 * ends in the result of that job alone. Jobs are taken from `jobs` when there is a thread for them; leaving the iteration ends all.
 *
 *     for await (const { id, ok, failures } of runPool(jobs, { workers: 2, defaults: { root: '/' } })) …
 *
 * A malformed job has a result with an error. @throws RangeError for options; the signal's reason; what `jobs` throws
 */
export function runPool(
  jobs: Iterable<Job | JobLine> | AsyncIterable<Job | JobLine>,
  options: PoolOptions = {},
): AsyncIterableIterator<JobResult> {
  const { workers = availableParallelism() } = options;
  if (!Number.isSafeInteger(workers) || workers < 1) throw new RangeError(`workers: ${workers} is not a whole number of at least 1`);
  return new Pool(jobs, workers, options).results();
}

class Pool {
  private readonly idle: PoolThread[] = [];
  private readonly threads = new Set<PoolThread>();
  private readonly source: Iterator<unknown> | AsyncIterator<unknown>;
  private readonly ids = new Map<string | number, number>();
  /** Results that are not taken yet, by the place of their job, in the order in which they came. */
  private readonly ready = new Map<number, JobResult>();
  private places = 0;
  private taken = 0;
  private running = 0;
  private done = 0;
  private failed = 0;
  private pulling = false;
  private sourceEnded = false;
  private stopped = false;
  private failure: { error: unknown } | null = null;
  private wake: () => void = () => {};

  constructor(
    jobs: Iterable<unknown> | AsyncIterable<unknown>,
    private readonly workers: number,
    private readonly options: PoolOptions,
  ) {
    this.source = Symbol.asyncIterator in jobs ? jobs[Symbol.asyncIterator]() : jobs[Symbol.iterator]();
  }

  async *results(): AsyncGenerator<JobResult, void, undefined> {
    const { signal } = this.options;
    const abort = (): void => {
      this.stopped = true;
      void this.endThreads();
      this.wake();
    };
    signal?.throwIfAborted();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      for (;;) {
        signal?.throwIfAborted();
        const result = this.next();
        if (result) {
          this.pull();
          yield result;
          continue;
        }
        this.pull();
        if (this.running === 0 && this.ready.size === 0 && (this.stopped || (this.sourceEnded && !this.pulling))) {
          // The results that were there have come before.
          if (this.failure) throw this.failure.error;
          return;
        }
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    } finally {
      this.stopped = true;
      signal?.removeEventListener('abort', abort);
      // Where a pull is under way, its source is asked to end after that.
      void Promise.resolve(this.source.return?.()).catch(() => {});
      await this.endThreads();
    }
  }

  /** The place of the result that is to be given out now. */
  private nextPlace(): number | undefined {
    if (this.options.order === 'completion') return this.ready.keys().next().value;
    // When it stops at the first failure, some that came before are missing.
    if (this.stopped) return this.ready.size > 0 ? Math.min(...this.ready.keys()) : undefined;
    return this.ready.has(this.taken) ? this.taken : undefined;
  }

  private next(): JobResult | null {
    const place = this.nextPlace();
    if (place === undefined) return null;
    const result = this.ready.get(place)!;
    this.ready.delete(place);
    this.taken++;
    return result;
  }

  /** Takes the next job when there is a thread for it and not too much waits. One at a time. */
  private pull(): void {
    if (this.pulling || this.sourceEnded || this.stopped) return;
    if (this.running >= this.workers || this.places - this.taken >= AHEAD * this.workers) return;
    this.pulling = true;
    Promise.resolve()
      .then(() => this.source.next())
      .then((item) => {
        if (item.done) this.sourceEnded = true;
        else if (!this.stopped) this.start(item.value);
      })
      .catch((error: unknown) => this.fail(error))
      .finally(() => {
        this.pulling = false;
        this.pull();
        this.wake();
      });
  }

  /** `jobs`, or a callback, has thrown: no more is started, and the iteration ends with it. */
  private fail(error: unknown): void {
    this.sourceEnded = true;
    this.failure ??= { error };
  }

  private start(item: unknown): void {
    const place = this.places++;
    const job = this.check(item, place);
    if ('ok' in job) this.finish(place, job);
    else void this.run(place, job);
  }

  private check(item: unknown, place: number): CheckedJob | JobResult {
    const value = item instanceof JobLine ? item.value : item;
    const { defaults = {}, folder = process.cwd() } = this.options;
    try {
      if (item instanceof JobLine && item.error) throw new FieldError('', item.error);
      const job = checkJob(value, place + 1, defaults, folder);
      const same = this.ids.get(job.id);
      if (same !== undefined) throw new FieldError('id', `${JSON.stringify(job.id)} is the id of job ${same + 1} too`);
      this.ids.set(job.id, place);
      return job;
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      const line = item instanceof JobLine ? { line: item.line } : {};
      return notRun(idOf(value, place + 1), {
        id: 'malformed',
        message: 'line' in line ? `line ${line.line}: ${error.message}` : error.message,
        ...line,
        ...(error.field === '' ? {} : { field: error.field }),
      });
    }
  }

  private async run(place: number, job: CheckedJob): Promise<void> {
    this.running++;
    this.tell();
    const result = await this.runInThread(job);
    this.running--;
    this.finish(place, result);
  }

  private async runInThread(job: CheckedJob): Promise<JobResult> {
    let thread: PoolThread;
    try {
      thread = this.idle.pop() ?? this.thread();
    } catch (error) {
      // The host has no more threads.
      return notRun(job.id, { id: 'out-of-host-memory', message: `no thread for it: ${(error as Error).message}` });
    }
    const result = await thread.run(job);
    if (thread.retired) this.threads.delete(thread);
    else this.idle.push(thread);
    return result;
  }

  private thread(): PoolThread {
    const thread = new PoolThread(this.options.workerUrl ?? new URL('./worker.js', import.meta.url), this.options.grace ?? 15_000);
    this.threads.add(thread);
    return thread;
  }

  private finish(place: number, result: JobResult): void {
    if (this.stopped) {
      this.wake();
      return;
    }
    this.ready.set(place, result);
    this.done++;
    if (!result.ok) this.failed++;
    this.tell();
    if (!result.ok && this.options.failFast) {
      this.stopped = true;
      void this.endThreads();
    }
    this.pull();
    this.wake();
  }

  private tell(): void {
    const { running, done, failed } = this;
    try {
      this.options.onProgress?.({ running, done, failed });
    } catch (error) {
      this.fail(error);
    }
  }

  private async endThreads(): Promise<void> {
    await Promise.all([...this.threads].map((thread) => thread.end()));
    this.threads.clear();
  }
}
