import { S, Seek } from '@ring3/abi';
import { EACCES, EINVAL, EPERM } from '../../../errno.js';
import type { IoIter } from '../../../io/io-iter.js';
import type { Kernel } from '../../../kernel.js';
import { registerState } from '../../../state.js';
import type { SuperBlock } from '../../../vfs/super-block.js';
import { dtOf } from '../../../vfs/inode-life.js';
import { File } from '../../../vfs/file.js';
import type { DirEntry, Inode, InodeChange } from '../../../vfs/inode.js';
import { May } from '../../../vfs/permission.js';
import { ProcDirectory, ProcIno, ProcInode } from '../proc-inode.js';
import { latin1, latin1Bytes } from '../seq-file.js';
import { FS_SYSCTLS } from './fs.js';
import { KERNEL_SYSCTLS } from './kernel.js';
import type { Sysctl } from './row.js';
import { VM_SYSCTLS } from './vm.js';

/** /proc/sys: fs/proc/proc_sysctl.c. */

/** Sorted by path: the order of readdir. */
const SYSCTLS: readonly Sysctl[] = [...FS_SYSCTLS, ...KERNEL_SYSCTLS, ...VM_SYSCTLS];

/** sysctl_perm, test_perm: root is who has uid or group 0; capabilities do not help. @throws EACCES */
function checkPermission(k: Kernel, mode: number, mask: number): true {
  const { cred } = k.current;
  const bits = cred.euid === 0 ? mode >> 6 : cred.egid === 0 || cred.groups.includes(0) ? mode >> 3 : mode;
  if (mask & ~bits & (May.READ | May.WRITE | May.EXEC)) throw EACCES;
  return true;
}

/** A directory of /proc/sys; `path` ends with '/', the top's is ''. */
export class SysctlDirectory extends ProcDirectory {
  constructor(
    k: Kernel,
    sb: SuperBlock,
    readonly path: string,
  ) {
    super(k, sb, inoOf(path), S.IFDIR | 0o555);
    this.nlink = 1;
  }
  private names(): Set<string> {
    return new Set(
      SYSCTLS.filter(({ path }) => path.startsWith(this.path) && path !== this.path).map(
        ({ path }) => path.slice(this.path.length).split('/')[0]!,
      ),
    );
  }
  override lookup(k: Kernel, name: string): Inode | null {
    const full = `${this.path}${name}`;
    const leaf = SYSCTLS.find(({ path }) => path === full);
    if (leaf) return new SysctlInode(k, this.sb, full, S.IFREG | leaf.mode);
    return this.names().has(name) ? new SysctlDirectory(k, this.sb, `${full}/`) : null;
  }
  override readdir(k: Kernel): DirEntry[] {
    return [...this.names()].map((name) => {
      const inode = this.lookup(k, name);
      return { name, ino: inode?.ino ?? 0, type: dtOf(inode?.mode ?? 0) };
    });
  }
  override permits(k: Kernel, mask: number): boolean {
    return checkPermission(k, this.mode, mask);
  }
}
registerState('SysctlDirectory', SysctlDirectory);

export class SysctlInode extends ProcInode {
  constructor(
    k: Kernel,
    sb: SuperBlock,
    readonly path: string,
    mode: number,
  ) {
    super(k, sb, inoOf(path), mode);
  }
  get row(): Sysctl {
    const row = SYSCTLS.find(({ path }) => path === this.path);
    if (!row) throw EINVAL;
    return row;
  }
  override permits(k: Kernel, mask: number): boolean {
    if (mask & May.EXEC) throw EACCES;
    return checkPermission(k, this.mode, mask);
  }
  /** proc_sys_setattr */
  override setattr(_k: Kernel, { mode, uid, gid }: InodeChange): void {
    if (mode !== undefined || uid !== undefined || gid !== undefined) throw EPERM;
  }
  override open(_k: Kernel, flags: number): File {
    return new SysctlFile(flags, this, null);
  }
}
registerState('SysctlInode', SysctlInode);

/** Longest write (KMALLOC_MAX_SIZE is far more; one page is what a number's parser looks at). */
const WRITE_MAX = 4096;

export class SysctlFile extends File {
  private get row(): Sysctl {
    return (this.inode as SysctlInode).row;
  }
  override get seekable(): boolean {
    return true;
  }
  /** Numbers are read at position 0 only, cut to what the reader asks for; strings anywhere. */
  override read(k: Kernel, iter: IoIter, pos: number): number {
    const { row } = this;
    if (!row.isString) return pos === 0 ? iter.put(k, latin1Bytes(`${row.get(k)}\n`).subarray(0, iter.remaining)) : 0;
    const text = row.get(k);
    // The newline belongs to the end of the value, and does not come alone.
    if (pos > text.length || (pos === text.length && pos > 0 && this.newlineRead)) return 0;
    const part = `${text}\n`.slice(pos, pos + iter.remaining);
    this.newlineRead = part.endsWith('\n');
    return iter.put(k, latin1Bytes(part));
  }
  private newlineRead = false;

  /** @throws EPERM nothing can be set @throws EINVAL */
  override write(k: Kernel, iter: IoIter, pos: number): number {
    const { row } = this;
    if (iter.remaining === 0) return 0;
    const bytes = new Uint8Array(Math.min(iter.remaining, WRITE_MAX));
    const n = iter.take(k, bytes);
    if (!row.set) throw EPERM;
    if (row.isString || pos === 0) row.set(k, latin1(bytes.subarray(0, n)), pos);
    return n;
  }
  override llseek(_k: Kernel, offset: number, whence: number): number {
    const pos = whence === Seek.CUR ? this.pos + offset : offset;
    if (whence > Seek.END || pos < 0) throw EINVAL;
    return (this.pos = pos);
  }
}
registerState('SysctlFile', SysctlFile);

/** Directories by their first file, half a number before it. */
function inoOf(path: string): number {
  const index = SYSCTLS.findIndex((row) => row.path.startsWith(path));
  const depth = path.endsWith('/') ? path.split('/').length - 1 : path === '' ? 0 : 7;
  return ProcIno.Sysctl + index * 8 + depth;
}
