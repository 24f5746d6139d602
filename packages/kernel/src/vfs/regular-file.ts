import type { Kernel } from '../kernel.js';
import type { IoIter } from '../io/io-iter.js';
import { genericFileRead, genericFileWrite } from '../mm/page-cache.js';
import { registerState } from '../state.js';
import { removePrivileges } from './attr.js';
import { File } from './file.js';
import { genericLlseek } from './llseek.js';
import { fileAccessed, touchMtime } from './times.js';

/** A regular file through the page cache of its inode. Linux: generic_file_read_iter, generic_file_write_iter. */
export class RegularFile extends File {
  override get seekable(): boolean {
    return true;
  }
  override read(k: Kernel, iter: IoIter, pos: number): number {
    if (iter.remaining === 0) return 0;
    const n = genericFileRead(k, this.inode, iter, pos);
    fileAccessed(k, this);
    return n;
  }
  override write(k: Kernel, iter: IoIter, pos: number): number {
    if (iter.remaining === 0) return 0;
    removePrivileges(k, this.inode, k.current.cred);
    touchMtime(k, this.inode);
    return genericFileWrite(k, this.inode, iter, pos);
  }
  override llseek(k: Kernel, offset: number, whence: number): number {
    return genericLlseek(k, this, offset, whence);
  }
  override mmap(k: Kernel, _prot: number, _flags: number): void {
    fileAccessed(k, this);
  }
  override fsync(k: Kernel, _dataOnly: boolean): void {
    if (this.inode.mapping?.evictable) k.pageCache.writeback(k, this.inode.mapping);
  }
}
registerState('RegularFile', RegularFile);
