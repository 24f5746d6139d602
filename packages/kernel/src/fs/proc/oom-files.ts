import { Cap } from '@ring3/abi';
import { EACCES, EINVAL } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import { totalRamPages } from '../../mm/account.js';
import { oomBadness } from '../../mm/oom.js';
import type { Task } from '../../task/task.js';
import { parseInteger } from './integer.js';

/** oom_score, oom_score_adj and its older form oom_adj (fs/proc/base.c). */

const enum Adj {
  Min = -1000,
  Max = 1000,
  /** oom_adj: −17 is never. */
  OldDisable = -17,
  OldScale = 17,
  OldMin = -16,
  OldMax = 15,
}

/** proc_oom_score: thousandths of the machine's memory. */
export function oomScoreText(k: Kernel, task: Task): string {
  return `${Math.floor((oomBadness(k, task.groupLeader) * 1000) / totalRamPages(k))}\n`;
}

export function oomScoreAdjText(_k: Kernel, { signal }: Task): string {
  return `${signal.oomScoreAdj}\n`;
}

/** oom_score_adj_write: below what an administrator last set only with CAP_SYS_RESOURCE. @throws EINVAL EACCES */
export function setOomScoreAdj(k: Kernel, task: Task, text: string): void {
  const value = parseInteger(text.slice(0, 12));
  if (value < Adj.Min || value > Adj.Max) throw EINVAL;
  const privileged = k.current.cred.capable(Cap.SYS_RESOURCE);
  if (value < task.signal.oomScoreAdjMin && !privileged) throw EACCES;
  for (const { signal } of [task, ...sharers(k, task)]) {
    signal.oomScoreAdj = value;
    if (privileged) signal.oomScoreAdjMin = value;
  }
}

/** Other processes with the same memory, which the choice is about. A vfork's child only borrows it. Linux: __set_oom_adj. */
function sharers(k: Kernel, task: Task): Task[] {
  const { mm } = task;
  if (!mm || mm.users < 2 || task.vforkDone) return [];
  return [...k.pids.processes()].filter((other) => other.signal !== task.signal && other.mm === mm && !other.vforkDone);
}

export function oomAdjText(_k: Kernel, { signal }: Task): string {
  const { oomScoreAdj } = signal;
  return `${oomScoreAdj === Adj.Max ? Adj.OldMax : Math.trunc((oomScoreAdj * Adj.OldScale) / Adj.Max)}\n`;
}

/** oom_adj_write. @throws EINVAL EACCES */
export function setOomAdj(k: Kernel, task: Task, text: string): void {
  const old = parseInteger(text.slice(0, 12));
  if ((old < Adj.OldMin || old > Adj.OldMax) && old !== Adj.OldDisable) throw EINVAL;
  const value = old === Adj.OldMax ? Adj.Max : Math.trunc((old * Adj.Max) / Adj.OldScale);
  if (value < task.signal.oomScoreAdj && !k.current.cred.capable(Cap.SYS_RESOURCE)) throw EACCES;
  for (const { signal } of [task, ...sharers(k, task)]) signal.oomScoreAdj = value;
}
