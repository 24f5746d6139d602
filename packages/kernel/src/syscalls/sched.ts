import { Cap, PriorityWhich, RLimit, SchedAttr, SchedPolicy, Sys } from '@ring3/abi';
import { E2BIG, EACCES, EINVAL, EPERM, ESRCH } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { clearUser, copyFromUser, copyToUser, getI32, getU32, putU32 } from '../mm/uaccess.js';
import { rlimit } from '../task/limits.js';
import type { Task } from '../task/task.js';
import { toTimespec, writeTimespec } from '../time/timespec.js';
import type { SyscallRow } from './row.js';

/** Longest realtime priority (MAX_USER_RT_PRIO − 1). */
const MaxRtPriority = 99;
/** Bytes of the CPU mask that the kernel has: one long. */
const CpuMaskBytes = 8;
/** SCHED_FLAG_RESET_ON_FORK in sched_attr. */
const AttrResetOnFork = 1;

function taskOf(k: Kernel, pid: number): Task {
  if (pid < 0) throw EINVAL;
  const task = pid === 0 ? k.current : k.pids.task(pid);
  if (!task) throw ESRCH;
  return task;
}

function isRealtime(policy: number): boolean {
  return policy === SchedPolicy.Fifo || policy === SchedPolicy.RoundRobin;
}

/** Linux: check_same_owner. */
function sameOwner(k: Kernel, task: Task): boolean {
  const { euid } = k.current.cred;
  return euid === task.cred.euid || euid === task.cred.uid;
}

interface SchedChange {
  policy: number;
  priority: number;
  nice: number;
  resetOnFork: boolean;
}

/** Linux: __sched_setscheduler. SCHED_BATCH is scheduled as SCHED_NORMAL. */
function setScheduler(k: Kernel, task: Task, change: SchedChange): number {
  const { policy, priority, nice } = change;
  const valid = isRealtime(policy) || policy === SchedPolicy.Normal || policy === SchedPolicy.Batch || policy === SchedPolicy.Idle;
  if (!valid || priority < 0 || priority > MaxRtPriority || isRealtime(policy) !== (priority !== 0)) throw EINVAL;
  if (!k.current.cred.capable(Cap.SYS_NICE)) {
    if (!isRealtime(policy) && nice < task.nice && nice < 20 - rlimit(task, RLimit.NICE)) throw EPERM;
    if (isRealtime(policy)) {
      const limit = rlimit(task, RLimit.RTPRIO);
      if (policy !== task.policy && limit === 0) throw EPERM;
      if (priority > task.rtPriority && priority > limit) throw EPERM;
    }
    if (task.policy === SchedPolicy.Idle && policy !== SchedPolicy.Idle && task.nice < 20 - rlimit(task, RLimit.NICE)) throw EPERM;
    if (!sameOwner(k, task)) throw EPERM;
    if (task.resetOnFork && !change.resetOnFork) throw EPERM;
  }
  task.policy = policy;
  task.rtPriority = priority;
  task.resetOnFork = change.resetOnFork;
  if (!isRealtime(policy)) task.nice = nice;
  k.scheduler.requeue(k, task);
  return 0;
}

function schedSetscheduler(k: Kernel, pid: number, policy: number, param: number): number {
  if (policy < 0 || param === 0) throw EINVAL;
  const task = taskOf(k, pid);
  const reset = (policy & SchedPolicy.ResetOnFork) !== 0;
  return setScheduler(k, task, {
    policy: policy & ~SchedPolicy.ResetOnFork,
    priority: getI32(k, param),
    nice: task.nice,
    resetOnFork: reset,
  });
}

function schedSetparam(k: Kernel, pid: number, param: number): number {
  if (param === 0) throw EINVAL;
  const task = taskOf(k, pid);
  return setScheduler(k, task, { policy: task.policy, priority: getI32(k, param), nice: task.nice, resetOnFork: task.resetOnFork });
}

function schedGetparam(k: Kernel, pid: number, param: number): number {
  if (param === 0) throw EINVAL;
  putU32(k, param, taskOf(k, pid).rtPriority);
  return 0;
}

function schedGetscheduler(k: Kernel, pid: number): number {
  const task = taskOf(k, pid);
  return task.policy | (task.resetOnFork ? SchedPolicy.ResetOnFork : 0);
}

