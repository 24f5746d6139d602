import { O, Rwf, Seek, Sys } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EINVAL, EOPNOTSUPP, ESPIPE } from '../errno.js';
import { PARKED } from '../sched/park.js';
import { closeFd, fget } from '../vfs/file-table.js';
import type { File } from '../vfs/file.js';
import { isReg } from '../vfs/inode-life.js';
import type { UserIter } from '../mm/user-iter.js';
import { doOpen, sysCreat, sysOpen } from './open.js';
import type { SyscallRow } from './row.js';
import { sysCopyFileRange, sysSendfile } from './sendfile.js';
import { sysSplice, sysTee, sysVmsplice } from './splice.js';
import { bufferIter, iovecIter, readBlocking, transferFile, writeBlocking } from './transfer.js';

function positioned(k: Kernel, fd: number, pos: number): File {
  if (pos < 0) throw EINVAL;
  const file = transferFile(k, fd);
  if (!file.seekable) throw ESPIPE;
  return file;
}

function sysRead(k: Kernel, fd: number, va: number, length: number): number {
  const file = transferFile(k, fd);
  return readBlocking(k, file, bufferIter(va, length), null);
}

function sysWrite(k: Kernel, fd: number, va: number, length: number): number {
  const file = transferFile(k, fd);
  return writeBlocking(k, file, bufferIter(va, length), null);
}

function sysPread(k: Kernel, fd: number, va: number, length: number, pos: number): number {
  const file = positioned(k, fd, pos);
  return readBlocking(k, file, bufferIter(va, length), pos);
}

/** With O_APPEND it appends, whatever the position (BUGS of pwrite(2)). */
function appendsAnyway(file: File, pos: number): number {
  return file.flags & O.APPEND && isReg(file.inode) ? file.inode.size : pos;
}

function sysPwrite(k: Kernel, fd: number, va: number, length: number, pos: number): number {
  const file = positioned(k, fd, pos);
  return writeBlocking(k, file, bufferIter(va, length), appendsAnyway(file, pos));
}

function sysReadv(k: Kernel, fd: number, iov: number, count: number): number {
  const file = transferFile(k, fd);
  return readBlocking(k, file, iovecIter(k, iov, count), null);
}

function sysWritev(k: Kernel, fd: number, iov: number, count: number): number {
  const file = transferFile(k, fd);
  return writeBlocking(k, file, iovecIter(k, iov, count), null);
}

function sysPreadv(k: Kernel, fd: number, iov: number, count: number, pos: number): number {
  const file = positioned(k, fd, pos);
  return readBlocking(k, file, iovecIter(k, iov, count), pos);
}

function sysPwritev(k: Kernel, fd: number, iov: number, count: number, pos: number): number {
  const file = positioned(k, fd, pos);
  return writeBlocking(k, file, iovecIter(k, iov, count), appendsAnyway(file, pos));
}

/** Linux: kiocb_set_rw_flags. @throws EOPNOTSUPP a flag that 5.4 does not know */
function checkRwf(flags: number): void {
  if (flags & ~Rwf.SUPPORTED) throw EOPNOTSUPP;
}

/** pos −1: at f_pos. The fifth argument is pos_h, which 64-bit calls ignore. */
function sysPreadv2(k: Kernel, fd: number, iov: number, count: number, pos: number, _high: number, flags: number): number {
  checkRwf(flags);
  const file = pos === -1 ? transferFile(k, fd) : positioned(k, fd, pos);
  return readBlocking(k, file, iovecIter(k, iov, count), pos === -1 ? null : pos, (flags & Rwf.NOWAIT) !== 0);
}

function sysPwritev2(k: Kernel, fd: number, iov: number, count: number, pos: number, _high: number, flags: number): number {
  checkRwf(flags);
  const file = pos === -1 ? transferFile(k, fd) : positioned(k, fd, pos);
  const iter = iovecIter(k, iov, count);
  const n = writeTo(k, file, iter, pos, flags);
  if (flags & (Rwf.DSYNC | Rwf.SYNC) && n !== PARKED && n > 0) file.fsync(k, (flags & Rwf.SYNC) === 0);
  return n;
}

