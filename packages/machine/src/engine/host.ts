import type { HostFs } from '@ring3/kernel';

/** Folders of the host that an embedder may mount. */
export interface MountableHostFs extends HostFs {
  /** Registers a folder or file and returns its handle. @throws an error with `code` when it is not there */
  addRoot(hostPath: string): number;
}

/** What an engine needs from where it runs, besides what every JavaScript host has at hand: node/host.ts, web/host.ts. */
export interface EngineHost {
  /** Milliseconds since some time, with their fractions, of a clock that is never set back. */
  now(): number;
  /** Milliseconds since 1970, as exactly as the host tells. */
  wallClock(): number;
  /** Entropy, for keys too. */
  random(into: Uint8Array<ArrayBuffer>): void;
  /** The compiled core, shared by the engines of one thread. */
  readonly coreModule: WebAssembly.Module;
  /** Folders of the host; null in a page. */
  hostFs(): MountableHostFs | null;
  /** CPU seconds of this thread so far; wall time where the host does not tell. */
  cpuSeconds(): number;
  /** Resolves after the event loop has had its turn, as soon as it can. */
  yieldToHost(): Promise<void>;
  /** Guest memory where the options say nothing. */
  readonly defaultMemory: number;
  debug(topic: string, line: string): void;
}
