import { Cap, IoPrio, IoPrioClass, IoPrioWho, PriorityWhich, Sys } from '@ring3/abi';
import { EINVAL, EPERM, ESRCH } from '../errno.js';
import type { Kernel } from '../kernel.js';
import type { Task } from '../task/task.js';
import type { SyscallRow } from './row.js';
import { priorityTargets } from './sched.js';

function targets(k: Kernel, which: number, who: number): Task[] {
  switch (which) {
    case IoPrioWho.Process:
      return priorityTargets(k, PriorityWhich.Process, who);
    case IoPrioWho.ProcessGroup:
      return priorityTargets(k, PriorityWhich.ProcessGroup, who);
    case IoPrioWho.User:
      return priorityTargets(k, PriorityWhich.User, who);
    default:
      throw EINVAL;
  }
}

function ioprioSet(k: Kernel, which: number, who: number, value: number): number {
  const level = value & IoPrio.LevelMask;
  const { cred } = k.current;
  switch (value >> IoPrio.ClassShift) {
    case IoPrioClass.RealTime:
      if (!cred.capable(Cap.SYS_ADMIN)) throw EPERM;
      if (level >= IoPrio.Levels) throw EINVAL;
      break;
    case IoPrioClass.BestEffort:
      if (level >= IoPrio.Levels) throw EINVAL;
      break;
    case IoPrioClass.Idle:
      break;
    case IoPrioClass.None:
      if (level !== 0) throw EINVAL;
      break;
    default:
      throw EINVAL;
  }
  const tasks = targets(k, which, who);
  if (tasks.length === 0) throw ESRCH;
  for (const task of tasks) {
    if (task.cred.uid !== cred.euid && task.cred.uid !== cred.uid && !cred.capable(Cap.SYS_NICE)) throw EPERM;
    task.ioPrio = value;
  }
  return 0;
}

/** The highest of several; a task without a class counts as best effort, but one alone answers what it has. Linux: ioprio_best. */
function ioprioGet(k: Kernel, which: number, who: number): number {
  const values = targets(k, which, who).map(({ ioPrio }) => ioPrio);
  if (values.length === 0) throw ESRCH;
  const valid = (value: number) =>
    value >> IoPrio.ClassShift === IoPrioClass.None ? (IoPrioClass.BestEffort << IoPrio.ClassShift) | IoPrio.Normal : value;
  return values.reduce((best, value) => Math.min(valid(best), valid(value)));
}

/** block/ioprio.c. Nothing here queues I/O by it. */
export const ioprioSyscalls: readonly SyscallRow[] = [
  { nr: Sys.ioprio_set, name: 'ioprio_set', args: ['int', 'int', 'int'], call: ioprioSet, done: 'kept, not obeyed' },
  { nr: Sys.ioprio_get, name: 'ioprio_get', args: ['int', 'int'], call: ioprioGet, done: 'full' },
];
