import { Cap, LsmUnsafe, Ms, Personality, S, SecureBit } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Cred } from '../task/cred.js';
import type { LinuxBinprm } from './bprm.js';
import { execTraced, stage } from './stage.js';

/** What makes changed credentials dangerous: no_new_privs, a shared fs_struct. Linux: fs/exec.c: check_unsafe_exec. */
export function checkUnsafeExec(k: Kernel, bprm: LinuxBinprm): void {
  const task = k.current;
  if (task.noNewPrivs) bprm.unsafe |= LsmUnsafe.NoNewPrivs;
  let sharers = 0;
  for (const thread of task.signal.threads) if (thread.fs === task.fs) sharers++;
  if (task.fs.users > sharers) bprm.unsafe |= LsmUnsafe.Share;
}

/** Effective ids by the set-id bits of bprm's file. Called again for each interpreter. Linux: fs/exec.c: bprm_fill_uid. */
function bprmFillUid(k: Kernel, bprm: LinuxBinprm, cred: Cred): void {
  cred.euid = k.current.cred.euid;
  cred.egid = k.current.cred.egid;
  const path = bprm.file?.path;
  if (!path || path.mount.flags & Ms.NOSUID || k.current.noNewPrivs) return;
  const { mode, uid, gid } = path.inode;
  if (mode & S.ISUID) {
    bprm.perClear |= Personality.ClearOnSetId;
    cred.euid = uid;
  }
  // Set-gid without group execute once meant mandatory locking.
  const setGid = S.ISGID | S.IXGRP;
  if ((mode & setGid) === setGid) {
    bprm.perClear |= Personality.ClearOnSetId;
    cred.egid = gid;
  }
}

/**
 * The credentials that the program will run with; files have no capabilities of their own here.
 * Linux: fs/exec.c: prepare_binprm → security/commoncap.c: cap_bprm_set_creds.
 */
export function setExecCreds(k: Kernel, bprm: LinuxBinprm): void {
  const old = k.current.cred;
  const cred = bprm.cred;
  if (!cred) throw new Error('credentials are already committed');
  bprmFillUid(k, bprm, cred);

  cred.capAmbient = old.capAmbient;
  cred.capPermitted = 0n;
  let effective = false;
  if (!(cred.securebits & SecureBit.NoRoot)) {
    if (cred.euid === 0 || cred.uid === 0) cred.capPermitted = old.capBounding | old.capInheritable;
    effective = cred.euid === 0;
  }
  const gained = (cred.capPermitted & ~old.capPermitted) !== 0n;
  if (gained) bprm.perClear |= Personality.ClearOnSetId;

  const isSetId = cred.euid !== old.uid || cred.egid !== old.gid;
  if ((isSetId || gained) && bprm.unsafe) {
    // They get no more than they had, and maybe less.
    if (!old.capable(Cap.SETUID) || bprm.unsafe & LsmUnsafe.NoNewPrivs) {
      cred.euid = cred.uid;
      cred.egid = cred.gid;
    }
    cred.capPermitted &= old.capPermitted;
  }
  cred.suid = cred.fsuid = cred.euid;
  cred.sgid = cred.fsgid = cred.egid;

  if (isSetId) cred.capAmbient = 0n;
  cred.capPermitted |= cred.capAmbient;
  cred.capEffective = effective ? cred.capPermitted : cred.capAmbient;
  cred.securebits &= ~SecureBit.KeepCaps;

  const grew = (cred.capPermitted & ~cred.capAmbient) !== 0n;
  bprm.capElevated = isSetId || (cred.uid !== 0 && (effective || grew));
}

/** Past the point of no return: the prepared credentials become the task's. Linux: fs/exec.c: install_exec_creds, kernel/cred.c: commit_creds. */
export function installExecCreds(k: Kernel, bprm: LinuxBinprm): void {
  const task = k.current;
  const cred = bprm.cred;
  if (!cred) throw new Error('credentials are already committed');
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
  task.cred = cred;
  bprm.cred = null;
  if (execTraced(k)) stage(k, 'install_exec_creds', { uid: cred.uid, euid: cred.euid, gid: cred.gid, egid: cred.egid, changed });
}
