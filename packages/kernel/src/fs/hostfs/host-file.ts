import type { Kernel } from '../../kernel.js';
import type { IoIter } from '../../io/io-iter.js';
import { registerState } from '../../state.js';
import { RegularFile } from '../../vfs/regular-file.js';
import type { HostInode } from './host-inode.js';

/** An open regular file of the host: what it wrote is on the host when it is closed. */
export class HostFile extends RegularFile {
  private get host(): HostInode {
    return this.inode as HostInode;
  }
  override write(k: Kernel, iter: IoIter, pos: number): number {
    const n = super.write(k, iter, pos);
    if (n > 0) this.host.unwritten = true;
    return n;
  }
  override fsync(k: Kernel, _dataOnly: boolean): void {
    this.host.syncOut(k);
  }
  override flush(k: Kernel): void {
    if (this.writable) this.host.writeOut(k);
  }
  /** A shared mapping outlives the descriptor. */
  override release(k: Kernel): void {
    if (this.writable && this.host.nlink > 0) this.host.writeOut(k);
  }
}
registerState('HostFile', HostFile);
