import { Cap, CloneFlag, Cpu, IoPrio, IoPrioClass, RLimit, SchedPolicy, TaskFlag } from '@ring3/abi';
import { EAGAIN, EINVAL, ERESTARTNOINTR, Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { dupMm, mmGet, mmPut } from '../mm/mm-life.js';
import { writeRemote } from '../mm/remote-access.js';
import { putU32 } from '../mm/uaccess.js';
import { rseqFork } from '../sched/rseq.js';
import { Sleep, waitOn } from '../sched/wait.js';
import type { BlockedOp } from '../sched/park.js';
import { WaitQueue } from '../sched/wait-queue.js';
import { copySighand } from '../signal/actions.js';
import { resetAltStack } from '../signal/altstack.js';
import { fatalSignalPending, recalcSigPending } from '../signal/pending.js';
import { SigPending, SignalStruct } from '../signal/signal-struct.js';
import { Trace, emit } from '../trace/tracer.js';
import { dupFiles, putFiles } from '../vfs/file-table.js';
import { FsStruct } from './fs-struct.js';
import { processesOf, rlimit, threadsAllowed } from './limits.js';
import { createPidFdAt } from './pidfd.js';
import { setTaskReg, taskCpu } from './regs.js';
import { Task } from './task.js';

/** struct kernel_clone_args. Addresses and 0 for absent. */
export interface CloneRequest {
  /** Where CLONE_PIDFD's descriptor goes. */
  pidFd: number;
  /** CLONE_* without the exit signal, unsigned. */
  flags: number;
  exitSignal: number;
  /** The child's rsp; 0: the parent's. */
  stack: number;
  tls: [lo: number, hi: number];
  childTid: number;
  parentTid: number;
}

/** Flags of namespaces, which there are none of: as a kernel without CONFIG_NAMESPACES answers. */
export const NewNamespaces =
  CloneFlag.NEWNS | CloneFlag.NEWCGROUP | CloneFlag.NEWUTS | CloneFlag.NEWIPC | CloneFlag.NEWUSER | CloneFlag.NEWPID | CloneFlag.NEWNET;

/**
 * fork, vfork, clone, clone3: makes a child of the current task and lets it run. Linux: _do_fork, kernel/fork.c.
 * @returns the child's id, or PARKED while a vfork's child has the address space (then the call comes here again)
 * @throws EINVAL for flags that exclude each other; EAGAIN at a limit; ENOMEM
 */
export function doFork(k: Kernel, request: CloneRequest): number {
  const { op } = k.current;
  if (op?.kind === 'vfork') return awaitVfork(k, op);
  checkFlags(k, request.flags);
  recalcSigPending(k.current);
  if (k.current.sigPending) throw ERESTARTNOINTR;
  checkLimits(k);

  const child = copyProcess(k, request);
  if (request.flags & CloneFlag.PARENT_SETTID) tryPut(() => putU32(k, request.parentTid, child.tid));
  traceFork(k, child, request.flags);
  k.scheduler.forks++;
  k.scheduler.enqueue(child);
  k.scheduler.shareTurn(k);
  if ((request.flags & CloneFlag.VFORK) === 0) return child.tid;
  child.vforkDone = new WaitQueue();
  return awaitVfork(k, { kind: 'vfork', child, pid: child.tid });
}

/** The parent sleeps until the child execs or exits; only its own death ends that earlier. Linux: wait_for_vfork_done. */
function awaitVfork(k: Kernel, op: BlockedOp): number {
  const child = op['child'] as Task;
  if (!child.vforkDone) return op['pid'] as number;
  if (fatalSignalPending(k.current)) {
    child.vforkDone = null;
    return op['pid'] as number;
  }
  return waitOn(k, child.vforkDone, op, ERESTARTNOINTR, Sleep.Killable);
}

/** Linux: the head of copy_process. */
function checkFlags(k: Kernel, flags: number): void {
  const has = (flag: number) => (flags & flag) !== 0;
  if (has(CloneFlag.FS) && has(CloneFlag.NEWNS | CloneFlag.NEWUSER)) throw EINVAL;
  if (has(CloneFlag.THREAD) && !has(CloneFlag.SIGHAND)) throw EINVAL;
  if (has(CloneFlag.SIGHAND) && !has(CloneFlag.VM)) throw EINVAL;
  if (has(CloneFlag.PARENT) && k.current.signal.unkillable) throw EINVAL;
  if (has(CloneFlag.PIDFD) && has(CloneFlag.DETACHED | CloneFlag.THREAD)) throw EINVAL;
  if (has(NewNamespaces)) throw EINVAL;
}

function checkLimits(k: Kernel): void {
  const { cred } = k.current;
  const overLimit = processesOf(k, cred.uid) >= rlimit(k.current, RLimit.NPROC);
  if (k.pids.threads >= threadsAllowed(k)) throw EAGAIN;
  if (overLimit && cred.uid !== 0 && !cred.capable(Cap.SYS_RESOURCE) && !cred.capable(Cap.SYS_ADMIN)) throw EAGAIN;
}

/** Linux: copy_process. What can fail comes first. */
function copyProcess(k: Kernel, request: CloneRequest): Task {
  const parent = k.current;
  const { flags } = request;
  const isThread = (flags & CloneFlag.THREAD) !== 0;
  const pid = k.pids.alloc();
  const mm = copyMm(k, flags, pid.nr);
  const files = parent.files && (flags & CloneFlag.FILES ? parent.files : dupFiles(k, parent.files));
  if (flags & CloneFlag.FILES && parent.files) parent.files.users++;
  if (flags & CloneFlag.PIDFD) {
    try {
      createPidFdAt(k, pid, request.pidFd);
    } catch (error) {
      if (files) putFiles(k, files);
      if (mm) mmPut(k, mm);
      k.pids.free(pid.nr);
      throw error;
    }
  }
  const sighand = flags & CloneFlag.SIGHAND ? parent.sighand : copySighand(parent.sighand);
  if (flags & CloneFlag.SIGHAND) sighand.users++;
  const signal = isThread ? parent.signal : copySignal(parent.signal);

  const child = new Task(pid, parent.cred, files, copyFs(parent.fs, flags), signal, sighand, new SigPending(), Cpu.TaskBytes);
  child.mm = mm;
  inherit(parent, child);
  child.startTime = k.clock.monotonic(k);
  child.clearChildTid = flags & CloneFlag.CHILD_CLEARTID ? request.childTid : 0;
  if (flags & CloneFlag.VM && (flags & CloneFlag.VFORK) === 0) resetAltStack(child);

  if (isThread) {
    child.groupLeader = parent.groupLeader;
    child.exitSignal = -1;
    signal.live++;
  } else {
    child.exitSignal = flags & CloneFlag.PARENT ? parent.groupLeader.exitSignal : request.exitSignal;
  }
  const sameParent = isThread || (flags & CloneFlag.PARENT) !== 0;
  child.realParent = sameParent ? parent.realParent : parent;
  child.parent = child.realParent;
  child.parentExecId = sameParent ? parent.parentExecId : parent.selfExecId;

  signal.threads.add(child);
  k.pids.attach(child);
  if (!isThread) {
    k.pids.setPgrp(child, parent.signal.pgrp);
    k.pids.setSession(child, parent.signal.session);
    child.realParent?.children.add(child);
  }
  copyThread(k, child, request);
  if (flags & CloneFlag.CHILD_SETTID) setChildTid(k, child, request.childTid);
  return child;
}

function copyMm(k: Kernel, flags: number, nr: number) {
  const { mm } = k.current;
  if (!mm) return null;
  if (flags & CloneFlag.VM) {
    mmGet(mm);
    return mm;
  }
  try {
    return dupMm(k, mm);
  } catch (error) {
    k.pids.free(nr);
    throw error;
  }
}

function copyFs(fs: FsStruct, flags: number): FsStruct {
  if (flags & CloneFlag.FS) {
    fs.users++;
    return fs;
  }
  return copyFsStruct(fs);
}

/** Linux: copy_fs_struct. */
export function copyFsStruct(fs: FsStruct): FsStruct {
  const copy = new FsStruct(fs.root, fs.pwd);
  copy.umask = fs.umask;
  return copy;
}

/** Linux: copy_signal. Timers and pending signals are not inherited. */
function copySignal(from: SignalStruct): SignalStruct {
  const signal = new SignalStruct();
  signal.rlimits = from.rlimits;
  signal.tty = from.tty;
  signal.oomScoreAdj = from.oomScoreAdj;
  signal.oomScoreAdjMin = from.oomScoreAdjMin;
  signal.hasChildSubreaper = from.hasChildSubreaper || from.isChildSubreaper;
  return signal;
}

function inherit(parent: Task, child: Task): void {
  child.comm = parent.comm;
  child.flags = (parent.flags & TaskFlag.RANDOMIZE) | TaskFlag.FORKNOEXEC;
  child.blocked = parent.blocked;
  child.sigAltSp = parent.sigAltSp;
  child.sigAltSize = parent.sigAltSize;
  child.sigAltFlags = parent.sigAltFlags;
  rseqFork(child, parent, child.mm === parent.mm);
  child.personality = parent.personality;
  child.noNewPrivs = parent.noNewPrivs;
  child.loginUid = parent.loginUid;
  child.sessionId = parent.sessionId;
  child.selfExecId = parent.selfExecId;
  child.timerSlack = parent.timerSlack;
  child.defaultTimerSlack = parent.timerSlack;
  child.nice = parent.nice;
  child.policy = parent.policy;
  child.rtPriority = parent.rtPriority;
  if (parent.ioPrio >> IoPrio.ClassShift !== IoPrioClass.None) child.ioPrio = parent.ioPrio;
  child.trapNr = parent.trapNr;
  child.errorCode = parent.errorCode;
  child.cr2Lo = parent.cr2Lo;
  child.cr2Hi = parent.cr2Hi;
  if (!parent.resetOnFork) return;
  child.policy = SchedPolicy.Normal;
  child.rtPriority = 0;
  child.nice = parent.rtPriority > 0 ? 0 : Math.max(0, parent.nice);
}

/** The child returns 0 from the same call. Linux: copy_thread_tls. */
function copyThread(k: Kernel, child: Task, request: CloneRequest): void {
  const live = taskCpu(k, k.current);
  child.cpu.set(new Uint8Array(live.buffer, live.byteOffset, Cpu.TaskBytes));
  setTaskReg(k, child, Cpu.Rax, 0);
  if (request.stack !== 0) setTaskReg(k, child, Cpu.Rsp, request.stack);
  if ((request.flags & CloneFlag.SETTLS) === 0) return;
  const view = taskCpu(k, child);
  view.setUint32(Cpu.FsBase, request.tls[0], true);
  view.setUint32(Cpu.FsBase + 4, request.tls[1], true);
}

/** In the child's memory. Linux does it when the child first runs (schedule_tail), which nobody can tell apart. */
function setChildTid(k: Kernel, child: Task, address: number): void {
  child.setChildTid = address;
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, child.tid, true);
  tryPut(() => writeRemote(k, child.mm!, address, bytes, false));
}

/** A bad address for an id is not reported. */
function tryPut(put: () => void): void {
  try {
    put();
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
}

function traceFork(k: Kernel, child: Task, flags: number): void {
  if (k.trace.on(Trace.Sched)) {
    emit(k, Trace.Sched, 'sched:sched_process_fork', {
      parent_comm: k.current.comm,
      parent_pid: k.current.tid,
      child_comm: child.comm,
      child_pid: child.tid,
    });
  }
  if (k.trace.on(Trace.Task)) {
    emit(k, Trace.Task, 'task:task_newtask', {
      child: child.tid,
      comm: child.comm,
      clone_flags: flags,
      oom_score_adj: child.signal.oomScoreAdj,
    });
  }
}
