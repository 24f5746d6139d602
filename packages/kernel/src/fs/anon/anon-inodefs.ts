import { FsMagic } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { ENXIO } from '../../errno.js';
import { registerState } from '../../state.js';
import type { File } from '../../vfs/file.js';
import { Inode } from '../../vfs/inode.js';
import type { Path } from '../../vfs/path.js';
import { SuperBlock } from '../../vfs/super-block.js';

/** The one inode that eventfd, epoll, signalfd and timerfd files share. Linux: anon_inode_inode. */
export class AnonInode extends Inode {
  override open(): File {
    throw ENXIO;
  }
}
registerState('AnonInode', AnonInode);

class AnonInodeFs extends SuperBlock {
  override statfs(): { blocks: number; bfree: number; bavail: number; files: number; ffree: number } {
    return { blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 };
  }
}
registerState('AnonInodeFs', AnonInodeFs);

function makeAnonInodeFs(k: Kernel): SuperBlock {
  const sb = new AnonInodeFs(k.nextId.dev++, 'anon_inodefs', 'anon_inodefs', FsMagic.ANON_INODE);
  sb.root = new AnonInode(sb, sb.allocIno(), 0o600);
  return sb;
}

/** Inode for files without one of their own (st_mode 0600 without a type, as on Linux). */
export function anonInode(k: Kernel): Inode {
  return k.mounts.kernelMount(k, 'anon_inodefs', makeAnonInodeFs).sb.root;
}

/** A path that prints as 'anon_inode:[eventfd]' (`kind` = 'eventfd'). Linux: anon_inode_getfile. */
export function anonPath(k: Kernel, kind: string): Path {
  const mount = k.mounts.kernelMount(k, 'anon_inodefs', makeAnonInodeFs);
  return k.mounts.pseudoPath(mount, mount.sb.root, `anon_inode:[${kind}]`);
}
