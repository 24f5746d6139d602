import { type MessagePort, parentPort } from 'node:worker_threads';
import * as Comlink from 'comlink';
import { keepErrorsWhole } from '../protocol-errors.js';
import { EngineService } from '../service/service.js';
import { nodeHost } from './host.js';

/** A worker thread's one engine: its parent sends the two ports of the protocol first. */
parentPort!.once('message', ({ calls, events }: { calls: MessagePort; events: MessagePort }) => {
  keepErrorsWhole();
  const service = new EngineService(nodeHost, (batch, transfer) => events.postMessage(batch, transfer));
  Comlink.expose(service, calls as unknown as Comlink.Endpoint);
});
