import { Cap, Fcntl, FdFlag, O, OwnerType, Seal } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EBADF, EBUSY, EINVAL, EPERM } from '../errno.js';
import { PipeFile } from '../fs/pipe/pipe-file.js';
import { roundPipeSize } from '../fs/pipe/pipe.js';
import { getI32, putU32 } from '../mm/uaccess.js';
import { setAsync, setFileOwner } from '../vfs/fasync.js';
import type { File } from '../vfs/file.js';
import { dupFd, fdFlags, fgetRaw, setFdFlags } from '../vfs/file-table.js';
import { isReg } from '../vfs/inode-life.js';
import { ownerOrCapable } from '../vfs/permission.js';
import { getLock, setFileLock } from './file-lock.js';

/** What F_SETFL may change. Linux: SETFL_MASK */
const SETFL_MASK = O.APPEND | O.NONBLOCK | O.DIRECT | O.NOATIME | O.ASYNC;

/** Linux: do_fcntl. With O_PATH only the descriptor's own commands work. @throws EBADF EINVAL */
export function sysFcntl(k: Kernel, fd: number, command: number, arg: number): number {
  const file = fgetRaw(k, fd);
  switch (command) {
    case Fcntl.DUPFD:
    case Fcntl.DUPFD_CLOEXEC:
      if (arg < 0 || arg >= 2 ** 31) throw EINVAL;
      return dupFd(k, fd, arg, command === Fcntl.DUPFD_CLOEXEC);
    case Fcntl.GETFD:
      return fdFlags(k, fd);
    case Fcntl.SETFD:
      setFdFlags(k, fd, arg % 2 !== 0 ? FdFlag.CLOEXEC : 0);
      return 0;
    case Fcntl.GETFL:
      return file.flags;
  }
  if (file.flags & O.PATH) throw EBADF;
  switch (command) {
    case Fcntl.SETFL:
      return setFlags(k, file, fd, arg);
    case Fcntl.GETLK:
      return getLock(k, file, arg, 'posix');
    case Fcntl.OFD_GETLK:
      return getLock(k, file, arg, 'ofd');
    case Fcntl.SETLK:
    case Fcntl.SETLKW:
      return setFileLock(k, file, arg, 'posix', command === Fcntl.SETLKW);
    case Fcntl.OFD_SETLK:
    case Fcntl.OFD_SETLKW:
      return setFileLock(k, file, arg, 'ofd', command === Fcntl.OFD_SETLKW);
    case Fcntl.SETPIPE_SZ:
      return setPipeSize(k, file, arg);
    case Fcntl.GETPIPE_SZ:
      if (!(file instanceof PipeFile)) throw EBADF;
      return file.capacity;
    case Fcntl.ADD_SEALS:
      return addSeals(file, arg);
    case Fcntl.GET_SEALS:
      if (file.inode.seals === null) throw EINVAL;
      return file.inode.seals;
    default:
      return ownerCommand(k, file, command, arg);
  }
}

function setFlags(k: Kernel, file: File, fd: number, arg: number): number {
  const flags = arg | 0;
  if (flags & O.NOATIME && !(file.flags & O.NOATIME) && !ownerOrCapable(file.inode, k.current.cred)) throw EPERM;
  if (flags & O.DIRECT && isReg(file.inode)) throw EINVAL;
  if ((flags ^ file.flags) & O.ASYNC) setAsync(k, file, fd, (flags & O.ASYNC) !== 0);
  file.flags = (file.flags & ~SETFL_MASK) | (flags & SETFL_MASK);
  return 0;
}

function setPipeSize(k: Kernel, file: File, bytes: number): number {
  if (!(file instanceof PipeFile)) throw EBADF;
  const size = roundPipeSize(bytes);
  if (size > k.sysctls.pipeMaxSize && size > file.capacity && !k.current.cred.capable(Cap.SYS_RESOURCE)) throw EPERM;
  return file.pipe.resize(k, size);
}

/** Linux: memfd_add_seals. @throws EPERM sealed already, or not writable @throws EBUSY F_SEAL_WRITE while mapped writable */
function addSeals(file: File, arg: number): number {
  const { inode } = file;
  if (!file.writable) throw EPERM;
  const all = Seal.SEAL | Seal.SHRINK | Seal.GROW | Seal.WRITE | Seal.FUTURE_WRITE;
  if (arg < 0 || arg > all || arg & ~all || inode.seals === null) throw EINVAL;
  if (inode.seals & Seal.SEAL) throw EPERM;
  if (arg & Seal.WRITE && !(inode.seals & Seal.WRITE) && (inode.mapping?.writableMaps ?? 0) > 0) throw EBUSY;
  inode.seals |= arg;
  return 0;
}

/** Who gets SIGIO. Linux: f_setown and kin. struct f_owner_ex: type 4, pid 4. */
function ownerCommand(k: Kernel, file: File, command: number, arg: number): number {
  switch (command) {
    case Fcntl.SETOWN: {
      const who = arg | 0;
      if (who === -0x8000_0000) throw EINVAL;
      setFileOwner(k, file, Math.abs(who), who < 0 ? OwnerType.PGRP : OwnerType.PID);
      return 0;
    }
    case Fcntl.GETOWN:
      if (!file.owner) return 0;
      return file.owner.type === OwnerType.PGRP ? -file.owner.pid : file.owner.pid;
    case Fcntl.SETSIG:
      if (arg < 0 || arg > 64) throw EINVAL;
      file.ownerSignal = arg;
      return 0;
    case Fcntl.GETSIG:
      return file.ownerSignal;
    case Fcntl.SETOWN_EX: {
      const type = getI32(k, arg);
      const pid = getI32(k, arg + 4);
      if (type < OwnerType.TID || type > OwnerType.PGRP) throw EINVAL;
      setFileOwner(k, file, pid, type);
      return 0;
    }
    case Fcntl.GETOWN_EX:
      putU32(k, arg, file.owner?.type ?? OwnerType.TID);
      putU32(k, arg + 4, file.owner?.pid ?? 0);
      return 0;
    default:
      throw EINVAL;
  }
}
