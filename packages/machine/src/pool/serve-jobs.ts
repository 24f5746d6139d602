import { parentPort, workerData } from 'node:worker_threads';
import { nodeHostWith } from '../node/host.js';
import type { JobMessage, ResultMessage, ThreadData } from './messages.js';
import { JobRoots, runJob } from './run-job.js';

/** What a worker thread of a pool does all its life: a job, its result, the next job. */
export function serveJobs(): void {
  const port = parentPort!;
  const { coreModule } = workerData as ThreadData;
  const host = nodeHostWith(coreModule);
  const roots = new JobRoots();
  port.on('message', ({ job }: JobMessage) => {
    void runJob(job, host, roots).then((run) => port.postMessage(run satisfies ResultMessage));
  });
}
