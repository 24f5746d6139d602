import { O, PageSize, S, Seal } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { IoIter } from '../io/io-iter.js';
import { EBUSY, EINVAL, EPERM } from '../errno.js';
import { registerState } from '../state.js';
import { File } from '../vfs/file.js';
import { Inode, type InodeChange } from '../vfs/inode.js';
import { SuperBlock } from '../vfs/super-block.js';
import { currentTime } from '../vfs/times.js';
import { commitMemory, uncommitMemory } from './account.js';
import { MemoryMapping } from './memory-mapping.js';
import { genericFileRead, genericFileWrite } from './filemap.js';
import { truncatePages } from './truncate.js';
import { Vm } from './vm-flags.js';

/** mm/shmem.c: files in memory that have no place in a tree: shared anonymous memory ("/dev/zero"), memfd_create's. */

/** The kernel's own tmpfs instance (shm_mnt). */
class ShmemSuperBlock extends SuperBlock {
  override statfs(): { blocks: number; bfree: number; bavail: number; files: number; ffree: number } {
    return { blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 };
  }
}
registerState('ShmemSuperBlock', ShmemSuperBlock);

const TMPFS_MAGIC = 0x0102_1994;

/** Its device number, 0:1, as on Linux: the first anonymous one. */
const SHMEM_DEV = 1;

/** Page cache of a shmem file: seals forbid shared writable mappings. */
class ShmemMapping extends MemoryMapping {
  override mapShared(_k: Kernel): void {
    if ((this.inode as ShmemInode).seals & (Seal.WRITE | Seal.FUTURE_WRITE)) throw EPERM;
  }
}
registerState('ShmemMapping', ShmemMapping);

export class ShmemInode extends Inode {
  /** F_SEAL_*; SEAL alone where sealing was not asked for. */
  seals: number = Seal.SEAL;
  /** Pages charged against the commit limit at creation. */
  charged = 0;
  constructor(
    k: Kernel,
    sb: SuperBlock,
    readonly displayName: string,
  ) {
    super(sb, k.nextId.ino++, S.IFREG | 0o777);
    this.mapping = new ShmemMapping(k.nextId.mapping++, this);
    this.nlink = 0;
    this.atime = this.mtime = this.ctime = currentTime(k);
  }
  override open(_k: Kernel, flags: number): File {
    return new ShmemFile(flags, this, null);
  }
  override setattr(k: Kernel, change: InodeChange): void {
    if (change.size !== undefined) {
      if (change.size < this.size && this.seals & Seal.SHRINK) throw EPERM;
      if (change.size > this.size && this.seals & Seal.GROW) throw EPERM;
      truncatePages(k, this, change.size);
      this.mtime = currentTime(k);
    }
    if (change.mode !== undefined) this.mode = (this.mode & S.IFMT) | change.mode;
    if (change.uid !== undefined) this.uid = change.uid;
    if (change.gid !== undefined) this.gid = change.gid;
    if (change.atime) this.atime = change.atime;
    if (change.mtime) this.mtime = change.mtime;
    this.ctime = currentTime(k);
  }
  override evict(k: Kernel): void {
    k.pageCache.dropAll(k, this.mapping!);
    uncommitMemory(k, this.charged);
    this.charged = 0;
  }
}
registerState('ShmemInode', ShmemInode);

export class ShmemFile extends File {
  override get name(): string {
    return `${(this.inode as ShmemInode).displayName} (deleted)`;
  }
  override get seekable(): boolean {
    return true;
  }
  override read(k: Kernel, iter: IoIter, pos: number): number {
    return genericFileRead(k, this.inode, iter, pos);
  }
  override write(k: Kernel, iter: IoIter, pos: number): number {
    const { seals } = this.inode as ShmemInode;
    if (seals & (Seal.WRITE | Seal.FUTURE_WRITE)) throw EPERM;
    if (seals & Seal.GROW && pos + iter.remaining > this.inode.size) throw EPERM;
    const n = genericFileWrite(k, this.inode, iter, pos);
    this.inode.mtime = this.inode.ctime = currentTime(k);
    return n;
  }
  override llseek(_k: Kernel, offset: number, whence: number): number {
    const base = whence === 0 ? 0 : whence === 1 ? this.pos : whence === 2 ? this.inode.size : NaN;
    const pos = base + offset;
    if (!(pos >= 0)) throw EINVAL;
    return pos;
  }
  override mmap(_k: Kernel, _prot: number, _flags: number): void {}
  override fsync(_k: Kernel, _dataOnly: boolean): void {}
}
registerState('ShmemFile', ShmemFile);

function shmemSuperBlock(k: Kernel): SuperBlock {
  k.vm.shmem ??= new ShmemSuperBlock(SHMEM_DEV, 'tmpfs', 'tmpfs', TMPFS_MAGIC);
  return k.vm.shmem;
}

/** mm/shmem.c: shmem_zero_setup. The file behind a shared anonymous mapping of `size` bytes. @throws ENOMEM */
export function shmemZeroSetup(k: Kernel, size: number, vmFlags: number): File {
  const inode = new ShmemInode(k, shmemSuperBlock(k), '/dev/zero');
  if (!(vmFlags & Vm.NoReserve)) {
    const pages = size / PageSize.Bytes;
    commitMemory(k, k.current.mm!, pages);
    inode.charged = pages;
  }
  inode.size = size;
  return inode.open(k, O.RDWR);
}

/** mm/memfd.c: memfd_create's file. `name` as given by the program. */
export function createMemfd(k: Kernel, name: string, allowSealing: boolean): File {
  const inode = new ShmemInode(k, shmemSuperBlock(k), `/memfd:${name}`);
  inode.uid = k.current.cred.fsuid;
  inode.gid = k.current.cred.fsgid;
  if (allowSealing) inode.seals = 0;
  return inode.open(k, O.RDWR | O.LARGEFILE);
}

/** mm/memfd.c: memfd_add_seals. @throws EINVAL EPERM EBUSY */
export function addSeals(file: File, seals: number): void {
  const { inode } = file;
  if (!(inode instanceof ShmemInode)) throw EINVAL;
  if ((file.flags & O.ACCMODE) === O.RDONLY) throw EPERM;
  if (seals & ~(Seal.SEAL | Seal.SHRINK | Seal.GROW | Seal.WRITE | Seal.FUTURE_WRITE)) throw EINVAL;
  if (inode.seals & Seal.SEAL) throw EPERM;
  if (seals & Seal.WRITE && !(inode.seals & Seal.WRITE) && inode.mapping!.writableMaps > 0) throw EBUSY;
  inode.seals |= seals;
}

/** memfd_get_seals. @throws EINVAL not a shmem file */
export function getSeals(file: File): number {
  if (!(file.inode instanceof ShmemInode)) throw EINVAL;
  return file.inode.seals;
}
