import { Cap } from '@ring3/abi';
import { EINVAL, EPERM } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import type { Task } from '../../task/task.js';
import { parseInteger } from './integer.js';

const UNSET = 0xffff_ffff;

/** /proc/PID/loginuid: proc_loginuid_read. */
export function loginUidText(_k: Kernel, task: Task): string {
  return String(task.loginUid);
}

export function sessionIdText(_k: Kernel, task: Task): string {
  return String(task.sessionId);
}

/** Only one's own; once it is set only with CAP_AUDIT_CONTROL. Linux: proc_loginuid_write, audit_set_loginuid. @throws EPERM EINVAL ERANGE */
export function setLoginUid(k: Kernel, task: Task, text: string, pos: number): void {
  if (task !== k.current) throw EPERM;
  if (pos !== 0) throw EINVAL;
  const uid = parseInteger(text, 0, UNSET);
  if (task.loginUid !== UNSET && !k.current.cred.capable(Cap.AUDIT_CONTROL)) throw EPERM;
  task.loginUid = uid;
  task.sessionId = uid === UNSET ? UNSET : k.nextId.session++;
}
