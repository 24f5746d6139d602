import { SigInfoOffset, Sys } from '@ring3/abi';
import { EBADF, EINVAL, EPERM, ESRCH } from '../errno.js';
import { TaskDirectory } from '../fs/proc/task-dir.js';
import type { Kernel } from '../kernel.js';
import { copyFromUser } from '../mm/uaccess.js';
import { userInfo } from '../signal/send.js';
import { decodeSigInfo } from '../signal/siginfo.js';
import { createPidFd, PidFdFile } from '../task/pidfd.js';
import type { Pid } from '../task/pid.js';
import { fgetRaw } from '../vfs/file-table.js';
import type { SyscallRow } from './row.js';
import { checkSignal, isForged, killProcess } from './signal.js';

/** pidfd_open(2): processes only, by their own number. */
function pidfdOpen(k: Kernel, nr: number, flags: number): number {
  if (flags !== 0 || nr <= 0) throw EINVAL;
  const pid = k.pids.get(nr);
  if (!pid) throw ESRCH;
  if (!pid.tgidTask) throw EINVAL;
  return createPidFd(k, pid);
}

/** A pidfd, or an open /proc/PID. Linux: pidfd_to_pid. @throws EBADF */
function signalTarget(k: Kernel, fd: number): Pid | undefined {
  const file = fgetRaw(k, fd);
  if (file instanceof PidFdFile) return file.pid;
  if (file.inode instanceof TaskDirectory && !file.inode.thread) return k.pids.get(file.inode.tid);
  throw EBADF;
}

function pidfdSendSignal(k: Kernel, fd: number, signo: number, infoVa: number, flags: number): number {
  if (flags !== 0) throw EINVAL;
  const pid = signalTarget(k, fd);
  const info = infoVa === 0 ? userInfo(k, signo) : decodeSigInfo(copyFromUser(k, infoVa, SigInfoOffset.Bytes));
  if (info.signo !== signo) throw EINVAL;
  if (infoVa !== 0 && k.current.pid !== pid && isForged(info)) throw EPERM;
  if (!pid?.task) throw ESRCH;
  checkSignal(signo);
  return killProcess(k, pid.task, info);
}

/** Processes by descriptor: kernel/pid.c, kernel/signal.c. */
export const pidfdSyscalls: readonly SyscallRow[] = [
  { nr: Sys.pidfd_open, name: 'pidfd_open', args: ['pid', 'uint'], call: pidfdOpen, done: 'full', result: 'fd' },
  { nr: Sys.pidfd_send_signal, name: 'pidfd_send_signal', args: ['fd', 'sig', 'ptr', 'uint'], call: pidfdSendSignal, done: 'full' },
];
