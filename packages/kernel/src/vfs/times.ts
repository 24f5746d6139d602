import { Ms, O } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { File } from './file.js';
import type { Inode, Timespec } from './inode.js';
import type { Mount } from './path.js';
import { isDir } from './inode-life.js';

export function currentTime(k: Kernel): Timespec {
  return k.clock.realtime(k);
}

function notAfter(a: Timespec, b: Timespec): boolean {
  return a.sec < b.sec || (a.sec === b.sec && a.nsec <= b.nsec);
}

/** Is atime older than the last change, or a day old? Linux: relatime_need_update. */
function relatimeNeedsUpdate(inode: Inode, now: Timespec): boolean {
  return notAfter(inode.atime, inode.mtime) || notAfter(inode.atime, inode.ctime) || now.sec - inode.atime.sec >= 86_400;
}

/** Linux: touch_atime. Without a mount (pipes, anonymous files) nothing is noted. */
export function touchAtime(k: Kernel, mount: Mount | null, inode: Inode): void {
  if (!mount || inode.sb.readOnly || mount.flags & (Ms.RDONLY | Ms.NOATIME)) return;
  if (mount.flags & Ms.NODIRATIME && isDir(inode)) return;
  const now = currentTime(k);
  if (!(mount.flags & Ms.STRICTATIME) && !relatimeNeedsUpdate(inode, now)) return;
  inode.updateTimes(k, { atime: now });
}

/** After a read. Linux: file_accessed. */
export function fileAccessed(k: Kernel, file: File): void {
  if (!(file.flags & O.NOATIME)) touchAtime(k, file.path?.mount ?? null, file.inode);
}

/** Before a write. Linux: file_update_time. */
export function touchMtime(k: Kernel, inode: Inode): void {
  const now = currentTime(k);
  inode.updateTimes(k, { mtime: now, ctime: now });
}

export function touchCtime(k: Kernel, inode: Inode): void {
  inode.updateTimes(k, { ctime: currentTime(k) });
}
