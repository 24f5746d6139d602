import { O, RenameFlag, S } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import type { HostStat } from '../../platform.js';
import type { Cred } from '../../task/cred.js';
import { EINVAL, ENOENT, ENOTDIR, ENXIO, EPERM, Errno } from '../../errno.js';
import { truncatePages } from '../../mm/page-cache.js';
import { unmapMapping } from '../../mm/zap.js';
import { registerState } from '../../state.js';
import { DirectoryFile } from '../../vfs/directory-file.js';
import type { File } from '../../vfs/file.js';
import { isDir, isReg } from '../../vfs/inode-life.js';
import { Inode, type DirEntry, type InodeChange, type Timespec } from '../../vfs/inode.js';
import type { HostSuper } from './hostfs.js';
import { hostCall } from './host-call.js';
import { HostFile } from './host-file.js';
import { HostMapping } from './host-mapping.js';

function timeOf(ms: number): Timespec {
  const sec = Math.floor(ms / 1000);
  return { sec, nsec: Math.min(999_999_999, Math.max(0, Math.round((ms - sec * 1000) * 1e6))) };
}

const msOf = (time: Timespec): number => time.sec * 1000 + time.nsec / 1e6;

/** A file of the host, named by the path under which it was last found. */
export class HostInode extends Inode {
  private parent: HostInode | null = null;
  private name = '';
  /** No name leads to it any more: its host handle is all there is. */
  pinned = false;
  /** Written since the last flush; the host's size and times are old. */
  unwritten = false;
  /** The host's size and mtime when we last looked: a difference means that cached pages are old. */
  private seenSize = -1;
  private seenMtime = -1;

  constructor(
    override readonly sb: HostSuper,
    ino: number,
    mode: number,
    private readonly key: string,
    mappingId: number,
  ) {
    super(sb, ino, mode);
    if (isReg(this)) this.mapping = new HostMapping(mappingId, this);
  }

  /** Relative to the mount's root; '' is the root itself. */
  get hostPath(): string {
    if (!this.parent) return '';
    const above = this.parent.hostPath;
    return above === '' ? this.name : `${above}/${this.name}`;
  }
  private child(name: string): string {
    const path = this.hostPath;
    return path === '' ? name : `${path}/${name}`;
  }
  moveTo(parent: HostInode | null, name: string): void {
    this.parent = parent;
    this.name = name;
  }
  isSame(stat: HostStat): boolean {
    return !this.pinned && (this.mode & S.IFMT) === (stat.mode & S.IFMT);
  }
  private get dirty(): boolean {
    return this.unwritten || (this.mapping?.dirty.size ?? 0) > 0;
  }

  /** Takes the host's attributes over. What we have not written back yet counts for more than the host's size and times. */
  apply(k: Kernel, stat: HostStat): void {
    this.mode = stat.mode;
    this.nlink = stat.nlink;
    this.uid = stat.uid;
    this.gid = stat.gid;
    this.rdev = stat.rdev;
    if (this.dirty) return;
    const changed = stat.size !== this.seenSize || stat.mtimeMs !== this.seenMtime;
    if (changed && this.mapping && this.mapping.pages.size > 0) {
      unmapMapping(k, this.mapping, 0, Infinity, false);
      k.pageCache.dropAll(k, this.mapping);
    }
    this.note(stat);
  }
  private note(stat: HostStat): void {
    this.seenSize = stat.size;
    this.seenMtime = stat.mtimeMs;
    this.size = stat.size;
    this.blocks = Math.ceil(stat.size / 512);
    this.atime = timeOf(stat.atimeMs);
    this.mtime = timeOf(stat.mtimeMs);
    this.ctime = timeOf(stat.ctimeMs);
  }
  private stat(k: Kernel): HostStat {
    return hostCall(k, (host) => host.lstat(this.sb.hostRoot, this.hostPath));
  }
  override refresh(k: Kernel): void {
    if (this.pinned) return;
    try {
      this.apply(k, this.stat(k));
    } catch (error) {
      // Gone from the host: what we knew last is all that can be told.
      if (error !== ENOENT && error !== ENOTDIR) throw error;
    }
  }
  /** The host keeps times of its own; until it is asked again ours are shown. */
  override updateTimes(_k: Kernel, times: { atime?: Timespec; mtime?: Timespec; ctime?: Timespec }): void {
    if (times.mtime) this.mtime = times.mtime;
    if (times.ctime) this.ctime = times.ctime;
  }

