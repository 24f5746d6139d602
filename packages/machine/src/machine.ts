import { createCore, loadCoreModule } from '@ring3/core';
import {
  createHostInput,
  createHostOutput,
  createKernel,
  hostInput,
  hostInputEnd,
  hostOutputWritable,
  killAll,
  type Kernel,
  pageFault,
  sendFromOutside,
  spawnProcess,
  type Task,
  Trace,
  type TraceSink,
} from '@ring3/kernel';
import { GuestProcess } from './guest-process.js';
import { type HostStreams, StreamHandle } from './host-streams.js';
import { NodePlatform } from './node/node-platform.js';
import { MachineError, type MachineOptions, type SpawnOptions } from './options.js';
import { mountHostPaths, rootFileSystem } from './root.js';
import { RunLoop } from './run-loop.js';

const DEFAULT_MEMORY = 1024 ** 3;
/** Instructions per turn of a task: at 300 MIPS about 3 ms. */
const QUANTUM = 1_000_000;

/** Programs are looked for here when the environment has no PATH, as login(1) sets it for root. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * One machine: processor, memory, kernel and its file systems, run inline on the caller's thread in short slices. The guest's
 * standard streams go through `streams`.
 */
export class Machine {
  private readonly processes: GuestProcess[] = [];
  private loop: RunLoop | null = null;

  private constructor(
    readonly kernel: Kernel,
    private readonly options: MachineOptions,
  ) {}

  /** @throws MachineError when the root or a mount cannot be opened, or memory cannot be had */
  static create(options: MachineOptions, streams: HostStreams): Machine {
    const platform = new NodePlatform({
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      virtualClock: options.clock === 'virtual',
      streams,
      debugTopics: new Set(options.debug),
    });
    let kernel: Kernel | null = null;
    const core = createCore(
      loadCoreModule(),
      { memoryLimit: options.memory ?? DEFAULT_MEMORY },
      {
        pageFault: (va, error) => pageFault(kernel!, va, error),
        rdtsc: () => BigInt(kernel!.clock.monotonic(kernel!)) * 2n,
      },
    );
    kernel = createKernel({
      core,
      platform,
      options: {
        layout: options.layout ?? 'compact',
        aslr: options.aslr ?? false,
        clock: options.clock ?? 'real',
        hostname: options.hostname ?? 'ring3',
        quantum: QUANTUM,
      },
      root: (k) => rootFileSystem(k, options.root ?? { kind: 'empty' }, platform.hostFs),
    });
    mountHostPaths(kernel, options.mounts ?? [], platform.hostFs);
    return new Machine(kernel, options);
  }

  /**
   * Starts a program as a new session below pid 1. `path` with a slash is taken as it is, otherwise it is looked up in env's PATH.
   * @param args without argv[0]
   * @throws Errno as execve would give it
   */
  spawn(path: string, args: readonly string[], options: SpawnOptions = {}): GuestProcess {
    const k = this.kernel;
    const tty = options.tty ? k.consoles.open(k, { handle: StreamHandle.Console, ...options.tty }) : null;
    const files = tty
      ? { stdin: k.consoles.file(k, tty, 2), stdout: k.consoles.file(k, tty, 2), stderr: k.consoles.file(k, tty, 2) }
      : { stdin: createHostInput(k, StreamHandle.Stdin), stdout: createHostOutput(k, StreamHandle.Stdout), stderr: createHostOutput(k, StreamHandle.Stderr) };
    const task: Task = spawnProcess(k, {
      path,
      argv: [options.argv0 ?? path, ...args].map(toByteString),
      envp: environment(options.env).map(toByteString),
      cwd: options.cwd ?? '/',
      uid: options.uid ?? 0,
      gid: options.gid ?? 0,
      files: [files.stdin, files.stdout, files.stderr],
      ...(tty ? { tty } : {}),
      ...(options.rlimits ? { rlimits: options.rlimits } : {}),
    });
    const process = new GuestProcess(task.tgid, task, (signo) => {
      sendFromOutside(k, task, signo);
      this.loop?.poke();
    });
    this.processes.push(process);
    return process;
  }

  /**
   * Runs until `finished` says so, nothing is left to run, or a limit of the machine is reached; then every process is killed.
   * Between slices the host's event loop runs.
   */
  async run(finished: () => boolean): Promise<void> {
    const { instructions = Infinity, wallTime = Infinity } = this.options.limits ?? {};
    this.loop = new RunLoop(this.kernel, () => this.settle() && finished(), { instructions, deadlineMs: performance.now() + wallTime });
    const { reason } = await this.loop.run();
    killAll(this.kernel);
    for (const process of this.processes) process.settle(reason === 'finished' ? undefined : reason);
    this.loop = null;
  }

  /** Resolves the promises of processes that have ended; true when none is left. */
  private settle(): boolean {
    let ended = true;
    for (const process of this.processes) ended = process.settle() && ended;
    return ended;
  }

  input(handle: number, bytes: Uint8Array): void {
    if (handle === StreamHandle.Console) this.kernel.consoles.input(this.kernel, handle, bytes);
    else hostInput(this.kernel, handle, bytes);
    this.loop?.poke();
  }

  inputEnd(handle: number): void {
    hostInputEnd(this.kernel, handle);
    this.loop?.poke();
  }

  outputWritable(handle: number): void {
    hostOutputWritable(this.kernel, handle);
    this.loop?.poke();
  }

  resize(cols: number, rows: number): void {
    this.kernel.consoles.resize(this.kernel, StreamHandle.Console, cols, rows);
    this.loop?.poke();
  }

  /** Receives tracepoints of these groups, synchronously, as they happen. */
  attachTrace(groups: Trace, sink: TraceSink): void {
    this.kernel.trace.attach(groups, sink);
  }
}

/** Host strings are UTF-16, the guest's are bytes: UTF-8, one char per byte. */
export function toByteString(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function environment(env: SpawnOptions['env']): string[] {
  if (!env) return [`PATH=${DEFAULT_PATH}`, 'HOME=/root', 'TERM=xterm'];
  return Array.isArray(env) ? [...env] : Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

export { MachineError };