function schedSetattr(k: Kernel, pid: number, attr: number, flags: number): number {
  if (attr === 0 || pid < 0 || flags !== 0) throw EINVAL;
  const size = getU32(k, attr + SchedAttr.Size) || SchedAttr.SizeV0;
  if (size < SchedAttr.SizeV0 || size > 4096) {
    putU32(k, attr + SchedAttr.Size, SchedAttr.SizeV1);
    throw E2BIG;
  }
  const bytes = copyFromUser(k, attr, size);
  if (bytes.subarray(SchedAttr.SizeV1).some((byte) => byte !== 0)) throw E2BIG;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const attrFlags = view.getUint32(SchedAttr.Flags, true);
  if (attrFlags & ~AttrResetOnFork) throw EINVAL;
  const nice = Math.max(-20, Math.min(19, view.getInt32(SchedAttr.Nice, true)));
  const policy = view.getUint32(SchedAttr.Policy, true);
  const task = taskOf(k, pid);
  return setScheduler(k, task, { policy, priority: view.getUint32(SchedAttr.Priority, true), nice, resetOnFork: attrFlags !== 0 });
}

function schedGetattr(k: Kernel, pid: number, attr: number, size: number, flags: number): number {
  if (attr === 0 || pid < 0 || flags !== 0 || size < SchedAttr.SizeV0 || size > 4096) throw EINVAL;
  const task = taskOf(k, pid);
  const bytes = new Uint8Array(Math.min(size, SchedAttr.SizeV1));
  const view = new DataView(bytes.buffer);
  view.setUint32(SchedAttr.Size, bytes.length, true);
  view.setUint32(SchedAttr.Policy, task.policy, true);
  view.setUint32(SchedAttr.Flags, task.resetOnFork ? AttrResetOnFork : 0, true);
  if (isRealtime(task.policy)) view.setUint32(SchedAttr.Priority, task.rtPriority, true);
  else view.setInt32(SchedAttr.Nice, task.nice, true);
  // util_clamp's range: unrestricted.
  if (bytes.length >= SchedAttr.SizeV1) view.setUint32(SchedAttr.UtilMax, 1024, true);
  copyToUser(k, attr, bytes);
  return 0;
}

function priorityRange(policy: number, realtime: number): number {
  if (isRealtime(policy)) return realtime;
  if (policy === SchedPolicy.Normal || policy === SchedPolicy.Batch || policy === SchedPolicy.Idle || policy === SchedPolicy.Deadline)
    return 0;
  throw EINVAL;
}

/** The one CPU must be in the mask. */
function setAffinity(k: Kernel, pid: number, length: number, mask: number): number {
  const task = pid === 0 ? k.current : k.pids.task(pid);
  const first = length > 0 ? copyFromUser(k, mask, Math.min(length, CpuMaskBytes))[0]! : 0;
  if (!task) throw ESRCH;
  if (!sameOwner(k, task) && !k.current.cred.capable(Cap.SYS_NICE)) throw EPERM;
  if ((first & 1) === 0) throw EINVAL;
  return 0;
}

function getAffinity(k: Kernel, pid: number, length: number, mask: number): number {
  if (length % CpuMaskBytes !== 0 || length === 0) throw EINVAL;
  if (pid !== 0 && !k.pids.task(pid)) throw ESRCH;
  putU32(k, mask, 1);
  clearUser(k, mask + 4, CpuMaskBytes - 4);
  return CpuMaskBytes;
}

function rrInterval(k: Kernel, pid: number, out: number): number {
  const task = taskOf(k, pid);
  // RR_TIMESLICE is 100 ms; fair tasks show about their share; FIFO has none.
  const ns = task.policy === SchedPolicy.RoundRobin ? 100_000_000 : task.policy === SchedPolicy.Fifo ? 0 : 4_000_000;
  writeTimespec(k, out, toTimespec(ns));
  return 0;
}

