import type { EngineHost } from '../engine/host.js';

/** A turn of the event loop by message: timers of a page wait 4 ms, a message about 30 µs. */
const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.addEventListener('message', () => waiting.shift()?.());
channel.port1.start();

/** A page, or a worker of one. */
export function webHost(coreModule: WebAssembly.Module): EngineHost {
  return {
    coreModule,
    defaultMemory: 256 << 20,
    hostFs: () => null,
    cpuSeconds: () => performance.now() / 1000,
    yieldToHost: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        channel.port2.postMessage(null);
      }),
    debug(topic, line) {
      console.debug(`ring3: ${topic}: ${line}`);
    },
  };
}
