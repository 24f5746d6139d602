import { Cap, CapVersion } from '@ring3/abi';
import { EFAULT, EINVAL, EPERM, ESRCH } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { copyFromUser, copyToUser, getI32, getU32, putU32 } from '../mm/uaccess.js';
import { commitCreds } from '../task/cred-change.js';

/** All capabilities of 5.4. */
const AllCaps = (1n << BigInt(Cap.Last + 1)) - 1n;

/** 32-bit blocks of struct __user_cap_data_struct (effective, permitted, inheritable). @throws EINVAL after writing the version we prefer */
function blocks(k: Kernel, header: number): number {
  switch (getU32(k, header)) {
    case CapVersion.V1:
      return 1;
    case CapVersion.V2:
    case CapVersion.V3:
      return 2;
    default:
      putU32(k, header, CapVersion.V3);
      throw EINVAL;
  }
}

/** capget(2). With a null data pointer and an unknown version it only tells the version. Linux: kernel/capability.c. */
export function capget(k: Kernel, header: number, data: number): number {
  let count: number;
  try {
    count = blocks(k, header);
  } catch (error) {
    if (error === EINVAL && data === 0) return 0;
    throw error;
  }
  if (data === 0) return 0;
  const pid = getI32(k, header + 4);
  if (pid < 0) throw EINVAL;
  const task = pid === 0 ? k.current : k.pids.task(pid);
  if (!task) throw ESRCH;
  const { capEffective, capPermitted, capInheritable } = task.cred;
  const words = new Uint32Array(3 * count);
  [capEffective, capPermitted, capInheritable].forEach((set, i) => {
    for (let block = 0; block < count; block++) words[3 * block + i] = Number((set >> BigInt(32 * block)) & 0xffff_ffffn);
  });
  copyToUser(k, data, new Uint8Array(words.buffer));
  return 0;
}

/** Is some bit of `part` not in `whole`? */
function outside(part: bigint, whole: bigint): boolean {
  return (part & ~whole) !== 0n;
}

/** capset(2): one's own sets only. Linux: cap_capset. */
export function capset(k: Kernel, header: number, data: number): number {
  const count = blocks(k, header);
  const pid = getI32(k, header + 4);
  if (pid !== 0 && pid !== k.current.tid) throw EPERM;
  if (data === 0) throw EFAULT;
  const words = new Uint32Array(copyFromUser(k, data, 12 * count).slice().buffer, 0, 3 * count);
  const set = (i: number) => {
    let bits = 0n;
    for (let block = 0; block < count; block++) bits |= BigInt(words[3 * block + i]!) << BigInt(32 * block);
    return bits & AllCaps;
  };
  const effective = set(0);
  const permitted = set(1);
  const inheritable = set(2);
  const old = k.current.cred;
  if (!old.capable(Cap.SETPCAP) && outside(inheritable, old.capInheritable | old.capPermitted)) throw EPERM;
  if (outside(inheritable, old.capInheritable | old.capBounding)) throw EPERM;
  if (outside(permitted, old.capPermitted) || outside(effective, permitted)) throw EPERM;
  const cred = old.clone();
  cred.capEffective = effective;
  cred.capPermitted = permitted;
  cred.capInheritable = inheritable;
  cred.capAmbient &= permitted & inheritable;
  commitCreds(k, cred);
  return 0;
}
