import { SigHandler } from '@ring3/abi';
import { handledSignals } from '../fs/proc/task-status.js';
import { signalName } from '../signal/names.js';
import type { Task } from '../task/task.js';

/** A set of signals: 16 hexadecimal digits as in /proc/PID/status, and their names. */
export interface SignalSetView {
  mask: string;
  names: string[];
}

/** What sigaction(2) has set, other than the default. */
export interface SignalActionView {
  signal: string;
  /** Address of the handler; null: the signal is ignored. */
  handler: number | null;
  /** SA_* */
  flags: number;
  /** What is blocked besides while the handler runs. */
  mask: SignalSetView;
}

export interface SignalsView {
  /** Sent to the thread, and to the process. */
  pending: SignalSetView;
  sharedPending: SignalSetView;
  blocked: SignalSetView;
  ignored: SignalSetView;
  caught: SignalSetView;
  actions: SignalActionView[];
  /** sigaltstack(2); null: there is none. */
  altStack: { address: number; size: number } | null;
}

const COUNT = 64;

export function inspectSignals(task: Task): SignalsView {
  const { ignored, caught } = handledSignals(task);
  return {
    pending: setView(task.pending.set),
    sharedPending: setView(task.signal.shared.set),
    blocked: setView(task.blocked),
    ignored: setView(ignored),
    caught: setView(caught),
    actions: task.sighand.actions.flatMap(({ handler, flags, mask }, i) => {
      if (handler === SigHandler.Default) return [];
      return { signal: signalName(i + 1), handler: handler === SigHandler.Ignore ? null : handler, flags, mask: setView(mask) };
    }),
    altStack: task.sigAltSize === 0 ? null : { address: task.sigAltSp, size: task.sigAltSize },
  };
}

function setView(set: bigint): SignalSetView {
  const names: string[] = [];
  for (let signo = 1; signo <= COUNT; signo++) if ((set >> BigInt(signo - 1)) & 1n) names.push(signalName(signo));
  return { mask: BigInt.asUintN(64, set).toString(16).padStart(16, '0'), names };
}
