import type { InspectRequest as KernelInspectRequest, InspectView as KernelInspectView, TraceRecord } from '@ring3/kernel';
import type { MachineStats } from './engine/machine-stats.js';

export type { TraceRecord };
import type { MachineErrorId, MountOption, ProcessStats } from './engine/options.js';

/**
 * The whole contract between a Machine (page, Node) and the engine that runs it (a worker, or the same thread): calls of
 * MachineService in one direction, over Comlink; MachineEvents in the other, over a MessagePort. Everything here can be cloned.
 *
 *   Machine ── MachineService (Comlink) ──▶ engine        awaited: spawn, pause, inspect, readFile …
 *   Machine ◀── MachineEvent[] (port) ───── engine        output, exits, traces, progress: batched per turn of the event loop
 *
 * Bytes flow in credit windows of WINDOW_BYTES per stream: the engine sends so many bytes of output and then holds the guest's
 * write(2) until `credit` gives room back; the Machine does the same with input.
 */
export const WINDOW_BYTES = 256 * 1024;

/** A window that was full is open again when no more than this is under way: not a message per byte. */
export const REOPEN_BYTES = WINDOW_BYTES / 2;

/** Records of a subscription that are under way to its reader before the guest waits for it. */
export const TRACE_WINDOW = 1 << 16;

/** Where a guest's root file system comes from, as a page or another thread can say it. */
export type RootSpec =
  /** Node: a folder of the host, read-only under an in-memory overlay. */
  | { kind: 'host'; path: string }
  /** A folder with index.json and chunks/, by URL (fetched lazily) or, in Node, by path. */
  | { kind: 'folder'; url: string }
  /** A .tar, .tar.gz, .tar.xz, .tar.zst or .deb as one file: fetched (with progress), or its bytes. */
  | { kind: 'archive'; url: string; integrity?: string }
  | { kind: 'archive-bytes'; bytes: Uint8Array }
  /** tmpfs with /dev, /proc and a minimal /etc. */
  | { kind: 'empty' };

/** A file that the embedder puts into the guest before it runs. */
export interface FileSpec {
  /** Absolute path in the guest; missing folders are made. One that ends in '/' is a folder, which has no content. */
  path: string;
  /** Permission bits, 0o755 for what is executable. Default 0o644; ELF files and scripts 0o755. */
  mode?: number;
  /** Its bytes; a File or Blob, which is read piece by piece; or where to fetch them (in Node also a path). Default: empty. */
  content?: Uint8Array | Blob | { url: string };
}

/** What a machine may use. */
export interface MachineLimits {
  /** Bytes of guest memory (as the option `memory`, the lower of the two): the OOM killer ends a process with SIGKILL. */
  memory?: number;
  /** Retired instructions of the whole machine: then every process is killed. */
  instructions?: number;
  /** Milliseconds while a process lives (paused time does not count): then every process is killed. */
  wallTime?: number;
  /** Live processes and threads: fork(2), and spawning, fail with EAGAIN. */
  processes?: number;
  /** Open files of one process (RLIMIT_NOFILE's hard limit): open(2) fails with EMFILE. */
  openFiles?: number;
  /** Bytes written to stdout, stderr and terminals, of all processes: no more get out, and every process is killed. */
  outputBytes?: number;
}
export type LimitName = keyof MachineLimits;

