import type { MachineErrorId, MountOption } from '../engine/options.js';
import type { LimitName, MachineLimits } from '../protocol.js';

/** Bytes that a job brings along: as text (UTF-8), as base64, or a file of the host (below the pool's `folder` where relative). */
export type Content = { text: string } | { base64: string } | { host: string };

/** A file put into the guest before the program starts. Missing folders are made. */
export type JobFile = Content & {
  /** Absolute path in the guest. */
  path: string;
  /** Permission bits, or as '755'. Default: 0o755 for ELF files and scripts, 0o644 for others. */
  mode?: number | string;
};

export interface JobLimits {
  /** Bytes of guest memory, or as '512m'. */
  memory?: number | string;
  /** Live processes and threads. */
  processes?: number;
  /** Open files of a process (RLIMIT_NOFILE). */
  openFiles?: number;
  /** Retired instructions of the whole machine. */
  instructions?: number;
  /** Milliseconds, or as '10s'. */
  wallTime?: number | string;
  /** Bytes written to stdout and stderr together, or as '1m'. */
  outputBytes?: number | string;
}

/** How often: exactly so many times, at least once (true), never (false), or between bounds. */
export type Count = number | boolean | { min?: number; max?: number };

/** What an output or a file must be. All that is named must hold. */
export interface TextDetails {
  equals?: string;
  /** Equal to these bytes. */
  base64?: string;
  /** Equal to a file of the host. */
  file?: string;
  contains?: string | readonly string[];
  lacks?: string | readonly string[];
  /** Regular expressions of JavaScript, with ^ and $ at lines; found anywhere. */
  matches?: string | readonly string[];
}

/** A string: equal to it. */
export type TextExpectation = string | TextDetails;

/** A file of the guest after the program has ended. */
export type FileExpectation = string | { absent: true } | (TextDetails & { mode?: number | string });

export interface TraceExpectation {
  /** Times that each system call is entered, by name. */
  syscalls?: Readonly<Record<string, Count>>;
  /** No system call but these is entered. */
  onlySyscalls?: readonly string[];
  /** Times that each signal is delivered, by name: to a handler, or to stop or continue. The one that ends the program is `signal`. */
  signals?: Readonly<Record<string, Count>>;
  /** Times that each tracepoint is passed: 'mm:mmap', 'task:…'; ring3 trace --help tells them. */
  events?: Readonly<Record<string, Count>>;
  /** Page faults, and of those the minor and the major ones. */
  faults?: Count;
  minorFaults?: Count;
  majorFaults?: Count;
  instructions?: Count;
}

export interface Expectation {
  /** Exit status; 'any': whatever it is, also a signal. Default 0, unless a signal or a limit is expected. */
  exit?: number | 'any' | 'nonzero';
  /** The signal that ends it: 'SIGSEGV'. */
  signal?: string;
  /** The limit that ends it. */
  limit?: JobLimit;
  stdout?: TextExpectation;
  stderr?: TextExpectation;
  /** By absolute path in the guest. */
  files?: Readonly<Record<string, FileExpectation>>;
  trace?: TraceExpectation;
}

/** One run of one program in a machine of its own. */
export interface Job {
  /** Told in its result. Default: its place among the jobs, from 1. */
  id?: string | number;
  /** A path of the guest, or a name that is looked up in the environment's PATH. */
  program: string;
  /** Without argv[0]. */
  args?: readonly string[];
  argv0?: string;
  /** Added to the pool's. */
  env?: Readonly<Record<string, string>> | readonly string[];
  /** Working directory in the guest. Default: the pool's, or '/' where the job has a root of its own. */
  cwd?: string;
  /** A folder, archive or image of the host, or a URL; 'empty': tmpfs with /dev and /proc. */
  root?: string;
  files?: readonly JobFile[];
  /** Default: /dev/null. */
  stdin?: string | Content;
  uid?: number;
  gid?: number;
  limits?: JobLimits;
  /** 'virtual' and a seed make a run repeatable to the instruction. Default 'real'. */
  clock?: 'real' | 'virtual';
  seed?: number;
  aslr?: boolean;
  /** false: hot code is not translated, which makes no difference but in time. */
  jit?: boolean;
  layout?: 'compact' | 'linux';
  expect?: Expectation;
}

/** A limit of the machine that can end a job. */
export type JobLimit = LimitName;

/** A job after checkJob: complete, plain data that crosses to a thread. */
export interface CheckedJob extends Omit<Job, 'id' | 'env' | 'limits' | 'stdin' | 'files' | 'expect' | 'args' | 'cwd' | 'clock'> {
  id: string | number;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  clock: 'real' | 'virtual';
  files: readonly (Content & { path: string; mode?: number })[];
  stdin: Content | null;
  mounts: readonly MountOption[];
  rlimits: ReadonlyMap<number, { cur: number; max: number }>;
  paging?: string;
  /** Bytes of guest memory. */
  memory: number;
  limits: MachineLimits & { wallTime: number; outputBytes: number };
  expect: Expectation;
  /** Where relative paths of the host start. */
  folder: string;
  /** Bytes of each output that the result shows. */
  shownBytes: number;
}

export interface Failure {
  /** What was expected, as a path in the job: 'exit', 'stdout.contains', 'files./tmp/a', 'trace.syscalls.open'. */
  check: string;
  /** One sentence; below it a short diff where two texts differ in a line of many. */
  message: string;
  expected: string;
  got: string;
}

export interface JobStats {
  instructions: number;
  faults: number;
  minorFaults: number;
  majorFaults: number;
  contextSwitches: number;
  /** Milliseconds from the start of the machine to its end. */
  time: number;
}

export interface JobError {
  id: MachineErrorId | 'malformed';
  message: string;
  /** execve's errno, where it refused the program. */
  errno?: string;
  /** Of a malformed job: the line of the file, and the field ('limits.memory'). */
  line?: number;
  field?: string;
}

export interface JobResult {
  id: string | number;
  /** It ran, and ended as expected. */
  ok: boolean;
  failures: Failure[];
  /** Null: it did not run to an end. */
  exit: { code: number | null; signal: string | null; limit: JobLimit | null } | null;
  /** The first bytes of what it wrote, as UTF-8 (what is none is U+FFFD). */
  stdout: string;
  stderr: string;
  /** There was more, or the limit of outputBytes cut it off. */
  truncated?: { stdout: boolean; stderr: boolean };
  stats: JobStats | null;
  /** Why it could not run: never the guest's fault. */
  error?: JobError;
  /** What of its root could not be fetched. */
  warnings?: string[];
}

/** The result of a job that did not run, or not to an end. */
export function notRun(id: string | number, error: JobError): JobResult {
  return { id, ok: false, failures: [], exit: null, stdout: '', stderr: '', stats: null, error };
}
