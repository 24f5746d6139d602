import { Cpu, Sig, SiCode, SigAltStack, SigMaskHow, SigInfoOffset, Sys } from '@ring3/abi';
import { EAGAIN, EINTR, EINVAL, EPERM, ERESTARTNOHAND, ESRCH, Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { copyFromUser, copyToUser, getI64Number, getU32, getU64, getU64Number, putU32, putU64, putU64Pair } from '../mm/uaccess.js';
import { expired, waitOn } from '../sched/wait.js';
import { sigaction } from '../signal/actions.js';
import { altStackMode, setAltStack } from '../signal/altstack.js';
import { dequeueSignal } from '../signal/dequeue.js';
import { mayKill } from '../signal/permission.js';
import { setBlocked, setUserSigmask } from '../signal/mask.js';
import { recalcSigPending } from '../signal/pending.js';
import { sendSignal, userInfo } from '../signal/send.js';
import { decodeSigInfo, encodeSigInfo } from '../signal/siginfo.js';
import type { SigInfo } from '../signal/signal-struct.js';
import { sigreturn } from '../signal/sigreturn.js';
import { KernelOnlySignals, sigsetHigh, sigsetLow, sigsetOf } from '../signal/sigset.js';
import type { Task } from '../task/task.js';
import { getReg } from '../task/regs.js';
import { readTimespec, toNs } from '../time/timespec.js';
import type { SyscallRow } from './row.js';

/** sizeof(sigset_t) in the kernel. */
const SigsetBytes = 8;

function readSigset(k: Kernel, va: number, size: number): bigint {
  if (size !== SigsetBytes) throw EINVAL;
  const [lo, hi] = getU64(k, va);
  return sigsetOf(lo, hi);
}

function writeSigset(k: Kernel, va: number, set: bigint): void {
  putU64Pair(k, va, sigsetLow(set), sigsetHigh(set));
}

/** struct sigaction of the kernel: handler, flags, restorer, mask; 32 bytes. */
function rtSigaction(k: Kernel, signo: number, act: number, oldact: number, size: number): number {
  if (size !== SigsetBytes) throw EINVAL;
  const action =
    act === 0
      ? null
      : {
          handler: getI64Number(k, act),
          flags: getU64(k, act + 8)[0],
          flagsHigh: getU64(k, act + 8)[1],
          restorer: getI64Number(k, act + 16),
          mask: readSigset(k, act + 24, SigsetBytes),
        };
  const old = sigaction(k, signo, action);
  if (oldact !== 0) {
    putU64(k, oldact, old.handler);
    putU64Pair(k, oldact + 8, old.flags, old.flagsHigh);
    putU64(k, oldact + 16, old.restorer);
    writeSigset(k, oldact + 24, old.mask);
  }
  return 0;
}

function rtSigprocmask(k: Kernel, how: number, set: number, oldset: number, size: number): number {
  if (size !== SigsetBytes) throw EINVAL;
  const task = k.current;
  const old = task.blocked;
  if (set !== 0) {
    const mask = readSigset(k, set, size) & ~KernelOnlySignals;
    if (how === SigMaskHow.Block) setBlocked(k, task, old | mask);
    else if (how === SigMaskHow.Unblock) setBlocked(k, task, old & ~mask);
    else if (how === SigMaskHow.SetMask) setBlocked(k, task, mask);
    else throw EINVAL;
  }
  if (oldset !== 0) writeSigset(k, oldset, old);
  return 0;
}

function rtSigpending(k: Kernel, set: number, size: number): number {
  if (size > SigsetBytes) throw EINVAL;
  const { pending, signal, blocked } = k.current;
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, (pending.set | signal.shared.set) & blocked, true);
  copyToUser(k, set, bytes.subarray(0, size));
  return 0;
}

function rtSigsuspend(k: Kernel, set: number, size: number): number {
  if (!k.current.op) setUserSigmask(k, readSigset(k, set, size) & ~KernelOnlySignals);
  return waitOn(k, null, { kind: 'sigsuspend' }, ERESTARTNOHAND);
}

