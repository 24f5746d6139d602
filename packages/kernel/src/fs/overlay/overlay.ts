import { FsMagic, PageSize } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { totalRamPages } from '../../mm/account.js';
import { registerState } from '../../state.js';
import { isReg } from '../../vfs/inode-life.js';
import type { Inode } from '../../vfs/inode.js';
import { Path } from '../../vfs/path.js';
import { SuperBlock } from '../../vfs/super-block.js';
import { TmpfsSuper } from '../tmpfs/tmpfs-super.js';
import { OverlayInode } from './overlay-inode.js';
import { OverlayMapping } from './overlay-mapping.js';

/** Numbers of inodes that began here lie above those of any lower file system. */
const FIRST_OWN_INO = 2 ** 46;

/** The part of memory that the upper layer may take. */
const UPPER_SHARE = 3 / 4;

/** A read-only lower tree under a writable layer in memory. Linux: fs/overlayfs. */
export class OverlaySuper extends TmpfsSuper {
  /** One overlay inode per lower one, so that hard links stay one file. */
  private readonly byLower = new Map<Inode, OverlayInode>();

  constructor(
    dev: number,
    source: string,
    readonly lower: Inode,
    maxPages: number,
  ) {
    super(dev, 'overlay', source, FsMagic.OVERLAYFS, maxPages, 0, 0o1777);
    this.lastIno = FIRST_OWN_INO;
  }

  override newInode(k: Kernel, mode: number): OverlayInode {
    return this.withMapping(k, new OverlayInode(this, this.allocIno(), mode));
  }
  private withMapping(k: Kernel, inode: OverlayInode): OverlayInode {
    this.inodes++;
    if (isReg(inode)) inode.mapping = new OverlayMapping(k.nextId.mapping++, inode);
    return inode;
  }
  /** The merged inode of a lower one: same number, its own attributes and pages from when it is changed. */
  inodeFor(k: Kernel, lower: Inode): OverlayInode {
    const known = this.byLower.get(lower);
    if (known) return known;
    const inode = this.withMapping(k, new OverlayInode(this, lower.ino, lower.mode));
    inode.adopt(k, lower);
    this.byLower.set(lower, inode);
    return inode;
  }
  forget(lower: Inode): void {
    this.byLower.delete(lower);
  }
  override get options(): string {
    return ',lowerdir=/,upperdir=/,workdir=/';
  }
  override statfs(k: Kernel): { blocks: number; bfree: number; bavail: number; files: number; ffree: number } {
    return this.maxPages > 0 ? super.statfs(k) : this.lower.sb.statfs(k);
  }
  override releaseHost(k: Kernel): void {
    this.lower.sb.releaseHost(k);
  }
  override sync(k: Kernel): void {
    this.lower.sb.sync(k);
  }
  override shutdown(k: Kernel): void {
    this.lower.sb.shutdown(k);
  }
}
registerState('OverlaySuper', OverlaySuper);

/**
 * An overlay over a file system or a directory of one. What is written stays in memory: at most `size` bytes (0: as much as there is;
 * default: so much that programs still run when it is full).
 * A lower file that changes is seen until it is changed here; names that come and go there are seen where they were not looked up yet.
 */
export function createOverlay(k: Kernel, lower: SuperBlock | Path, options: { size?: number; source?: string } = {}): OverlaySuper {
  const size = options.size ?? totalRamPages(k) * PageSize.Bytes * UPPER_SHARE;
  const base = lower instanceof Path ? lower.inode : lower.root;
  const sb = new OverlaySuper(k.nextId.dev++, options.source ?? 'overlay', base, Math.ceil(size / PageSize.Bytes));
  sb.root = sb.inodeFor(k, base);
  return sb;
}