  /** Dirty pages and a new size go to the host. @throws EIO ENOSPC … */
  writeOut(k: Kernel): void {
    if (!this.mapping || !this.dirty) return;
    k.pageCache.writeback(k, this.mapping);
    const handle = this.sb.handle(k, this, true);
    if (this.pinned) {
      hostCall(k, (host) => host.truncate(handle, this.size));
    } else {
      if (this.stat(k).size !== this.size) hostCall(k, (host) => host.truncate(handle, this.size));
      this.note(this.stat(k));
    }
    this.unwritten = false;
  }
  /** fsync(2): down to the host's disk. */
  syncOut(k: Kernel): void {
    this.writeOut(k);
    const handle = this.sb.handle(k, this, false);
    hostCall(k, (host) => host.fsync(handle));
  }

  override lookup(k: Kernel, name: string): Inode | null {
    try {
      const stat = hostCall(k, (host) => host.lstat(this.sb.hostRoot, this.child(name)));
      return this.sb.inodeFor(k, stat, this, name);
    } catch (error) {
      if (error === ENOENT) return null;
      throw error;
    }
  }
  override readdir(k: Kernel): DirEntry[] {
    const { hostRoot } = this.sb;
    const entries = hostCall(k, (host) => host.readdir(hostRoot, this.hostPath));
    return entries.map(({ name, type, ino }) => ({ name, type, ino: ino || this.askIno(k, name) }));
  }
  /** Hosts that list names without numbers: glibc skips an entry with number 0. */
  private askIno(k: Kernel, name: string): number {
    try {
      const stat = hostCall(k, (host) => host.lstat(this.sb.hostRoot, this.child(name)));
      return this.sb.inoOf(stat.dev, stat.ino);
    } catch (error) {
      // It was removed meanwhile: any number but 0 will do.
      if (error instanceof Errno) return 1;
      throw error;
    }
  }
  override readlink(k: Kernel): string {
    if ((this.mode & S.IFMT) !== S.IFLNK) throw EINVAL;
    return hostCall(k, (host) => host.readlink(this.sb.hostRoot, this.hostPath));
  }