/** Linux: do_sigtimedwait. While it sleeps the signals count as unblocked; always ends with EINTR when another one comes. */
function rtSigtimedwait(k: Kernel, set: number, infoVa: number, timeout: number, size: number): number {
  const task = k.current;
  const op = task.op;
  if (!op && size !== SigsetBytes) throw EINVAL;
  const wanted = (op ? (op['wanted'] as bigint) : readSigset(k, set, size)) & ~KernelOnlySignals;
  if (op) {
    setBlocked(k, task, task.realBlocked);
    task.realBlocked = 0n;
  }
  const deadline = op ? op.deadline : timeout === 0 ? undefined : k.clock.monotonic(k) + toNs(readTimespec(k, timeout));
  const info = dequeueSignal(k, task, ~wanted);
  if (info) {
    if (infoVa !== 0) copyToUser(k, infoVa, encodeSigInfo(info));
    return info.signo;
  }
  if (op && expired(k, op)) throw EAGAIN;
  if (!op && deadline !== undefined && deadline <= k.clock.monotonic(k)) throw EAGAIN;
  if (task.sigPending) throw EINTR;
  task.realBlocked = task.blocked;
  task.blocked &= ~wanted;
  recalcSigPending(task);
  return waitOn(k, null, deadline === undefined ? { kind: 'sigtimedwait', wanted } : { kind: 'sigtimedwait', wanted, deadline }, EINTR);
}

function sigaltstack(k: Kernel, ss: number, oldSs: number): number {
  const task = k.current;
  const sp = getReg(k, Cpu.Rsp);
  const old = { sp: task.sigAltSp, size: task.sigAltSize, flags: altStackMode(task, sp), extra: task.sigAltFlags };
  if (ss !== 0) setAltStack(task, sp, getU64Number(k, ss), getU32(k, ss + 8), getU64Number(k, ss + 16));
  if (oldSs !== 0) {
    putU64(k, oldSs, old.sp);
    putU32(k, oldSs + 8, (old.flags | (old.extra & SigAltStack.AutoDisarm)) >>> 0);
    putU32(k, oldSs + 12, 0);
    putU64(k, oldSs + 16, old.size);
  }
  return 0;
}

/** kill(2). Linux: kill_something_info. Signal 0 only asks. */
function kill(k: Kernel, pid: number, signo: number): number {
  checkSignal(signo);
  const info = userInfo(k, signo);
  if (pid > 0) {
    const leader = k.pids.process(pid);
    if (!leader) throw ESRCH;
    return killProcess(k, leader, info);
  }
  if (pid === -0x8000_0000) throw ESRCH;
  if (pid === -1) return killAll(k, info);
  const group = pid === 0 ? k.current.signal.pgrp : k.pids.get(-pid);
  return killMany(k, group ? [...group.pgrp] : [], info);
}

export function killProcess(k: Kernel, leader: Task, info: SigInfo, group = true): number {
  mayKill(k, leader, info);
  if (info.signo !== 0 && !sendSignal(k, leader, info, group)) throw EAGAIN;
  return 0;
}

/** Succeeds when one of them took it. */
function killMany(k: Kernel, leaders: Task[], info: SigInfo): number {
  let error: unknown = ESRCH;
  let success = false;
  for (const leader of leaders) {
    try {
      killProcess(k, leader, { ...info });
      success = true;
    } catch (thrown) {
      if (!(thrown instanceof Errno)) throw thrown;
      error = thrown;
    }
  }
  if (!success) throw error;
  return 0;
}

/** Every process but pid 1 and the caller's. */
function killAll(k: Kernel, info: SigInfo): number {
  let count = 0;
  let error: unknown = null;
  for (const leader of Array.from(k.pids.processes())) {
    if (leader.tid <= 1 || leader.signal === k.current.signal) continue;
    count++;
    try {
      killProcess(k, leader, { ...info });
      error = null;
    } catch (thrown) {
      if (!(thrown instanceof Errno)) throw thrown;
      if (thrown !== EPERM) error = thrown;
    }
  }
  if (count === 0) throw ESRCH;
  if (error) throw error;
  return 0;
}

export function checkSignal(signo: number): void {
  if (signo < 0 || signo > Sig.Count) throw EINVAL;
}

