import { Cap, Sys } from '@ring3/abi';
import { EINVAL, EPERM } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { copyFromUser, copyToUser, putU32 } from '../mm/uaccess.js';
import { commitCreds, fixSetfsuid, fixSetuid } from '../task/cred-change.js';
import type { SyscallRow } from './row.js';

/** "Leave it as it is": (uid_t) −1. */
const Unchanged = 0xffff_ffff;
const GroupsMax = 65536;

function setuid(k: Kernel, uid: number): number {
  if (uid === Unchanged) throw EINVAL;
  const old = k.current.cred;
  const cred = old.clone();
  if (old.capable(Cap.SETUID)) cred.uid = cred.suid = uid;
  else if (uid !== old.uid && uid !== old.suid) throw EPERM;
  cred.euid = cred.fsuid = uid;
  fixSetuid(old, cred);
  commitCreds(k, cred);
  return 0;
}

function setgid(k: Kernel, gid: number): number {
  if (gid === Unchanged) throw EINVAL;
  const old = k.current.cred;
  const cred = old.clone();
  if (old.capable(Cap.SETGID)) cred.gid = cred.sgid = gid;
  else if (gid !== old.gid && gid !== old.sgid) throw EPERM;
  cred.egid = cred.fsgid = gid;
  commitCreds(k, cred);
  return 0;
}

function setreuid(k: Kernel, ruid: number, euid: number): number {
  const old = k.current.cred;
  const cred = old.clone();
  const privileged = old.capable(Cap.SETUID);
  if (ruid !== Unchanged) {
    if (!privileged && ruid !== old.uid && ruid !== old.euid) throw EPERM;
    cred.uid = ruid;
  }
  if (euid !== Unchanged) {
    if (!privileged && euid !== old.uid && euid !== old.euid && euid !== old.suid) throw EPERM;
    cred.euid = euid;
  }
  if (ruid !== Unchanged || (euid !== Unchanged && euid !== old.uid)) cred.suid = cred.euid;
  cred.fsuid = cred.euid;
  fixSetuid(old, cred);
  commitCreds(k, cred);
  return 0;
}

function setregid(k: Kernel, rgid: number, egid: number): number {
  const old = k.current.cred;
  const cred = old.clone();
  const privileged = old.capable(Cap.SETGID);
  if (rgid !== Unchanged) {
    if (!privileged && rgid !== old.gid && rgid !== old.egid) throw EPERM;
    cred.gid = rgid;
  }
  if (egid !== Unchanged) {
    if (!privileged && egid !== old.gid && egid !== old.egid && egid !== old.sgid) throw EPERM;
    cred.egid = egid;
  }
  if (rgid !== Unchanged || (egid !== Unchanged && egid !== old.gid)) cred.sgid = cred.egid;
  cred.fsgid = cred.egid;
  commitCreds(k, cred);
  return 0;
}

function setresuid(k: Kernel, ruid: number, euid: number, suid: number): number {
  const old = k.current.cred;
  const cred = old.clone();
  const allowed = (id: number) => id === Unchanged || id === old.uid || id === old.euid || id === old.suid;
  if (!old.capable(Cap.SETUID) && !(allowed(ruid) && allowed(euid) && allowed(suid))) throw EPERM;
  if (ruid !== Unchanged) cred.uid = ruid;
  if (euid !== Unchanged) cred.euid = euid;
  if (suid !== Unchanged) cred.suid = suid;
  cred.fsuid = cred.euid;
  fixSetuid(old, cred);
  commitCreds(k, cred);
  return 0;
}

function setresgid(k: Kernel, rgid: number, egid: number, sgid: number): number {
  const old = k.current.cred;
  const cred = old.clone();
  const allowed = (id: number) => id === Unchanged || id === old.gid || id === old.egid || id === old.sgid;
  if (!old.capable(Cap.SETGID) && !(allowed(rgid) && allowed(egid) && allowed(sgid))) throw EPERM;
  if (rgid !== Unchanged) cred.gid = rgid;
  if (egid !== Unchanged) cred.egid = egid;
  if (sgid !== Unchanged) cred.sgid = sgid;
  cred.fsgid = cred.egid;
  commitCreds(k, cred);
  return 0;
}

function putThree(k: Kernel, at: readonly number[], ids: readonly number[]): number {
  at.forEach((va, i) => putU32(k, va, ids[i]!));
  return 0;
}

