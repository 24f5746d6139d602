import { RLimit, Sig, SiCode, SigHandler, TaskFlag } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { rlimit } from '../task/limits.js';
import type { Pid } from '../task/pid.js';
import { TaskState, type Task } from '../task/task.js';
import { signalFields } from '../trace/signal-fields.js';
import { Trace, emit } from '../trace/tracer.js';
import { cancelStopPending, continueProcess, flushThreads } from './stop-state.js';
import { recalcSigPending, signalsQueuedFor } from './pending.js';
import type { SigInfo } from './signal-struct.js';
import { CoreDumpSignals, IgnoredSignals, KernelOnlySignals, StopSignals, hasSignal, sigMask } from './sigset.js';

/** Results in the tracepoint signal_generate (TRACE_SIGNAL_*). */
const enum Outcome {
  Delivered = 0,
  Ignored = 1,
  AlreadyPending = 2,
  OverflowFail = 3,
  LoseInfo = 4,
}

/** siginfo of a signal that the kernel itself sends (SEND_SIG_PRIV). */
export function kernelInfo(signo: number): SigInfo {
  return { signo, errno: 0, code: SiCode.Kernel, pid: 0, uid: 0 };
}

/** siginfo of a signal that the current task sends with kill (SI_USER) or tkill (SI_TKILL). */
export function userInfo(k: Kernel, signo: number, code: number = SiCode.User): SigInfo {
  return { signo, errno: 0, code, pid: k.current.tgid, uid: k.current.cred.uid };
}

/**
 * Generates a signal for a thread, or for its whole process (`group`). Linux: send_signal → __send_signal, kernel/signal.c.
 * @returns false when a realtime signal found the queue full (EAGAIN of sigqueue)
 */
export function sendSignal(k: Kernel, target: Task, info: SigInfo, group: boolean): boolean {
  const outcome = queueSignal(k, target, info, group);
  // Before what it causes: Linux has its tracepoint behind complete_signal, where nothing of that is traced.
  traceGenerate(k, target, info, group, outcome);
  if (outcome === Outcome.Delivered || outcome === Outcome.LoseInfo) completeSignal(k, target, info.signo, group);
  return outcome !== Outcome.OverflowFail;
}

/** Sends to every process of a group: what a terminal does (^C, hangup). Linux: kill_pgrp with SEND_SIG_PRIV. */
export function sendGroup(k: Kernel, pgrp: Pid, info: SigInfo): void {
  for (const leader of Array.from(pgrp.pgrp)) sendSignal(k, leader, { ...info }, true);
}

/**
 * A signal that the thread cannot escape, for what its own instruction did: blocked or ignored means the default action.
 * Linux: force_sig_info_to_task.
 */
export function forceSignal(k: Kernel, task: Task, info: SigInfo): void {
  const action = task.sighand.actions[info.signo - 1]!;
  const blocked = hasSignal(task.blocked, info.signo);
  if (blocked || action.handler === SigHandler.Ignore) {
    action.handler = SigHandler.Default;
    if (blocked) {
      task.blocked &= ~sigMask(info.signo);
      recalcSigPending(task);
    }
  }
  if (action.handler === SigHandler.Default) task.signal.unkillable = false;
  sendSignal(k, task, info, false);
}

/** After a failed signal frame. Linux: force_sigsegv. */
export function forceSigsegv(k: Kernel, task: Task, signo: number): void {
  if (signo === Sig.SEGV) task.sighand.actions[Sig.SEGV - 1]!.handler = SigHandler.Default;
  forceSignal(k, task, kernelInfo(Sig.SEGV));
}

function queueSignal(k: Kernel, target: Task, info: SigInfo, group: boolean): Outcome {
  const { signo } = info;
  const fromKernel = info.code === SiCode.Kernel;
  if (!prepareSignal(k, target, signo, fromKernel)) return Outcome.Ignored;
  const pending = group ? target.signal.shared : target.pending;
  const mask = sigMask(signo);
  if (signo < Sig.RtMin && (pending.set & mask) !== 0n) return Outcome.AlreadyPending;
  let outcome = Outcome.Delivered;
  if (signo !== Sig.KILL && (target.flags & TaskFlag.KTHREAD) === 0) {
    const overridesLimit = signo < Sig.RtMin && info.code >= 0;
    if (overridesLimit || signalsQueuedFor(k, target.cred.uid) < rlimit(target, RLimit.SIGPENDING)) pending.queue.push(info);
    else if (signo >= Sig.RtMin && info.code !== SiCode.User) return Outcome.OverflowFail;
    else outcome = Outcome.LoseInfo;
  }
  pending.set |= mask;
  target.sighand.signalfdQueue.wake(k);
  return outcome;
}

/**
 * Queues a posix timer's one siginfo, or counts an overrun where it still waits. Linux: send_sigqueue.
 * @returns false when the signal is ignored
 */
export function sendTimerSignal(k: Kernel, target: Task, info: SigInfo, group: boolean): boolean {
  if (!prepareSignal(k, target, info.signo, false)) {
    traceGenerate(k, target, info, group, Outcome.Ignored);
    return false;
  }
  const pending = group ? target.signal.shared : target.pending;
  if (pending.queue.includes(info)) {
    info.overrun = (info.overrun ?? 0) + 1;
    traceGenerate(k, target, info, group, Outcome.AlreadyPending);
    return true;
  }
  info.overrun = 0;
  pending.queue.push(info);
  pending.set |= sigMask(info.signo);
  target.sighand.signalfdQueue.wake(k);
  traceGenerate(k, target, info, group, Outcome.Delivered);
  completeSignal(k, target, info.signo, group);
  return true;
}

