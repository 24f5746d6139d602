import { FsMagic, S } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { registerState } from '../../state.js';
import { makeDev } from '../../vfs/dev-number.js';
import { dLookup } from '../../vfs/dcache.js';
import type { File } from '../../vfs/file.js';
import { registerFilesystem } from '../../vfs/filesystems.js';
import { dtOf, isDir } from '../../vfs/inode-life.js';
import { Inode, type DirEntry, type InodeChange } from '../../vfs/inode.js';
import { openByType } from '../../vfs/open-inode.js';
import { Path } from '../../vfs/path.js';
import { simpleSetattr } from '../../vfs/simple-attr.js';
import { SuperBlock } from '../../vfs/super-block.js';
import type { PtySlave } from '../../tty/pty.js';

/** Inode numbers of the root and of ptmx; pty N has N + 3 (fs/devpts/inode.c). */
const ROOT_INO = 1;
const PTMX_INO = 2;
const FIRST_PTY_INO = 3;
/** Mount options, as distributions set them. */
const NODE_MODE = 0o620;
const TTY_GID = 5;
const PTMX_MODE = 0o666;

export class DevptsInode extends Inode {
  override setattr(k: Kernel, change: InodeChange): void {
    simpleSetattr(k, this, change);
  }
  override open(k: Kernel, flags: number): File {
    return openByType(k, this, flags);
  }
  override lookup(k: Kernel, name: string): Inode | null {
    if (!isDir(this)) return super.lookup(k, name);
    return (this.sb as DevptsSuper).node(k, name);
  }
  override readdir(k: Kernel): DirEntry[] {
    if (!isDir(this)) return super.readdir(k);
    return (this.sb as DevptsSuper).names(k).map(({ name, inode }) => ({ name, ino: inode.ino, type: dtOf(inode.mode) }));
  }
}
registerState('DevptsInode', DevptsInode);

/** devpts: a node per pty, there as long as its master is open. */
export class DevptsSuper extends SuperBlock {
  readonly nodes = new Map<number, Inode>();
  readonly ptmx: Inode;

  constructor(dev: number) {
    super(dev, 'devpts', 'devpts', FsMagic.DEVPTS);
    this.volatile = true;
    this.blockSize = 1024;
    this.root = new DevptsInode(this, ROOT_INO, S.IFDIR | 0o755);
    this.root.nlink = 2;
    this.ptmx = new DevptsInode(this, PTMX_INO, S.IFCHR | PTMX_MODE);
    this.ptmx.rdev = makeDev(5, 2);
  }

  override get options(): string {
    return `,gid=${TTY_GID},mode=${NODE_MODE.toString(8)},ptmxmode=${PTMX_MODE.toString(8)}`;
  }

  /** devpts_pty_new: owned by who opened the master. */
  addNode(k: Kernel, slave: PtySlave): void {
    const inode = new DevptsInode(this, FIRST_PTY_INO + slave.index, S.IFCHR | NODE_MODE);
    inode.rdev = slave.rdev;
    inode.uid = k.current.cred.fsuid;
    inode.gid = TTY_GID;
    const now = k.clock.realtime(k);
    inode.updateTimes(k, { atime: now, mtime: now, ctime: now });
    this.nodes.set(slave.index, inode);
  }

  node(k: Kernel, name: string): Inode | null {
    if (name === 'ptmx') return this.ptmx;
    if (!/^(0|[1-9][0-9]*)$/.test(name) || !k.ptys.get(Number(name))) return null;
    return this.nodes.get(Number(name)) ?? null;
  }

  names(k: Kernel): { name: string; inode: Inode }[] {
    const ptys = k.ptys.indices.flatMap((index) => ({ name: String(index), inode: this.nodes.get(index)! }));
    return [...ptys.toReversed(), { name: 'ptmx', inode: this.ptmx }];
  }

  /** The path of a pty's node in the first mount of it; null where it is mounted nowhere. */
  pathOf(k: Kernel, slave: PtySlave): Path | null {
    const mount = k.mounts.list.find(({ sb }) => sb === this);
    return mount ? new Path(mount, dLookup(k, mount.root, String(slave.index))) : null;
  }

  override statfs(): { blocks: number; bfree: number; bavail: number; files: number; ffree: number } {
    return { blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 };
  }
}
registerState('DevptsSuper', DevptsSuper);

/** The machine's one devpts. */
export function createDevpts(k: Kernel): DevptsSuper {
  if (k.devpts) return k.devpts;
  const sb = new DevptsSuper(k.nextId.dev++);
  const now = k.clock.realtime(k);
  for (const inode of [sb.root, sb.ptmx]) inode.updateTimes(k, { atime: now, mtime: now, ctime: now });
  k.devpts = sb;
  return sb;
}
registerFilesystem('devpts', (k) => createDevpts(k));
