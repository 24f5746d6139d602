import { existsSync, statSync } from 'node:fs';
import { MessageChannel, Worker } from 'node:worker_threads';
import * as Comlink from 'comlink';
import { connectInline } from '../client/inline.js';
import type { Connection, ConnectOptions } from '../client/connection.js';
import { MachineError } from '../engine/options.js';
import type { MachineEvent, MachineService, RootSpec } from '../protocol.js';
import { keepErrorsWhole } from '../protocol-errors.js';
import { nodeHost } from './host.js';
import type { WorkerStart } from './worker.js';

/** An engine in a worker thread, or on this one. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  return options.worker ? connectWorker(options) : connectInline(nodeHost, options);
}

function connectWorker({ receive, failed }: ConnectOptions): Connection {
  keepErrorsWhole();
  // Flags of the caller's script (--input-type, --import) are not for this one.
  const worker = new Worker(new URL('./worker.js', import.meta.url), { name: 'ring3', execArgv: [] });
  const calls = new MessageChannel();
  const events = new MessageChannel();
  worker.postMessage({ calls: calls.port2, events: events.port2, coreModule: nodeHost.coreModule } satisfies WorkerStart, [
    calls.port2,
    events.port2,
  ]);
  events.port1.on('message', (batch: MachineEvent[]) => receive(batch));
  events.port1.on('messageerror', failed);
  let ended = false;
  worker.on('error', (error: Error & { code?: string }) =>
    failed(
      error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new MachineError('out-of-host-memory', `the machine's thread: ${error.message}`) : error,
    ),
  );
  worker.on('exit', (code) => {
    if (!ended) failed(new Error(`exit code ${code}`));
  });
  const ports = [calls.port1, events.port1, worker];
  return {
    service: Comlink.wrap<MachineService>(calls.port1 as unknown as Comlink.Endpoint) as unknown as MachineService,
    mode: 'worker',
    keepAlive(yes) {
      for (const port of ports)
        if (yes) port.ref();
        else port.unref();
    },
    async terminate() {
      ended = true;
      calls.port1.close();
      events.port1.close();
      await worker.terminate();
    },
  };
}

/** A path of the host: '/' or a folder, an image folder, an archive. @throws MachineError not-found */
export function rootFromString(path: string): RootSpec {
  if (/^https?:/.test(path)) return path.endsWith('/') ? { kind: 'folder', url: path } : { kind: 'archive', url: path };
  if (!existsSync(path)) throw new MachineError('not-found', `root ${path}: no such file or directory`);
  if (!statSync(path).isDirectory()) return { kind: 'folder', url: path };
  // A root may have a file of that name, too.
  const isImage = existsSync(`${path}/index.json`) && (existsSync(`${path}/chunks`) || existsSync(`${path}/blob`));
  return isImage ? { kind: 'folder', url: path } : { kind: 'host', path };
}
