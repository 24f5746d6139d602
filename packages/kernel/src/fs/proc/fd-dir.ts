import { Dt, O, S } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { EACCES, EINVAL, ENOENT } from '../../errno.js';
import { registerState } from '../../state.js';
import { pathString } from '../../vfs/d-path.js';
import { File } from '../../vfs/file.js';
import type { DirEntry, Inode } from '../../vfs/inode.js';
import type { Path } from '../../vfs/path.js';
import type { SuperBlock } from '../../vfs/super-block.js';
import { dumpOwner, mayInspect, ownProcess } from './access.js';
import { ProcDirectory, ProcIno, ProcInode, ProcTextInode, taskOf } from './proc-inode.js';

/** The file behind a task's descriptor. */
function fileOf(k: Kernel, tid: number, fd: number): File | null {
  return k.pids.task(tid)?.files?.fds[fd] ?? null;
}

/** A decimal number without leading zeros; −1: something else. */
function descriptorOf(name: string): number {
  return /^(0|[1-9][0-9]{0,9})$/.test(name) ? Number(name) : -1;
}

/** /proc/PID/fd and /proc/PID/fdinfo: an entry per open descriptor. Linux: fs/proc/fd.c. */
abstract class DescriptorDirectory extends ProcDirectory {
  constructor(
    k: Kernel,
    sb: SuperBlock,
    ino: number,
    readonly tid: number,
  ) {
    super(k, sb, ino, S.IFDIR | 0o500);
  }
  /** A process may always look at its own, undumpable or not. Linux: proc_fd_permission. */
  override permits(k: Kernel): boolean | null {
    return ownProcess(k, this.tid);
  }
  protected abstract make(k: Kernel, fd: number): Inode;
  protected abstract get entryType(): number;
  protected abstract get firstIno(): number;

  override lookup(k: Kernel, name: string): Inode | null {
    const fd = descriptorOf(name);
    if (fd < 0 || !fileOf(k, this.tid, fd)) return null;
    const inode = this.make(k, fd);
    const { uid, gid } = dumpOwner(taskOf(k, this.tid), inode.mode);
    inode.uid = uid;
    inode.gid = gid;
    return inode;
  }
  override readdir(k: Kernel): DirEntry[] {
    const entries: DirEntry[] = [];
    const fds = taskOf(k, this.tid).files?.fds ?? [];
    fds.forEach((file, fd) => {
      if (file) entries.push({ name: String(fd), ino: this.tid * ProcIno.PerTask + this.firstIno + fd, type: this.entryType });
    });
    return entries;
  }
}

export class FdDirectory extends DescriptorDirectory {
  protected make(k: Kernel, fd: number): Inode {
    return new FdLink(k, this.sb, this.tid, fd);
  }
  protected get entryType(): number {
    return Dt.LNK;
  }
  protected get firstIno(): number {
    return ProcIno.Fd;
  }
}
registerState('FdDirectory', FdDirectory);

export class FdInfoDirectory extends DescriptorDirectory {
  protected make(k: Kernel, fd: number): Inode {
    return new FdInfoFile(k, this.sb, this.tid, fd);
  }
  protected get entryType(): number {
    return Dt.REG;
  }
  protected get firstIno(): number {
    return ProcIno.FdInfo;
  }
}
registerState('FdInfoDirectory', FdInfoDirectory);

/** /proc/PID/fd/N: its owner bits say how the descriptor is open. */
export class FdLink extends ProcInode {
  constructor(
    k: Kernel,
    sb: SuperBlock,
    readonly tid: number,
    readonly fd: number,
  ) {
    const flags = fileOf(k, tid, fd)?.flags ?? 0;
    const access = flags & O.ACCMODE;
    const readable = access !== O.WRONLY && !(flags & O.PATH);
    const writable = access !== O.RDONLY && !(flags & O.PATH);
    super(k, sb, tid * ProcIno.PerTask + ProcIno.Fd + fd, S.IFLNK | (readable ? 0o500 : 0) | (writable ? 0o300 : 0));
    this.size = 64;
  }
  private file(k: Kernel): File {
    if (!mayInspect(k, taskOf(k, this.tid))) throw EACCES;
    const file = fileOf(k, this.tid, this.fd);
    if (!file) throw ENOENT;
    return file;
  }
  override followLink(k: Kernel): Path {
    const file = this.file(k);
    return file.path ?? k.mounts.pseudoPath(k.mounts.root, file.inode, file.name);
  }
  override readlink(k: Kernel): string {
    const file = this.file(k);
    return file.path ? pathString(k, file.path) : file.name;
  }
  override open(): File {
    throw EINVAL;
  }
}
registerState('FdLink', FdLink);

/** /proc/PID/fdinfo/N */
export class FdInfoFile extends ProcTextInode {
  constructor(
    k: Kernel,
    sb: SuperBlock,
    readonly tid: number,
    readonly fd: number,
  ) {
    super(k, sb, tid * ProcIno.PerTask + ProcIno.FdInfo + fd, S.IFREG | 0o400);
  }
  text(k: Kernel): string {
    const file = fileOf(k, this.tid, this.fd);
    if (!file) throw ENOENT;
    const cloexec = taskOf(k, this.tid).files?.closeOnExec.has(this.fd) ? O.CLOEXEC : 0;
    const flags = ((file.flags | cloexec) >>> 0).toString(8);
    return `pos:\t${file.pos}\nflags:\t0${flags}\nmnt_id:\t${file.path?.mount.id ?? k.mounts.root.id}\n${file.fdInfo}`;
  }
}
registerState('FdInfoFile', FdInfoFile);
