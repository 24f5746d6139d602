import { Dt, S } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { EINVAL, ENOENT } from '../../errno.js';
import { registerState } from '../../state.js';
import { File } from '../../vfs/file.js';
import { filesystemsText, registerFilesystem } from '../../vfs/filesystems.js';
import type { DirEntry, Inode } from '../../vfs/inode.js';
import type { SuperBlock } from '../../vfs/super-block.js';
import { ProcDirectory, ProcIno, ProcInode, ProcSuperBlock, ProcTextInode } from './proc-inode.js';
import { SysctlDirectory } from './sysctl.js';
import { cpuinfoText, devicesText, loadavgText, meminfoText, statText, uptimeText, versionText, vmstatText } from './system-text.js';
import { TaskDirectory } from './task-dir.js';

/** Text files of /proc itself. */
const SYSTEM_FILES: ReadonlyMap<string, (k: Kernel) => string> = new Map<string, (k: Kernel) => string>([
  ['cmdline', () => '\n'],
  ['cpuinfo', cpuinfoText],
  ['devices', devicesText],
  ['filesystems', filesystemsText],
  ['loadavg', loadavgText],
  ['meminfo', meminfoText],
  ['stat', statText],
  ['swaps', () => 'Filename\t\t\t\tType\t\tSize\tUsed\tPriority\n'],
  ['uptime', uptimeText],
  ['version', versionText],
  ['vmstat', vmstatText],
]);

/** Links of /proc; those that depend on who asks. */
const SYSTEM_LINKS: ReadonlyMap<string, (k: Kernel) => string> = new Map<string, (k: Kernel) => string>([
  ['self', (k) => String(k.current.tgid)],
  ['thread-self', (k) => `${k.current.tgid}/task/${k.current.tid}`],
  ['mounts', () => 'self/mounts'],
]);

function systemIno(name: string): number {
  const names = [...SYSTEM_LINKS.keys(), ...SYSTEM_FILES.keys()];
  return ProcIno.System + names.indexOf(name);
}

/** /proc: fs/proc/root.c. */
export class ProcRoot extends ProcDirectory {
  constructor(k: Kernel, sb: SuperBlock) {
    super(k, sb, ProcIno.Root, S.IFDIR | 0o555);
  }
  override lookup(k: Kernel, name: string): Inode | null {
    if (SYSTEM_FILES.has(name)) return new SystemFile(k, this.sb, name);
    if (SYSTEM_LINKS.has(name)) return new SystemLink(k, this.sb, name);
    if (name === 'sys') return new SysctlDirectory(k, this.sb, '');
    if (!/^[1-9][0-9]{0,6}$/.test(name)) return null;
    // Any thread's number finds its process's directory, though only leaders are listed.
    const task = k.pids.task(Number(name));
    return task ? new TaskDirectory(k, this.sb, task.tid, false) : null;
  }
  override readdir(k: Kernel): DirEntry[] {
    const entries: DirEntry[] = [];
    for (const name of SYSTEM_FILES.keys()) entries.push({ name, ino: systemIno(name), type: Dt.REG });
    for (const name of SYSTEM_LINKS.keys()) entries.push({ name, ino: systemIno(name), type: Dt.LNK });
    entries.push({ name: 'sys', ino: new SysctlDirectory(k, this.sb, '').ino, type: Dt.DIR });
    for (const { tid } of k.pids.processes()) entries.push({ name: String(tid), ino: tid * ProcIno.PerTask, type: Dt.DIR });
    return entries;
  }
  override refresh(k: Kernel): void {
    this.nlink = 3 + [...k.pids.processes()].length;
  }
}
registerState('ProcRoot', ProcRoot);

export class SystemFile extends ProcTextInode {
  constructor(
    k: Kernel,
    sb: SuperBlock,
    readonly entry: string,
  ) {
    super(k, sb, systemIno(entry), S.IFREG | 0o444);
  }
  text(k: Kernel): string {
    const text = SYSTEM_FILES.get(this.entry);
    if (!text) throw ENOENT;
    return text(k);
  }
}
registerState('SystemFile', SystemFile);

export class SystemLink extends ProcInode {
  constructor(
    k: Kernel,
    sb: SuperBlock,
    readonly entry: string,
  ) {
    super(k, sb, systemIno(entry), S.IFLNK | 0o777);
    this.size = entry === 'mounts' ? 11 : 0;
  }
  override readlink(k: Kernel): string {
    const target = SYSTEM_LINKS.get(this.entry);
    if (!target) throw ENOENT;
    return target(k);
  }
  override open(): File {
    throw EINVAL;
  }
}
registerState('SystemLink', SystemLink);

/** The machine's one proc file system (there is one pid namespace). Linux: fs/proc/root.c: proc_fill_super. */
export function createProcFs(k: Kernel): SuperBlock {
  const mounted = k.mounts.list.find(({ sb }) => sb instanceof ProcSuperBlock);
  if (mounted) return mounted.sb;
  const sb = new ProcSuperBlock(k.nextId.dev++);
  sb.root = new ProcRoot(k, sb);
  return sb;
}
registerFilesystem('proc', createProcFs);
