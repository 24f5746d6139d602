import { SigAltStack } from '@ring3/abi';
import { EINVAL, ENOMEM, EPERM } from '../errno.js';
import type { Task } from '../task/task.js';

/** Bits of ss_flags that may accompany the mode. */
const FlagBits = SigAltStack.AutoDisarm;

/** Is `sp` on the alternate stack? One that disarms itself never counts. Linux: on_sig_stack. */
export function onSigStack(task: Task, sp: number): boolean {
  if (hasAutoDisarm(task)) return false;
  return sp > task.sigAltSp && sp - task.sigAltSp <= task.sigAltSize;
}

function hasAutoDisarm(task: Task): boolean {
  return task.sigAltFlags >= FlagBits;
}

/** SS_DISABLE, SS_ONSTACK or 0. Linux: sas_ss_flags. */
export function altStackMode(task: Task, sp: number): number {
  if (task.sigAltSize === 0) return SigAltStack.Disable;
  return onSigStack(task, sp) ? SigAltStack.OnStack : 0;
}

/** Linux: sas_ss_reset. */
export function resetAltStack(task: Task): void {
  task.sigAltSp = 0;
  task.sigAltSize = 0;
  task.sigAltFlags = SigAltStack.Disable;
}

/** A frame that switches to a self-disarming stack takes it away for the time of the handler. */
export function disarmAltStack(task: Task): void {
  if (hasAutoDisarm(task)) resetAltStack(task);
}

/**
 * Linux: do_sigaltstack, the half that sets.
 * @throws EPERM while running on it; EINVAL for unknown flags; ENOMEM below MINSIGSTKSZ
 */
export function setAltStack(task: Task, userSp: number, sp: number, flags: number, size: number): void {
  if (onSigStack(task, userSp)) throw EPERM;
  const mode = (flags & ~FlagBits) >>> 0;
  if (mode !== SigAltStack.Disable && mode !== SigAltStack.OnStack && mode !== 0) throw EINVAL;
  const disabled = mode === SigAltStack.Disable;
  if (!disabled && size < SigAltStack.MinSize) throw ENOMEM;
  task.sigAltSp = disabled ? 0 : sp;
  task.sigAltSize = disabled ? 0 : size;
  task.sigAltFlags = flags >>> 0;
}