function writeTo(k: Kernel, file: File, iter: UserIter, pos: number, flags: number): number {
  const nonblock = (flags & Rwf.NOWAIT) !== 0;
  const append = (flags & Rwf.APPEND) !== 0 && isReg(file.inode);
  if (pos !== -1) return writeBlocking(k, file, iter, append ? file.inode.size : appendsAnyway(file, pos), nonblock);
  if (append) {
    file.inode.refresh(k);
    file.pos = file.inode.size;
  }
  return writeBlocking(k, file, iter, null, nonblock);
}

function sysClose(k: Kernel, fd: number): number {
  closeFd(k, fd);
  return 0;
}

function sysLseek(k: Kernel, fd: number, offset: number, whence: number): number {
  const file = fget(k, fd);
  if (whence < Seek.SET || whence > Seek.HOLE) throw EINVAL;
  return file.llseek(k, offset, whence);
}

/** Linux 5.4 has no close_range, openat2, faccessat2: their numbers answer ENOSYS without a row. */
export const fileSyscalls: readonly SyscallRow[] = [
  { nr: Sys.read, name: 'read', args: ['fd', 'buf:out', 'size'], call: sysRead, done: 'full' },
  { nr: Sys.write, name: 'write', args: ['fd', 'buf:in', 'size'], call: sysWrite, done: 'full' },
  { nr: Sys.open, name: 'open', args: ['path', 'flags:open', 'mode'], call: sysOpen, done: 'full', result: 'fd' },
  { nr: Sys.close, name: 'close', args: ['fd'], call: sysClose, done: 'full' },
  { nr: Sys.lseek, name: 'lseek', args: ['fd', 'off', 'flags:whence'], call: sysLseek, done: 'full' },
  { nr: Sys.pread64, name: 'pread64', args: ['fd', 'buf:out', 'size', 'off'], call: sysPread, done: 'full' },
  { nr: Sys.pwrite64, name: 'pwrite64', args: ['fd', 'buf:in', 'size', 'off'], call: sysPwrite, done: 'full' },
  { nr: Sys.readv, name: 'readv', args: ['fd', 'iovec:out', 'ulong'], call: sysReadv, done: 'full' },
  { nr: Sys.writev, name: 'writev', args: ['fd', 'iovec', 'ulong'], call: sysWritev, done: 'full' },
  { nr: Sys.sendfile, name: 'sendfile', args: ['fd', 'fd', 'ptr', 'size'], call: sysSendfile, done: 'full' },
  { nr: Sys.creat, name: 'creat', args: ['path', 'mode'], call: sysCreat, done: 'full', result: 'fd' },
  { nr: Sys.openat, name: 'openat', args: ['dirfd', 'path', 'flags:open', 'mode'], call: doOpen, done: 'full', result: 'fd' },
  { nr: Sys.splice, name: 'splice', args: ['fd', 'ptr', 'fd', 'ptr', 'size', 'flags:splice'], call: sysSplice, done: 'full' },
  { nr: Sys.tee, name: 'tee', args: ['fd', 'fd', 'size', 'flags:splice'], call: sysTee, done: 'full' },
  { nr: Sys.vmsplice, name: 'vmsplice', args: ['fd', 'iovec', 'ulong', 'flags:splice'], call: sysVmsplice, done: 'pages are copied' },
  { nr: Sys.preadv, name: 'preadv', args: ['fd', 'iovec:out', 'ulong', 'off'], call: sysPreadv, done: 'full' },
  { nr: Sys.pwritev, name: 'pwritev', args: ['fd', 'iovec', 'ulong', 'off'], call: sysPwritev, done: 'full' },
  {
    nr: Sys.copy_file_range,
    name: 'copy_file_range',
    args: ['fd', 'ptr', 'fd', 'ptr', 'size', 'uint'],
    call: sysCopyFileRange,
    done: 'full',
  },
  { nr: Sys.preadv2, name: 'preadv2', args: ['fd', 'iovec:out', 'ulong', 'off', 'ulong', 'flags:rwf'], call: sysPreadv2, done: 'full' },
  { nr: Sys.pwritev2, name: 'pwritev2', args: ['fd', 'iovec', 'ulong', 'off', 'ulong', 'flags:rwf'], call: sysPwritev2, done: 'full' },
];
