import type { EngineHost } from '../engine/host.js';
import { EngineService } from '../service/service.js';
import type { Connection, ConnectOptions } from './connection.js';

/** An engine on this thread. Its events come as from a worker: later, never inside a call. */
export function connectInline(host: EngineHost, { receive }: ConnectOptions): Connection {
  const service = new EngineService(host, (events) => queueMicrotask(() => receive(events)));
  return {
    service,
    mode: 'inline',
    keepAlive() {},
    terminate() {
      void service.shutDown();
    },
  };
}
