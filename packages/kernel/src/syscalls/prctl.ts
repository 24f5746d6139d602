import { Cap, Prctl, PrctlCapAmbient, SecureBit, Sig } from '@ring3/abi';
import { EINVAL, EPERM } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { copyToUser, getU8, putU32, putU64 } from '../mm/uaccess.js';
import { commitCreds } from '../task/cred-change.js';

/** Bytes of a task's name with its NUL (TASK_COMM_LEN). */
const CommBytes = 16;
const TscEnabled = 1;
const MceKillDefault = 2;

/** prctl(2). Options that are not there answer EINVAL, as for an older kernel. Linux: kernel/sys.c, security/commoncap.c. */
export function prctl(k: Kernel, option: number, a: number, b: number, c: number, d: number): number {
  const task = k.current;
  switch (option) {
    case Prctl.SET_PDEATHSIG:
      if (a > Sig.Count) throw EINVAL;
      task.pdeathSignal = a;
      return 0;
    case Prctl.GET_PDEATHSIG:
      putU32(k, a, task.pdeathSignal);
      return 0;
    case Prctl.GET_DUMPABLE:
      return task.mm?.dumpable ?? 0;
    case Prctl.SET_DUMPABLE:
      if (a !== 0 && a !== 1) throw EINVAL;
      if (task.mm) task.mm.dumpable = a;
      return 0;
    case Prctl.SET_NAME:
      task.comm = readName(k, a);
      return 0;
    case Prctl.GET_NAME: {
      const bytes = new Uint8Array(CommBytes);
      for (let i = 0; i < task.comm.length; i++) bytes[i] = task.comm.charCodeAt(i);
      copyToUser(k, a, bytes);
      return 0;
    }
    case Prctl.GET_TIMING:
      return 0;
    case Prctl.SET_TIMING:
      if (a !== 0) throw EINVAL;
      return 0;
    case Prctl.GET_SECCOMP:
      return 0;
    case Prctl.GET_TSC:
      putU32(k, a, TscEnabled);
      return 0;
    case Prctl.SET_TSC:
      if (a !== TscEnabled) throw EINVAL;
      return 0;
    case Prctl.SET_TIMERSLACK:
      task.timerSlack = a === 0 ? task.defaultTimerSlack : a;
      return 0;
    case Prctl.GET_TIMERSLACK:
      return task.timerSlack;
    case Prctl.TASK_PERF_EVENTS_DISABLE:
    case Prctl.TASK_PERF_EVENTS_ENABLE:
      return 0;
    case Prctl.MCE_KILL_GET:
      if (a !== 0 || b !== 0 || c !== 0 || d !== 0) throw EINVAL;
      return MceKillDefault;
    case Prctl.SET_CHILD_SUBREAPER:
      task.signal.isChildSubreaper = a !== 0;
      if (a !== 0) markDescendants(k);
      return 0;
    case Prctl.GET_CHILD_SUBREAPER:
      putU32(k, a, task.signal.isChildSubreaper ? 1 : 0);
      return 0;
    case Prctl.SET_NO_NEW_PRIVS:
      if (a !== 1 || b !== 0 || c !== 0 || d !== 0) throw EINVAL;
      task.noNewPrivs = true;
      return 0;
    case Prctl.GET_NO_NEW_PRIVS:
      if (a !== 0 || b !== 0 || c !== 0 || d !== 0) throw EINVAL;
      return task.noNewPrivs ? 1 : 0;
    case Prctl.GET_TID_ADDRESS:
      putU64(k, a, task.clearChildTid);
      return 0;
    case Prctl.GET_THP_DISABLE:
      if (a !== 0 || b !== 0 || c !== 0 || d !== 0) throw EINVAL;
      return task.mm!.thpDisabled ? 1 : 0;
    case Prctl.SET_THP_DISABLE:
      if (b !== 0 || c !== 0 || d !== 0) throw EINVAL;
      task.mm!.thpDisabled = a !== 0;
      return 0;
    case Prctl.GET_KEEPCAPS:
      return task.cred.securebits & SecureBit.KeepCaps ? 1 : 0;
    case Prctl.SET_KEEPCAPS:
      return setKeepCaps(k, a);
    case Prctl.GET_SECUREBITS:
      return task.cred.securebits;
    case Prctl.SET_SECUREBITS:
      return setSecurebits(k, a);
    case Prctl.CAPBSET_READ:
      if (a > Cap.Last) throw EINVAL;
      return (task.cred.capBounding >> BigInt(a)) & 1n ? 1 : 0;
    case Prctl.CAPBSET_DROP:
      return dropBounding(k, a);
    case Prctl.CAP_AMBIENT:
      return ambient(k, a, b, c, d);
    default:
      throw EINVAL;
  }
}

