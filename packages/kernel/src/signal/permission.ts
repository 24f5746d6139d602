import { Cap, Sig, SiCode } from '@ring3/abi';
import { EPERM } from '../errno.js';
import type { Kernel } from '../kernel.js';
import type { Task } from '../task/task.js';
import type { SigInfo } from './signal-struct.js';

/** May the current task send this? Linux: check_kill_permission, kill_ok_by_cred. @throws EPERM */
export function mayKill(k: Kernel, target: Task, info: SigInfo): void {
  if (info.code > SiCode.User) return;
  const { current } = k;
  if (target.signal === current.signal) return;
  const mine = current.cred;
  const theirs = target.cred;
  if (mine.euid === theirs.suid || mine.euid === theirs.uid || mine.uid === theirs.suid || mine.uid === theirs.uid) return;
  if (mine.capable(Cap.KILL)) return;
  if (info.signo === Sig.CONT && target.signal.session === current.signal.session) return;
  throw EPERM;
}