export interface ExitRecord {
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

export type StepUnit = 'insn' | 'over' | 'out' | 'syscall' | 'fault' | 'stage' | 'signal';

/** A place in a run between two instructions. */
export interface Place {
  /** Instructions retired so far. */
  icount: number;
  /** true: and all that could be done without input is done; all sleep. */
  asleep: boolean;
}

export interface DisassemblyRequest {
  /** Default: where the thread stands. */
  address?: number;
  /** How many instructions before it, and behind it. */
  before?: number;
  after?: number;
}

export interface InstructionView {
  address: number;
  bytes: Uint8Array;
  /** Intel syntax, as objdump -M intel writes it; '(bad)' for what is no instruction. */
  text: string;
}

/** Which parts of a process are wanted, all of one moment. */
export interface InspectRequest extends Omit<KernelInspectRequest, 'pid'> {
  /** A thread's number. Default: the one at which the machine stands. */
  pid?: number;
  disassembly?: DisassemblyRequest;
}

/** Parts that were not asked for, or are not there, are null. */
export interface InspectView extends KernelInspectView {
  disassembly: InstructionView[] | null;
}

/** Why the machine stands still, and where. */
export interface Stop {
  /** 'exit': the thread that made a step has ended. */
  reason: 'pause' | 'step' | 'stop-spec' | 'exit';
  /** The word of pause-at that was met; where several were met in the same place, the first, and all of them. */
  spec?: string;
  specs?: string[];
  /** The process and thread whose turn it is; while all sleep, one that does. pid 1: nothing runs. */
  pid: number;
  tid: number;
  /** Nothing can run: all wait for input or time. */
  asleep?: true;
  /** Address of its next instruction. */
  ip: number;
  /** Instructions retired so far. */
  icount: number;
  /** The tracepoint that stopped it. */
  record?: TraceRecord;
  /**
   * The process as it was at a stage of execve, where the machine itself has gone on to the end of the call, or when a signal came that
   * may have ended it since.
   */
  view?: KernelInspectView;
  /** What was met before the machine could stand still and comes with the next stops: further stages of the same execve. */
  stagesLeft?: number;
}

export interface Progress {
  phase: 'core' | 'image' | 'file' | 'boot';
  /** URL or path of what is being loaded. */
  file: string;
  loaded: number;
  /** Bytes in all; null where the server does not say. */
  total: number | null;
}

/** A machine's options as its engine gets them. */
export interface WireOptions {
  root: RootSpec;
  mounts: readonly MountOption[];
  files: readonly FileSpec[];
  limits: MachineLimits;
  memory?: number;
  aslr?: boolean;
  jit?: boolean;
  layout?: 'compact' | 'linux';
  seed?: number;
  clock?: 'real' | 'virtual';
  hostname?: string;
  debug?: readonly string[];
}

/** Numbers of a process's streams, unique in its machine; 0 where it has none. A terminal is one stream both ways. */
export interface StreamNumbers {
  stdin: number;
  stdout: number;
  stderr: number;
  console: number;
}

export interface SpawnRequest {
  path: string;
  /** Without argv[0]. */
  args: readonly string[];
  argv0?: string;
  /** 'NAME=VALUE' */
  env?: readonly string[];
  cwd?: string;
  uid?: number;
  gid?: number;
  rlimits?: ReadonlyMap<number, { cur: number; max: number }>;
  tty?: { cols: number; rows: number };
  stdin: 'pipe' | 'null';
  /** 'ignore': what the process writes there is dropped at once. */
  stdout: 'pipe' | 'ignore';
  stderr: 'pipe' | 'ignore';
  streams: StreamNumbers;
}

export interface FileStat {
  kind: 'file' | 'directory' | 'symlink' | 'other';
  size: number;
  mode: number;
  uid: number;
  gid: number;
  /** Milliseconds since 1970. */
  mtime: number;
}

export interface MachineService {
  /** Loads and boots. @throws MachineError */
  boot(options: WireOptions): Promise<void>;
  /** @returns the pid. @throws MachineError not-found, not-executable with execve's errno */
  spawn(request: SpawnRequest): Promise<number>;
  kill(pid: number, signal: string | number, group: boolean): Promise<void>;
  /** Bytes for an input stream; the caller keeps within the window. */
  input(stream: number, bytes: Uint8Array): Promise<void>;
  inputEnd(stream: number): Promise<void>;
  /** The reader took so many bytes of an output stream. */
  credit(stream: number, bytes: number): Promise<void>;
  /** Nobody reads an output stream any more: the guest's next write to it is EPIPE. */
  cancelOutput(stream: number): Promise<void>;
  resize(stream: number, cols: number, rows: number): Promise<void>;
  /** Stands still between two instructions. */
  pause(): Promise<Stop>;
  /**
   * Stands still at this place of the run, default: now, without ending a step that is under way. Resolves there, or where it stands still
   * for another reason before.
   */
  hold(at?: Place): Promise<Place>;
  /** Goes on after `hold`; does nothing where it stands still for another reason. */
  release(): Promise<void>;
  resume(): Promise<void>;
  /** Only while paused: goes on to the next instruction, or event, of the thread. Resolves when it stands there, or with null when all has ended. */
  step(unit: StepUnit): Promise<Stop | null>;
  /** Where to pause by itself: pause-at. @throws MachineError bad-option */
  setStops(specs: readonly string[]): Promise<void>;
  /** What is at this moment in a process; null: there is none, or its memory is gone. */
  inspect(request: InspectRequest): Promise<InspectView | null>;
  /** Memory of a process; fewer bytes where it ends. */
  readMemory(pid: number, address: number, length: number): Promise<Uint8Array>;
  /** @returns bytes written */
  writeMemory(pid: number, address: number, bytes: Uint8Array): Promise<number>;
  stats(): Promise<MachineStats>;
  /**
   * Records of these events ('group' or 'group:event'; none: all) arrive as `trace` events with this id, which the caller has chosen, until
   * `unsubscribe`. @throws MachineError bad-option
   */
  subscribe(id: number, events: readonly string[], batch: number): Promise<void>;
  unsubscribe(id: number): Promise<void>;
  /** The reader has taken so many records. */
  traceTaken(id: number, records: number): Promise<void>;
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, bytes: Uint8Array, mode: number): Promise<void>;
  readdir(path: string): Promise<string[]>;
  stat(path: string): Promise<FileStat>;
  mkdir(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Kills what runs and writes what is dirty to the host's folders. @throws MachineError data-loss: the host did not take it */
  shutDown(): Promise<void>;
}

/** What the engine says by itself, in order. */
export type MachineEvent =
  | { type: 'output'; stream: number; bytes: Uint8Array }
  | { type: 'output-end'; stream: number }
  /** The guest has read so many bytes of an input stream. */
  | { type: 'input-room'; stream: number; bytes: number }
  /** No process has the input stream open any more. */
  | { type: 'input-closed'; stream: number }
  | { type: 'exit'; pid: number; exit: ExitRecord }
  /** Every process has begun to sleep; or one has woken. */
  | { type: 'idle'; idle: boolean }
  /** It has paused by itself (stop-spec). */
  | { type: 'stopped'; stop: Stop }
  | { type: 'trace'; id: number; records: TraceRecord[] }
  | { type: 'progress'; progress: Progress }
  /** Something from outside did not come, and the guest has had an I/O error for it. */
  | { type: 'warning'; error: MachineErrorRecord }
  /** The engine itself failed (a bug of Ring3, or its host ran out of memory), or the host did not take the guest's files. */
  | { type: 'failure'; error: MachineErrorRecord }
  /** A limit has ended the machine: every process is gone, files can still be read. */
  | { type: 'ended'; limit: LimitName };

export interface MachineErrorRecord {
  id: MachineErrorId;
  message: string;
  errno?: string;
}