function readName(k: Kernel, va: number): string {
  let name = '';
  for (let byte; name.length < CommBytes - 1 && (byte = getU8(k, va + name.length)) !== 0;) name += String.fromCharCode(byte);
  return name;
}

/** Every process below has a subreaper above it now. Linux: propagate_has_child_subreaper. */
function markDescendants(k: Kernel): void {
  const pending = [...k.current.signal.threads].flatMap((thread) => [...thread.children]);
  for (let child = pending.pop(); child; child = pending.pop()) {
    child.signal.hasChildSubreaper = true;
    for (const thread of child.signal.threads) pending.push(...thread.children);
  }
}

function setKeepCaps(k: Kernel, on: number): number {
  const { cred } = k.current;
  if (on > 1) throw EINVAL;
  if (cred.securebits & SecureBit.KeepCapsLocked) throw EPERM;
  const changed = cred.clone();
  changed.securebits = on ? cred.securebits | SecureBit.KeepCaps : cred.securebits & ~SecureBit.KeepCaps;
  commitCreds(k, changed);
  return 0;
}

/** A locked bit cannot change, a lock cannot be undone. */
function setSecurebits(k: Kernel, bits: number): number {
  const { cred } = k.current;
  const all = 0xff;
  const locks = 0xaa;
  const locked = (cred.securebits & locks) >> 1;
  const clearsLock = (cred.securebits & locks & ~bits) !== 0;
  if (bits > all || clearsLock || (locked & (cred.securebits ^ bits)) !== 0 || !cred.capable(Cap.SETPCAP)) throw EPERM;
  const changed = cred.clone();
  changed.securebits = bits;
  commitCreds(k, changed);
  return 0;
}

function dropBounding(k: Kernel, cap: number): number {
  const { cred } = k.current;
  if (!cred.capable(Cap.SETPCAP)) throw EPERM;
  if (cap > Cap.Last) throw EINVAL;
  const changed = cred.clone();
  changed.capBounding &= ~(1n << BigInt(cap));
  commitCreds(k, changed);
  return 0;
}

function ambient(k: Kernel, action: number, cap: number, c: number, d: number): number {
  const { cred } = k.current;
  if (c !== 0 || d !== 0) throw EINVAL;
  const changed = cred.clone();
  if (action === PrctlCapAmbient.ClearAll) {
    if (cap !== 0) throw EINVAL;
    changed.capAmbient = 0n;
    commitCreds(k, changed);
    return 0;
  }
  if (cap > Cap.Last) throw EINVAL;
  const bit = 1n << BigInt(cap);
  switch (action) {
    case PrctlCapAmbient.IsSet:
      return cred.capAmbient & bit ? 1 : 0;
    case PrctlCapAmbient.Raise:
      if ((cred.capPermitted & cred.capInheritable & bit) === 0n || cred.securebits & SecureBit.NoCapAmbientRaise) throw EPERM;
      changed.capAmbient |= bit;
      break;
    case PrctlCapAmbient.Lower:
      changed.capAmbient &= ~bit;
      break;
    default:
      throw EINVAL;
  }
  commitCreds(k, changed);
  return 0;
}