/** The tasks that get- and setpriority mean. */
export function priorityTargets(k: Kernel, which: number, who: number): Task[] {
  switch (which) {
    case PriorityWhich.Process: {
      const task = who === 0 ? k.current : k.pids.task(who);
      return task ? [task] : [];
    }
    case PriorityWhich.ProcessGroup: {
      const group = who === 0 ? k.current.signal.pgrp : k.pids.get(who);
      return group ? [...group.pgrp].flatMap((leader) => [...leader.signal.threads]) : [];
    }
    case PriorityWhich.User: {
      const uid = who === 0 ? k.current.cred.uid : who >>> 0;
      return [...k.pids.tasks()].filter((task) => task.cred.uid === uid && task !== k.init);
    }
    default:
      throw EINVAL;
  }
}

/** 20 − nice, so that no success is negative. */
function getpriority(k: Kernel, which: number, who: number): number {
  const tasks = priorityTargets(k, which, who);
  if (tasks.length === 0) throw ESRCH;
  return Math.max(...tasks.map((task) => 20 - task.nice));
}

function setpriority(k: Kernel, which: number, who: number, value: number): number {
  const tasks = priorityTargets(k, which, who);
  const nice = Math.max(-20, Math.min(19, value));
  let error: unknown = ESRCH;
  for (const task of tasks) {
    if (!sameOwner(k, task) && !k.current.cred.capable(Cap.SYS_NICE)) {
      error = EPERM;
    } else if (nice < task.nice && nice < 20 - rlimit(task, RLimit.NICE) && !k.current.cred.capable(Cap.SYS_NICE)) {
      error = EACCES;
    } else {
      if (error === ESRCH) error = null;
      task.nice = nice;
    }
  }
  if (error) throw error;
  return 0;
}

function getcpu(k: Kernel, cpu: number, node: number): number {
  if (cpu !== 0) putU32(k, cpu, 0);
  if (node !== 0) putU32(k, node, 0);
  return 0;
}

/** kernel/sched/core.c, kernel/sys.c. One CPU. */
export const schedSyscalls: readonly SyscallRow[] = [
  { nr: Sys.sched_yield, name: 'sched_yield', args: [], call: (k) => (k.scheduler.yield(), 0), done: 'full' },
  { nr: Sys.sched_setparam, name: 'sched_setparam', args: ['pid', 'ptr'], call: schedSetparam, done: 'full' },
  { nr: Sys.sched_getparam, name: 'sched_getparam', args: ['pid', 'ptr'], call: schedGetparam, done: 'full' },
  { nr: Sys.sched_setscheduler, name: 'sched_setscheduler', args: ['pid', 'flags:SCHED_', 'ptr'], call: schedSetscheduler, done: 'full' },
  { nr: Sys.sched_getscheduler, name: 'sched_getscheduler', args: ['pid'], call: schedGetscheduler, done: 'full' },
  { nr: Sys.sched_setattr, name: 'sched_setattr', args: ['pid', 'ptr', 'uint'], call: schedSetattr, done: 'no SCHED_DEADLINE' },
  { nr: Sys.sched_getattr, name: 'sched_getattr', args: ['pid', 'ptr', 'uint', 'uint'], call: schedGetattr, done: 'full' },
  {
    nr: Sys.sched_get_priority_max,
    name: 'sched_get_priority_max',
    args: ['flags:SCHED_'],
    call: (_k, policy) => priorityRange(policy, MaxRtPriority),
    done: 'full',
  },
  {
    nr: Sys.sched_get_priority_min,
    name: 'sched_get_priority_min',
    args: ['flags:SCHED_'],
    call: (_k, policy) => priorityRange(policy, 1),
    done: 'full',
  },
  { nr: Sys.sched_rr_get_interval, name: 'sched_rr_get_interval', args: ['pid', 'timespec:out'], call: rrInterval, done: 'nominal' },
  { nr: Sys.sched_setaffinity, name: 'sched_setaffinity', args: ['pid', 'uint', 'ptr'], call: setAffinity, done: 'one CPU' },
  { nr: Sys.sched_getaffinity, name: 'sched_getaffinity', args: ['pid', 'uint', 'ptr'], call: getAffinity, done: 'one CPU' },
  { nr: Sys.getpriority, name: 'getpriority', args: ['int', 'int'], call: getpriority, done: 'full' },
  { nr: Sys.setpriority, name: 'setpriority', args: ['int', 'int', 'int'], call: setpriority, done: 'full' },
  { nr: Sys.getcpu, name: 'getcpu', args: ['ptr', 'ptr', 'ptr'], call: getcpu, done: 'full' },
];
