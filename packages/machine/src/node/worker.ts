import { type MessagePort, parentPort } from 'node:worker_threads';
import * as Comlink from 'comlink';
import { keepErrorsWhole } from '../protocol-errors.js';
import { EngineService } from '../service/service.js';
import { nodeHostWith } from './host.js';

/** What a worker thread is sent first. */
export interface WorkerStart {
  calls: MessagePort;
  events: MessagePort;
  /** Compiled once for all machines of a process. */
  coreModule: WebAssembly.Module;
}

// A worker thread's one engine.
parentPort!.once('message', ({ calls, events, coreModule }: WorkerStart) => {
  keepErrorsWhole();
  const service = new EngineService(nodeHostWith(coreModule), (batch, transfer) => events.postMessage(batch, transfer));
  Comlink.expose(service, calls as unknown as Comlink.Endpoint);
});
