import { O, Sys } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EINVAL } from '../errno.js';
import { createPipe } from '../fs/pipe/pipefs.js';
import { putU32 } from '../mm/uaccess.js';
import { dupFd, fdInstall, fgetRaw, fput, replaceFd, closeFd } from '../vfs/file-table.js';
import { sysFcntl } from './fcntl.js';
import { sysFlock } from './file-lock.js';
import type { SyscallRow } from './row.js';

function sysDup(k: Kernel, fd: number): number {
  return dupFd(k, fd, 0, false);
}

function sysDup2(k: Kernel, oldFd: number, newFd: number): number {
  if (oldFd === newFd) {
    fgetRaw(k, oldFd);
    return newFd;
  }
  return replaceFd(k, oldFd, newFd, false);
}

function sysDup3(k: Kernel, oldFd: number, newFd: number, flags: number): number {
  if (flags & ~O.CLOEXEC || oldFd === newFd) throw EINVAL;
  return replaceFd(k, oldFd, newFd, (flags & O.CLOEXEC) !== 0);
}

/** Linux: do_pipe2. Descriptors are taken back when the array cannot be written. */
function sysPipe2(k: Kernel, fdsVa: number, flags: number): number {
  if (flags & ~(O.CLOEXEC | O.NONBLOCK | O.DIRECT)) throw EINVAL;
  const cloexec = (flags & O.CLOEXEC) !== 0;
  const [reader, writer] = createPipe(k, flags);
  let readFd = -1;
  let writeFd = -1;
  try {
    readFd = fdInstall(k, reader, cloexec);
    writeFd = fdInstall(k, writer, cloexec);
    putU32(k, fdsVa, readFd);
    putU32(k, fdsVa + 4, writeFd);
  } catch (error) {
    if (readFd < 0) fput(k, reader);
    else closeFd(k, readFd);
    if (writeFd < 0) fput(k, writer);
    else closeFd(k, writeFd);
    throw error;
  }
  return 0;
}

function sysPipe(k: Kernel, fdsVa: number): number {
  return sysPipe2(k, fdsVa, 0);
}

export const fdSyscalls: readonly SyscallRow[] = [
  { nr: Sys.pipe, name: 'pipe', args: ['fdpair:out'], call: sysPipe, done: 'full' },
  { nr: Sys.dup, name: 'dup', args: ['fd'], call: sysDup, done: 'full', result: 'fd' },
  { nr: Sys.dup2, name: 'dup2', args: ['fd', 'fd'], call: sysDup2, done: 'full', result: 'fd' },
  { nr: Sys.fcntl, name: 'fcntl', args: ['fd', 'flags:fcntl', 'long'], call: sysFcntl, done: 'leases and F_NOTIFY are refused' },
  { nr: Sys.flock, name: 'flock', args: ['fd', 'flags:flock'], call: sysFlock, done: 'full' },
  { nr: Sys.dup3, name: 'dup3', args: ['fd', 'fd', 'flags:open'], call: sysDup3, done: 'full', result: 'fd' },
  { nr: Sys.pipe2, name: 'pipe2', args: ['fdpair:out', 'flags:open'], call: sysPipe2, done: 'full' },
];
