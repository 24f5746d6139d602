import { ItimerWhich, RLimit, Sig } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { kernelInfo, sendSignal } from '../signal/send.js';
import type { SignalStruct } from '../signal/signal-struct.js';
import { processTime } from './cpu-time.js';
import { NsPerSec } from './clock.js';

/** Does the process have anything that its CPU time triggers: ITIMER_VIRTUAL, ITIMER_PROF, RLIMIT_CPU, a CPU-time posix timer? */
function counts(signal: SignalStruct): boolean {
  return (
    signal.itimers[ItimerWhich.Virtual]!.deadline !== 0 ||
    signal.itimers[ItimerWhich.Prof]!.deadline !== 0 ||
    signal.posixTimers.size > 0 ||
    signal.rlimits[RLimit.CPU]!.cur !== Infinity ||
    signal.rlimits[RLimit.CPU]!.max !== Infinity
  );
}

/**
 * How many ns of CPU time (under the virtual clock: instructions) the current process may use until one of them is due. With a real
 * clock they are looked at after each turn.
 */
export function cpuTimerBudget(k: Kernel): number {
  if (k.options.clock !== 'virtual') return Infinity;
  const { signal } = k.current;
  if (!counts(signal)) return Infinity;
  const { utime, stime } = processTime(k, signal);
  const total = utime + stime;
  let next = Infinity;
  const virtual = signal.itimers[ItimerWhich.Virtual]!;
  const prof = signal.itimers[ItimerWhich.Prof]!;
  if (virtual.deadline !== 0) next = Math.min(next, virtual.deadline - utime);
  if (prof.deadline !== 0) next = Math.min(next, prof.deadline - total);
  for (const timer of signal.posixTimers.values()) if (timer.cpuDeadline !== 0) next = Math.min(next, timer.cpuDeadline - timer.now(k));
  const { cur, max } = signal.rlimits[RLimit.CPU]!;
  next = Math.min(next, cur * NsPerSec - total, max * NsPerSec - total);
  return Math.max(1, next);
}

/** Signals for what is due. Linux: run_posix_cpu_timers, check_process_timers. */
export function checkCpuTimers(k: Kernel): void {
  const task = k.current;
  const { signal } = task;
  if (!counts(signal)) return;
  const { utime, stime } = processTime(k, signal);
  const total = utime + stime;
  checkItimer(k, signal, ItimerWhich.Virtual, utime, Sig.VTALRM);
  checkItimer(k, signal, ItimerWhich.Prof, total, Sig.PROF);
  for (const timer of Array.from(signal.posixTimers.values())) {
    if (timer.cpuDeadline === 0 || timer.now(k) < timer.cpuDeadline) continue;
    const due = timer.cpuDeadline;
    timer.expire(k);
    // Not moved on by an ignored signal: the next period counts from here.
    if (timer.cpuDeadline === due) timer.cpuDeadline = timer.interval > 0 ? due + timer.interval : 0;
  }
  checkCpuLimit(k, total);
}

function checkItimer(k: Kernel, signal: SignalStruct, which: number, used: number, signo: number): void {
  const timer = signal.itimers[which]!;
  if (timer.deadline === 0 || used < timer.deadline) return;
  timer.deadline = timer.interval > 0 ? timer.deadline + timer.interval : 0;
  sendSignal(k, k.current, kernelInfo(signo), true);
}

/** SIGXCPU once a second beyond the soft limit, SIGKILL at the hard one. */
function checkCpuLimit(k: Kernel, used: number): void {
  const { signal } = k.current;
  const { cur, max } = signal.rlimits[RLimit.CPU]!;
  if (used >= max * NsPerSec) {
    sendSignal(k, k.current, kernelInfo(Sig.KILL), true);
  } else if (used >= cur * NsPerSec) {
    sendSignal(k, k.current, kernelInfo(Sig.XCPU), true);
    signal.rlimits = signal.rlimits.map((limit, i) => (i === RLimit.CPU ? { cur: Math.min(cur + 1, max), max } : limit));
  }
}
