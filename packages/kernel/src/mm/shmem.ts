import { O, PageSize, S, Seal } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { createTmpfs, type TmpfsSuper } from '../fs/tmpfs/tmpfs.js';
import type { File } from '../vfs/file.js';
import { getWriteAccess } from '../vfs/inode-life.js';
import { currentTime } from '../vfs/times.js';
import { commitMemory } from './account.js';
import { MemoryMapping } from './memory-mapping.js';
import { Vm } from './vm-flags.js';

/** mm/shmem.c: files in memory without a place in a tree: shared anonymous memory, memfd_create's. They live in a tmpfs of the kernel's. */

/** __shmem_file_setup. `name` as /proc shows it, after '/'. */
function shmemFileSetup(k: Kernel, name: string, size: number, flags: number): File {
  const mount = k.mounts.kernelMount(k, 'shmem', (kernel) => createTmpfs(kernel));
  const inode = (mount.sb as TmpfsSuper).newInode(k, S.IFREG | 0o777);
  inode.nlink = 0;
  inode.size = size;
  inode.uid = k.current.cred.fsuid;
  inode.gid = k.current.cred.fsgid;
  const now = currentTime(k);
  inode.updateTimes(k, { atime: now, mtime: now, ctime: now });
  const file = inode.open(k, flags);
  getWriteAccess(inode);
  file.path = k.mounts.pseudoPath(mount, inode, `/${name} (deleted)`);
  return file;
}

/** shmem_zero_setup. The file behind a shared anonymous mapping of `size` bytes. @throws ENOMEM */
export function shmemZeroSetup(k: Kernel, size: number, vmFlags: number): File {
  const pages = vmFlags & Vm.NoReserve ? 0 : size / PageSize.Bytes;
  if (pages > 0) commitMemory(k, k.current.mm!, pages);
  const file = shmemFileSetup(k, 'dev/zero', size, O.RDWR);
  (file.inode.mapping as MemoryMapping).committed = pages;
  return file;
}

/** mm/memfd.c: memfd_create's file. `name` as given by the program. */
export function createMemfd(k: Kernel, name: string, allowSealing: boolean): File {
  const file = shmemFileSetup(k, `memfd:${name}`, 0, O.RDWR | O.LARGEFILE);
  file.inode.seals = allowSealing ? 0 : Seal.SEAL;
  return file;
}
