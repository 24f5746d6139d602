/** For bin/pool-worker.js. */
export { serveJobs } from '@ring3/machine/pool';
