import { Cpu, Stat } from '@ring3/abi';
import { getReg, type Kernel, runSlice, type SliceResult } from '@ring3/kernel';
import { counter, type SliceTimes } from './machine-stats.js';

/** Instructions per call of the scheduler, at most: enough to amortise the call. On a slow host fewer, so that it is served in time. */
const SLICE_INSTRUCTIONS = 2_000_000;
const LEAST_SLICE = 50_000;
/** How long the guest may keep the host's event loop waiting. */
const HOST_YIELD_MS = 10;
/** The longest that a timer of the host can wait: 2^31 − 1 ms. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** A slice with fewer of its instructions in translated code shows how fast the interpreter is. */
const HARDLY_TRANSLATED = 0.01;

/** How long everything sleeps before it is told. */
const IDLE_MS = 20;

export interface RunLoopEnd {
  reason: 'finished' | 'instructions' | 'wallTime';
}

export interface RunLoopOptions {
  /** Asked between slices: is there anything left that the embedder waits for? */
  finished(): boolean;
  /** Milliseconds of a clock that never stands still (EngineHost). */
  now(): number;
  /** CPU seconds of this thread so far. */
  cpuSeconds(): number;
  /** Does a process that was spawned live? */
  hasProcesses(): boolean;
  /** Told true when every process has slept for a while, false when it goes on. */
  onIdle?(idle: boolean): void;
  /** No slice begins while this is true; to be asked again after a `poke`. */
  isHeld?(): boolean;
  /** Called at the end of each slice, as a part of it: translates what has become hot. */
  translate?(): void;
  /** Called after each slice: output and exits may be told to the embedder. */
  afterSlice?(): void;
  yieldToHost(): Promise<void>;
  /** No process is left: the loop waits for the next one instead of ending. */
  outlivesProcesses?: boolean;
  /** Instructions after which the machine may have to stand still (StopControl); asked before each slice. */
  instructionsUntilStop?(): number;
  limits: { instructions: number; wallTime: number };
}

export const NO_TIMES: SliceTimes = { seconds: 0, interpretedSeconds: 0, interpretedInstructions: 0 };

export function addTimes(a: SliceTimes, b: SliceTimes = NO_TIMES): SliceTimes {
  return {
    seconds: a.seconds + b.seconds,
    interpretedSeconds: a.interpretedSeconds + b.interpretedSeconds,
    interpretedInstructions: a.interpretedInstructions + b.interpretedInstructions,
  };
}

/**
 * Drives the kernel in slices and returns to the host's event loop between them, so that input, kill and timers are always served.
 * While every task sleeps it waits for the kernel's next timer or for `poke` (something came from outside). While it is paused no
 * guest instruction runs, and the time does not count against the limit.
 */
export class RunLoop {
  private wakeUp: (() => void) | null = null;
  private poked = false;
  private stopped = false;
  /** Milliseconds that count against limits.wallTime, up to `countedAt`; null there: they do not count now. */
  private spent = 0;
  private countedAt: number | null = null;
  /** What slices took. */
  readonly times: SliceTimes = { ...NO_TIMES };
  private lastYield: number;
  paused = false;
  private inSlice = false;

  constructor(
    private readonly kernel: Kernel,
    private readonly options: RunLoopOptions,
  ) {
    this.lastYield = options.now();
  }

  /** Time counts while it is not paused and, where it outlives its processes, one of them lives. Milliseconds left of the limit. */
  private timeLeft(): number {
    const now = this.options.now();
    if (this.countedAt !== null) this.spent += now - this.countedAt;
    const counts = !this.paused && (!this.options.outlivesProcesses || this.options.hasProcesses());
    this.countedAt = counts ? now : null;
    return counts ? this.options.limits.wallTime - this.spent : Infinity;
  }

  /** Something changed outside the guest: input, a kill, room in a stream. */
  poke(): void {
    if (this.countedAt === null) this.timeLeft();
    this.poked = true;
    this.wakeUp?.();
  }

  stop(): void {
    this.stopped = true;
    this.poke();
  }

  /** No slice begins until `resume`. Slices never outlast a turn of the event loop, so this holds at once for who is outside one. */
  pause(): void {
    this.paused = true;
    this.timeLeft();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.poke();
  }

