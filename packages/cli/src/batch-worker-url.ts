/** The script of a thread of ring3 batch. This file stands where the bundle does: in dist. */
export const batchWorkerUrl = new URL('../bin/pool-worker.js', import.meta.url);
