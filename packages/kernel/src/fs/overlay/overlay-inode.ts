import { O, PageSize, RenameFlag, S } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import type { Cred } from '../../task/cred.js';
import { EINVAL, ENOTDIR } from '../../errno.js';
import { unmapMapping } from '../../mm/zap.js';
import { registerState } from '../../state.js';
import type { File } from '../../vfs/file.js';
import { isDir, isReg } from '../../vfs/inode-life.js';
import type { DirEntry, Inode, InodeChange, Timespec } from '../../vfs/inode.js';
import { RegularFile } from '../../vfs/regular-file.js';
import { TmpfsFile } from '../tmpfs/tmpfs-file.js';
import { TmpfsInode } from '../tmpfs/tmpfs-inode.js';
import type { OverlaySuper } from './overlay.js';

/**
 * A file of the merged tree. The upper layer is memory, so an inode is its own upper half: it may have a `lower` one, whose attributes
 * it shows until they are changed here (copied up), and whose data or entries it builds on. Number, device and page cache stay the
 * same all the while. Linux: struct ovl_inode.
 */
export class OverlayInode extends TmpfsInode {
  /** Of a directory: the lower one that is merged in. Of anything else: where it came from. */
  lower: Inode | null = null;
  /** Lower file whose bytes this file still shows; null: the pages here are the file. */
  lowerData: Inode | null = null;
  /** Its pages may not be dropped: they are the file, or are about to be (see copyUpData). */
  keepsPages = true;
  /** The attributes are this inode's own. */
  private copiedUp = true;
  /** Lower names that are gone. Linux: whiteouts */
  private readonly whiteouts = new Set<string>();
  /** The lower file when its pages were last known to be good. */
  private seenSize = -1;
  private seenMtime: Timespec | null = null;

  /** Makes a fresh inode the merged view of a lower one. */
  adopt(k: Kernel, lower: Inode): void {
    this.lower = lower;
    if (isReg(lower)) {
      this.lowerData = lower;
      this.keepsPages = false;
    }
    this.copiedUp = false;
    this.copyAttributes();
    this.checkData(k);
  }
  private copyAttributes(): void {
    const lower = this.lower!;
    this.mode = lower.mode;
    this.uid = lower.uid;
    this.gid = lower.gid;
    this.nlink = lower.nlink;
    this.rdev = lower.rdev;
    this.size = lower.size;
    this.blocks = lower.blocks;
    this.atime = lower.atime;
    this.mtime = lower.mtime;
    this.ctime = lower.ctime;
  }
  override refresh(k: Kernel): void {
    if (this.copiedUp || !this.lower) return;
    this.lower.refresh(k);
    this.copyAttributes();
    this.checkData(k);
  }
  /** Drops pages of a lower file that has changed underneath. */
  private checkData(k: Kernel): void {
    const { lowerData, mapping } = this;
    if (!lowerData || !mapping) return;
    const { size, mtime } = lowerData;
    const same = size === this.seenSize && mtime.sec === this.seenMtime?.sec && mtime.nsec === this.seenMtime.nsec;
    if (same) return;
    this.seenSize = size;
    this.seenMtime = mtime;
    if (mapping.pages.size === 0) return;
    unmapMapping(k, mapping, 0, Infinity, false);
    k.pageCache.dropAll(k, mapping);
  }

  /** The attributes become this inode's own. Linux: ovl_copy_up without data. */
  private copyUp(k: Kernel): void {
    if (this.copiedUp) return;
    this.refresh(k);
    if (this.lower && (this.mode & S.IFMT) === S.IFLNK) this.target = this.lower.readlink(k);
    this.copiedUp = true;
  }
  /**
   * All bytes below `size` become pages here, which from then on are the file. They are charged to the upper layer.
   * @throws ENOSPC ENOMEM EIO: nothing has changed then
   */
  private copyUpData(k: Kernel, size: number): void {
    this.copyUp(k);
    const { lowerData } = this;
    const mapping = this.mapping!;
    if (!lowerData) return;
    const pages = Math.ceil(Math.min(size, lowerData.size) / PageSize.Bytes);
    const { blocks } = this;
    this.sb.takePages(mapping.pages.size);
    k.vm.shmemPages += mapping.pages.size;
    this.keepsPages = true;
    try {
      for (let index = 0; index < pages; index++) k.pageCache.getPage(k, mapping, index);
    } catch (error) {
      this.keepsPages = false;
      k.vm.shmemPages -= mapping.pages.size;
      this.sb.usedPages -= mapping.pages.size;
      this.blocks = blocks;
      throw error;
    }
    this.lowerData = null;
    this.blocks = mapping.pages.size * (PageSize.Bytes / 512);
  }

