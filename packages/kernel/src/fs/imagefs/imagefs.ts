import { PageSize, S } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { EINVAL, EIO, EROFS } from '../../errno.js';
import { AddressSpace } from '../../mm/address-space.js';
import type { BlockSource } from '../../mm/page-read.js';
import { registerState } from '../../state.js';
import type { File } from '../../vfs/file.js';
import { dtOf, isDir, isLink, isReg } from '../../vfs/inode-life.js';
import { Inode, type DirEntry } from '../../vfs/inode.js';
import { openByType } from '../../vfs/open-inode.js';
import { SuperBlock } from '../../vfs/super-block.js';
import { bindImage, imageSource, type ImageSource } from './image-source.js';

/** f_type of statfs: "R3IM". */
const IMAGE_MAGIC = 0x5233_494d;

/** A mounted image: read-only, inodes made as they are looked up. Inode number = node id + 1. */
export class ImageSuperBlock extends SuperBlock {
  readonly inodes = new Map<number, ImageInode>();
  constructor(
    dev: number,
    readonly handle: number,
    /** Some of its bytes may have to be waited for. */
    readonly isLazy: boolean,
  ) {
    super(dev, 'imagefs', 'image', IMAGE_MAGIC);
    this.readOnly = true;
  }

  inode(k: Kernel, id: number): ImageInode {
    const known = this.inodes.get(id);
    if (known) return known;
    const inode = new ImageInode(k, this, id);
    this.inodes.set(id, inode);
    return inode;
  }

  override statfs(): { blocks: number; bfree: number; bavail: number; files: number; ffree: number } {
    return { blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 };
  }
}
registerState('ImageSuperBlock', ImageSuperBlock);

/** Pages of a file of the image, read when first touched. */
export class ImageMapping extends AddressSpace {
  /** By what the image is, not by whether this file is here: asked often. */
  override get isSlow(): boolean {
    return (this.inode as ImageInode).sb.isLazy;
  }
  override slowSource(k: Kernel, index: number): BlockSource | null {
    const { sb, node, size } = this.inode as ImageInode;
    if (!sb.isLazy) return null;
    const offset = index * PageSize.Bytes;
    const length = Math.min(PageSize.Bytes, size - offset);
    if (imageSource(k, sb.handle).isHere?.(node, offset, length) !== false) return null;
    return { handle: sb.handle, node, offset, length };
  }
  override readPage(k: Kernel, index: number, frame: number): void {
    const { sb, node } = this.inode as ImageInode;
    let bytes: Uint8Array;
    try {
      bytes = imageSource(k, sb.handle).read(node, index * PageSize.Bytes, PageSize.Bytes);
    } catch (error) {
      k.platform.debug('imagefs', `node ${node}, page ${index}: ${String(error)}`);
      throw EIO;
    }
    k.core.u8.set(bytes, frame);
  }
  override writePage(): void {
    throw EROFS;
  }
  override get evictable(): boolean {
    return true;
  }
}
registerState('ImageMapping', ImageMapping);

export class ImageInode extends Inode {
  constructor(
    k: Kernel,
    override readonly sb: ImageSuperBlock,
    /** Its id in the image. */
    readonly node: number,
  ) {
    const source = imageSource(k, sb.handle).node(node);
    super(sb, node + 1, source.mode);
    const { nlink, uid, gid, size, rdev, mtime } = source;
    this.nlink = nlink;
    this.uid = uid;
    this.gid = gid;
    this.size = isDir(this) ? PageSize.Bytes : size;
    this.blocks = isReg(this) ? Math.ceil(size / PageSize.Bytes) * 8 : 0;
    this.rdev = rdev ?? 0;
    this.atime = this.mtime = this.ctime = { sec: mtime, nsec: 0 };
    if (isReg(this)) this.mapping = new ImageMapping(k.nextId.mapping++, this);
  }

  override lookup(k: Kernel, name: string): Inode | null {
    const id = imageSource(k, this.sb.handle).node(this.node).children?.get(name);
    return id === undefined ? null : this.sb.inode(k, id);
  }
  override readdir(k: Kernel): DirEntry[] {
    const source = imageSource(k, this.sb.handle);
    const entries: DirEntry[] = [];
    for (const [name, id] of source.node(this.node).children ?? []) {
      entries.push({ name, ino: id + 1, type: dtOf(source.node(id).mode & S.IFMT) });
    }
    return entries;
  }
  override readlink(k: Kernel): string {
    if (!isLink(this)) throw EINVAL;
    return imageSource(k, this.sb.handle).node(this.node).target ?? '';
  }
  override setattr(): void {
    throw EROFS;
  }
  override updateTimes(): void {}
  override open(k: Kernel, flags: number): File {
    return openByType(k, this, flags);
  }
}
registerState('ImageInode', ImageInode);

/** A super block over an image. */
export function createImageFs(k: Kernel, source: ImageSource): SuperBlock {
  const dev = k.nextId.dev++;
  bindImage(k.platform, dev, source);
  const isLazy = source.isHere !== undefined;
  if (isLazy) k.vm.slowSources++;
  const sb = new ImageSuperBlock(dev, dev, isLazy);
  sb.root = sb.inode(k, 0);
  return sb;
}
