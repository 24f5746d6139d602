import type { Inode } from './inode.js';
import type { SuperBlock } from './super-block.js';
import { registerState } from '../state.js';

/** struct dentry. A negative one (inode null) remembers that the name is not there. */
export class Dentry {
  /** Cached children by name. */
  readonly children = new Map<string, Dentry>();
  /** Mounts on top of this dentry, the last one counts. */
  mounts: Mount[] = [];
  constructor(
    public name: string,
    /** The root of a file system is its own parent. */
    public parent: Dentry | null,
    public inode: Inode | null,
    readonly sb: SuperBlock,
  ) {}
  /** Unlinked while still open: /proc shows " (deleted)". */
  unhashed = false;
}
registerState('Dentry', Dentry);

/** struct mount (vfsmount). */
export class Mount {
  flags = 0;
  constructor(
    /** As in mountinfo. */
    readonly id: number,
    readonly sb: SuperBlock,
    readonly root: Dentry,
    public parent: Mount | null,
    public mountpoint: Dentry | null,
  ) {}
}
registerState('Mount', Mount);

/** struct path. */
export class Path {
  constructor(
    readonly mount: Mount,
    readonly dentry: Dentry,
  ) {}
  /** @throws never for a positive dentry, which is what a finished walk returns. */
  get inode(): Inode {
    if (!this.dentry.inode) throw new Error('path of a negative dentry');
    return this.dentry.inode;
  }
}
registerState('Path', Path);
