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
  events.port1.addEventListener('messageerror', () => failed(new Error('a message of the worker cannot be read')));
  events.port1.start();
  // What a running script throws has a message; what never ran has none.
  worker.addEventListener('error', ({ message }) => failed(message ? new Error(message) : couldNotStart(workerUrl)));
  return {
    service: Comlink.wrap<MachineService>(calls.port1) as unknown as MachineService,
    mode: 'worker',
    keepAlive() {},
    async terminate() {
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

/**
 * A URL: an image folder where it ends in '/', else an archive; '#ID' is an archive in the page itself, the text in base64 of the
 * <script type="text/plain"> with that id. @throws MachineError bad-option
 */
export function rootFromString(url: string): RootSpec {
  const absolute = new URL(url, document.baseURI);
  const [page, id] = absolute.href.split('#');
  if (id && page === document.baseURI.split('#')[0]) return { kind: 'archive-bytes', bytes: bytesInPage(id) };
  return absolute.pathname.endsWith('/') ? { kind: 'folder', url: absolute.href } : { kind: 'archive', url: absolute.href };
}

function bytesInPage(id: string): Uint8Array {
  const text = document.getElementById(id)?.textContent?.trim();
  if (!text) throw new MachineError('bad-option', `root #${id}: the page has no such element with text`);
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    throw new MachineError('bad-option', `root #${id}: its text is no base64`);
  }
}
