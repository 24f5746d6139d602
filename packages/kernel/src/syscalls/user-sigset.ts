import { EINVAL, type Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { getU64, getU64Number } from '../mm/uaccess.js';
import { KernelOnlySignals, sigsetOf } from '../signal/sigset.js';
import { PARKED } from '../sched/park.js';
import { restoreSavedSigmask, setUserSigmask } from '../signal/mask.js';

/** sizeof(sigset_t) in the kernel. */
const SIGSET_BYTES = 8;

/** The mask argument of ppoll and epoll_pwait, in force until the call ends; va 0: none. Linux: set_user_sigmask. @throws EINVAL */
export function applySigmask(k: Kernel, va: number, size: number): void {
  if (va === 0) return;
  if (size !== SIGSET_BYTES) throw EINVAL;
  const [lo, hi] = getU64(k, va);
  setUserSigmask(k, sigsetOf(lo, hi) & ~KernelOnlySignals);
}

/** pselect6's sixth argument: struct { const sigset_t *ss; size_t ss_len }. */
export function applySigmaskPair(k: Kernel, va: number): void {
  if (va !== 0) applySigmask(k, getU64Number(k, va), getU64Number(k, va + 8));
}

/**
 * Runs a call under the mask that applySigmask set. Only a signal that interrupts the call is delivered under that mask: when the call
 * ends otherwise, the old one is back before signals are looked at. Linux: restore_saved_sigmask_unless.
 */
export function underSigmask(k: Kernel, interrupted: Errno, call: () => number): number {
  try {
    const result = call();
    if (result !== PARKED) restoreSavedSigmask(k);
    return result;
  } catch (error) {
    if (error !== interrupted) restoreSavedSigmask(k);
    throw error;
  }
}