/** Side effects of generating stop signals and SIGCONT, which happen even when the signal is blocked or ignored; false: drop it. */
function prepareSignal(k: Kernel, target: Task, signo: number, force: boolean): boolean {
  const { signal } = target;
  if (signal.groupExiting) {
    // The process is dying; a pending signal changes nothing.
  } else if (hasSignal(StopSignals, signo)) {
    flushThreads(target, sigMask(Sig.CONT));
  } else if (signo === Sig.CONT) {
    flushThreads(target, StopSignals);
    continueProcess(k, target);
  }
  return !isIgnored(target, signo, force);
}

/** Linux: sig_ignored, sig_task_ignored. Blocked signals are never ignored: the action may change before they are unblocked. */
function isIgnored(task: Task, signo: number, force: boolean): boolean {
  if (hasSignal(task.blocked | task.realBlocked, signo)) return false;
  const { handler } = task.sighand.actions[signo - 1]!;
  const kernelOnly = hasSignal(KernelOnlySignals, signo);
  if (task.signal.unkillable) {
    if (kernelOnly && task.tgid === 1) return true;
    if (handler === SigHandler.Default && !(force && kernelOnly)) return true;
  }
  return handler === SigHandler.Ignore || (handler === SigHandler.Default && hasSignal(IgnoredSignals, signo));
}

/** Picks a thread to take the signal, or begins the death of the whole group at once. Linux: complete_signal. */
function completeSignal(k: Kernel, target: Task, signo: number, group: boolean): void {
  const { signal } = target;
  let taker: Task | undefined;
  if (wantsSignal(k, target, signo)) taker = target;
  else if (!group || signal.threads.size <= 1) return;
  else taker = otherThread(k, target, signo);
  if (!taker) return;
  if (isFatal(target, signo) && !signal.groupExiting && !hasSignal(taker.realBlocked, signo) && !hasSignal(CoreDumpSignals, signo)) {
    signal.groupExiting = true;
    signal.groupExitCode = signo;
    signal.groupStopCount = 0;
    traceDefault(k, target, signo, 'terminate');
    for (const thread of signal.threads) killThread(k, thread);
    return;
  }
  signalWakeUp(k, taker, signo === Sig.KILL);
}

function otherThread(k: Kernel, target: Task, signo: number): Task | undefined {
  const { signal } = target;
  const threads = [...signal.threads];
  const start = Math.max(0, threads.indexOf(signal.currTarget ?? target));
  for (let i = 0; i < threads.length; i++) {
    const thread = threads[(start + i) % threads.length]!;
    if (!wantsSignal(k, thread, signo)) continue;
    signal.currTarget = thread;
    return thread;
  }
  return undefined;
}

function wantsSignal(k: Kernel, task: Task, signo: number): boolean {
  if (hasSignal(task.blocked, signo)) return false;
  if ((task.flags & TaskFlag.EXITING) !== 0) return false;
  if (signo === Sig.KILL) return true;
  if (task.state === TaskState.Stopped || task.state === TaskState.Traced) return false;
  return task === k.current || !task.sigPending;
}

function isFatal(task: Task, signo: number): boolean {
  if (hasSignal(IgnoredSignals | StopSignals, signo) && signo !== Sig.KILL) return false;
  return task.sighand.actions[signo - 1]!.handler === SigHandler.Default;
}

/** One thread of a group that dies gets a SIGKILL of its own. */
export function killThread(k: Kernel, thread: Task): void {
  cancelStopPending(thread);
  thread.pending.set |= sigMask(Sig.KILL);
  signalWakeUp(k, thread, true);
}

/** Sets TIF_SIGPENDING and ends an interruptible sleep; a fatal one also ends killable sleeps and stops. Linux: signal_wake_up. */
export function signalWakeUp(k: Kernel, task: Task, fatal: boolean): void {
  task.sigPending = true;
  switch (task.state) {
    case TaskState.Interruptible:
      if (task !== k.init) k.scheduler.wakeTask(k, task);
      return;
    case TaskState.Uninterruptible:
      if (fatal && task.killable) k.scheduler.wakeTask(k, task);
      return;
    case TaskState.Stopped:
    case TaskState.Traced:
      if (fatal) k.scheduler.wakeTask(k, task);
  }
}

/** What the default action of a signal, or a frame that cannot be built, does to `target`. */
export function traceDefault(k: Kernel, target: Task, sig: number, action: 'ignore' | 'stop' | 'terminate' | 'core' | 'bad_frame'): void {
  if (k.trace.on(Trace.Signal)) emit(k, Trace.Signal, 'signal:default_action', { sig, action, target: target.tid });
}

function traceGenerate(k: Kernel, target: Task, info: SigInfo, group: boolean, result: Outcome): void {
  if (!k.trace.on(Trace.Signal)) return;
  emit(k, Trace.Signal, 'signal:signal_generate', {
    ...signalFields(info),
    comm: target.comm,
    target: target.tid,
    grp: group,
    res: result,
    blocked: hasSignal(target.blocked, info.signo),
  });
}
