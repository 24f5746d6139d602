import { At, Limit } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Inode } from './inode.js';
import { Path, type Dentry, type Mount } from './path.js';
import { ELOOP, ENOENT, ENOTDIR } from '../errno.js';
import { dLookup } from './dcache.js';
import { fgetRaw } from './file-table.js';
import { isDir, isLink } from './inode-life.js';
import { May, permission } from './permission.js';
import { touchAtime } from './times.js';

export { permission, May } from './permission.js';

export const enum LookupFlags {
  None = 0,
  /** Follow a symbolic link at the end. */
  Follow = 1,
  /** The result must be a directory. */
  Directory = 2,
  /** An empty path means the descriptor itself (AT_EMPTY_PATH). */
  Empty = 4,
}

/** What the last component of a path is. Linux: LAST_NORM, LAST_ROOT, LAST_DOT, LAST_DOTDOT. */
export const enum LastType {
  Norm,
  Root,
  Dot,
  DotDot,
}

function typeOf(name: string): LastType {
  if (name === '.') return LastType.Dot;
  return name === '..' ? LastType.DotDot : LastType.Norm;
}

/** Where a relative path starts. Linux: path_init. @throws EBADF @throws ENOTDIR the descriptor is no directory */
function startPath(k: Kernel, dirfd: number, name: string): Path {
  if (name.startsWith('/')) return k.current.fs.root;
  if (dirfd === At.FDCWD) return k.current.fs.pwd;
  const file = fgetRaw(k, dirfd);
  if (!file.path || !isDir(file.inode)) throw ENOTDIR;
  return file.path;
}

/**
 * A walk along a path (Linux: struct nameidata). walk() goes to the directory of the last component and leaves that one in `last`,
 * `type` and `slash`; step() enters a component. A symbolic link's body is walked the same way, so that what open, rename or mkdir
 * do with the last component also works through links.
 */
export class Walk {
  mount: Mount;
  dentry: Dentry;
  last = '';
  type: LastType = LastType.Root;
  /** The last component had slashes behind it. */
  slash = false;
  private links = 0;
  private readonly root: Path;

  constructor(
    private readonly k: Kernel,
    dirfd: number,
    name: string,
  ) {
    if (name === '') throw ENOENT;
    this.root = k.current.fs.root;
    const start = startPath(k, dirfd, name);
    this.mount = start.mount;
    this.dentry = start.dentry;
    this.walk(name);
  }

  get inode(): Inode {
    const { inode } = this.dentry;
    if (!inode) throw ENOENT;
    return inode;
  }

  path(): Path {
    return new Path(this.mount, this.dentry);
  }

  /** Linux: link_path_walk. */
  private walk(name: string): void {
    const { length } = name;
    let at = 0;
    while (at < length && name.charCodeAt(at) === 0x2f) at++;
    if (at === length) {
      this.type = LastType.Root;
      this.slash = false;
      return;
    }
    for (;;) {
      if (!isDir(this.inode)) throw ENOTDIR;
      permission(this.k, this.inode, May.EXEC, this.k.current.cred);
      let end = name.indexOf('/', at);
      if (end < 0) end = length;
      const component = name.slice(at, end);
      at = end;
      while (at < length && name.charCodeAt(at) === 0x2f) at++;
      if (at === length) {
        this.last = component;
        this.type = typeOf(component);
        this.slash = end < length;
        return;
      }
      this.step(component, typeOf(component), true);
    }
  }

  /** Enters one component. Linux: walk_component. @throws ENOENT ELOOP EACCES */
  private step(name: string, type: LastType, follow: boolean): void {
    if (type !== LastType.Norm) {
      if (type === LastType.DotDot) this.dotDot();
      return;
    }
    const dentry = dLookup(this.k, this.dentry, name);
    if (!dentry.inode) throw ENOENT;
    this.enter(dentry, follow);
  }

