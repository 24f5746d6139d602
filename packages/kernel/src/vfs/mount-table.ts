import { Ms } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { SuperBlock } from './super-block.js';
import { Dentry, Mount, Path } from './path.js';
import { registerState } from '../state.js';
import { ENOTDIR, ENOTEMPTY } from '../errno.js';
import { isDir } from './inode-life.js';

/** All mounts, in the order in which they were made; and the kernel's own file systems that have no place in the tree. */
export class MountTable {
  readonly list: Mount[] = [];
  /** Kernel-internal super blocks by type: pipefs, anon_inodefs. */
  readonly internal = new Map<string, Mount>();

  /** The mount of '/'. */
  get root(): Mount {
    const root = this.list[0];
    if (!root) throw new Error('no root file system');
    return root;
  }

  /**
   * Mounts a super block at a path, or as the root of everything (null). Linux: do_add_mount, graft_tree.
   * @throws ENOTDIR a directory onto something else, or the reverse
   */
  mount(k: Kernel, sb: SuperBlock, at: Path | null, flags: number = Ms.RELATIME): Mount {
    return this.attach(k, sb, new Dentry('/', null, sb.root, sb), at, flags);
  }

  /** The same for a subtree that is visible elsewhere already. Linux: do_loopback */
  bind(k: Kernel, source: Path, at: Path): Mount {
    return this.attach(k, source.mount.sb, source.dentry, at, source.mount.flags);
  }

  private attach(k: Kernel, sb: SuperBlock, root: Dentry, at: Path | null, flags: number): Mount {
    if (at && isDir(at.inode) !== isDir(root.inode!)) throw ENOTDIR;
    if (root.parent === null) root.parent = root;
    const mount = new Mount(k.nextId.mount++, sb, root, at?.mount ?? null, at?.dentry ?? null);
    mount.flags = flags;
    at?.dentry.mounts.push(mount);
    this.list.push(mount);
    return mount;
  }

  /** Moves a mount to another place. Linux: do_move_mount (the caller checked) */
  move(mount: Mount, at: Path): void {
    unhook(mount);
    mount.parent = at.mount;
    mount.mountpoint = at.dentry;
    at.dentry.mounts.push(mount);
  }

  /** Takes a mount off the tree. @throws ENOTEMPTY other mounts are below it */
  unmount(k: Kernel, mount: Mount): void {
    if (this.children(mount).length > 0) throw ENOTEMPTY;
    unhook(mount);
    this.list.splice(this.list.indexOf(mount), 1);
    if (!this.list.some((other) => other.sb === mount.sb)) mount.sb.shutdown(k);
  }

  children(mount: Mount): Mount[] {
    return this.list.filter((other) => other.parent === mount && other !== mount);
  }

  /** The topmost mount at a place, if any. Linux: lookup_mnt */
  at(mount: Mount, dentry: Dentry): Mount | null {
    for (let i = dentry.mounts.length - 1; i >= 0; i--) {
      const candidate = dentry.mounts[i]!;
      if (candidate.parent === mount) return candidate;
    }
    return null;
  }

  /** A mount of a kernel-internal file system, made once (Linux: kern_mount). It is in no tree and no list. */
  kernelMount(k: Kernel, type: string, make: (k: Kernel) => SuperBlock): Mount {
    let mount = this.internal.get(type);
    if (!mount) {
      const sb = make(k);
      const root = new Dentry('/', null, sb.root, sb);
      root.parent = root;
      mount = new Mount(k.nextId.mount++, sb, root, null, null);
      this.internal.set(type, mount);
    }
    return mount;
  }

  /** A path for something without a name in a tree; it prints as `name`. Linux: alloc_file_pseudo */
  pseudoPath(mount: Mount, inode: import('./inode.js').Inode, name: string): Path {
    return new Path(mount, new Dentry(name, null, inode, mount.sb));
  }

  /** Everything dirty goes to its host: sync(2), and the end of the machine. */
  sync(k: Kernel): void {
    for (const sb of new Set(this.list.map((mount) => mount.sb))) sb.sync(k);
  }

  /** The end of the machine: nothing stays open at a host. */
  releaseHosts(k: Kernel): void {
    for (const sb of new Set(this.list.map((mount) => mount.sb))) sb.releaseHost(k);
  }
}
registerState('MountTable', MountTable);

function unhook(mount: Mount): void {
  const siblings = mount.mountpoint?.mounts;
  if (siblings) siblings.splice(siblings.indexOf(mount), 1);
  mount.parent = null;
  mount.mountpoint = null;
}
