import type { SignalStruct } from '../signal/signal-struct.js';
import type { Task } from '../task/task.js';

/** The thread-group leader of a process, whom process-wide signals are sent to; undefined when none of its threads is left. */
export function leaderOf(signal: SignalStruct): Task | undefined {
  for (const thread of signal.threads) return thread.groupLeader;
  return undefined;
}
