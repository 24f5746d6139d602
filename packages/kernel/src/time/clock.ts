import { Cpu } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Timespec } from '../vfs/inode.js';
import { getReg } from '../task/regs.js';
import { registerState } from '../state.js';
import { DOUBLE_ZERO } from '../double-zero.js';

export const NsPerSec = 1_000_000_000;

/**
 * The machine's time. With options.clock 'virtual' it is a function of retired instructions alone: one ns each, and a jump to the
 * next timer when every task sleeps; with 'real' it is the platform's. Monotonic time starts at 0 when the machine does.
 */
export class Clock {
  /** Platform's monotonic ns at boot ('real'). */
  private start = DOUBLE_ZERO;
  /** ns that idle jumps added ('virtual'). */
  private skipped = DOUBLE_ZERO;
  /** Wall clock at monotonic 0. */
  private bootSec = 0;
  private bootNsec = 0;

  boot(k: Kernel): void {
    this.start = k.platform.monotonicNs();
    const { sec, nsec } = k.platform.realtime();
    this.bootSec = sec;
    this.bootNsec = nsec;
  }

  /** After a restore with another platform: monotonic time goes on from `now`. */
  rebind(k: Kernel, now: number): void {
    this.start = k.platform.monotonicNs() - now;
  }

  /** ns since boot; never goes back. */
  monotonic(k: Kernel): number {
    if (k.options.clock === 'virtual') return getReg(k, Cpu.Icount) + this.skipped;
    return Math.max(0, Math.floor(k.platform.monotonicNs() - this.start));
  }

  /** Retired instructions of the machine. */
  icount(k: Kernel): number {
    return getReg(k, Cpu.Icount);
  }

  realtime(k: Kernel): Timespec {
    return this.realtimeAt(this.monotonic(k));
  }

  /** Wall clock at a monotonic time. */
  realtimeAt(monotonic: number): Timespec {
    const nsec = this.bootNsec + (monotonic % NsPerSec);
    return { sec: this.bootSec + Math.floor(monotonic / NsPerSec) + (nsec >= NsPerSec ? 1 : 0), nsec: nsec % NsPerSec };
  }

  /** The monotonic time at which the wall clock shows `at` (may be negative: long past). */
  monotonicOf(at: Timespec): number {
    return (at.sec - this.bootSec) * NsPerSec + (at.nsec - this.bootNsec);
  }

  /** Seconds since 1970 at boot (/proc/stat btime). */
  get bootTime(): number {
    return this.bootSec;
  }

  /** Nothing runs: virtual time jumps to `deadline`. */
  skipTo(k: Kernel, deadline: number): void {
    const now = this.monotonic(k);
    if (deadline > now) this.skipped += deadline - now;
  }
}
registerState('Clock', Clock);
