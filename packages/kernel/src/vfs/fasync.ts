import { OwnerType, Poll, Sig, SiCode } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { ESRCH } from '../errno.js';
import { Waiter, type WaitQueue } from '../sched/wait-queue.js';
import { kernelInfo, sendSignal } from '../signal/send.js';
import { registerState } from '../state.js';
import type { Task } from '../task/task.js';
import type { File, FileWatch } from './file.js';

/** Who gets a file's SIGIO, and by whose right (struct fown_struct). */
export interface FileOwner {
  /** 0: nobody. */
  readonly pid: number;
  readonly type: OwnerType;
  readonly uid: number;
  readonly euid: number;
}

/** Linux: f_setown. @throws ESRCH no such process, thread or group */
export function setFileOwner(k: Kernel, file: File, pid: number, type: OwnerType): void {
  if (pid !== 0 && !k.pids.get(pid)) throw ESRCH;
  const { uid, euid } = k.current.cred;
  file.owner = { pid, type, uid, euid };
}

/** O_ASYNC is set or cleared through descriptor `fd`; files that do not support it only keep the flag. Linux: setfl, fasync_helper. */
export function setAsync(k: Kernel, file: File, fd: number, on: boolean): void {
  if (!file.supportsAsync) return;
  const old = [...(file.watches ?? [])].find((watch) => watch instanceof AsyncItem);
  old?.stop();
  if (!on) return;
  file.asyncStarted(k);
  new AsyncItem(file, fd).start();
}

/** struct fasync_struct: listens to a file's queues, and sends the signal. */
export class AsyncItem extends Waiter implements FileWatch {
  private readonly queues: WaitQueue[] = [];

  constructor(
    readonly file: File,
    /** Where F_SETFL was used: siginfo's si_fd. */
    readonly fd: number,
  ) {
    super();
  }

  start(): void {
    const { file } = this;
    for (const queue of [file.waitQueue(Poll.IN), file.waitQueue(Poll.OUT)])
      if (queue && !this.queues.includes(queue)) this.queues.push(queue);
    for (const queue of this.queues) queue.add(this);
    (file.watches ??= new Set()).add(this);
  }

  stop(): void {
    for (const queue of this.queues) queue.remove(this);
    this.file.watches?.delete(this);
  }

  fileReleased(): void {
    this.stop();
  }

  /** kill_fasync. A waker that does not tell what came about is asked through poll. */
  wake(k: Kernel, queue: WaitQueue, events: number): void {
    const { file } = this;
    const mask = events === 0 ? file.poll(k) : events;
    const forWriters = this.queues.length > 1 && queue === this.queues[1];
    if (file.readable && !forWriters && mask & (Poll.IN | Poll.HUP)) sendSigio(k, file, this.fd, SiCode.PollIn);
    if (!file.writable || !(mask & (Poll.OUT | Poll.ERR)) || !(forWriters || this.queues.length === 1)) return;
    if (file.takeAsyncRoom()) sendSigio(k, file, this.fd, SiCode.PollOut);
  }
}
registerState('AsyncItem', AsyncItem);

/** si_band of POLL_IN and POLL_OUT (band_table). */
function bandOf(reason: SiCode): number {
  return reason === SiCode.PollIn ? Poll.IN | Poll.RDNORM : Poll.OUT | Poll.WRNORM | Poll.WRBAND;
}

/** fs/fcntl.c: send_sigio, send_sigio_to_task. */
function sendSigio(k: Kernel, file: File, fd: number, reason: SiCode): void {
  const { owner, ownerSignal } = file;
  if (!owner) return;
  for (const task of owners(k, owner)) {
    if (!maySignal(owner, task)) continue;
    const toThread = owner.type === OwnerType.TID;
    const info = { signo: ownerSignal, errno: 0, code: codeFor(ownerSignal, reason), band: bandOf(reason), fd };
    // Where the queue is full, the old plain SIGIO says that something was lost.
    if (ownerSignal === 0 || !sendSignal(k, task, info, !toThread)) sendSignal(k, task, kernelInfo(Sig.IO), !toThread);
  }
}

/** Signals whose si_code means something else get SI_SIGIO (sig_specific_sicodes). */
function codeFor(signo: number, reason: SiCode): number {
  const specific: readonly number[] = [Sig.ILL, Sig.FPE, Sig.SEGV, Sig.BUS, Sig.TRAP, Sig.CHLD, Sig.SYS];
  return specific.includes(signo) ? SiCode.SigIo : reason;
}

function owners(k: Kernel, owner: FileOwner): Task[] {
  const pid = k.pids.get(owner.pid);
  if (!pid) return [];
  if (owner.type === OwnerType.PGRP) return [...pid.pgrp];
  return pid.task ? [pid.task] : [];
}

/** sigio_perm */
function maySignal(owner: FileOwner, { cred }: Task): boolean {
  return owner.euid === 0 || [owner.euid, owner.uid].some((id) => id === cred.suid || id === cred.uid);
}
