import { Cap, Dt, S } from '@ring3/abi';
import { EACCES, EINVAL, ENOENT, EPERM } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import type { Vma } from '../../mm/mm.js';
import { findVma } from '../../mm/vma.js';
import { registerState } from '../../state.js';
import { pathString } from '../../vfs/d-path.js';
import type { File } from '../../vfs/file.js';
import type { DirEntry, Inode } from '../../vfs/inode.js';
import type { Path } from '../../vfs/path.js';
import type { SuperBlock } from '../../vfs/super-block.js';
import { dumpOwner, mayInspect, ownProcess, taskOf } from './access.js';
import { ProcDirectory, ProcIno, ProcInode } from './proc-inode.js';

/** /proc/PID/map_files: a link per mapping of a file, named start-end in hex. Linux: fs/proc/base.c: proc_map_files_operations. */

const nameOf = (vma: Vma): string => `${vma.start.toString(16)}-${vma.end.toString(16)}`;

/** The file mapping of exactly this name (dname_to_vma_addr: no leading zeros). */
function mappingNamed(k: Kernel, tid: number, name: string): Vma | undefined {
  const match = /^(0|[1-9a-f][0-9a-f]*)-([1-9a-f][0-9a-f]*)$/.exec(name);
  const mm = k.pids.task(tid)?.mm;
  if (!match || !mm) return undefined;
  const vma = findVma(mm, parseInt(match[1]!, 16));
  return vma?.file && nameOf(vma) === name ? vma : undefined;
}

/** Of a name; they need only differ within one process as long as mappings do. */
function inoOf(tid: number, vma: Vma): number {
  return tid * ProcIno.PerTask + ProcIno.MapFiles + ((vma.start / 4096) % 0x4000);
}

export class MapFilesDirectory extends ProcDirectory {
  constructor(
    k: Kernel,
    sb: SuperBlock,
    ino: number,
    readonly tid: number,
  ) {
    super(k, sb, ino, S.IFDIR | 0o500);
  }
  override permits(k: Kernel): boolean | null {
    return ownProcess(k, this.tid);
  }
  /** @throws EACCES */
  private check(k: Kernel): void {
    if (!mayInspect(k, taskOf(k, this.tid))) throw EACCES;
  }
  override lookup(k: Kernel, name: string): Inode | null {
    if (!k.pids.task(this.tid)) return null;
    this.check(k);
    const vma = mappingNamed(k, this.tid, name);
    return vma ? new MapFileLink(k, this.sb, this.tid, vma) : null;
  }
  override readdir(k: Kernel): DirEntry[] {
    this.check(k);
    const vmas = taskOf(k, this.tid).mm?.vmas ?? [];
    return vmas.filter(({ file }) => file).map((vma) => ({ name: nameOf(vma), ino: inoOf(this.tid, vma), type: Dt.LNK }));
  }
}
registerState('MapFilesDirectory', MapFilesDirectory);

/** Its owner bits say how the mapped file is open. */
export class MapFileLink extends ProcInode {
  private readonly entry: string;
  constructor(
    k: Kernel,
    sb: SuperBlock,
    private readonly tid: number,
    vma: Vma,
  ) {
    const { file } = vma;
    super(k, sb, inoOf(tid, vma), S.IFLNK | (file?.readable ? 0o400 : 0) | (file?.writable ? 0o200 : 0));
    this.entry = nameOf(vma);
    this.size = 64;
    const owner = dumpOwner(taskOf(k, tid), 0);
    this.uid = owner.uid;
    this.gid = owner.gid;
  }
  /** @throws EACCES @throws ENOENT the mapping is not there any more */
  private file(k: Kernel): File {
    if (!mayInspect(k, taskOf(k, this.tid))) throw EACCES;
    const file = mappingNamed(k, this.tid, this.entry)?.file;
    if (!file) throw ENOENT;
    return file;
  }
  /** Only the administrator may follow it: it leads to files that no path may lead to. @throws EPERM */
  override followLink(k: Kernel): Path {
    if (!k.current.cred.capable(Cap.SYS_ADMIN)) throw EPERM;
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
registerState('MapFileLink', MapFileLink);
