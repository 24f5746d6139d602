import { Cap, RLimit, SecureBit, TaskFlag } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Cred } from './cred.js';
import { processesOf, rlimit } from './limits.js';

/** Capabilities that file system accesses as another user lose and regain (CAP_FS_SET). */
const FsCaps = [
  Cap.CHOWN,
  Cap.DAC_OVERRIDE,
  Cap.DAC_READ_SEARCH,
  Cap.FOWNER,
  Cap.FSETID,
  Cap.LINUX_IMMUTABLE,
  Cap.MKNOD,
  Cap.MAC_OVERRIDE,
].reduce((set, cap) => set | (1n << BigInt(cap)), 0n);

/** Makes new credentials the current task's; what is sensitive to a change of identity follows. Linux: commit_creds. */
export function commitCreds(k: Kernel, cred: Cred): void {
  const task = k.current;
  const old = task.cred;
  const changed =
    old.euid !== cred.euid ||
    old.egid !== cred.egid ||
    old.fsuid !== cred.fsuid ||
    old.fsgid !== cred.fsgid ||
    (cred.capPermitted & ~old.capPermitted) !== 0n;
  if (changed) {
    if (task.mm) task.mm.dumpable = k.coredump.suidDumpable;
    task.pdeathSignal = 0;
  }
  if (cred.uid !== old.uid) noteProcessLimit(k, cred.uid);
  task.cred = cred;
}

/** A change of user cannot fail for RLIMIT_NPROC; the next execve will. Linux: set_user. */
function noteProcessLimit(k: Kernel, uid: number): void {
  const task = k.current;
  if (uid !== 0 && processesOf(k, uid) >= rlimit(task, RLimit.NPROC)) task.flags |= TaskFlag.NPROC_EXCEEDED;
  else task.flags &= ~TaskFlag.NPROC_EXCEEDED;
}

/** What capabilities a change of user ids takes away or gives back. Linux: cap_emulate_setxuid, cap_task_fix_setuid. */
export function fixSetuid(old: Cred, cred: Cred): void {
  if (cred.securebits & SecureBit.NoSetuidFixup) return;
  const wasRoot = old.uid === 0 || old.euid === 0 || old.suid === 0;
  const isRoot = cred.uid === 0 || cred.euid === 0 || cred.suid === 0;
  if (wasRoot && !isRoot) {
    if ((cred.securebits & SecureBit.KeepCaps) === 0) {
      cred.capPermitted = 0n;
      cred.capEffective = 0n;
    }
    cred.capAmbient = 0n;
  }
  if (old.euid === 0 && cred.euid !== 0) cred.capEffective = 0n;
  if (old.euid !== 0 && cred.euid === 0) cred.capEffective = cred.capPermitted;
}

/** The same for setfsuid. */
export function fixSetfsuid(old: Cred, cred: Cred): void {
  if (cred.securebits & SecureBit.NoSetuidFixup) return;
  if (old.fsuid === 0 && cred.fsuid !== 0) cred.capEffective &= ~FsCaps;
  if (old.fsuid !== 0 && cred.fsuid === 0) cred.capEffective |= cred.capPermitted & FsCaps;
}
