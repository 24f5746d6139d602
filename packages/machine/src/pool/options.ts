import type { MountOption } from '../engine/options.js';
import type { MachineLimits } from '../protocol.js';

/** What a job has that says nothing else. */
export interface JobDefaults {
  /** A folder, archive or image of the host, or a URL. Default: an empty tmpfs with /dev and /proc. */
  root?: string;
  mounts?: readonly MountOption[];
  env?: Readonly<Record<string, string>>;
  /** Working directory in the guest. */
  cwd?: string;
  uid?: number;
  gid?: number;
  rlimits?: ReadonlyMap<number, { cur: number; max: number }>;
  /** Bytes of guest memory. Default 1 GiB; a machine takes from the host what its guest has touched. */
  memory?: number;
  /** Defaults: wallTime 60,000 ms, outputBytes 16 MiB, processes 1024. */
  limits?: MachineLimits;
  clock?: 'real' | 'virtual';
  seed?: number;
  aslr?: boolean;
  /** Is hot code translated? Default true. */
  jit?: boolean;
  layout?: 'compact' | 'linux';
  paging?: string;
  /** Bytes of each output that results show. Default 64 KiB; assertions see all. */
  shownBytes?: number;
}

export interface PoolProgress {
  /** Jobs that run now. */
  running: number;
  done: number;
  failed: number;
}

export interface PoolOptions {
  /** Threads, and so machines, at a time. Default: the host's processors. */
  workers?: number;
  /** Results as the jobs came (default), or as they end. */
  order?: 'input' | 'completion';
  /** After the first job that is not ok nothing more is started; the results that are there are the last. */
  failFast?: boolean;
  /** Ends all machines at once; the iterator throws the signal's reason. */
  signal?: AbortSignal;
  onProgress?: (progress: PoolProgress) => void;
  defaults?: JobDefaults;
  /** Where relative paths of the host in jobs start. Default: the working directory. */
  folder?: string;
  /** Milliseconds after its wallTime that a job's thread may take to answer, before it is ended and replaced. Default 15,000. */
  grace?: number;
  /** The script of a worker thread, where it is not this package's own: it calls serveJobs. */
  workerUrl?: URL;
}
