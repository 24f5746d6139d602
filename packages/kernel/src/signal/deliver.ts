import { Cpu, ErrorNumber, SaFlag, Sig, SigHandler, Sys, TaskFlag } from '@ring3/abi';
import { doCoredump } from '../exec/coredump/do-coredump.js';
import type { Kernel } from '../kernel.js';
import { doGroupExit } from '../task/exit.js';
import { rseqSignalDeliver } from '../sched/rseq.js';
import { getReg, getRegHigh, getRegSigned, setReg } from '../task/regs.js';
import { TaskState } from '../task/task.js';
import { signalFields } from '../trace/signal-fields.js';
import { Trace, emit } from '../trace/tracer.js';
import { dequeueSignal, dequeueSynchronous } from './dequeue.js';
import { setupFrame } from './frame.js';
import { currentPgrpOrphaned, notifyContinuedOrStopped, stopSignal, takePartInStop } from './jobctl.js';
import { restoreSavedSigmask, setBlocked } from './mask.js';
import { recalcSigPending } from './pending.js';
import { forceSigsegv, traceDefault } from './send.js';
import type { SigAction, SigInfo } from './signal-struct.js';
import { CoreDumpSignals, IgnoredSignals, KernelOnlySignals, StopSignals, hasSignal, sigMask } from './sigset.js';

/**
 * The way back to user mode: signals, the restart of an interrupted call, the mask of sigsuspend. Linux: exit_to_usermode_loop and
 * do_signal (arch/x86/kernel/signal.c). Leaves early when the task stopped or died; a stopped one comes through here again.
 */
export function returnToUser(k: Kernel): void {
  const task = k.current;
  while (task.sigPending || task.signal.cldNotify !== 0) {
    const caught = getSignal(k);
    if (task.state !== TaskState.Running) return;
    if (!caught) break;
    handleSignal(k, caught.info, caught.action);
    task.origRax = -1;
    recalcSigPending(task);
  }
  if (task.origRax !== -1) {
    restartWithoutHandler(k);
    task.origRax = -1;
  }
  restoreSavedSigmask(k);
}

/** A signal with a handler, or null when none is left (or the task is no longer running). Linux: get_signal. */
function getSignal(k: Kernel): { info: SigInfo; action: SigAction } | null {
  const task = k.current;
  const { signal } = task;
  for (;;) {
    if (signal.cldNotify !== 0) {
      const why = signal.cldNotify;
      signal.cldNotify = 0;
      notifyContinuedOrStopped(k, task, why);
    }
    if (signal.groupExiting || signal.groupExitTask) {
      task.pending.set &= ~sigMask(Sig.KILL);
      recalcSigPending(task);
      task.flags |= TaskFlag.SIGNALED;
      doGroupExit(k, Sig.KILL);
      return null;
    }
    if (task.stopPending) {
      takePartInStop(k);
      return null;
    }
    const info = dequeueSynchronous(task) ?? dequeueSignal(k, task, task.blocked);
    if (!info) return null;
    const action = task.sighand.actions[info.signo - 1]!;
    traceDeliver(k, info, action);
    if (action.handler === SigHandler.Ignore) continue;
    if (action.handler !== SigHandler.Default) {
      const taken = { ...action };
      if (action.flags & SaFlag.ResetHand) action.handler = SigHandler.Default;
      return { info, action: taken };
    }
    if (hasSignal(IgnoredSignals, info.signo) || (signal.unkillable && !hasSignal(KernelOnlySignals, info.signo))) {
      traceDefault(k, task, info.signo, 'ignore');
      continue;
    }
    if (hasSignal(StopSignals, info.signo)) {
      if (info.signo !== Sig.STOP && currentPgrpOrphaned(k)) {
        traceDefault(k, task, info.signo, 'ignore');
        continue;
      }
      traceDefault(k, task, info.signo, 'stop');
      stopSignal(k, info.signo);
      return null;
    }
    die(k, info);
    return null;
  }
}

