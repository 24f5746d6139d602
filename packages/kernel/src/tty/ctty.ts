import { Lflag, Sig, SigHandler } from '@ring3/abi';
import { EINVAL, EIO, ENOTTY, EPERM, ERESTARTSYS, ESRCH } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { getI32 } from '../mm/uaccess.js';
import { currentPgrpOrphaned } from '../signal/jobctl.js';
import { kernelInfo, sendGroup, sendSignal } from '../signal/send.js';
import { hasSignal } from '../signal/sigset.js';
import type { Task } from '../task/task.js';
import type { Tty } from './tty.js';

/** A session leader without a terminal takes this one (tiocsctty). @throws EPERM */
export function setControllingTty(k: Kernel, tty: Tty, steal: boolean): void {
  const { signal } = k.current;
  if (signal.leader && signal.session === tty.session) return;
  if (!signal.leader || signal.tty) throw EPERM;
  if (tty.session) {
    if (!steal) throw EPERM;
    for (const leader of tty.session.session) leader.signal.tty = null;
  }
  attachTty(k.current, tty);
}

/** __proc_set_tty: `task` leads the session whose terminal it becomes; its group is in the foreground. */
export function attachTty(task: Task, tty: Tty): void {
  tty.session = task.signal.session;
  tty.pgrp = task.signal.pgrp;
  task.signal.tty = tty;
}

/** disassociate_ctty: the session leader exits, or gives its terminal up (TIOCNOTTY): its groups lose the terminal. */
export function disassociateCtty(k: Kernel, task: Task, onExit: boolean): void {
  const { signal } = task;
  if (!signal.leader) return;
  const { tty } = signal;
  if (!tty) {
    // It was hung up before: those that were in the foreground then hear of it now.
    const old = signal.ttyOldPgrp;
    signal.ttyOldPgrp = null;
    if (!onExit || !old) return;
    sendGroup(k, old, kernelInfo(Sig.HUP));
    sendGroup(k, old, kernelInfo(Sig.CONT));
    return;
  }
  const { pgrp, session } = tty;
  if (pgrp) {
    sendGroup(k, pgrp, kernelInfo(Sig.HUP));
    if (!onExit) sendGroup(k, pgrp, kernelInfo(Sig.CONT));
  }
  tty.session = null;
  tty.pgrp = null;
  if (session) for (const member of session.session) member.signal.tty = null;
  signal.tty = null;
}

/** no_tty of a process that is no session leader. */
export function dropTty(task: Task): void {
  task.signal.tty = null;
}

/**
 * The line is gone (the console was closed, the pty's master too): the session's leader gets SIGHUP and SIGCONT, readers see the end,
 * writers EIO. Linux: __tty_hangup, tty_signal_session_leader.
 */
export function hangUp(k: Kernel, tty: Tty): void {
  if (tty.hungUp) return;
  tty.hungUp = true;
  for (const member of tty.session ? [...tty.session.session] : []) {
    const { signal } = member;
    if (signal.tty === tty) signal.tty = null;
    if (!signal.leader) continue;
    sendSignal(k, member, kernelInfo(Sig.HUP), true);
    sendSignal(k, member, kernelInfo(Sig.CONT), true);
    if (tty.pgrp) signal.ttyOldPgrp = tty.pgrp;
  }
  tty.session = null;
  tty.pgrp = null;
  tty.held = [];
  tty.readQueue.wake(k);
  tty.writeQueue.wake(k);
}

/**
 * Job control of a terminal access from the background (__tty_check_change): SIGTTIN or SIGTTOU to the caller's whole group, and the
 * call again once it is continued. A signal that is ignored or blocked lets a write through and fails a read.
 * @throws ERESTARTSYS the group was signalled @throws EIO nobody could continue it
 */
export function checkBackground(k: Kernel, tty: Tty, signo: number): void {
  const { current } = k;
  if (current.signal.tty !== tty || !tty.pgrp || current.signal.pgrp === tty.pgrp) return;
  const ignored = hasSignal(current.blocked, signo) || current.sighand.actions[signo - 1]!.handler === SigHandler.Ignore;
  if (ignored) {
    if (signo === Sig.TTIN) throw EIO;
    return;
  }
  if (currentPgrpOrphaned(k)) throw EIO;
  sendGroup(k, current.signal.pgrp, kernelInfo(signo));
  current.sigPending = true;
  throw ERESTARTSYS;
}

/** May a background process write? Only with TOSTOP does it matter. */
export function checkWrite(k: Kernel, tty: Tty): void {
  if (tty.termios.lflag & Lflag.TOSTOP) checkBackground(k, tty, Sig.TTOU);
}

/** tiocspgrp. @throws ENOTTY @throws ESRCH @throws EPERM the group is of another session */
export function setForeground(k: Kernel, tty: Tty, va: number): void {
  try {
    checkBackground(k, tty, Sig.TTOU);
  } catch (error) {
    throw error === EIO ? ENOTTY : error;
  }
  const { signal } = k.current;
  if (signal.tty !== tty || signal.session !== tty.session) throw ENOTTY;
  const nr = getI32(k, va);
  if (nr < 0) throw EINVAL;
  const pid = k.pids.get(nr);
  if (!pid) throw ESRCH;
  const member = [...pid.pgrp][0] ?? k.pids.task(nr);
  if (!member || member.signal.session !== signal.session) throw EPERM;
  tty.pgrp = pid;
}
