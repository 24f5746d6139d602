import type { EngineHost } from '../engine/host.js';
import { EngineService } from '../service/service.js';
import type { Connection, ConnectOptions } from './connection.js';

/** An engine on this thread. Its events come as from a worker: later, never inside a call. */
export function connectInline(host: EngineHost, { receive }: ConnectOptions): Connection {
  const service = new EngineService(host, (events) => queueMicrotask(() => receive(events)));
  return {
    service,
    mode: 'inline',
    // What runs has its timers; what does not run has none that count.
    keepAlive() {},
    async terminate() {
      // What its host's folders did not take, close() has told.
      await service.shutDown().catch(() => {});
    },
  };
}
