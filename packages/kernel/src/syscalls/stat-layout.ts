import { S, StatLayout, Statx, StatxLayout } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { copyToUser } from '../mm/uaccess.js';
import { majorOf, minorOf } from '../vfs/dev-number.js';
import type { Inode, Timespec } from '../vfs/inode.js';

export function put64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setInt32(at + 4, Math.floor(value / 2 ** 32) | 0, true);
}

/** Writes struct stat. Linux: cp_new_stat. */
export function putStat(k: Kernel, va: number, inode: Inode): void {
  inode.refresh(k);
  const bytes = new Uint8Array(StatLayout.Bytes);
  const view = new DataView(bytes.buffer);
  put64(view, StatLayout.Dev, inode.sb.dev);
  put64(view, StatLayout.Ino, inode.ino);
  put64(view, StatLayout.Nlink, inode.nlink);
  view.setUint32(StatLayout.Mode, inode.mode, true);
  view.setUint32(StatLayout.Uid, inode.uid, true);
  view.setUint32(StatLayout.Gid, inode.gid, true);
  put64(view, StatLayout.Rdev, inode.rdev);
  put64(view, StatLayout.Size, inode.size);
  put64(view, StatLayout.Blksize, inode.sb.blockSize);
  put64(view, StatLayout.Blocks, inode.blocks);
  const times: [number, Timespec][] = [
    [StatLayout.Atime, inode.atime],
    [StatLayout.Mtime, inode.mtime],
    [StatLayout.Ctime, inode.ctime],
  ];
  for (const [at, time] of times) {
    put64(view, at, time.sec);
    put64(view, at + 8, time.nsec);
  }
  copyToUser(k, va, bytes);
}

/** Writes struct statx: the basic fields; no birth time, no attributes. Linux: cp_statx. */
export function putStatx(k: Kernel, va: number, inode: Inode): void {
  inode.refresh(k);
  const bytes = new Uint8Array(StatxLayout.Bytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(StatxLayout.Mask, Statx.BASIC_STATS, true);
  view.setUint32(StatxLayout.Blksize, inode.sb.blockSize, true);
  view.setUint32(StatxLayout.Nlink, inode.nlink, true);
  view.setUint32(StatxLayout.Uid, inode.uid, true);
  view.setUint32(StatxLayout.Gid, inode.gid, true);
  view.setUint16(StatxLayout.Mode, inode.mode & (S.IFMT | S.IALLUGO), true);
  put64(view, StatxLayout.Ino, inode.ino);
  put64(view, StatxLayout.Size, inode.size);
  put64(view, StatxLayout.Blocks, inode.blocks);
  const times: [number, Timespec][] = [
    [StatxLayout.Atime, inode.atime],
    [StatxLayout.Ctime, inode.ctime],
    [StatxLayout.Mtime, inode.mtime],
  ];
  for (const [at, time] of times) {
    put64(view, at, time.sec);
    view.setUint32(at + 8, time.nsec, true);
  }
  view.setUint32(StatxLayout.RdevMajor, majorOf(inode.rdev), true);
  view.setUint32(StatxLayout.RdevMinor, minorOf(inode.rdev), true);
  view.setUint32(StatxLayout.DevMajor, majorOf(inode.sb.dev), true);
  view.setUint32(StatxLayout.DevMinor, minorOf(inode.sb.dev), true);
  copyToUser(k, va, bytes);
}