/** tkill and tgkill. Linux: do_tkill. @param tgid 0 for tkill */
function sendToThread(k: Kernel, tgid: number, tid: number, signo: number): number {
  if (tid <= 0 || tgid < 0) throw EINVAL;
  const task = k.pids.task(tid);
  if (!task || (tgid !== 0 && task.tgid !== tgid)) throw ESRCH;
  checkSignal(signo);
  const info = userInfo(k, signo, SiCode.Tkill);
  return killProcess(k, task, info, false);
}

/** Does it claim to come from the kernel or from kill? */
export function isForged(info: SigInfo): boolean {
  return info.code >= 0 || info.code === SiCode.Tkill;
}

/**
 * rt_sigqueueinfo and rt_tgsigqueueinfo to the number `pid`: no faking of the kernel's or of kill's codes for others, and other threads
 * are others. Linux: do_rt_sigqueueinfo, do_rt_tgsigqueueinfo.
 */
function queueInfo(k: Kernel, pid: number, task: Task | undefined, info: SigInfo, group: boolean): number {
  if (isForged(info) && pid !== k.current.tid) throw EPERM;
  if (!task) throw ESRCH;
  checkSignal(info.signo);
  return killProcess(k, task, info, group);
}

function readSigInfo(k: Kernel, va: number, signo: number): SigInfo {
  return decodeSigInfo(copyFromUser(k, va, SigInfoOffset.Bytes), signo);
}

function tgsigqueueinfo(k: Kernel, tgid: number, tid: number, signo: number, infoVa: number): number {
  const info = readSigInfo(k, infoVa, signo);
  if (tid <= 0 || tgid <= 0) throw EINVAL;
  const task = k.pids.task(tid);
  return queueInfo(k, tid, task?.tgid === tgid ? task : undefined, info, false);
}

/** kernel/signal.c, arch/x86/kernel/signal.c. */
export const signalSyscalls: readonly SyscallRow[] = [
  { nr: Sys.rt_sigaction, name: 'rt_sigaction', args: ['sig', 'sigaction', 'sigaction:out', 'size'], call: rtSigaction, done: 'full' },
  {
    nr: Sys.rt_sigprocmask,
    name: 'rt_sigprocmask',
    args: ['flags:SIG_', 'sigset', 'sigset:out', 'size'],
    call: rtSigprocmask,
    done: 'full',
  },
  { nr: Sys.rt_sigreturn, name: 'rt_sigreturn', args: [], call: sigreturn, done: 'full' },
  { nr: Sys.rt_sigpending, name: 'rt_sigpending', args: ['sigset:out', 'size'], call: rtSigpending, done: 'full' },
  { nr: Sys.rt_sigsuspend, name: 'rt_sigsuspend', args: ['sigset', 'size'], call: rtSigsuspend, done: 'full' },
  { nr: Sys.rt_sigtimedwait, name: 'rt_sigtimedwait', args: ['sigset', 'ptr', 'timespec', 'size'], call: rtSigtimedwait, done: 'full' },
  { nr: Sys.sigaltstack, name: 'sigaltstack', args: ['ptr', 'ptr'], call: sigaltstack, done: 'full' },
  { nr: Sys.kill, name: 'kill', args: ['pid', 'sig'], call: kill, done: 'full' },
  { nr: Sys.tkill, name: 'tkill', args: ['pid', 'sig'], call: (k, tid, signo) => sendToThread(k, 0, tid, signo), done: 'full' },
  {
    nr: Sys.tgkill,
    name: 'tgkill',
    args: ['pid', 'pid', 'sig'],
    call: (k, tgid, tid, signo) => {
      if (tgid <= 0) throw EINVAL;
      return sendToThread(k, tgid, tid, signo);
    },
    done: 'full',
  },
  {
    nr: Sys.rt_sigqueueinfo,
    name: 'rt_sigqueueinfo',
    args: ['pid', 'sig', 'ptr'],
    call: (k, pid, signo, info) => queueInfo(k, pid, k.pids.task(pid), readSigInfo(k, info, signo), true),
    done: 'full',
  },
  { nr: Sys.rt_tgsigqueueinfo, name: 'rt_tgsigqueueinfo', args: ['pid', 'pid', 'sig', 'ptr'], call: tgsigqueueinfo, done: 'full' },
  { nr: Sys.pause, name: 'pause', args: [], call: (k) => waitOn(k, null, { kind: 'pause' }, ERESTARTNOHAND), done: 'full' },
];
