import type { MachineError, MountOption } from '../engine/options.js';
import type { FileSpec, MachineLimits, Progress, RootSpec, Stop } from '../protocol.js';

export interface MachineOptions {
  /**
   * The root file system: a RootSpec, or a string: in Node a path ('/' is the host's own, read-only below an overlay; a folder; a tar,
   * .deb or image), in a page a URL of an archive or, ending in '/', of an image folder. Default: an empty tmpfs.
   */
  root?: string | RootSpec;
  /** Node: folders and files of the host in the guest. */
  mounts?: readonly MountOption[];
  /** Files to put into the guest before anything runs. */
  files?: readonly FileSpec[];
  /** Bytes of guest memory: default 256 MiB in a page, 1 GiB in Node. */
  memory?: number;
  limits?: MachineLimits;
  aslr?: boolean;
  layout?: 'compact' | 'linux';
  seed?: number;
  clock?: 'real' | 'virtual';
  hostname?: string;
  /** false: runs on the caller's thread. */
  worker?: boolean;
  /** Page: the worker's script on one's own server, where blob: workers are forbidden. */
  workerUrl?: string;
  /** Closes the machine; what waits for it is rejected with the signal's reason. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  /** The machine has paused by itself (setStops). */
  onStop?: (stop: Stop) => void;
  /** Something from outside did not come, and the guest has had an I/O error for it: fetch-failed. */
  onWarning?: (error: MachineError) => void;
  /** Topics of messages for developers ('syscalls': calls that are not there). */
  debug?: readonly string[];
}

/** Where a standard output goes: a stream, a buffer that `exited` delivers (to its limit), or nowhere. */
export type OutputMode = 'pipe' | 'collect' | 'ignore';

export interface SpawnOptions {
  argv0?: string;
  env?: Readonly<Record<string, string>> | readonly string[];
  cwd?: string;
  uid?: number;
  gid?: number;
  /** 'pipe' (default): Process.stdin; 'null': /dev/null; or its whole content. */
  stdin?: 'pipe' | 'null' | string | Uint8Array;
  /** Default 'pipe'. */
  stdout?: OutputMode;
  /** Default 'pipe'. */
  stderr?: OutputMode;
  /** Bytes of each collected output that are kept, from its start; default 16 MiB. */
  collectLimit?: number;
  /** A terminal instead of three streams: Process.stdin and Process.stdout are its two sides. */
  tty?: { cols: number; rows: number };
  /** Limits by RLIMIT_* number. */
  rlimits?: ReadonlyMap<number, { cur: number; max: number }>;
}
