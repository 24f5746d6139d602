import { Header, MemoryMap, Profile, type RegionExit, Stat } from '@ring3/abi';
import type { Jit, JitExports, JitObserver } from '@ring3/jit';
import type { Kernel } from '@ring3/kernel';
import { counter } from './machine-stats.js';

/** Is told what is translated, and of each way out of it. */
export interface TranslationWatcher extends JitObserver {
  /** Control went in at a slot and has come back, at `rip`, `retired` instructions later. */
  left(slot: number, rip: number, retired: number, why: RegionExit): void;
}

/** The part of a machine that has hot code translated. The translator itself is loaded once there is some: short runs have none. */
export class Translation {
  private jit: Jit | null = null;
  private isLoading = false;

  /** @param failed told where the translator cannot be loaded: then all goes on interpreted */
  constructor(
    private readonly kernel: Kernel,
    private readonly failed: (message: string) => void,
  ) {
    kernel.core.u32[(MemoryMap.Header + Header.Translating) >>> 2] = 1;
  }

  /** From now on this translates. */
  use(jit: typeof Jit): void {
    const { kernel } = this;
    this.jit = new jit(kernel.core, kernel.core.jit as JitExports, () => counter(kernel, Stat.CodeFlushes));
    this.watch();
  }

  /** From now on this is told. That costs. */
  tell(watcher: TranslationWatcher): void {
    this.watcher = watcher;
    this.watch();
  }

  private watcher: TranslationWatcher | null = null;

  private watch(): void {
    const { jit, watcher, kernel } = this;
    if (!jit || !watcher) return;
    jit.observer = watcher;
    kernel.core.onRegionExit = (slot, rip, retired, why) => watcher.left(slot, rip, retired, why);
    kernel.core.u32[(MemoryMap.Header + Header.Translating) >>> 2] = 2;
  }

  /** Between two slices. */
  poll(): void {
    if (this.jit) this.jit.poll();
    else if (!this.isLoading && this.kernel.core.u32[(MemoryMap.Profile + Profile.HotCount) >>> 2] !== 0) void this.load();
  }

  private async load(): Promise<void> {
    this.isLoading = true;
    try {
      const { Jit } = await import('../jit.js');
      if (!this.jit) this.use(Jit);
    } catch (error) {
      this.failed(`hot code is not translated: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** null: nothing has been hot. */
  get translated(): Jit | null {
    return this.jit;
  }
}
