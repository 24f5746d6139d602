import type { RlimitName } from '../engine/rlimits.js';
import type { MachineError, MountOption } from '../engine/options.js';
import type { FileSpec, MachineLimits, Progress, RootSpec, Stop } from '../protocol.js';
import type { StateChange } from './events.js';

export interface MachineOptions {
  /**
   * The root file system: a RootSpec, or a string: in Node a path ('/' is the host's own, read-only below an overlay; a folder; a tar,
   * .deb or image), in a page a URL of an archive or, ending in '/', of an image folder. Default: an empty tmpfs.
   */
  root?: string | RootSpec;
  /** Node: folders and files of the host in the guest. What is written to them is there when `close` resolves. */
  mounts?: readonly MountOption[];
  /** Files to put into the guest before anything runs. */
  files?: readonly FileSpec[];
  /** Bytes of guest memory: default 256 MiB in a page, 1 GiB in Node. */
  memory?: number;
  limits?: MachineLimits;
  aslr?: boolean;
  /** Is hot code translated to WebAssembly? Default true; false: all is interpreted, which differs in speed alone. */
  jit?: boolean;
  layout?: 'compact' | 'linux';
  seed?: number;
  clock?: 'real' | 'virtual';
  hostname?: string;
  /** false: runs on the caller's thread. */
  worker?: boolean;
  /** Page: the worker's script on one's own server, where blob: workers are forbidden. */
  workerUrl?: string;
  /** Closes the machine, also while it boots; what waits for it is rejected with the signal's reason. */
  signal?: AbortSignal;
  /** As `on('progress')`, `on('statechange')`, `on('stop')` and `on('warning')`, from the first moment on. */
  onProgress?: (progress: Progress) => void;
  onStateChange?: (change: StateChange) => void;
  onStop?: (stop: Stop) => void;
  onWarning?: (error: MachineError) => void;
  /** Topics of messages for developers ('syscalls': calls that are not there). */
  debug?: readonly string[];
}

/**
 * Where a standard output goes: a stream that has to be read (the process waits for its reader), a buffer that `exited` delivers (to its
 * limit), or nowhere.
 */
export type OutputMode = 'pipe' | 'collect' | 'ignore';

/** One value for both, or soft and hard limit; Infinity: none. */
export type Rlimit = number | { cur: number; max: number };

export interface SpawnOptions {
  argv0?: string;
  /** Replaces the default: PATH, HOME=/root and TERM=xterm. */
  env?: Readonly<Record<string, string>> | readonly string[];
  /** Default '/'. */
  cwd?: string;
  /** Default 0. */
  uid?: number;
  gid?: number;
  /** 'pipe' (default): Process.stdin; 'null': /dev/null; or its whole content: other text, bytes, or a stream of them. */
  stdin?: 'pipe' | 'null' | string | Uint8Array | ReadableStream<Uint8Array>;
  /** Default 'pipe'. */
  stdout?: OutputMode;
  /** Default 'pipe'. */
  stderr?: OutputMode;
  /** Bytes of each collected output that are kept, from its start; default 16 MiB. */
  collectLimit?: number;
  /** A terminal instead of three streams: Process.stdin and Process.stdout are its two sides. */
  tty?: { cols: number; rows: number };
  /** Limits of this process and its children: by name, or a map by RLIMIT_* number. */
  rlimits?: Readonly<Partial<Record<RlimitName, Rlimit>>> | ReadonlyMap<number, { cur: number; max: number }>;
  /** Kills the process (SIGKILL); a spawn that is under way is rejected with the signal's reason. */
  signal?: AbortSignal;
}
