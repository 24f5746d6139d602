import { Falloc, PageSize, RenameFlag, S, Seal } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import type { Cred } from '../../task/cred.js';
import { EINVAL, ENOTDIR, ENOTEMPTY, EOPNOTSUPP, EPERM } from '../../errno.js';
import { punchHole } from '../../mm/page-cache.js';
import { registerState } from '../../state.js';
import { checkNewSize, initOwner } from '../../vfs/attr.js';
import type { File } from '../../vfs/file.js';
import { dtOf, isDir, isReg } from '../../vfs/inode-life.js';
import { Inode, type DirEntry, type InodeChange } from '../../vfs/inode.js';
import { openByType } from '../../vfs/open-inode.js';
import { simpleSetattr } from '../../vfs/simple-attr.js';
import { currentTime, touchMtime } from '../../vfs/times.js';
import { TmpfsFile } from './tmpfs-file.js';
import type { TmpfsSuper } from './tmpfs-super.js';

/** What a directory's size grows by per entry. Linux: BOGO_DIRENT_SIZE */
const DIRENT_SIZE = 20;

/** An inode that lives in memory: mm/shmem.c. What makes the children of a directory is virtual: the overlay merges a lower one in. */
export class TmpfsInode extends Inode {
  /** Of a directory: its entries, oldest first. */
  readonly entries: Map<string, Inode> = new Map();
  /** Of a symbolic link. */
  target = '';

  constructor(
    override readonly sb: TmpfsSuper,
    ino: number,
    mode: number,
  ) {
    super(sb, ino, mode);
    if (isDir(this)) this.nlink = 2;
  }

  override lookup(_k: Kernel, name: string): Inode | null {
    if (!isDir(this)) throw ENOTDIR;
    return this.entries.get(name) ?? null;
  }
  protected add(name: string, inode: Inode): void {
    this.entries.delete(name);
    this.entries.set(name, inode);
    this.size += DIRENT_SIZE;
  }
  protected remove(name: string): void {
    if (this.entries.delete(name)) this.size -= DIRENT_SIZE;
  }
  protected empty(_k: Kernel): boolean {
    return this.entries.size === 0;
  }
  /** Newest first, as a walk over d_subdirs gives them (dcache_readdir). */
  override readdir(_k: Kernel): DirEntry[] {
    return [...this.entries].map(([name, inode]) => ({ name, ino: inode.ino, type: dtOf(inode.mode) })).toReversed();
  }

  private fresh(k: Kernel, mode: number, cred: Cred): TmpfsInode {
    const inode = this.sb.newInode(k, mode);
    initOwner(inode, this, cred);
    const now = currentTime(k);
    inode.updateTimes(k, { atime: now, mtime: now, ctime: now });
    return inode;
  }
  private enter(k: Kernel, name: string, inode: Inode): Inode {
    this.add(name, inode);
    touchMtime(k, this);
    return inode;
  }
  override create(k: Kernel, name: string, mode: number, cred: Cred): Inode {
    return this.enter(k, name, this.fresh(k, mode, cred));
  }
  override mkdir(k: Kernel, name: string, mode: number, cred: Cred): Inode {
    const inode = this.enter(k, name, this.fresh(k, mode, cred));
    this.nlink++;
    return inode;
  }
  override mknod(k: Kernel, name: string, mode: number, rdev: number, cred: Cred): Inode {
    const inode = this.fresh(k, mode, cred);
    inode.rdev = rdev;
    return this.enter(k, name, inode);
  }
  override symlink(k: Kernel, name: string, target: string, cred: Cred): Inode {
    const inode = this.fresh(k, S.IFLNK | 0o777, cred);
    inode.target = target;
    inode.size = target.length;
    return this.enter(k, name, inode);
  }
  override tmpfile(k: Kernel, mode: number, cred: Cred): Inode {
    const inode = this.fresh(k, mode, cred);
    inode.nlink = 0;
    return inode;
  }
  override link(k: Kernel, name: string, target: Inode): void {
    target.nlink++;
    target.updateTimes(k, { ctime: currentTime(k) });
    this.enter(k, name, target);
  }
  override unlink(k: Kernel, name: string, target: Inode): void {
    this.remove(name);
    touchMtime(k, this);
    this.dropLink(k, target);
  }
  override rmdir(k: Kernel, name: string, target: Inode): void {
    if (!(target as TmpfsInode).empty(k)) throw ENOTEMPTY;
    this.remove(name);
    touchMtime(k, this);
    this.dropLink(k, target);
  }
  /** A name of `target` in this directory is gone. */
  protected dropLink(k: Kernel, target: Inode): void {
    if (isDir(target)) {
      target.nlink = 0;
      this.nlink--;
    } else target.nlink--;
    target.updateTimes(k, { ctime: currentTime(k) });
  }

