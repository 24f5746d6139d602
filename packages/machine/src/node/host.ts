import { isMainThread } from 'node:worker_threads';
import { loadCoreModule } from '@ring3/core';
import type { EngineHost } from '../engine/host.js';
import { NodeHostFs } from './host-fs.js';

/** What Node tells of one thread (from 22.19 on); before that of the whole process, which is the main thread's own where it is alone. */
function cpuSeconds(): number {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } };
  if (!threadCpuUsage && !isMainThread) return performance.now() / 1000;
  const { user, system } = (threadCpuUsage ?? process.cpuUsage).call(process);
  return (user + system) / 1e6;
}

/** Node, in its main thread or a worker thread. */
const host: Omit<EngineHost, 'coreModule'> = {
  defaultMemory: 1024 ** 3,
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
