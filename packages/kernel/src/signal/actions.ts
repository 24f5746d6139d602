import { Sig, SigHandler } from '@ring3/abi';
import { EINVAL } from '../errno.js';
import type { Kernel } from '../kernel.js';
import type { Task } from '../task/task.js';
import { recalcSigPending } from './pending.js';
import { flushThreads } from './stop-state.js';
import type { SigAction } from './signal-struct.js';
import { SigHand } from './signal-struct.js';
import { IgnoredSignals, KernelOnlySignals, hasSignal, sigMask } from './sigset.js';

/**
 * Reads and, with `action`, replaces what a signal does. Linux: do_sigaction.
 * @throws EINVAL for no signal, or a change of SIGKILL or SIGSTOP
 */
export function sigaction(k: Kernel, signo: number, action: SigAction | null): SigAction {
  if (signo < 1 || signo > Sig.Count || (action && hasSignal(KernelOnlySignals, signo))) throw EINVAL;
  const task = k.current;
  const old = task.sighand.actions[signo - 1]!;
  if (!action) return old;
  task.sighand.actions[signo - 1] = { ...action, mask: action.mask & ~KernelOnlySignals };
  const ignored = action.handler === SigHandler.Ignore || (action.handler === SigHandler.Default && hasSignal(IgnoredSignals, signo));
  if (ignored) {
    // POSIX: setting it to be ignored discards what is pending, blocked or not.
    flushThreads(task, sigMask(signo));
    for (const thread of task.signal.threads) recalcSigPending(thread);
  }
  return old;
}

/** After exec: caught signals have their default action, ignored ones stay ignored. Linux: flush_signal_handlers(current, 0). */
export function flushSignalHandlers(_k: Kernel, task: Task): void {
  for (const action of task.sighand.actions) {
    if (action.handler !== SigHandler.Ignore) action.handler = SigHandler.Default;
    action.flags = 0;
    action.flagsHigh = 0;
    action.mask = 0n;
    action.restorer = 0;
  }
}

/** An exec leaves handlers shared with others (CLONE_SIGHAND) as they are: it takes a copy first. Linux: unshare_sighand. */
export function unshareSighand(task: Task): void {
  if (task.sighand.users === 1) return;
  task.sighand.users--;
  task.sighand = copySighand(task.sighand);
}

export function copySighand(sighand: SigHand): SigHand {
  const copy = new SigHand();
  copy.actions = sighand.actions.map((action) => ({ ...action }));
  return copy;
}
