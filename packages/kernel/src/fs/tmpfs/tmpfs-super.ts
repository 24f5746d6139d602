import { FsMagic, PageSize, S } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { totalRamPages } from '../../mm/account.js';
import { MemoryMapping } from '../../mm/memory-mapping.js';
import { ENOSPC } from '../../errno.js';
import { registerState } from '../../state.js';
import { isReg } from '../../vfs/inode-life.js';
import { SuperBlock } from '../../vfs/super-block.js';
import { TmpfsInode } from './tmpfs-inode.js';

/** Pages of a tmpfs file count against the size of its file system. */
export class TmpfsMapping extends MemoryMapping {
  private get sb(): TmpfsSuper {
    return this.inode.sb as TmpfsSuper;
  }
  override pageAdded(k: Kernel): void {
    this.sb.takePages(1);
    super.pageAdded(k);
  }
  override pageRemoved(k: Kernel): void {
    this.sb.usedPages--;
    super.pageRemoved(k);
  }
}
registerState('TmpfsMapping', TmpfsMapping);

export interface TmpfsOptions {
  /** In bytes; 0 or absent: as much as memory gives. */
  size?: number;
  /** Inodes; 0 or absent: no limit. */
  inodes?: number;
  mode?: number;
  uid?: number;
  gid?: number;
  /** First column of /proc/mounts; default 'tmpfs'. */
  source?: string;
}

/** What a tmpfs that user mode mounts has without options. Linux: shmem_default_max_blocks, shmem_default_max_inodes. */
export function defaultTmpfsLimits(k: Kernel): { size: number; inodes: number } {
  const half = Math.floor(totalRamPages(k) / 2);
  return { size: half * PageSize.Bytes, inodes: half };
}

/** One tmpfs instance. Linux: struct shmem_sb_info. */
export class TmpfsSuper extends SuperBlock {
  usedPages = 0;
  inodes = 0;
  /** Limits that options do not mention. */
  defaultPages = 0;
  defaultInodes = 0;
  constructor(
    dev: number,
    type: string,
    source: string,
    magic: number,
    /** 0: no limit. */
    readonly maxPages: number,
    readonly maxInodes: number,
    private readonly rootMode: number,
  ) {
    super(dev, type, source, magic);
  }
  /** @throws ENOSPC */
  takePages(n: number): void {
    if (this.maxPages > 0 && this.usedPages + n > this.maxPages) throw ENOSPC;
    this.usedPages += n;
  }
  /** @throws ENOSPC out of inodes */
  newInode(k: Kernel, mode: number): TmpfsInode {
    if (this.maxInodes > 0 && this.inodes >= this.maxInodes) throw ENOSPC;
    this.inodes++;
    const inode = new TmpfsInode(this, this.allocIno(), mode);
    if (isReg(inode)) inode.mapping = new TmpfsMapping(k.nextId.mapping++, inode);
    return inode;
  }
  override get options(): string {
    let text = '';
    if (this.maxPages !== this.defaultPages) text += `,size=${(this.maxPages * PageSize.Bytes) / 1024}k`;
    if (this.maxInodes !== this.defaultInodes) text += `,nr_inodes=${this.maxInodes}`;
    if (this.rootMode !== 0o1777) text += `,mode=${this.rootMode.toString(8).padStart(3, '0')}`;
    return text;
  }
  override statfs(_k: Kernel): { blocks: number; bfree: number; bavail: number; files: number; ffree: number } {
    const free = Math.max(0, this.maxPages - this.usedPages);
    return { blocks: this.maxPages, bfree: free, bavail: free, files: this.maxInodes, ffree: Math.max(0, this.maxInodes - this.inodes) };
  }
}
registerState('TmpfsSuper', TmpfsSuper);

/** A new, empty tmpfs. Linux: shmem_fill_super. */
export function createTmpfs(k: Kernel, options: TmpfsOptions = {}): TmpfsSuper {
  const mode = options.mode ?? 0o1777;
  const pages = Math.ceil((options.size ?? 0) / PageSize.Bytes);
  const sb = new TmpfsSuper(k.nextId.dev++, 'tmpfs', options.source ?? 'tmpfs', FsMagic.TMPFS, pages, options.inodes ?? 0, mode);
  const limits = defaultTmpfsLimits(k);
  sb.defaultPages = limits.size / PageSize.Bytes;
  sb.defaultInodes = limits.inodes;
  const root = sb.newInode(k, S.IFDIR | mode);
  root.uid = options.uid ?? 0;
  root.gid = options.gid ?? 0;
  const now = k.clock.realtime(k);
  root.updateTimes(k, { atime: now, mtime: now, ctime: now });
  sb.root = root;
  return sb;
}