  override lookup(k: Kernel, name: string): Inode | null {
    if (!isDir(this)) throw ENOTDIR;
    const upper = this.entries.get(name);
    if (upper) return upper;
    if (!this.lower || this.whiteouts.has(name)) return null;
    const lower = this.lower.lookup(k, name);
    return lower && this.overlaySb.inodeFor(k, lower);
  }
  private get overlaySb(): OverlaySuper {
    return this.sb as OverlaySuper;
  }
  protected override remove(name: string): void {
    super.remove(name);
    if (this.lower) this.whiteouts.add(name);
  }
  protected override empty(k: Kernel): boolean {
    return this.readdir(k).length === 0;
  }
  /** What was made here first, then what shows through. Linux: ovl_dir_read_merged. */
  override readdir(k: Kernel): DirEntry[] {
    const upper = super.readdir(k);
    if (!this.lower) return upper;
    const through = this.lower.readdir(k).filter(({ name }) => !this.entries.has(name) && !this.whiteouts.has(name));
    return [...upper, ...through];
  }

  override mkdir(k: Kernel, name: string, mode: number, cred: Cred): Inode {
    this.copyUp(k);
    return super.mkdir(k, name, mode, cred);
  }
  override create(k: Kernel, name: string, mode: number, cred: Cred): Inode {
    this.copyUp(k);
    return super.create(k, name, mode, cred);
  }
  override mknod(k: Kernel, name: string, mode: number, rdev: number, cred: Cred): Inode {
    this.copyUp(k);
    return super.mknod(k, name, mode, rdev, cred);
  }
  override symlink(k: Kernel, name: string, target: string, cred: Cred): Inode {
    this.copyUp(k);
    return super.symlink(k, name, target, cred);
  }
  override link(k: Kernel, name: string, target: Inode): void {
    this.copyUp(k);
    (target as OverlayInode).copyUp(k);
    super.link(k, name, target);
  }
  override unlink(k: Kernel, name: string, target: Inode): void {
    this.copyUp(k);
    (target as OverlayInode).copyUp(k);
    super.unlink(k, name, target);
  }
  override rmdir(k: Kernel, name: string, target: Inode): void {
    this.copyUp(k);
    (target as OverlayInode).copyUp(k);
    super.rmdir(k, name, target);
  }
  /** A lower directory moves with all that is below it (as overlayfs does with redirect_dir=on). @throws EINVAL RENAME_WHITEOUT */
  override rename(k: Kernel, name: string, target: Inode, newParent: Inode, newName: string, replaced: Inode | null, flags: number): void {
    if (flags & RenameFlag.WHITEOUT) throw EINVAL;
    for (const inode of [this, target, newParent, replaced]) if (inode) (inode as OverlayInode).copyUp(k);
    super.rename(k, name, target, newParent, newName, replaced, flags);
  }
  override readlink(k: Kernel): string {
    if (this.copiedUp || !this.lower) return super.readlink(k);
    return this.lower.readlink(k);
  }

  override setattr(k: Kernel, change: InodeChange): void {
    this.copyUp(k);
    if (change.size !== undefined) this.copyUpData(k, change.size);
    super.setattr(k, change);
  }
  /** Reading a lower file leaves no trace. Linux: ovl_update_time */
  override updateTimes(k: Kernel, times: { atime?: Timespec; mtime?: Timespec; ctime?: Timespec }): void {
    if (!this.copiedUp && !times.mtime && !times.ctime) return;
    this.copyUp(k);
    super.updateTimes(k, times);
  }
  override fallocate(k: Kernel, mode: number, offset: number, length: number): void {
    this.copyUpData(k, this.size);
    super.fallocate(k, mode, offset, length);
  }
  /** Opening for writing copies up, as overlayfs does; O_TRUNC copies no bytes. Lower special files open as the lower layer says. */
  override open(k: Kernel, flags: number): File {
    if (isReg(this)) {
      if ((flags + 1) & 2) this.copyUpData(k, flags & O.TRUNC ? 0 : this.size);
      return this.lowerData ? new RegularFile(flags, this, null) : new TmpfsFile(flags, this, null);
    }
    if (this.lower && !isDir(this)) return this.lower.open(k, flags);
    return super.open(k, flags);
  }
  override evict(k: Kernel): void {
    if (this.lower) this.overlaySb.forget(this.lower);
    super.evict(k);
  }
}
registerState('OverlayInode', OverlayInode);