  /** A new entry gets the guest's owner where the host allows that, and exactly the mode that was asked for. */
  private entered(k: Kernel, name: string, mode: number | null, cred: Cred): Inode {
    const { hostRoot } = this.sb;
    const path = this.child(name);
    const stat = hostCall(k, (host) => host.lstat(hostRoot, path));
    if (stat.uid !== cred.fsuid || stat.gid !== cred.fsgid) {
      try {
        hostCall(k, (host) => host.chown(hostRoot, path, cred.fsuid, cred.fsgid));
      } catch (error) {
        if (error !== EPERM) throw error;
      }
    }
    if (mode !== null) hostCall(k, (host) => host.chmod(hostRoot, path, mode & S.IALLUGO));
    return this.lookup(k, name)!;
  }
  override create(k: Kernel, name: string, mode: number, cred: Cred): Inode {
    hostCall(k, (host) => host.close(host.open(this.sb.hostRoot, this.child(name), O.RDWR | O.CREAT | O.EXCL, mode & S.IALLUGO)));
    return this.entered(k, name, mode, cred);
  }
  override mkdir(k: Kernel, name: string, mode: number, cred: Cred): Inode {
    hostCall(k, (host) => host.mkdir(this.sb.hostRoot, this.child(name), mode & S.IALLUGO));
    return this.entered(k, name, mode, cred);
  }
  override symlink(k: Kernel, name: string, target: string, cred: Cred): Inode {
    hostCall(k, (host) => host.symlink(this.sb.hostRoot, target, this.child(name)));
    return this.entered(k, name, null, cred);
  }
  override link(k: Kernel, name: string, target: Inode): void {
    hostCall(k, (host) => host.link(this.sb.hostRoot, (target as HostInode).hostPath, this.child(name)));
    target.nlink++;
  }
  override unlink(k: Kernel, name: string, target: Inode): void {
    const victim = target as HostInode;
    victim.pin(k);
    hostCall(k, (host) => host.unlink(this.sb.hostRoot, this.child(name)));
    victim.lostName();
  }
  override rmdir(k: Kernel, name: string, target: Inode): void {
    hostCall(k, (host) => host.rmdir(this.sb.hostRoot, this.child(name)));
    target.nlink = 0;
    (target as HostInode).pinned = true;
  }
  /** @throws EINVAL RENAME_EXCHANGE and RENAME_WHITEOUT */
  override rename(k: Kernel, name: string, target: Inode, newParent: Inode, newName: string, replaced: Inode | null, flags: number): void {
    if (flags & ~RenameFlag.NOREPLACE) throw EINVAL;
    const to = newParent as HostInode;
    if (replaced) (replaced as HostInode).pin(k);
    hostCall(k, (host) => host.rename(this.sb.hostRoot, this.child(name), to.child(newName)));
    if (replaced) (replaced as HostInode).lostName();
    (target as HostInode).moveTo(to, newName);
  }

  /** Before its name goes: an open file keeps a handle to live on. */
  private pin(k: Kernel): void {
    if (this.users === 0 || !isReg(this)) return;
    try {
      this.sb.handle(k, this, true);
    } catch (error) {
      // A file that may only be read.
      if (!(error instanceof Errno)) throw error;
      this.sb.handle(k, this, false);
    }
  }
  private lostName(): void {
    this.nlink = isDir(this) ? 0 : this.nlink - 1;
    this.pinned = true;
    this.sb.inodes.delete(this.key);
  }

  override setattr(k: Kernel, change: InodeChange): void {
    const { hostRoot } = this.sb;
    if (change.size !== undefined) {
      const { size } = change;
      const handle = this.sb.handle(k, this, true);
      hostCall(k, (host) => host.truncate(handle, size));
      truncatePages(k, this, size);
    }
    if (this.pinned) {
      if (change.mode !== undefined) this.mode = change.mode;
      return;
    }
    // Bytes written later would spoil the times set now.
    if (change.atime || change.mtime) this.writeOut(k);
    const path = this.hostPath;
    const { mode } = change;
    const uid = change.uid ?? this.uid;
    const gid = change.gid ?? this.gid;
    if (uid !== this.uid || gid !== this.gid) hostCall(k, (host) => host.chown(hostRoot, path, uid, gid));
    if (mode !== undefined) hostCall(k, (host) => host.chmod(hostRoot, path, mode & S.IALLUGO));
    if ((change.atime || change.mtime) && change.size === undefined) {
      const atime = msOf(change.atime ?? this.atime);
      const mtime = msOf(change.mtime ?? this.mtime);
      hostCall(k, (host) => host.utimes(hostRoot, path, atime, mtime));
    }
    if (!this.dirty) this.note(this.stat(k));
    this.refresh(k);
  }

  /** @throws ENXIO devices, sockets and FIFOs of the host cannot be opened */
  override open(k: Kernel, flags: number): File {
    if (isDir(this)) return new DirectoryFile(flags, this, null);
    if (!isReg(this)) throw ENXIO;
    this.sb.handle(k, this, ((flags + 1) & 2) !== 0);
    return new HostFile(flags, this, null);
  }
  override evict(k: Kernel): void {
    if (this.mapping) k.pageCache.dropAll(k, this.mapping);
    this.sb.closeHandle(k, this);
    if (this.sb.inodes.get(this.key) === this) this.sb.inodes.delete(this.key);
  }
}
registerState('HostInode', HostInode);
