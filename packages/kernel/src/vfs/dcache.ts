import { Limit, S } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Inode } from './inode.js';
import { Dentry } from './path.js';
import { ENAMETOOLONG, ENOENT } from '../errno.js';

/**
 * The dentry of a name in a directory, negative when there is no such entry. Volatile file systems are asked each time, and their
 * negative dentries are not kept. Linux: lookup_dcache, lookup_slow. @throws ENAMETOOLONG ENOENT (the directory itself is deleted)
 */
export function dLookup(k: Kernel, parent: Dentry, name: string): Dentry {
  if (name.length > Limit.NAME_MAX) throw ENAMETOOLONG;
  const cached = parent.children.get(name);
  if (cached && (!parent.sb.volatile || cached.inode?.revalidate(k))) return cached;
  if (parent.unhashed) throw ENOENT;
  const inode = parent.inode!.lookup(k, name);
  if (cached && (cached.mounts.length > 0 || revalidated(cached, inode))) return cached;
  if (cached) dDrop(cached);
  if (!inode && parent.sb.fixedNames) throw ENOENT;
  const dentry = new Dentry(name, parent, inode, parent.sb);
  if (inode || !parent.sb.volatile) parent.children.set(name, dentry);
  if (parent.sb.volatile && parent.children.size % PRUNE_EVERY === 0) prune(k, parent);
  return dentry;
}

/** So many cached names of a volatile directory are looked through for what is gone. */
const PRUNE_EVERY = 256;

/** Dentries of tasks that are no more would gather in /proc. Linux: proc_flush_task */
function prune(k: Kernel, parent: Dentry): void {
  for (const child of parent.children.values()) {
    if (child.mounts.length === 0 && child.inode?.revalidate(k) === false) dDrop(child);
  }
}

/** Is what the file system found still what the dentry stands for? An equal inode in a new object takes the old one's place. */
function revalidated(cached: Dentry, inode: Inode | null): boolean {
  if (!inode || !cached.inode) return false;
  if (cached.inode === inode) return true;
  if (cached.inode.ino !== inode.ino || (cached.inode.mode & S.IFMT) !== (inode.mode & S.IFMT)) return false;
  cached.inode = inode;
  return true;
}

/** A negative dentry gets its inode. Linux: d_instantiate. */
export function dInstantiate(dentry: Dentry, inode: Inode): void {
  dentry.inode = inode;
  dentry.unhashed = false;
  dentry.parent?.children.set(dentry.name, dentry);
}

/** The name is gone; whoever holds the dentry keeps it, unhashed. Linux: d_delete, d_drop. */
export function dDrop(dentry: Dentry): void {
  dentry.unhashed = true;
  const siblings = dentry.parent?.children;
  if (siblings?.get(dentry.name) === dentry) siblings.delete(dentry.name);
}

/** After a rename: `dentry` takes the place of `target`, which was its negative or replaced dentry. Linux: d_move. */
export function dMove(dentry: Dentry, target: Dentry): void {
  dDrop(target);
  dentry.parent?.children.delete(dentry.name);
  dentry.parent = target.parent;
  dentry.name = target.name;
  dentry.parent?.children.set(dentry.name, dentry);
}

/** RENAME_EXCHANGE. Linux: d_exchange. */
export function dExchange(a: Dentry, b: Dentry): void {
  const { name, parent } = a;
  a.name = b.name;
  a.parent = b.parent;
  b.name = name;
  b.parent = parent;
  a.parent?.children.set(a.name, a);
  b.parent?.children.set(b.name, b);
}

/** Is `dentry` the same as, or below, `ancestor`? Linux: is_subdir. */
export function isSubdir(dentry: Dentry, ancestor: Dentry): boolean {
  for (let d: Dentry | null = dentry; d; d = d.parent === d ? null : d.parent) if (d === ancestor) return true;
  return false;
}
