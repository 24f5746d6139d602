import { FsMagic, O } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import type { HostStat } from '../../platform.js';
import { registerState } from '../../state.js';
import { SuperBlock } from '../../vfs/super-block.js';
import { hostCall } from './host-call.js';
import { HostInode } from './host-inode.js';

/** Host handles that are kept open for files in use; the oldest is closed when one more is needed. */
const MAX_HANDLES = 128;

/** Device numbers of the host below one mount share our inode numbers: each but the root's own gets a range. */
const DEVICE_STRIDE = 2 ** 44;

interface OpenHandle {
  handle: number;
  writable: boolean;
}

/** A directory of the host, mounted. It changes by itself, so nothing about names is cached. */
export class HostSuper extends SuperBlock {
  /** Inodes by the host's device and inode number. */
  readonly inodes = new Map<string, HostInode>();
  private readonly devices: number[] = [];
  /** Oldest first. */
  private readonly handles = new Map<HostInode, OpenHandle>();

  constructor(
    dev: number,
    source: string,
    /** The mount root's handle in platform.hostFs. */
    readonly hostRoot: number,
    readOnly: boolean,
  ) {
    super(dev, 'hostfs', source, FsMagic.V9FS);
    this.readOnly = readOnly;
    this.volatile = true;
  }

  /** Our number of a host file: its own on the root's device. */
  inoOf(dev: number, ino: number): number {
    let device = this.devices.indexOf(dev);
    if (device < 0) device = this.devices.push(dev) - 1;
    return ino + device * DEVICE_STRIDE;
  }

  /** The inode of what the host has at parent/name. A host that gave the number to another kind of file gets a new inode. */
  inodeFor(k: Kernel, stat: HostStat, parent: HostInode | null, name: string): HostInode {
    const key = `${stat.dev}:${stat.ino}`;
    const known = this.inodes.get(key);
    if (known?.isSame(stat)) {
      known.moveTo(parent, name);
      known.apply(k, stat);
      return known;
    }
    const inode = new HostInode(this, this.inoOf(stat.dev, stat.ino), stat.mode, key, k.nextId.mapping++);
    inode.moveTo(parent, name);
    inode.apply(k, stat);
    this.inodes.set(key, inode);
    return inode;
  }

  /** A host handle for a regular file. @throws what the host says: EACCES, ENOENT, EMFILE … */
  handle(k: Kernel, inode: HostInode, writable: boolean): number {
    const open = this.handles.get(inode);
    if (open && (open.writable || !writable)) {
      this.handles.delete(inode);
      this.handles.set(inode, open);
      return open.handle;
    }
    const handle = hostCall(k, (host) => host.open(this.hostRoot, inode.hostPath, writable ? O.RDWR : O.RDONLY, 0));
    if (open) hostCall(k, (host) => host.close(open.handle));
    this.handles.delete(inode);
    this.makeRoom(k);
    this.handles.set(inode, { handle, writable });
    return handle;
  }

  /** A file without a name can only be reached through its handle: that one stays. */
  private makeRoom(k: Kernel): void {
    if (this.handles.size < MAX_HANDLES) return;
    for (const inode of this.handles.keys()) {
      if (inode.pinned) continue;
      this.closeHandle(k, inode);
      return;
    }
  }

  closeHandle(k: Kernel, inode: HostInode): void {
    const open = this.handles.get(inode);
    if (!open) return;
    this.handles.delete(inode);
    hostCall(k, (host) => host.close(open.handle));
  }

  /** One file's failure does not keep the others. @throws Errno the first failure */
  override sync(k: Kernel): void {
    let failure: unknown = null;
    for (const inode of this.inodes.values()) {
      try {
        inode.writeOut(k);
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure !== null) throw failure;
  }
  override shutdown(k: Kernel): void {
    this.sync(k);
    this.releaseHost(k);
  }
  override releaseHost(k: Kernel): void {
    for (const inode of this.handles.keys()) this.closeHandle(k, inode);
  }
  override statfs(k: Kernel): { blocks: number; bfree: number; bavail: number; files: number; ffree: number } {
    const { bsize, blocks, bfree, files, ffree } = hostCall(k, (host) => host.statfs(this.hostRoot));
    this.blockSize = bsize;
    return { blocks, bfree, bavail: bfree, files, ffree };
  }
}
registerState('HostSuper', HostSuper);

/** A host directory as a file system. `rootHandle` names it in platform.hostFs. @throws what the host says about its root */
export function createHostFs(k: Kernel, rootHandle: number, options: { readOnly?: boolean; source?: string } = {}): HostSuper {
  const sb = new HostSuper(k.nextId.dev++, options.source ?? 'host', rootHandle, options.readOnly ?? false);
  const stat = hostCall(k, (host) => host.lstat(rootHandle, ''));
  sb.root = sb.inodeFor(k, stat, null, '');
  return sb;
}
