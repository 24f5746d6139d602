import { Poll } from '@ring3/abi';
import { ENODEV, ENOSPC, ENXIO } from '../../errno.js';
import type { IoIter } from '../../io/io-iter.js';
import type { Kernel } from '../../kernel.js';
import { registerState } from '../../state.js';
import { registerCharDevice } from '../../vfs/device-drivers.js';
import { File } from '../../vfs/file.js';
import type { Inode } from '../../vfs/inode.js';

/** Bytes that a read of /dev/random makes at a time. */
const RANDOM_CHUNK = 4096;

/** The memory devices, major 1 (drivers/char/mem.c, random.c): no state but which of them it is. */
abstract class MemDevice extends File {
  override get seekable(): boolean {
    return true;
  }
  /** null_lseek, noop_llseek: there is no position. */
  override llseek(): number {
    return 0;
  }
  /** write_null: takes everything without looking at it, so that a bad address is no error. */
  override write(_k: Kernel, iter: IoIter): number {
    return iter.remaining;
  }
}

export class NullFile extends MemDevice {
  override read(): number {
    return 0;
  }
}
registerState('NullFile', NullFile);

export class ZeroFile extends MemDevice {
  override read(k: Kernel, iter: IoIter): number {
    return iter.putZero(k, iter.remaining);
  }
  /** mmap_zero: mappings of it are anonymous memory. */
  override mmap(): void {}
}
registerState('ZeroFile', ZeroFile);

export class FullFile extends ZeroFile {
  override mmap(): void {
    throw ENODEV;
  }
  override write(): number {
    throw ENOSPC;
  }
}
registerState('FullFile', FullFile);

export class RandomFile extends MemDevice {
  /** random_poll: of this major, only it can be polled. */
  override poll(): number {
    return Poll.IN | Poll.OUT | Poll.RDNORM | Poll.WRNORM;
  }
  override read(k: Kernel, iter: IoIter): number {
    const before = iter.done;
    const chunk = new Uint8Array(Math.min(RANDOM_CHUNK, iter.remaining));
    while (iter.remaining > 0) {
      const part = iter.remaining < chunk.length ? chunk.subarray(0, iter.remaining) : chunk;
      k.platform.random(part);
      if (iter.put(k, part) < part.length) break;
    }
    return iter.done - before;
  }
}
registerState('RandomFile', RandomFile);

type DeviceClass = new (flags: number, inode: Inode, path: null) => File;

/** Major 1 and its minors (Documentation/admin-guide/devices.txt). */
const MemMajor = 1;

const memDevices: ReadonlyMap<number, DeviceClass> = new Map<number, DeviceClass>([
  [3, NullFile],
  [5, ZeroFile],
  [7, FullFile],
  [8, RandomFile],
  [9, RandomFile],
]);

registerCharDevice(MemMajor, ['mem'], (_k, inode, flags, minor) => {
  const device = memDevices.get(minor);
  if (!device) throw ENXIO;
  return new device(flags, inode, null);
});
