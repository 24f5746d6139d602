export type {
  Content,
  Count,
  Expectation,
  Failure,
  FileExpectation,
  Job,
  JobError,
  JobFile,
  JobLimit,
  JobLimits,
  JobResult,
  JobStats,
  TextDetails,
  TextExpectation,
  TraceExpectation,
} from './job.js';
export { JobLine, readJobLines } from './job-lines.js';
export type { JobDefaults, PoolOptions, PoolProgress } from './options.js';
export { runPool } from './run-pool.js';
export { serveJobs } from './serve-jobs.js';