  async run(): Promise<RunLoopEnd> {
    const { options } = this;
    while (!this.stopped && !options.finished()) {
      if (this.paused || options.isHeld?.()) {
        await this.wait(MAX_TIMEOUT_MS);
        continue;
      }
      const left = options.limits.instructions - getReg(this.kernel, Cpu.Icount);
      if (left <= 0) return { reason: 'instructions' };
      if (this.timeLeft() <= 0) return { reason: 'wallTime' };
      this.poked = false;
      const began = options.now();
      const result = this.slice(Math.min(this.sliceLength, left, options.instructionsUntilStop?.() ?? Infinity));
      this.fitSlice(options.now() - began);
      options.afterSlice?.();
      if (result === 'dead' && !options.outlivesProcesses) break;
      await this.serveHost(result);
    }
    return { reason: 'finished' };
  }

  /** How the guest is cut into slices makes no difference to it. */
  private fitSlice(ms: number): void {
    if (ms > HOST_YIELD_MS) this.sliceLength = Math.max(LEAST_SLICE, this.sliceLength >>> 1);
    else if (ms < HOST_YIELD_MS / 4) this.sliceLength = Math.min(SLICE_INSTRUCTIONS, this.sliceLength * 2);
  }

  private sliceLength = SLICE_INSTRUCTIONS / 4;

  /** Runs at most so many instructions now. Not to be called from inside a slice (a trace sink). */
  slice(instructions: number): SliceResult {
    if (this.inSlice) throw new Error('a slice inside a slice');
    this.inSlice = true;
    const { kernel, times } = this;
    const before = this.options.cpuSeconds();
    const retiredBefore = getReg(kernel, Cpu.Icount);
    const translatedBefore = counter(kernel, Stat.RegionInstructions);
    try {
      const result = runSlice(kernel, instructions);
      this.options.translate?.();
      return result;
    } finally {
      this.inSlice = false;
      const seconds = this.options.cpuSeconds() - before;
      times.seconds += seconds;
      const retired = getReg(kernel, Cpu.Icount) - retiredBefore;
      if (counter(kernel, Stat.RegionInstructions) - translatedBefore < retired * HARDLY_TRANSLATED) {
        times.interpretedSeconds += seconds;
        times.interpretedInstructions += retired;
      }
    }
  }

  private async serveHost(result: SliceResult): Promise<void> {
    // Under a virtual clock input comes at once, whatever the guest's other tasks could do meanwhile.
    const awaitsInput = this.kernel.options.clock === 'virtual' && this.kernel.hostStreams?.awaited === true;
    if (this.paused) return;
    if (result !== 'ready' || awaitsInput) {
      await this.sleep();
    } else if (this.options.now() - this.lastYield > HOST_YIELD_MS) {
      await this.options.yieldToHost();
    } else {
      return;
    }
    this.lastYield = this.options.now();
  }

  /** Until the next kernel timer, the deadline of the machine, or a poke. */
  private async sleep(): Promise<void> {
    if (this.poked || this.paused || this.options.finished()) return;
    const { kernel } = this;
    // A virtual clock passes timers by itself: when it stands still, only input helps.
    const timer = kernel.options.clock === 'virtual' ? Infinity : (kernel.timers.next - kernel.clock.monotonic(kernel)) / 1e6;
    const told = this.options.onIdle && setTimeout(() => this.options.onIdle!((this.idle = true)), IDLE_MS);
    await this.wait(Math.max(0, Math.min(timer, this.timeLeft())));
    clearTimeout(told);
    if (this.idle) this.options.onIdle!((this.idle = false));
  }

  private idle = false;

  private async wait(ms: number): Promise<void> {
    if (this.stopped) return;
    await new Promise<void>((resolve) => {
      // A timer even where nothing is to come: a guest that waits for ever keeps its machine alive, as it would keep a shell waiting.
      const handle: { unref?: () => void } & ReturnType<typeof setTimeout> = setTimeout(resolve, Math.min(ms, MAX_TIMEOUT_MS));
      // In Node a machine without processes keeps nothing alive.
      if (this.options.outlivesProcesses && !this.options.hasProcesses()) handle.unref?.();
      this.wakeUp = () => {
        clearTimeout(handle);
        resolve();
      };
    });
    this.wakeUp = null;
  }
}
