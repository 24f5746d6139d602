import * as Comlink from 'comlink';
import type { Connection, ConnectOptions } from '../client/connection.js';
import { MachineError } from '../engine/options.js';
import type { MachineEvent, MachineService, RootSpec } from '../protocol.js';
import { keepErrorsWhole } from '../protocol-errors.js';
import { coreModule } from './core-module.js';
import { startWorker } from './start-worker.js';
import type { WorkerStart } from './worker.js';

/** An engine in a worker of the page, or on the page's own thread. @throws MachineError fetch-failed */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const module = await coreModule();
  if (options.worker) return connectWorker(options, module);
  const { connectInline } = await import('./inline.js');
  return connectInline(module, options);
}

function connectWorker({ receive, failed, workerUrl }: ConnectOptions, module: WebAssembly.Module): Connection {
  keepErrorsWhole();
  const worker = startWorker(workerUrl);
  const calls = new MessageChannel();
  const events = new MessageChannel();
  const start: WorkerStart = { calls: calls.port2, events: events.port2, coreModule: module };
  worker.postMessage(start, [calls.port2, events.port2]);
  events.port1.addEventListener('message', ({ data }: MessageEvent<MachineEvent[]>) => receive(data));
  events.port1.start();
  // What a running script throws has a message; what never ran has none.
  worker.addEventListener('error', ({ message }) => failed(message ? new Error(message) : couldNotStart(workerUrl)));
  return {
    service: Comlink.wrap<MachineService>(calls.port1) as unknown as MachineService,
    mode: 'worker',
    keepAlive() {},
    terminate() {
      calls.port1.close();
      events.port1.close();
      worker.terminate();
    },
  };
}

function couldNotStart(workerUrl: string | undefined): MachineError {
  return new MachineError(
    'bad-option',
    workerUrl === undefined
      ? `the worker could not be started: the page's Content-Security-Policy has to allow worker-src blob:, or worker-url has to name a copy of ring3-worker.js on the page's own server`
      : `the worker ${workerUrl} could not be started: is it there, a script, of the page's own origin, and does the page's Content-Security-Policy allow it (worker-src)?`,
  );
}

/** A URL: an image folder where it ends in '/', else an archive. */
export function rootFromString(url: string): RootSpec {
  const absolute = new URL(url, document.baseURI).href;
  return absolute.endsWith('/') ? { kind: 'folder', url: absolute } : { kind: 'archive', url: absolute };
}
