import type { Kernel } from '../../kernel.js';

/** What the vdso reads in [vvar]: packages/kernel/vdso/vdso.S has the same offsets. */
const enum Vvar {
  /** u32: odd while the rest is being written. */
  Sequence = 0,
  /** u64 each: the wall clock at monotonic 0. Monotonic time itself is rdtsc's. */
  BootSec = 8,
  BootNsec = 16,
}

/** Tells the vdso of the kernel's clocks. Called whenever the wall clock's distance from the monotonic one changes. Linux: update_vsyscall. */
export function updateVsyscall(k: Kernel): void {
  const { vvarFrame } = k.vdso;
  if (vvarFrame === 0) return;
  const { view } = k.core;
  const sequence = view.getUint32(vvarFrame + Vvar.Sequence, true);
  const { sec, nsec } = k.clock.realtimeAt(0);
  view.setUint32(vvarFrame + Vvar.Sequence, sequence + 1, true);
  view.setBigUint64(vvarFrame + Vvar.BootSec, BigInt(sec), true);
  view.setBigUint64(vvarFrame + Vvar.BootNsec, BigInt(nsec), true);
  view.setUint32(vvarFrame + Vvar.Sequence, sequence + 2, true);
}
