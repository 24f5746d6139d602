import { Dt, S } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { EINVAL, ENOENT } from '../../errno.js';
import { registerState } from '../../state.js';
import { File } from '../../vfs/file.js';
import { registerFilesystem } from '../../vfs/filesystems.js';
import type { DirEntry, Inode } from '../../vfs/inode.js';
import type { SuperBlock } from '../../vfs/super-block.js';
import { isInvisible } from './hidepid.js';
import { ProcDirectory, ProcIno, ProcInode, ProcSuperBlock, ProcTextInode } from './proc-inode.js';
import { applyProcOptions } from './proc-options.js';
import { ROOT_FILES, type RootFile } from './root-files.js';
import { SysctlDirectory } from './sysctl/sysctl.js';
import { TaskDirectory } from './task-dir.js';

/** Links of /proc; those that depend on who asks. */
const ROOT_LINKS: ReadonlyMap<string, (k: Kernel) => string> = new Map<string, (k: Kernel) => string>([
  ['self', (k) => String(k.current.tgid)],
  ['thread-self', (k) => `${k.current.tgid}/task/${k.current.tid}`],
  ['mounts', () => 'self/mounts'],
  ['net', () => 'self/net'],
]);

const rootInos = new Map([...ROOT_LINKS.keys(), ...ROOT_FILES.keys()].map((name, i) => [name, ProcIno.System + i]));

function rootIno(name: string): number {
  return rootInos.get(name)!;
}

/** /proc: fs/proc/root.c. */
export class ProcRoot extends ProcDirectory {
  constructor(k: Kernel, sb: SuperBlock) {
    super(k, sb, ProcIno.Root, S.IFDIR | 0o555);
  }
  override lookup(k: Kernel, name: string): Inode | null {
    const file = ROOT_FILES.get(name);
    if (file) return new RootInode(k, this.sb, name, file.mode);
    if (ROOT_LINKS.has(name)) return new RootLink(k, this.sb, name);
    if (name === 'sys') return new SysctlDirectory(k, this.sb, '');
    if (!/^[1-9][0-9]{0,6}$/.test(name)) return null;
    // Any thread's number finds its process's directory, though only leaders are listed.
    const task = k.pids.task(Number(name));
    return task ? new TaskDirectory(k, this.sb, task.tid, false) : null;
  }
  override readdir(k: Kernel): DirEntry[] {
    const entries: DirEntry[] = [];
    for (const name of ROOT_FILES.keys()) entries.push({ name, ino: rootIno(name), type: Dt.REG });
    for (const name of ROOT_LINKS.keys()) entries.push({ name, ino: rootIno(name), type: Dt.LNK });
    entries.push({ name: 'sys', ino: new SysctlDirectory(k, this.sb, '').ino, type: Dt.DIR });
    for (const task of k.pids.processes()) {
      if (!isInvisible(k, this.sb, task)) entries.push({ name: String(task.tid), ino: task.tid * ProcIno.PerTask, type: Dt.DIR });
    }
    return entries;
  }
  override refresh(k: Kernel): void {
    this.nlink = 3 + [...k.pids.processes()].length;
  }
}
registerState('ProcRoot', ProcRoot);

export class RootInode extends ProcTextInode {
  constructor(
    k: Kernel,
    sb: SuperBlock,
    readonly entry: string,
    mode: number,
  ) {
    super(k, sb, rootIno(entry), S.IFREG | mode);
  }
  private get file(): RootFile {
    const file = ROOT_FILES.get(this.entry);
    if (!file) throw ENOENT;
    return file;
  }
  text(k: Kernel): string {
    const { text } = this.file;
    if (!text) throw EINVAL;
    return text(k);
  }
  override open(k: Kernel, flags: number): File {
    const { open } = this.file;
    return open ? open(flags, this) : super.open(k, flags);
  }
}
registerState('RootInode', RootInode);

export class RootLink extends ProcInode {
  constructor(
    k: Kernel,
    sb: SuperBlock,
    readonly entry: string,
  ) {
    super(k, sb, rootIno(entry), S.IFLNK | 0o777);
    // proc_symlink knows the length of what is always the same.
    if (entry === 'mounts' || entry === 'net') this.size = `self/${entry}`.length;
  }
  override revalidate(): boolean {
    return true;
  }
  override readlink(k: Kernel): string {
    const target = ROOT_LINKS.get(this.entry);
    if (!target) throw ENOENT;
    return target(k);
  }
  override open(): File {
    throw EINVAL;
  }
}
registerState('RootLink', RootLink);

/**
 * The machine's one proc file system (there is one pid namespace). Options of a mount are checked, but as in 5.4 only those of a remount
 * change it, as it exists already. Linux: fs/proc/root.c: proc_get_tree, proc_fill_super.
 */
export function createProcFs(k: Kernel, _source = '', data = ''): SuperBlock {
  applyProcOptions(new ProcSuperBlock(0), data);
  const mounted = k.mounts.list.find(({ sb }) => sb instanceof ProcSuperBlock);
  if (mounted) return mounted.sb;
  const sb = new ProcSuperBlock(k.nextId.dev++);
  sb.root = new ProcRoot(k, sb);
  return sb;
}
registerFilesystem('proc', createProcFs);
