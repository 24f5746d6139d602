import { Dt, Seek } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { IoIter } from '../io/io-iter.js';
import type { DirEntry } from './inode.js';
import { EINVAL, EISDIR, ENOENT } from '../errno.js';
import { registerState } from '../state.js';
import { File } from './file.js';
import { fileAccessed } from './times.js';

/**
 * An open directory. Its entries are listed once when reading starts at 0, so that positions stay good while entries come and go
 * (what was added later is not seen, as POSIX allows); rewinding lists again.
 */
export class DirectoryFile extends File {
  private entries: DirEntry[] | null = null;

  override get seekable(): boolean {
    return true;
  }
  override read(_k: Kernel, _iter: IoIter, _pos: number): number {
    throw EISDIR;
  }
  /** '.' and '..' first. @throws ENOENT the directory is deleted */
  override readdir(k: Kernel): DirEntry[] {
    if (this.path?.dentry.unhashed) throw ENOENT;
    if (this.entries && this.pos > 0) return this.entries;
    const { inode } = this;
    this.entries = [{ name: '.', ino: inode.ino, type: Dt.DIR }, { name: '..', ino: this.parentIno(), type: Dt.DIR }, ...inode.readdir(k)];
    fileAccessed(k, this);
    return this.entries;
  }
  private parentIno(): number {
    if (!this.path) return this.inode.ino;
    let { mount, dentry } = this.path;
    while (dentry === mount.root && mount.parent && mount.mountpoint) {
      dentry = mount.mountpoint;
      mount = mount.parent;
    }
    return (dentry.parent ?? dentry).inode?.ino ?? this.inode.ino;
  }
  override llseek(_k: Kernel, offset: number, whence: number): number {
    const pos = whence === Seek.SET ? offset : whence === Seek.CUR ? this.pos + offset : -1;
    if (pos < 0) throw EINVAL;
    this.pos = pos;
    return pos;
  }
  override fsync(): void {}
}
registerState('DirectoryFile', DirectoryFile);
