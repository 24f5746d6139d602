import { CloneArgs, CloneFlag, Cpu, IdType, PageSize, RUsageWho, Sig, SigInfoOffset, Sys, WaitOption } from '@ring3/abi';
import { E2BIG, EFAULT, EINVAL, ESRCH } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { accessOk, copyFromUser, copyToUser, getU64, getU64Number, putU32 } from '../mm/uaccess.js';
import { PARKED } from '../sched/park.js';
import { doExit, doGroupExit } from '../task/exit.js';
import { doFork, type CloneRequest } from '../task/fork.js';
import { processOf, setpgid, setsid } from '../task/groups.js';
import { pidOfFd } from '../task/pidfd.js';
import { getRegPair } from '../task/regs.js';
import { encodeRusage, rusageOf } from '../task/rusage.js';
import { doWait, type WaitTarget } from '../task/wait.js';
import type { SyscallRow } from './row.js';

const noRequest: CloneRequest = { flags: 0, exitSignal: Sig.CHLD, stack: 0, tls: [0, 0], childTid: 0, parentTid: 0, pidFd: 0 };

/** clone(2), x86-64's order of arguments: flags, stack, parent_tid, child_tid, tls. */
function clone(k: Kernel, flags: number, stack: number, parentTid: number, childTid: number): number {
  // One place for two answers. Linux: legacy_clone_args_valid.
  if (flags & CloneFlag.PIDFD && flags & CloneFlag.PARENT_SETTID) throw EINVAL;
  return doFork(k, {
    flags: (flags & ~CloneFlag.CSIGNAL) >>> 0,
    exitSignal: flags & CloneFlag.CSIGNAL,
    stack,
    tls: getRegPair(k, Cpu.R8),
    childTid,
    parentTid,
    pidFd: parentTid,
  });
}

/** clone3(2), with struct clone_args as of 5.4. Linux: copy_clone_args_from_user, clone3_args_valid. */
function clone3(k: Kernel, args: number, size: number): number {
  if (size > PageSize.Bytes) throw E2BIG;
  if (size < CloneArgs.SizeV0) throw EINVAL;
  const extra = copyFromUser(k, args, size).subarray(CloneArgs.SizeV0);
  if (extra.some((byte) => byte !== 0)) throw E2BIG;
  const field = (at: number) => getU64Number(k, args + at);
  const flags = field(CloneArgs.Flags);
  const exitSignal = field(CloneArgs.ExitSignal);
  if (flags > 0xffff_ffff || exitSignal > Sig.Count) throw EINVAL;
  const isSibling = (flags & (CloneFlag.THREAD | CloneFlag.PARENT)) !== 0;
  if (flags & (CloneFlag.DETACHED | CloneFlag.CSIGNAL) || (isSibling && exitSignal !== 0)) throw EINVAL;
  const stack = field(CloneArgs.Stack);
  const stackSize = field(CloneArgs.StackSize);
  if ((stack === 0) !== (stackSize === 0)) throw EINVAL;
  if (stack !== 0 && !isUserRange(k, stack, stackSize)) throw EINVAL;
  return doFork(k, {
    flags,
    exitSignal,
    stack: stack + stackSize,
    tls: getU64(k, args + CloneArgs.Tls),
    childTid: field(CloneArgs.ChildTid),
    parentTid: field(CloneArgs.ParentTid),
    pidFd: field(CloneArgs.PidFd),
  });
}

function isUserRange(k: Kernel, start: number, length: number): boolean {
  try {
    accessOk(k, start, length);
    return true;
  } catch (error) {
    if (error === EFAULT) return false;
    throw error;
  }
}

function wait4(k: Kernel, pid: number, status: number, options: number, rusage: number): number {
  const known =
    WaitOption.WNOHANG | WaitOption.WUNTRACED | WaitOption.WCONTINUED | WaitOption.WNOTHREAD | WaitOption.WCLONE | WaitOption.WALL;
  if (options & ~known) throw EINVAL;
  if (pid === -0x8000_0000) throw ESRCH;
  const result = doWait(k, wait4Target(k, pid), options | WaitOption.WEXITED);
  if (typeof result === 'number') return result;
  if (!result) return 0;
  if (status !== 0) putU32(k, status, result.status);
  if (rusage !== 0) copyToUser(k, rusage, encodeRusage(result.rusage));
  return result.pid;
}

function wait4Target(k: Kernel, pid: number): WaitTarget {
  if (pid === -1) return { kind: 'all' };
  if (pid > 0) return { kind: 'pid', pid: k.pids.get(pid) };
  return { kind: 'pgid', pid: pid === 0 ? k.current.signal.pgrp : k.pids.get(-pid) };
}

