import { ENXIO } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import type { File } from '../../vfs/file.js';
import type { Inode } from '../../vfs/inode.js';
import { openTtyDevice } from '../../tty/open.js';
import { FullFile, NullFile, RandomFile, ZeroFile } from './mem-devices.js';

/** dev_t as the kernel packs it for stat (new_encode_dev). */
export function makeDev(major: number, minor: number): number {
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}
export function devMajor(dev: number): number {
  return (dev >>> 8) & 0xfff;
}
export function devMinor(dev: number): number {
  return (dev & 0xff) | ((dev >>> 12) & 0xfff00);
}

/** Major numbers (Documentation/admin-guide/devices.txt). */
export const enum Major {
  Mem = 1,
  Tty = 4,
  TtyAux = 5,
  UnixPtySlave = 136,
}

const enum MemMinor {
  Null = 3,
  Zero = 5,
  Full = 7,
  Random = 8,
  Urandom = 9,
}

/** chrdev_open: the driver's file for a character device node, whatever file system the node lies on. @throws ENXIO no such device */
export function openCharDevice(k: Kernel, inode: Inode, flags: number): File {
  const minor = devMinor(inode.rdev);
  switch (devMajor(inode.rdev)) {
    case Major.Mem:
      return openMemDevice(inode, minor, flags);
    case Major.Tty:
    case Major.TtyAux:
    case Major.UnixPtySlave:
      return openTtyDevice(k, inode, flags);
    default:
      throw ENXIO;
  }
}

function openMemDevice(inode: Inode, minor: number, flags: number): File {
  switch (minor) {
    case MemMinor.Null:
      return new NullFile(flags, inode, null);
    case MemMinor.Zero:
      return new ZeroFile(flags, inode, null);
    case MemMinor.Full:
      return new FullFile(flags, inode, null);
    case MemMinor.Random:
    case MemMinor.Urandom:
      return new RandomFile(flags, inode, null);
    default:
      throw ENXIO;
  }
}
