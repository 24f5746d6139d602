import type { MachineEvent, MachineService } from '../protocol.js';

/** A line to an engine: '#connect' makes one (node/connect.ts, web/connect.ts). */
export interface Connection {
  readonly service: MachineService;
  /** Where the engine runs. */
  readonly mode: 'worker' | 'inline';
  /** Does it keep the process alive (Node)? */
  keepAlive(yes: boolean): void;
  /** Ends the engine at once, whatever it does. Resolves when what it had is freed. */
  terminate(): Promise<void>;
}

export interface ConnectOptions {
  /** false: on the caller's thread. */
  worker: boolean;
  /** A worker script of one's own server, where a page's policy forbids blob: workers. */
  workerUrl?: string;
  receive(events: MachineEvent[]): void;
  /** The engine's thread has died. */
  failed(error: Error): void;
}
