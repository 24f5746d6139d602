import { loadCoreModule } from '@ring3/core';
import type { EngineHost } from '../engine/host.js';
import { random } from './entropy.js';
import { NodeHostFs } from './host-fs.js';

const began = process.hrtime();

/** performance.now would load a dozen modules of Node first. */
function now(): number {
  const [seconds, nanoseconds] = process.hrtime(began);
  return seconds * 1000 + nanoseconds / 1e6;
}

/** What Node tells of one thread (from 22.19 on); before that of the whole process, which is the main thread's own where it is alone. */
function cpuSeconds(): number {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } };
  if (!threadCpuUsage && isWorker()) return now() / 1000;
  const { user, system } = (threadCpuUsage ?? process.cpuUsage).call(process);
  return (user + system) / 1e6;
}

/** As node:worker_threads tells, without loading it: in a worker thread process.chdir is not there to be used. */
function isWorker(): boolean {
  return 'disabled' in process.chdir;
}

/** Node, in its main thread or a worker thread. */
const host: Omit<EngineHost, 'coreModule'> = {
  defaultMemory: 1024 ** 3,
  now,
  wallClock: Date.now,
  random,
  hostFs: () => new NodeHostFs(),
  cpuSeconds,
  yieldToHost: () => new Promise((resolve) => setImmediate(resolve)),
  debug(topic, line) {
    process.stderr.write(`ring3: ${topic}: ${line}\n`);
  },
};

/** With a core that is compiled already. */
export function nodeHostWith(coreModule: WebAssembly.Module): EngineHost {
  return { ...host, coreModule };
}

export const nodeHost: EngineHost = {
  ...host,
  get coreModule() {
    return loadCoreModule();
  },
};
