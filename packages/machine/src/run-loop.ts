import { Cpu } from '@ring3/abi';
import { getReg, type Kernel, runSlice } from '@ring3/kernel';

/** Instructions per call of the scheduler: long enough to amortise the call, short enough (≈ 10 ms) to serve the host. */
const SLICE_INSTRUCTIONS = 2_000_000;
/** How long the guest may keep the host's event loop waiting. */
const HOST_YIELD_MS = 10;
/** The longest that a timer of the host can wait: 2^31 − 1 ms. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export interface RunLoopEnd {
  reason: 'finished' | 'instructions' | 'wallTime';
}

/**
 * Drives the kernel in slices and returns to the host's event loop between them, so that input, kill and timers are always served.
 * While every task sleeps it waits for the kernel's next timer or for `poke` (something came from outside).
 */
export class RunLoop {
  private wakeUp: (() => void) | null = null;
  private poked = false;
  private stopped = false;

  constructor(
    private readonly kernel: Kernel,
    /** Asked between slices: is there anything left that the embedder waits for? */
    private readonly finished: () => boolean,
    private readonly limits: { instructions: number; deadlineMs: number },
  ) {}

  /** Something changed outside the guest: input, a kill, room in a stream. */
  poke(): void {
    this.poked = true;
    this.wakeUp?.();
  }

  stop(): void {
    this.stopped = true;
    this.poke();
  }

  async run(): Promise<RunLoopEnd> {
    let lastYield = performance.now();
    while (!this.stopped && !this.finished()) {
      const left = this.limits.instructions - getReg(this.kernel, Cpu.Icount);
      if (left <= 0) return { reason: 'instructions' };
      const now = performance.now();
      if (now >= this.limits.deadlineMs) return { reason: 'wallTime' };
      this.poked = false;
      const result = runSlice(this.kernel, Math.min(SLICE_INSTRUCTIONS, left));
      if (result === 'dead') break;
      // Under a virtual clock input comes at once, whatever the guest's other tasks could do meanwhile.
      if (result === 'idle' || (this.kernel.options.clock === 'virtual' && this.kernel.hostStreams?.awaited)) {
        await this.sleep();
        lastYield = performance.now();
      } else if (performance.now() - lastYield > HOST_YIELD_MS) {
        await new Promise<void>((resolve) => setImmediate(resolve));
        lastYield = performance.now();
      }
    }
    return { reason: 'finished' };
  }

  /** Until the next kernel timer, the deadline of the machine, or a poke. */
  private async sleep(): Promise<void> {
    if (this.poked || this.finished()) return;
    const { kernel } = this;
    // A virtual clock passes timers by itself: when it stands still, only input helps.
    const timer = kernel.options.clock === 'virtual' ? Infinity : (kernel.timers.next - kernel.clock.monotonic(kernel)) / 1e6;
    const limit = this.limits.deadlineMs - performance.now();
    const wait = Math.max(0, Math.min(timer, limit));
    await new Promise<void>((resolve) => {
      // A timer even where nothing is to come: a guest that waits for ever keeps its machine alive, as it would keep a shell waiting.
      const handle = setTimeout(resolve, Math.min(wait, MAX_TIMEOUT_MS));
      this.wakeUp = () => {
        clearTimeout(handle);
        resolve();
      };
    });
    this.wakeUp = null;
  }
}
