import type { EngineHost } from '../engine/host.js';

/** Bytes that crypto.getRandomValues gives at a time. */
const ENTROPY_QUOTA = 65_536;

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
    now: () => performance.now(),
    wallClock: () => performance.timeOrigin + performance.now(),
    random(into) {
      for (let at = 0; at < into.length; at += ENTROPY_QUOTA) crypto.getRandomValues(into.subarray(at, at + ENTROPY_QUOTA));
    },
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