/** The default actions "terminate" and "core". */
function die(k: Kernel, info: SigInfo): void {
  const dumps = hasSignal(CoreDumpSignals, info.signo);
  k.current.flags |= TaskFlag.SIGNALED;
  traceDefault(k, k.current, info.signo, dumps ? 'core' : 'terminate');
  if (dumps) doCoredump(k, info);
  doGroupExit(k, info.signo);
}

/** Linux: handle_signal and signal_setup_done. */
function handleSignal(k: Kernel, info: SigInfo, action: SigAction): void {
  const task = k.current;
  if (task.origRax !== -1) restartForHandler(k, action, info.signo);
  const saved = task.savedBlocked ?? task.blocked;
  rseqSignalDeliver(k, info.signo);
  if (!setupFrame(k, info, action, saved)) {
    traceDefault(k, task, info.signo, 'bad_frame');
    forceSigsegv(k, task, info.signo);
    return;
  }
  task.savedBlocked = null;
  let blocked = task.blocked | action.mask;
  if ((action.flags & SaFlag.NoDefer) === 0) blocked |= sigMask(info.signo);
  setBlocked(k, task, blocked);
}

/** The four kinds of an interrupted call, by their codes, which user mode never sees. */
const restartKinds: ReadonlyMap<number, string> = new Map([
  [-ErrorNumber.ERESTARTSYS, 'ERESTARTSYS'],
  [-ErrorNumber.ERESTARTNOINTR, 'ERESTARTNOINTR'],
  [-ErrorNumber.ERESTARTNOHAND, 'ERESTARTNOHAND'],
  [-ErrorNumber.ERESTART_RESTARTBLOCK, 'ERESTART_RESTARTBLOCK'],
]);

/** Linux: handle_signal. A call that is not made again ends with EINTR. */
function restartForHandler(k: Kernel, action: SigAction, signo: number): void {
  const kind = getRegSigned(k, Cpu.Rax);
  if (!restartKinds.has(kind)) return;
  const again =
    kind === -ErrorNumber.ERESTARTNOINTR || (kind === -ErrorNumber.ERESTARTSYS && (action.flags & SaFlag.Restart) !== 0)
      ? k.current.origRax
      : null;
  traceRestart(k, kind, again, signo);
  if (again === null) setReg(k, Cpu.Rax, -ErrorNumber.EINTR);
  else restartCall(k, again);
}

/** Linux: do_signal. */
function restartWithoutHandler(k: Kernel): void {
  // Most calls were not interrupted: their result is no small negative number.
  if (getRegHigh(k, Cpu.Rax) !== 0xffff_ffff) return;
  const kind = getRegSigned(k, Cpu.Rax);
  if (!restartKinds.has(kind)) return;
  const again = kind === -ErrorNumber.ERESTART_RESTARTBLOCK ? Sys.restart_syscall : k.current.origRax;
  traceRestart(k, kind, again, null);
  restartCall(k, again);
}

/** Back to the two-byte `syscall` instruction, with the number in rax again. */
function restartCall(k: Kernel, nr: number): void {
  setReg(k, Cpu.Rax, nr);
  setReg(k, Cpu.Rip, getReg(k, Cpu.Rip) - 2);
}

function traceRestart(k: Kernel, kind: number, again: number | null, sig: number | null): void {
  if (!k.trace.on(Trace.Signal)) return;
  emit(k, Trace.Signal, 'signal:restart', { nr: k.current.origRax, kind: restartKinds.get(kind)!, again, sig });
}

function traceDeliver(k: Kernel, info: SigInfo, action: SigAction): void {
  if (!k.trace.on(Trace.Signal)) return;
  emit(k, Trace.Signal, 'signal:signal_deliver', {
    ...signalFields(info),
    sa_handler: action.handler,
    sa_flags: action.flags,
  });
}
