import type { Kernel } from '../kernel.js';
import { registerState } from '../state.js';
import { waitStatus } from './status.js';
import { rusageOf, type Rusage } from './rusage.js';
import type { Task } from './task.js';

/** How a process that the machine started has ended. */
export class ExitRecord {
  constructor(
    readonly pid: number,
    /** Wait status: exit status << 8, or the signal's number. */
    readonly status: number,
    /** Its resources with those of the children that it waited for. */
    readonly rusage: Rusage,
    /** The machine had no memory left, and took its. */
    readonly oomKilled: boolean,
  ) {}
}
registerState('ExitRecord', ExitRecord);

/** pid 1 reaps at once; it keeps how the machine's own processes ended until takeExits. */
export function recordExit(k: Kernel, task: Task): void {
  if (task.spawned) k.exits.push(new ExitRecord(task.tid, waitStatus(task), rusageOf(k, task, 'both'), task.signal.oomKilled));
}

/** The processes started by spawnProcess that have ended since the last call. */
export function takeExits(k: Kernel): ExitRecord[] {
  return k.exits.splice(0);
}
