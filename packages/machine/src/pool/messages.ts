import type { CheckedJob, JobResult } from './job.js';

/** What a thread of the pool gets when it starts. */
export interface ThreadData {
  /** Compiled once, shared by all threads. */
  coreModule: WebAssembly.Module;
}

/** To a thread: one job at a time. */
export interface JobMessage {
  job: CheckedJob;
}

/** From a thread. */
export interface ResultMessage {
  result: JobResult;
  /** Bytes by which the machine's memory has grown. */
  grown: number;
}