  /** Goes to a looked-up child: through mounts on it, and when it is a link that is to be followed, to where that ends. */
  enter(dentry: Dentry, follow: boolean): void {
    const target = this.throughMounts(this.mount, dentry);
    if (follow && isLink(target.dentry.inode!)) {
      if (this.followLink(target)) this.finish(true);
      return;
    }
    this.mount = target.mount;
    this.dentry = target.dentry;
  }

  /**
   * Follows a symbolic link whose directory is the present place. True: its body's last component now waits in last/type/slash;
   * false: a magic link jumped. Linux: get_link, nd_jump_link. @throws ELOOP after 40 links
   */
  followLink(link: { mount: Mount; dentry: Dentry }): boolean {
    if (++this.links > Limit.MAXSYMLINKS) throw ELOOP;
    const inode = link.dentry.inode!;
    touchAtime(this.k, link.mount, inode);
    const jump = inode.followLink(this.k);
    if (jump) {
      this.mount = jump.mount;
      this.dentry = jump.dentry;
      this.slash = false;
      this.type = LastType.Root;
      return false;
    }
    const body = inode.readlink(this.k);
    if (body === '') throw ENOENT;
    if (body.startsWith('/')) {
      this.mount = this.root.mount;
      this.dentry = this.root.dentry;
    }
    this.walk(body);
    return true;
  }

  /** Enters the last component. Trailing slashes follow a link and ask for a directory. Linux: lookup_last. */
  finish(follow: boolean): void {
    const { slash } = this;
    this.step(this.last, this.type, follow || slash);
    if (slash && !isDir(this.inode)) throw ENOTDIR;
  }

  /** '..' stops at the root, and leaves a mount by its mountpoint. Linux: follow_dotdot. */
  private dotDot(): void {
    let { mount, dentry } = this;
    for (;;) {
      if (dentry === this.root.dentry && mount === this.root.mount) break;
      if (dentry !== mount.root) {
        dentry = dentry.parent ?? dentry;
        break;
      }
      if (!mount.parent || !mount.mountpoint) break;
      dentry = mount.mountpoint;
      mount = mount.parent;
    }
    const target = this.throughMounts(mount, dentry);
    this.mount = target.mount;
    this.dentry = target.dentry;
  }

  /** '.' and '..' at the end. Linux: handle_dots. */
  finishDots(): void {
    if (this.type === LastType.DotDot) this.dotDot();
  }

  /** Linux: follow_mount. */
  throughMounts(mount: Mount, dentry: Dentry): { mount: Mount; dentry: Dentry } {
    while (dentry.mounts.length > 0) {
      const top = this.k.mounts.at(mount, dentry);
      if (!top) break;
      mount = top;
      dentry = top.root;
    }
    return { mount, dentry };
  }
}

/** The object that a path names. Linux: user_path_at, path_lookupat. @throws ENOENT ENOTDIR EACCES ELOOP ENAMETOOLONG EBADF */
export function pathAt(k: Kernel, dirfd: number, name: string, flags: LookupFlags): Path {
  if (name === '' && flags & LookupFlags.Empty) return emptyPath(k, dirfd);
  const walk = new Walk(k, dirfd, name);
  walk.finish((flags & LookupFlags.Follow) !== 0);
  if (flags & LookupFlags.Directory && !isDir(walk.inode)) throw ENOTDIR;
  return walk.path();
}

/** AT_EMPTY_PATH with a descriptor without a place in a tree gets its pseudo path. */
function emptyPath(k: Kernel, dirfd: number): Path {
  if (dirfd === At.FDCWD) return k.current.fs.pwd;
  const file = fgetRaw(k, dirfd);
  return file.path ?? k.mounts.pseudoPath(k.mounts.root, file.inode, file.name);
}

/** The directory of the last component, and that component. Linux: filename_parentat. */
export function lookupParent(k: Kernel, dirfd: number, name: string): Walk {
  return new Walk(k, dirfd, name);
}
