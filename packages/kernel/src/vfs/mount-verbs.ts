import { Cap, Ms, Umount } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Task } from '../task/task.js';
import { EBUSY, EINVAL, ELOOP, ENODEV, EPERM } from '../errno.js';
import { isSubdir } from './dcache.js';
import { findFilesystem } from './filesystems.js';
import { Path, type Mount } from './path.js';

/** The flags that a mount keeps. */
const KEPT = Ms.RDONLY | Ms.NOSUID | Ms.NODEV | Ms.NOEXEC | Ms.NOATIME | Ms.NODIRATIME | Ms.RELATIME | Ms.STRICTATIME;

function requireAdmin(k: Kernel): void {
  if (!k.current.cred.capable(Cap.SYS_ADMIN)) throw EPERM;
}

/** relatime unless the caller says otherwise. Linux: do_mount. */
function keptFlags(flags: number): number {
  const relatime = flags & (Ms.NOATIME | Ms.STRICTATIME) ? 0 : Ms.RELATIME;
  return (flags & KEPT & ~Ms.RELATIME) | relatime;
}

/** Linux: do_mount. @throws EPERM @throws ENODEV unknown type @throws EINVAL not a mountpoint (remount, move), bad options … */
export function mountAt(k: Kernel, source: Path | null, sourceName: string, at: Path, type: string, flags: number, data: string): void {
  requireAdmin(k);
  if (flags & Ms.REMOUNT) {
    if (at.dentry !== at.mount.root) throw EINVAL;
    if (!(flags & Ms.BIND)) at.mount.sb.reconfigure(k, data);
    at.mount.flags = keptFlags(flags);
  } else if (flags & Ms.BIND) {
    if (!source) throw EINVAL;
    bindTree(k, source, at, (flags & Ms.REC) !== 0);
  } else if (flags & (Ms.SHARED | Ms.PRIVATE | Ms.SLAVE | Ms.UNBINDABLE)) {
    // One mount namespace: nothing propagates, whatever the type of a mount.
    if (at.dentry !== at.mount.root) throw EINVAL;
  } else if (flags & Ms.MOVE) {
    if (!source) throw EINVAL;
    moveMount(k, source, at);
  } else {
    const make = findFilesystem(type);
    if (!make) throw ENODEV;
    const mount = k.mounts.mount(k, make(k, sourceName, data), at, keptFlags(flags));
    mount.flags = keptFlags(flags);
  }
}

function bindTree(k: Kernel, source: Path, at: Path, recursive: boolean): void {
  const below = recursive ? k.mounts.children(source.mount).filter((m) => isSubdir(m.mountpoint!, source.dentry)) : [];
  const mount = k.mounts.bind(k, source, at);
  for (const child of below) bindTree(k, new Path(child, child.root), new Path(mount, child.mountpoint!), true);
}

function moveMount(k: Kernel, source: Path, at: Path): void {
  if (source.dentry !== source.mount.root || !source.mount.parent) throw EINVAL;
  for (let m: Mount | null = at.mount; m; m = m.parent) if (m === source.mount) throw ELOOP;
  k.mounts.move(source.mount, at);
}

/** Linux: do_umount. @throws EPERM @throws EINVAL not a mountpoint @throws EBUSY somebody has files or directories there */
export function umountAt(k: Kernel, at: Path, flags: number): void {
  requireAdmin(k);
  if (flags & ~(Umount.FORCE | Umount.DETACH | Umount.NOFOLLOW)) throw EINVAL;
  if (at.dentry !== at.mount.root || !at.mount.parent) throw EINVAL;
  if (flags & Umount.DETACH) {
    detach(k, at.mount);
    return;
  }
  if (k.mounts.children(at.mount).length > 0 || inUse(k, at.mount)) throw EBUSY;
  k.mounts.unmount(k, at.mount);
}

/** MNT_DETACH: out of the tree with all that is below; whoever is inside stays there. */
function detach(k: Kernel, mount: Mount): void {
  for (const child of k.mounts.children(mount)) detach(k, child);
  k.mounts.unmount(k, mount);
}

/** Does any task stand in the mount, or hold a file of it? */
function inUse(k: Kernel, mount: Mount): boolean {
  return anyTask(k.init, (task) => {
    if (task.fs.root.mount === mount || task.fs.pwd.mount === mount) return true;
    if (task.files?.fds.some((file) => file?.path?.mount === mount)) return true;
    return task.mm?.vmas.some((vma) => vma.file?.path?.mount === mount) ?? false;
  });
}

function anyTask(task: Task, test: (task: Task) => boolean): boolean {
  for (const thread of task.signal.threads) {
    if (test(thread)) return true;
    for (const child of thread.children) if (anyTask(child, test)) return true;
  }
  return false;
}
