import type { Kernel } from '../kernel.js';
import { Mount, Path, type Dentry } from './path.js';

/**
 * The name of a path as seen from `root` (default: the current task's). Linux: d_path. Deleted: with ' (deleted)'. Without a name in
 * any tree: its pseudo name, 'pipe:[7]'.
 */
export function pathString(k: Kernel, path: Path, root: Path = k.current.fs.root): string {
  if (path.dentry.parent === null) return path.dentry.name;
  const { name } = prependPath(path, root);
  return path.dentry.unhashed && path.dentry !== path.mount.root ? `${name} (deleted)` : name;
}

/** What getcwd returns; null: the directory is deleted. Linux: prepend_path with '(unreachable)'. */
export function cwdString(path: Path, root: Path): string | null {
  if (path.dentry.unhashed && path.dentry !== path.mount.root) return null;
  const { name, reached } = prependPath(path, root);
  return reached ? name : `(unreachable)${name}`;
}

/** Walks up to `root`, or where that is not above, to the top of the mount tree. */
function prependPath(path: Path, root: Path): { name: string; reached: boolean } {
  let mount: Mount = path.mount;
  let dentry: Dentry = path.dentry;
  const parts: string[] = [];
  let reached = false;
  for (;;) {
    if (dentry === root.dentry && mount === root.mount) {
      reached = true;
      break;
    }
    if (dentry === mount.root || dentry.parent === dentry || dentry.parent === null) {
      if (!mount.parent || !mount.mountpoint) break;
      dentry = mount.mountpoint;
      mount = mount.parent;
      continue;
    }
    parts.push(dentry.name);
    dentry = dentry.parent;
  }
  return { name: `/${parts.toReversed().join('/')}`, reached };
}

/** A dentry's place inside its own file system (mountinfo's root field). Linux: dentry_path. */
export function dentryString(dentry: Dentry): string {
  const parts: string[] = [];
  for (let d = dentry; d.parent && d.parent !== d; d = d.parent) parts.push(d.name);
  return `/${parts.toReversed().join('/')}`;
}