/** Answers the old id whether or not it changed. */
function setfsuid(k: Kernel, uid: number): number {
  const old = k.current.cred;
  const allowed = uid === old.uid || uid === old.euid || uid === old.suid || uid === old.fsuid || old.capable(Cap.SETUID);
  if (uid !== Unchanged && allowed && uid !== old.fsuid) {
    const cred = old.clone();
    cred.fsuid = uid;
    fixSetfsuid(old, cred);
    commitCreds(k, cred);
  }
  return old.fsuid;
}

function setfsgid(k: Kernel, gid: number): number {
  const old = k.current.cred;
  const allowed = gid === old.gid || gid === old.egid || gid === old.sgid || gid === old.fsgid || old.capable(Cap.SETGID);
  if (gid !== Unchanged && allowed && gid !== old.fsgid) {
    const cred = old.clone();
    cred.fsgid = gid;
    commitCreds(k, cred);
  }
  return old.fsgid;
}

function getgroups(k: Kernel, size: number, list: number): number {
  const { groups } = k.current.cred;
  if (size < 0) throw EINVAL;
  if (size === 0) return groups.length;
  if (groups.length > size) throw EINVAL;
  copyToUser(k, list, new Uint8Array(Uint32Array.from(groups).buffer));
  return groups.length;
}

function setgroups(k: Kernel, size: number, list: number): number {
  if (!k.current.cred.capable(Cap.SETGID)) throw EPERM;
  if (size < 0 || size > GroupsMax) throw EINVAL;
  const bytes = copyFromUser(k, list, 4 * size).slice();
  const groups = [...new Uint32Array(bytes.buffer, 0, size)];
  if (groups.includes(Unchanged)) throw EINVAL;
  const cred = k.current.cred.clone();
  cred.groups = groups.toSorted((a, b) => a - b);
  commitCreds(k, cred);
  return 0;
}

/** User and group ids: kernel/sys.c, kernel/groups.c. Results are ids as the kernel returns them, sign and all. */
export const idsSyscalls: readonly SyscallRow[] = [
  { nr: Sys.getuid, name: 'getuid', args: [], call: (k) => k.current.cred.uid, done: 'full' },
  { nr: Sys.geteuid, name: 'geteuid', args: [], call: (k) => k.current.cred.euid, done: 'full' },
  { nr: Sys.getgid, name: 'getgid', args: [], call: (k) => k.current.cred.gid, done: 'full' },
  { nr: Sys.getegid, name: 'getegid', args: [], call: (k) => k.current.cred.egid, done: 'full' },
  { nr: Sys.setuid, name: 'setuid', args: ['uid'], call: setuid, done: 'full' },
  { nr: Sys.setgid, name: 'setgid', args: ['uid'], call: setgid, done: 'full' },
  { nr: Sys.setreuid, name: 'setreuid', args: ['uid', 'uid'], call: setreuid, done: 'full' },
  { nr: Sys.setregid, name: 'setregid', args: ['uid', 'uid'], call: setregid, done: 'full' },
  { nr: Sys.setresuid, name: 'setresuid', args: ['uid', 'uid', 'uid'], call: setresuid, done: 'full' },
  { nr: Sys.setresgid, name: 'setresgid', args: ['uid', 'uid', 'uid'], call: setresgid, done: 'full' },
  {
    nr: Sys.getresuid,
    name: 'getresuid',
    args: ['int:out', 'int:out', 'int:out'],
    call: (k, r, e, s) => putThree(k, [r, e, s], [k.current.cred.uid, k.current.cred.euid, k.current.cred.suid]),
    done: 'full',
  },
  {
    nr: Sys.getresgid,
    name: 'getresgid',
    args: ['int:out', 'int:out', 'int:out'],
    call: (k, r, e, s) => putThree(k, [r, e, s], [k.current.cred.gid, k.current.cred.egid, k.current.cred.sgid]),
    done: 'full',
  },
  { nr: Sys.setfsuid, name: 'setfsuid', args: ['uid'], call: setfsuid, done: 'full' },
  { nr: Sys.setfsgid, name: 'setfsgid', args: ['uid'], call: setfsgid, done: 'full' },
  { nr: Sys.getgroups, name: 'getgroups', args: ['int', 'ptr'], call: getgroups, done: 'full' },
  { nr: Sys.setgroups, name: 'setgroups', args: ['int', 'ptr'], call: setgroups, done: 'full' },
];
