import type { ImageSource } from '@ring3/image';
import type { LimitName, MachineLimits } from '../protocol.js';
import { helpFor } from './error-help.js';
import type { StreamHandles } from './host-streams.js';

/** Where the guest's root file system comes from. */
export type RootSource =
  /** A folder of the host, read-only under an in-memory overlay. Node only. */
  | { kind: 'host'; path: string }
  /** An unpacked image, read-only under an in-memory overlay. */
  | { kind: 'image'; image: ImageSource }
  /** Nothing but a tmpfs with /dev, /proc and a minimal /etc. */
  | { kind: 'empty' };

/** A folder or file of the host in the guest; writes go through unless readOnly. */
export interface MountOption {
  host: string;
  guest: string;
  readOnly?: boolean;
  /** Leave it out where the guest has that path already. */
  onlyIfMissing?: boolean;
}

/** A machine as its engine takes it: sources are open. */
export interface EngineOptions {
  root?: RootSource;
  mounts?: readonly MountOption[];
  /** Bytes of guest memory (frames); default 1 GiB in Node. */
  memory?: number;
  limits?: MachineLimits;
  aslr?: boolean;
  /** Is hot code translated to WebAssembly? Default true. The guest cannot tell. */
  jit?: boolean;
  layout?: 'compact' | 'linux';
  /** Seeds everything random in the guest. */
  seed?: number;
  clock?: 'real' | 'virtual';
  hostname?: string;
  /** Bytes of a lazily fetched image did not come: the guest sees EIO or SIGBUS. */
  fetchFailed?: (message: string) => void;
  /** When pages of files are mapped: 'demand' (default: as Linux), 'demand:N', 'eager', 'hybrid', 'hybrid:N'. @see PagingPolicy */
  paging?: string;
  /** Where messages for developers go (RING3_DEBUG). */
  debug?: readonly string[];
}

export interface SpawnOptions {
  argv0?: string;
  env?: Record<string, string> | readonly string[];
  cwd?: string;
  uid?: number;
  gid?: number;
  /** 'pipe' (default): fed by Machine.input; 'null': /dev/null. Of no account with a tty. */
  stdin?: 'pipe' | 'null';
  /** A terminal for the three standard streams instead of separate streams. */
  tty?: { cols: number; rows: number };
  /** Default: StreamHandle's. */
  handles?: StreamHandles;
  /** Limits by RLIMIT_* number, for this process and its children; Infinity: none. */
  rlimits?: ReadonlyMap<number, { cur: number; max: number }>;
}

export interface ExitStatus {
  /** Exit status, or null when a signal ended it. */
  code: number | null;
  /** 'SIGKILL' …, or null. */
  signal: string | null;
  /** The signal's number, 0 where there is none. */
  signalNumber: number;
  /** Why the machine ended it, where a limit did. */
  limit?: LimitName;
  stats: ProcessStats;
}

/** What a process used, with those of its children that it waited for: as wait4(2) tells it. */
export interface ProcessStats {
  /** Instructions retired. */
  instructions: number;
  userSeconds: number;
  systemSeconds: number;
  /** The largest resident set, in bytes. */
  maxRssBytes: number;
  minorFaults: number;
  majorFaults: number;
  voluntarySwitches: number;
  involuntarySwitches: number;
}

export type MachineErrorId =
  /** A root, a mount, an image is not there. */
  | 'not-found'
  /** execve refused the program; `errno` says why. */
  | 'not-executable'
  /** A file of the guest could not be read or written; `errno` says why. */
  | 'file-error'
  | 'bad-option'
  | 'out-of-host-memory'
  /** The host did not take what the guest wrote to its folders. */
  | 'data-loss'
  | 'fetch-failed'
  /** Output that nobody read was dropped: what comes after the last byte of this stream is missing. */
  | 'output-lost'
  /** A limit of the machine has ended it: nothing can be started in it any more. */
  | 'limit-reached'
  /** A run that was to be repeated took another way (Rewind). */
  | 'not-repeatable'
  /** The machine was closed. */
  | 'closed'
  /** A bug of Ring3. */
  | 'internal';

/** A fault of Ring3 or of how it was called, never the guest's. */
export class MachineError extends Error {
  constructor(
    readonly id: MachineErrorId,
    message: string,
    /** The errno behind it, as 'ENOENT', where the guest's kernel gave one. */
    readonly errno?: string,
  ) {
    super(message);
    this.name = 'MachineError';
  }

  /** What its reader can do about it; '' where there is nothing to say. */
  get help(): string {
    return helpFor(this.id, this.errno);
  }

  /** A bundle's parts that are loaded later have this class too, and their errors are the same to whoever catches them. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'MachineError';
  }

  /** What was thrown, as one: an internal fault unless it is one already, or the host had no memory. */
  static from(thrown: unknown): MachineError {
    if (thrown instanceof MachineError) return thrown;
    if (thrown instanceof RangeError) return new MachineError('out-of-host-memory', thrown.message);
    return new MachineError('internal', thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
  }
}