function waitid(k: Kernel, idType: number, id: number, info: number, options: number, rusage: number): number {
  const kinds = WaitOption.WEXITED | WaitOption.WSTOPPED | WaitOption.WCONTINUED;
  const known = kinds | WaitOption.WNOHANG | WaitOption.WNOWAIT | WaitOption.WNOTHREAD | WaitOption.WCLONE | WaitOption.WALL;
  if (options & ~known || (options & kinds) === 0) throw EINVAL;
  const result = doWait(k, waitidTarget(k, idType, id), options);
  if (result === PARKED || typeof result === 'number') return PARKED;
  if (result && rusage !== 0) copyToUser(k, rusage, encodeRusage(result.rusage));
  if (info !== 0) {
    putU32(k, info + SigInfoOffset.Signo, result ? Sig.CHLD : 0);
    putU32(k, info + SigInfoOffset.Errno, 0);
    putU32(k, info + SigInfoOffset.Code, result?.code ?? 0);
    putU32(k, info + SigInfoOffset.Pid, result?.pid ?? 0);
    putU32(k, info + SigInfoOffset.Uid, result?.uid ?? 0);
    putU32(k, info + SigInfoOffset.Status, result?.codeStatus ?? 0);
  }
  return 0;
}

function waitidTarget(k: Kernel, idType: number, id: number): WaitTarget {
  switch (idType) {
    case IdType.All:
      return { kind: 'all' };
    case IdType.Pid:
      if (id <= 0) throw EINVAL;
      return { kind: 'pid', pid: k.pids.get(id) };
    case IdType.PidGroup:
      if (id < 0) throw EINVAL;
      return { kind: 'pgid', pid: id === 0 ? k.current.signal.pgrp : k.pids.get(id) };
    case IdType.PidFd:
      if (id < 0) throw EINVAL;
      return { kind: 'pid', pid: pidOfFd(k, id) };
    default:
      throw EINVAL;
  }
}

function getrusage(k: Kernel, who: number, out: number): number {
  const kind = who === RUsageWho.Self ? 'self' : who === RUsageWho.Children ? 'children' : who === RUsageWho.Thread ? 'thread' : null;
  if (!kind) throw EINVAL;
  copyToUser(k, out, encodeRusage(rusageOf(k, k.current, kind)));
  return 0;
}

/** Processes and what they are called: kernel/fork.c, exit.c, sys.c. */
export const processSyscalls: readonly SyscallRow[] = [
  { nr: Sys.getpid, name: 'getpid', args: [], call: (k) => k.current.tgid, done: 'full' },
  { nr: Sys.gettid, name: 'gettid', args: [], call: (k) => k.current.tid, done: 'full' },
  { nr: Sys.getppid, name: 'getppid', args: [], call: (k) => k.current.groupLeader.realParent?.tgid ?? 0, done: 'full' },
  { nr: Sys.fork, name: 'fork', args: [], call: (k) => doFork(k, noRequest), done: 'full' },
  { nr: Sys.vfork, name: 'vfork', args: [], call: (k) => doFork(k, { ...noRequest, flags: CloneFlag.VFORK | CloneFlag.VM }), done: 'full' },
  { nr: Sys.clone, name: 'clone', args: ['flags:CLONE_', 'addr', 'addr', 'addr', 'addr'], call: clone, done: 'no namespaces' },
  { nr: Sys.clone3, name: 'clone3', args: ['ptr', 'size'], call: clone3, done: 'no namespaces' },
  { nr: Sys.exit, name: 'exit', args: ['int'], call: (k, code) => (doExit(k, (code & 0xff) << 8), PARKED), done: 'full' },
  { nr: Sys.exit_group, name: 'exit_group', args: ['int'], call: (k, code) => (doGroupExit(k, (code & 0xff) << 8), PARKED), done: 'full' },
  { nr: Sys.wait4, name: 'wait4', args: ['pid', 'status:out', 'flags:W', 'rusage:out'], call: wait4, done: 'full' },
  { nr: Sys.waitid, name: 'waitid', args: ['idtype', 'pid', 'ptr', 'flags:W', 'rusage:out'], call: waitid, done: 'full' },
  {
    nr: Sys.set_tid_address,
    name: 'set_tid_address',
    args: ['addr'],
    call: (k, address) => {
      k.current.clearChildTid = address;
      return k.current.tid;
    },
    done: 'full',
  },
  { nr: Sys.setpgid, name: 'setpgid', args: ['pid', 'pid'], call: setpgid, done: 'full' },
  { nr: Sys.getpgid, name: 'getpgid', args: ['pid'], call: (k, pid) => processOf(k, pid).signal.pgrp.nr, done: 'full' },
  { nr: Sys.getpgrp, name: 'getpgrp', args: [], call: (k) => k.current.signal.pgrp.nr, done: 'full' },
  { nr: Sys.setsid, name: 'setsid', args: [], call: setsid, done: 'full' },
  { nr: Sys.getsid, name: 'getsid', args: ['pid'], call: (k, pid) => processOf(k, pid).signal.session.nr, done: 'full' },
  { nr: Sys.getrusage, name: 'getrusage', args: ['int', 'rusage:out'], call: getrusage, done: 'no block I/O counts' },
];
