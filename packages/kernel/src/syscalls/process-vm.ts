import { Cap, Limit, PageSize, SuidDump } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EFAULT, EINVAL, EPERM, ESRCH } from '../errno.js';
import { accessOk, copyFromUser, copyToUser, getU64Number, readRemote, writeRemote } from '../mm/uaccess.js';
import { pageOffset } from '../mm/page.js';
import type { Mm } from '../mm/mm.js';
import type { UserSegment } from '../mm/user-iter.js';
import type { Task } from '../task/task.js';

/** UIO_MAXIOV */
const MAX_SEGMENTS = 1024;

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
  if (total(remote) === 0) return 0;
  const mm = mmAccess(k, pid);
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
      // A page of either side at a time: what lies before a bad page counts.
      const n = Math.min(len - at, local[index]!.len - offset, toPageEnd(here), toPageEnd(base + at));
      try {
        if ((write ? push(k, mm, base + at, here, n) : pull(k, mm, base + at, here, n)) < n) throw EFAULT;
      } catch (error) {
        if (error === EFAULT && moved > 0) return moved;
        throw error;
      }
      moved += n;
      offset += n;
      at += n;
    }
  }
  return moved;
}

function toPageEnd(va: number): number {
  return PageSize.Bytes - pageOffset(va);
}

function push(k: Kernel, mm: Mm, to: number, from: number, length: number): number {
  return writeRemote(k, mm, to, copyFromUser(k, from, length), false);
}

function pull(k: Kernel, mm: Mm, from: number, to: number, length: number): number {
  const bytes = readRemote(k, mm, from, length, false);
  copyToUser(k, to, bytes);
  return bytes.length;
}

/**
 * rw_copy_check_uvector. `check`: the addresses are this task's own. Beyond MAX_RW_COUNT bytes in all, segments shrink to nothing.
 * @throws EINVAL EFAULT
 */
function importSegments(k: Kernel, va: number, count: number, check: boolean): UserSegment[] {
  if (count > MAX_SEGMENTS) throw EINVAL;
  const segments: UserSegment[] = [];
  let room: number = Limit.MAX_RW_COUNT;
  for (let i = 0; i < count; i++) {
    const base = getU64Number(k, va + 16 * i);
    let len = getU64Number(k, va + 16 * i + 8);
    if (len >= 2 ** 63) throw EINVAL;
    if (check) accessOk(k, base, len);
    if (len > room) len = room;
    room -= len;
    segments.push({ base, len });
  }
  return segments;
}

function total(segments: UserSegment[]): number {
  return segments.reduce((sum, { len }) => sum + len, 0);
}

/** kernel/fork.c: mm_access with PTRACE_MODE_ATTACH_REALCREDS. @throws ESRCH no such task, or without memory @throws EPERM */
function mmAccess(k: Kernel, pid: number): Mm {
  const target = k.pids.get(pid)?.task;
  const mm = target?.mm;
  if (!target || !mm) throw ESRCH;
  if (mm !== k.current.mm && !mayAttach(k, target, mm)) throw EPERM;
  return mm;
}

/** __ptrace_may_access, cap_ptrace_access_check. */
function mayAttach(k: Kernel, target: Task, mm: Mm): boolean {
  const { current } = k;
  if (target.groupLeader === current.groupLeader) return true;
  const mine = current.cred;
  if (mine.capable(Cap.SYS_PTRACE)) return true;
  const { uid, euid, suid, gid, egid, sgid } = target.cred;
  const same = [uid, euid, suid].every((id) => id === mine.uid) && [gid, egid, sgid].every((id) => id === mine.gid);
  return same && mm.dumpable === SuidDump.User && (target.cred.capPermitted & ~mine.capPermitted) === 0n;
}
