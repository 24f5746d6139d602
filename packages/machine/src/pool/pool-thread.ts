import { Worker } from 'node:worker_threads';
import { loadCoreModule } from '@ring3/core';
import { type CheckedJob, type JobResult, notRun } from './job.js';
import type { JobMessage, ResultMessage, ThreadData } from './messages.js';

/** A thread whose last machine has grown by more is ended: that gives the memory back at once. Of it, 111 MiB may be tables, hardly touched. */
const KEPT_GROWTH = 240 << 20;
/** Jobs after which a thread is replaced, whatever they did. */
const JOBS_PER_THREAD = 1000;
/** MiB of JavaScript heap for a machine's kernel: what it may cost its host besides guest memory. */
const HEAP_MEGABYTES = 1024;

/**
 * A worker thread that runs jobs one after another, each in a new machine. Its end, for whatever reason, is a result of the job it
 * had; the pool goes on with another.
 */
export class PoolThread {
  private readonly worker: Worker;
  private settle: ((result: JobResult) => void) | null = null;
  private jobs = 0;
  private failure: Error | null = null;
  /** Has no next job: it has died, or been ended. */
  retired = false;

  constructor(
    url: URL,
    private readonly grace: number,
  ) {
    this.worker = new Worker(url, {
      name: 'ring3 pool',
      workerData: { coreModule: loadCoreModule() } satisfies ThreadData,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
    });
    this.worker.on('error', (error: Error) => {
      this.failure = error;
    });
    this.worker.on('exit', (code) => {
      this.retired = true;
      this.settle?.(failed(this.failure, code));
    });
  }

  /** Never rejects. */
  async run(job: CheckedJob): Promise<JobResult> {
    const { worker } = this;
    this.jobs++;
    worker.ref();
    const overdue = setTimeout(() => this.hangs(job), Math.min(job.limits.wallTime + this.grace, 2 ** 31 - 1));
    const answer = ({ result, grown }: ResultMessage): void => {
      if (grown > KEPT_GROWTH || this.jobs >= JOBS_PER_THREAD || result.error?.id === 'internal') void this.end();
      this.settle?.(result);
    };
    worker.on('message', answer);
    try {
      return {
        ...(await new Promise<JobResult>((resolve) => {
          this.settle = resolve;
          if (this.retired) resolve(failed(this.failure, 1));
          else worker.postMessage({ job } satisfies JobMessage, []);
        })),
        id: job.id,
      };
    } finally {
      this.settle = null;
      clearTimeout(overdue);
      worker.off('message', answer);
      worker.unref();
    }
  }

  /** Ends it at once, whatever it does. */
  async end(): Promise<void> {
    this.retired = true;
    await this.worker.terminate();
  }

  /** The machine looks at its clock between slices: whoever does not answer is stuck inside one, which is a fault of Ring3. */
  private hangs({ limits }: CheckedJob): void {
    this.settle?.(
      notRun(0, {
        id: 'internal',
        message: `its thread gave no answer ${this.grace / 1000} s after the limit of wallTime (${limits.wallTime / 1000} s) and was ended`,
      }),
    );
    void this.end();
  }
}

function failed(error: Error | null, code: number): JobResult {
  if (!error) return notRun(0, { id: 'internal', message: `its thread ended with exit code ${code}` });
  const noMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
  return notRun(0, { id: noMemory ? 'out-of-host-memory' : 'internal', message: `its thread has died: ${error.message}` });
}
