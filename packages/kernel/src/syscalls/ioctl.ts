import { FdFlag, O, Seek, Sys, Tio } from '@ring3/abi';
import { ENOTTY } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { getI32, putU32 } from '../mm/uaccess.js';
import { setAsync } from '../vfs/fasync.js';
import { fdFlags, fget, setFdFlags } from '../vfs/file-table.js';
import { isReg } from '../vfs/inode-life.js';
import type { SyscallRow } from './row.js';

/** Requests that every file has (fs/ioctl.c: do_vfs_ioctl). */
const enum Fio {
  NBIO = 0x5421,
  NCLEX = 0x5450,
  CLEX = 0x5451,
  ASYNC = 0x5452,
  QSIZE = 0x5460,
}

function ioctl(k: Kernel, fd: number, command: number, arg: number): number {
  const file = fget(k, fd);
  const request = command >>> 0;
  switch (request) {
    case Fio.CLEX:
      setFdFlags(k, fd, fdFlags(k, fd) | FdFlag.CLOEXEC);
      return 0;
    case Fio.NCLEX:
      setFdFlags(k, fd, fdFlags(k, fd) & ~FdFlag.CLOEXEC);
      return 0;
    case Fio.NBIO:
      file.flags = getI32(k, arg) ? file.flags | O.NONBLOCK : file.flags & ~O.NONBLOCK;
      return 0;
    case Fio.ASYNC: {
      const on = getI32(k, arg) !== 0;
      if (on === ((file.flags & O.ASYNC) !== 0)) return 0;
      if (!file.supportsAsync) throw ENOTTY;
      setAsync(k, file, fd, on);
      file.flags ^= O.ASYNC;
      return 0;
    }
    case Fio.QSIZE: {
      if (!isReg(file.inode)) throw ENOTTY;
      const size = file.inode.size;
      putU32(k, arg, size % 2 ** 32);
      putU32(k, arg + 4, Math.floor(size / 2 ** 32));
      return 0;
    }
    case Tio.FIONREAD:
      if (!isReg(file.inode)) break;
      putU32(k, arg, file.inode.size - file.llseek(k, 0, Seek.CUR));
      return 0;
  }
  return file.ioctl(k, request, arg);
}

export const ioctlSyscalls: readonly SyscallRow[] = [
  { nr: Sys.ioctl, name: 'ioctl', args: ['fd', 'flags:ioctl', 'ptr'], call: ioctl, done: 'files and terminals' },
];
