import { PageSize, Sys, UstatLayout } from '@ring3/abi';
import { EINVAL } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { copyToUser, strncpyFromUser } from '../mm/uaccess.js';
import { filesystemNames } from '../vfs/filesystems.js';
import type { SyscallRow } from './row.js';

/** sysfs(2): file systems by number and by name. Linux: fs/filesystems.c. */
function sysfs(k: Kernel, option: number, first: number, second: number): number {
  const names = filesystemNames();
  switch (option) {
    case 1: {
      const index = names.indexOf(strncpyFromUser(k, first, PageSize.Bytes));
      if (index < 0) throw EINVAL;
      return index;
    }
    case 2: {
      const name = names[first];
      if (name === undefined) throw EINVAL;
      copyToUser(
        k,
        second,
        Uint8Array.from(`${name}\0`, (letter) => letter.charCodeAt(0)),
      );
      return 0;
    }
    case 3:
      return names.length;
    default:
      throw EINVAL;
  }
}

/** ustat(2): free blocks and inodes of a mounted device. Linux: fs/statfs.c. */
function ustat(k: Kernel, dev: number, out: number): number {
  const mount = k.mounts.list.find(({ sb }) => sb.dev === dev);
  if (!mount) throw EINVAL;
  const { bfree, ffree } = mount.sb.statfs(k);
  const bytes = new Uint8Array(UstatLayout.Bytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(UstatLayout.FreeBlocks, bfree, true);
  view.setBigUint64(UstatLayout.FreeInodes, BigInt(ffree), true);
  copyToUser(k, out, bytes);
  return 0;
}

/** What System V asked of file systems. */
export const sysfsSyscalls: readonly SyscallRow[] = [
  { nr: Sys.sysfs, name: 'sysfs', args: ['int', 'ulong', 'ulong'], call: sysfs, done: 'full' },
  { nr: Sys.ustat, name: 'ustat', args: ['uint', 'ptr'], call: ustat, done: 'full' },
];
