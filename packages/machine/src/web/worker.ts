import * as Comlink from 'comlink';
import { keepErrorsWhole } from '../protocol-errors.js';
import { EngineService } from '../service/service.js';
import { webHost } from './host.js';

/** What a page sends its worker first. */
export interface WorkerStart {
  calls: MessagePort;
  events: MessagePort;
  coreModule: WebAssembly.Module;
}

addEventListener(
  'message',
  ({ data }: MessageEvent<WorkerStart>) => {
    keepErrorsWhole();
    const service = new EngineService(webHost(data.coreModule), (batch, transfer) => data.events.postMessage(batch, transfer));
    Comlink.expose(service, data.calls);
  },
  { once: true },
);