  /** Linux: shmem_rename2. */
  override rename(k: Kernel, name: string, target: Inode, newParent: Inode, newName: string, replaced: Inode | null, flags: number): void {
    const to = newParent as TmpfsInode;
    if (flags & RenameFlag.EXCHANGE) {
      this.remove(name);
      to.remove(newName);
      this.add(name, replaced!);
      to.add(newName, target);
      moveDirLink(target, this, to);
      moveDirLink(replaced!, to, this);
    } else {
      if (replaced) {
        if (isDir(replaced) && !(replaced as TmpfsInode).empty(k)) throw ENOTEMPTY;
        to.remove(newName);
        to.dropLink(k, replaced);
      }
      this.remove(name);
      to.add(newName, target);
      moveDirLink(target, this, to);
      if (flags & RenameFlag.WHITEOUT) this.mknod(k, name, S.IFCHR, 0, k.current.cred);
    }
    touchMtime(k, this);
    touchMtime(k, to);
    target.updateTimes(k, { ctime: currentTime(k) });
  }

  override readlink(_k: Kernel): string {
    if ((this.mode & S.IFMT) !== S.IFLNK) throw EINVAL;
    return this.target;
  }
  override setattr(k: Kernel, change: InodeChange): void {
    simpleSetattr(k, this, change);
  }
  /** Linux: shmem_fallocate. */
  override fallocate(k: Kernel, mode: number, offset: number, length: number): void {
    if (mode & ~(Falloc.KEEP_SIZE | Falloc.PUNCH_HOLE)) throw EOPNOTSUPP;
    const end = offset + length;
    const seals = this.seals ?? 0;
    if (mode & Falloc.PUNCH_HOLE) {
      if (seals & (Seal.WRITE | Seal.FUTURE_WRITE)) throw EPERM;
      punchHole(k, this, offset, end);
      touchMtime(k, this);
      return;
    }
    const grows = !(mode & Falloc.KEEP_SIZE) && end > this.size;
    if (grows) {
      checkNewSize(k, end);
      if (seals & Seal.GROW) throw EPERM;
    }
    this.allocatePages(k, Math.floor(offset / PageSize.Bytes), Math.ceil(end / PageSize.Bytes));
    if (grows) this.size = end;
    this.updateTimes(k, { ctime: currentTime(k) });
  }
  /** All or none: what came before a failure goes again. Linux: shmem_undo_range. */
  private allocatePages(k: Kernel, first: number, end: number): void {
    const fresh: number[] = [];
    try {
      for (let index = first; index < end; index++) {
        if (k.pageCache.findPage(this.mapping!, index) !== 0) continue;
        k.pageCache.getPage(k, this.mapping!, index);
        fresh.push(index);
      }
    } catch (error) {
      for (const index of fresh) k.pageCache.drop(k, this.mapping!, index);
      throw error;
    }
  }
  override open(k: Kernel, flags: number): File {
    return isReg(this) ? new TmpfsFile(flags, this, null) : openByType(k, this, flags);
  }
  override evict(k: Kernel): void {
    if (this.mapping) k.pageCache.dropAll(k, this.mapping);
    this.sb.inodes--;
  }
}
registerState('TmpfsInode', TmpfsInode);

/** A subdirectory's '..' is a link to its parent. */
function moveDirLink(moved: Inode, from: Inode, to: Inode): void {
  if (!isDir(moved)) return;
  from.nlink--;
  to.nlink++;
}
