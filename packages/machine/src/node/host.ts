import { loadCoreModule } from '@ring3/core';
import type { EngineHost } from '../engine/host.js';
import { NodeHostFs } from './host-fs.js';

/** Node, in its main thread or a worker thread. */
export const nodeHost: EngineHost = {
  get coreModule() {
    return loadCoreModule();
  },
  defaultMemory: 1024 ** 3,
  hostFs: () => new NodeHostFs(),
  cpuSeconds() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
  yieldToHost: () => new Promise((resolve) => setImmediate(resolve)),
  debug(topic, line) {
    process.stderr.write(`ring3: ${topic}: ${line}\n`);
  },
};
