import fs from 'node:fs';
import path from 'node:path';
import type { HostStat } from '@ring3/kernel';
import type { MountableHostFs } from '../engine/host.js';

/** An error that hostfs turns into its Errno: Node's own fs errors have this shape already. */
function refuse(code: string): never {
  throw Object.assign(new Error(code), { code });
}

/** Is it the same in every encoding, so that it need not become bytes first? */
function isAscii(name: string): boolean {
  return !/[^\x20-\x7e]/.test(name);
}

/**
 * Host directories for the guest. A mount root is a real path; a guest path below it arrives without symbolic links, '.' or '..'
 * (the guest's vfs has resolved them), so a component that turns out to be a link was swapped in behind our back and is refused:
 * the parent's real path must be the parent. The last component is never followed (lstat, O_NOFOLLOW).
 */
export class NodeHostFs implements MountableHostFs {
  /** Real paths as byte strings (latin1): guest file names need not be UTF-8. */
  private readonly roots: string[] = [];

  /** Registers a root, a folder or a single file, and returns its handle. @throws Node's error when it does not exist */
  addRoot(hostPath: string): number {
    this.roots.push(fs.realpathSync(hostPath, 'buffer').toString('latin1'));
    return this.roots.length - 1;
  }

  private locate(root: number, guestPath: string): string | Buffer {
    const base = this.roots[root];
    if (base === undefined) refuse('EIO');
    if (guestPath === '' || guestPath === '/') return Buffer.from(base, 'latin1');
    if (guestPath.includes('..') && guestPath.split('/').includes('..')) refuse('EACCES');
    const full = base === '/' && !guestPath.startsWith('/') ? `/${guestPath}` : path.posix.join(base, guestPath);
    // The whole host as root has nothing to escape to.
    if (base !== '/') {
      const parent = path.posix.dirname(full);
      if (fs.realpathSync(Buffer.from(parent, 'latin1'), 'buffer').toString('latin1') !== parent) refuse('EACCES');
    }
    return isAscii(full) ? full : Buffer.from(full, 'latin1');
  }

  lstat(root: number, guestPath: string): HostStat {
    const s = fs.lstatSync(this.locate(root, guestPath));
    const { ino, dev, mode, nlink, uid, gid, rdev, size, atimeMs, mtimeMs, ctimeMs } = s;
    return { ino, dev, mode, nlink, uid, gid, rdev, size, atimeMs, mtimeMs, ctimeMs };
  }

  readdir(root: number, guestPath: string): { name: string; type: number; ino: number }[] {
    // opendir keeps the directory's own order; readdir of Node sorts.
    const folder = fs.opendirSync(this.locate(root, guestPath), { encoding: 'buffer' as BufferEncoding, bufferSize: 256 });
    try {
      const entries: { name: string; type: number; ino: number }[] = [];
      for (let entry = folder.readSync(); entry; entry = folder.readSync()) {
        entries.push({ name: (entry.name as unknown as Buffer).toString('latin1'), type: direntType(entry), ino: 0 });
      }
      return entries;
    } finally {
      folder.closeSync();
    }
  }

  readlink(root: number, guestPath: string): string {
    return fs.readlinkSync(this.locate(root, guestPath), 'buffer').toString('latin1');
  }

  open(root: number, guestPath: string, flags: number, mode: number): number {
    const at = this.locate(root, guestPath);
    // Opening a fifo or a device could block the whole machine, or act on the host: only regular files are opened.
    if (fs.existsSync(at) && !fs.lstatSync(at).isFile()) refuse('ENXIO');
    return fs.openSync(at, flags | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK, mode);
  }

  close(handle: number): void {
    fs.closeSync(handle);
  }

  read(handle: number, into: Uint8Array, position: number): number {
    return fs.readSync(handle, into, 0, into.length, position);
  }

  write(handle: number, from: Uint8Array, position: number): number {
    return fs.writeSync(handle, from, 0, from.length, position);
  }

  truncate(handle: number, size: number): void {
    fs.ftruncateSync(handle, size);
  }

  fsync(handle: number): void {
    fs.fsyncSync(handle);
  }

  mkdir(root: number, guestPath: string, mode: number): void {
    fs.mkdirSync(this.locate(root, guestPath), mode);
  }

  rmdir(root: number, guestPath: string): void {
    fs.rmdirSync(this.locate(root, guestPath));
  }

  unlink(root: number, guestPath: string): void {
    fs.unlinkSync(this.locate(root, guestPath));
  }

  rename(root: number, from: string, to: string): void {
    fs.renameSync(this.locate(root, from), this.locate(root, to));
  }

  link(root: number, from: string, to: string): void {
    fs.linkSync(this.locate(root, from), this.locate(root, to));
  }

  symlink(root: number, target: string, guestPath: string): void {
    fs.symlinkSync(Buffer.from(target, 'latin1'), this.locate(root, guestPath));
  }

  chmod(root: number, guestPath: string, mode: number): void {
    const at = this.locate(root, guestPath);
    if (fs.lstatSync(at).isSymbolicLink()) refuse('EOPNOTSUPP');
    fs.chmodSync(at, mode);
  }

  chown(root: number, guestPath: string, uid: number, gid: number): void {
    fs.lchownSync(this.locate(root, guestPath), uid, gid);
  }

  utimes(root: number, guestPath: string, atimeMs: number, mtimeMs: number): void {
    fs.lutimesSync(this.locate(root, guestPath), atimeMs / 1000, mtimeMs / 1000);
  }

  statfs(root: number): { bsize: number; blocks: number; bfree: number; files: number; ffree: number } {
    const { bsize, blocks, bfree, files, ffree } = fs.statfsSync(this.locate(root, ''));
    return { bsize, blocks, bfree, files, ffree };
  }
}

/** DT_* of an entry. */
function direntType(entry: fs.Dirent): number {
  if (entry.isFile()) return 8;
  if (entry.isDirectory()) return 4;
  if (entry.isSymbolicLink()) return 10;
  if (entry.isCharacterDevice()) return 2;
  if (entry.isBlockDevice()) return 6;
  if (entry.isFIFO()) return 1;
  return entry.isSocket() ? 12 : 0;
}
