import { PageSize, Seek } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { ENXIO } from '../../errno.js';
import { registerState } from '../../state.js';
import { RegularFile } from '../../vfs/regular-file.js';

/** A regular file in memory: knows its holes. Linux: shmem_file_llseek. */
export class TmpfsFile extends RegularFile {
  override llseek(k: Kernel, offset: number, whence: number): number {
    if (whence !== Seek.DATA && whence !== Seek.HOLE) return super.llseek(k, offset, whence);
    const { size, mapping } = this.inode;
    if (offset < 0 || offset >= size) throw ENXIO;
    const data = whence === Seek.DATA;
    for (let index = Math.floor(offset / PageSize.Bytes); index * PageSize.Bytes < size; index++) {
      if (mapping!.pages.has(index) === data) return (this.pos = Math.max(offset, index * PageSize.Bytes));
    }
    if (data) throw ENXIO;
    return (this.pos = size);
  }
  override fsync(): void {}
}
registerState('TmpfsFile', TmpfsFile);
