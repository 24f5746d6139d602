import { Cap } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EFAULT, EINVAL, EPERM, ESRCH } from '../errno.js';
import { accessOk, copyFromUser, copyToUser, getU64Number, readRemote, writeRemote } from '../mm/uaccess.js';
import type { UserSegment } from '../mm/user-iter.js';
import type { Task } from '../task/task.js';

/** UIO_MAXIOV */
const MAX_SEGMENTS = 1024;
const CHUNK = 64 * 1024;

/** mm/process_vm_access.c: process_vm_rw. Bytes moved before the remote side failed beat EFAULT. */
export function processVm(
  k: Kernel,
  write: boolean,
  pid: number,
  localVa: number,
  localCount: number,
  remoteVa: number,
  remoteCount: number,
  flags?: number,
): number {
  if (flags) throw EINVAL;
  const local = importSegments(k, localVa, localCount, true);
  if (total(local) === 0) return 0;
  const remote = importSegments(k, remoteVa, remoteCount, false);
  const target = findTarget(k, pid);
  const mm = target.mm!;
  let moved = 0;
  let index = 0;
  let offset = 0;
  for (const { base, len } of remote) {
    for (let at = 0; at < len;) {
      while (index < local.length && offset >= local[index]!.len) {
        index++;
        offset = 0;
      }
      if (index >= local.length) return moved;
      const here = local[index]!.base + offset;
      const n = Math.min(len - at, local[index]!.len - offset, CHUNK);
      let size: number;
      try {
        size = write
          ? writeRemote(k, mm, base + at, copyFromUser(k, here, n), false)
          : pull(k, here, readRemote(k, mm, base + at, n, false));
      } catch (error) {
        if (error === EFAULT && moved > 0) return moved;
        throw error;
      }
      moved += size;
      offset += size;
      at += size;
      if (size < n) {
        if (moved > 0) return moved;
        throw EFAULT;
      }
    }
  }
  return moved;
}

function pull(k: Kernel, va: number, bytes: Uint8Array): number {
  copyToUser(k, va, bytes);
  return bytes.length;
}

/** rw_copy_check_uvector. `check`: the addresses are this task's own. */
function importSegments(k: Kernel, va: number, count: number, check: boolean): UserSegment[] {
  if (count > MAX_SEGMENTS) throw EINVAL;
  const segments: UserSegment[] = [];
  for (let i = 0; i < count; i++) {
    const base = getU64Number(k, va + 16 * i);
    const len = getU64Number(k, va + 16 * i + 8);
    if (len >= 2 ** 63) throw EINVAL;
    if (check) accessOk(k, base, len);
    segments.push({ base, len });
  }
  return segments;
}

function total(segments: UserSegment[]): number {
  return segments.reduce((sum, { len }) => sum + len, 0);
}

/** find_get_task_by_vpid, mm_access (ptrace's rule). @throws ESRCH EPERM */
function findTarget(k: Kernel, pid: number): Task {
  const target = k.pids.get(pid)?.task;
  if (!target) throw ESRCH;
  const { current } = k;
  if (target.groupLeader !== current.groupLeader) {
    const mine = current.cred;
    const { uid, euid, suid, gid, egid, sgid } = target.cred;
    const same = [uid, euid, suid].every((id) => id === mine.uid) && [gid, egid, sgid].every((id) => id === mine.gid);
    if (!(same && target.mm?.dumpable === 1) && !mine.capable(Cap.SYS_PTRACE)) throw EPERM;
  }
  if (!target.mm) throw ESRCH;
  return target;
}
