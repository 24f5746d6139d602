import type { Connection, ConnectOptions } from '../client/connection.js';
import { connectInline as connectTo } from '../client/inline.js';
import { webHost } from './host.js';

/** An engine on the page's own thread: a module of its own, which pages with workers never load. */
export function connectInline(coreModule: WebAssembly.Module, options: ConnectOptions): Connection {
  return connectTo(webHost(coreModule), options);
}
