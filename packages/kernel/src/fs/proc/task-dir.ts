import { Dt, S } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { EACCES, EINVAL, ENOENT } from '../../errno.js';
import { registerState } from '../../state.js';
import type { Task } from '../../task/task.js';
import { pathString } from '../../vfs/d-path.js';
import { File } from '../../vfs/file.js';
import type { DirEntry, Inode } from '../../vfs/inode.js';
import type { Path } from '../../vfs/path.js';
import type { SuperBlock } from '../../vfs/super-block.js';
import { dumpOwner, mayInspect, mmToInspect, taskOf } from './access.js';
import { FdDirectory, FdInfoDirectory } from './fd-dir.js';
import { mayEnter } from './hidepid.js';
import { MapFilesDirectory } from './map-files.js';
import { NetDirectory } from './net-dir.js';
import { ProcDirectory, ProcIno, ProcInode, ProcTextInode } from './proc-inode.js';
import { modeOf, TASK_FILES, type TaskFile } from './task-files.js';

const enum TaskIno {
  Directory = 0,
  Threads = 1,
  Fd = 2,
  FdInfo = 3,
  MapFiles = 4,
  Net = 5,
  /** cwd, root, exe */
  Links = 8,
  Files = 16,
  /** The same entries below task/TID. */
  ThreadOffset = 128,
}

const LINKS = ['cwd', 'root', 'exe'] as const;
type LinkName = (typeof LINKS)[number];

function isLinkName(name: string): name is LinkName {
  return (LINKS as readonly string[]).includes(name);
}

function own(inode: Inode, task: Task): void {
  const { uid, gid } = dumpOwner(task, inode.mode);
  inode.uid = uid;
  inode.gid = gid;
}

/** Is the task still there for which the inode was made? Then it belongs to whom it belongs now. Linux: pid_revalidate */
function stillOf(k: Kernel, inode: Inode, tid: number, started: number): boolean {
  const task = k.pids.task(tid);
  if (!task || task.startTime !== started) return false;
  own(inode, task);
  return true;
}

/** /proc/PID and /proc/PID/task/TID. */
export class TaskDirectory extends ProcDirectory {
  constructor(
    k: Kernel,
    sb: SuperBlock,
    readonly tid: number,
    /** Of the thread alone: below task/. */
    readonly thread: boolean,
  ) {
    super(k, sb, tid * ProcIno.PerTask + TaskIno.Directory + (thread ? TaskIno.ThreadOffset : 0), S.IFDIR | 0o555);
    const task = taskOf(k, tid);
    this.started = task.startTime;
    own(this, task);
  }
  /** Which of the tasks that had this number it is. */
  private readonly started: number;

  override revalidate(k: Kernel): boolean {
    return stillOf(k, this, this.tid, this.started);
  }

  private inoOf(entry: number): number {
    return this.tid * ProcIno.PerTask + entry + (this.thread ? TaskIno.ThreadOffset : 0);
  }

  override lookup(k: Kernel, name: string): Inode | null {
    const task = k.pids.task(this.tid);
    if (!task) return null;
    const inode = this.find(k, name);
    if (inode) own(inode, task);
    return inode;
  }

  private find(k: Kernel, name: string): Inode | null {
    const { sb, tid, thread } = this;
    switch (name) {
      case 'task':
        return thread ? null : new ThreadsDirectory(k, sb, this.inoOf(TaskIno.Threads), tid);
      case 'fd':
        return new FdDirectory(k, sb, this.inoOf(TaskIno.Fd), tid);
      case 'map_files':
        return thread ? null : new MapFilesDirectory(k, sb, this.inoOf(TaskIno.MapFiles), tid);
      case 'fdinfo':
        return new FdInfoDirectory(k, sb, this.inoOf(TaskIno.FdInfo), tid);
      case 'net':
        return new NetDirectory(k, sb, this.inoOf(TaskIno.Net));
    }
    if (isLinkName(name)) return new TaskLink(k, sb, this.inoOf(TaskIno.Links + LINKS.indexOf(name)), tid, name);
    const file = TASK_FILES.get(name);
    if (!file || !this.has(file)) return null;
    const index = [...TASK_FILES.keys()].indexOf(name);
    return new TaskFileInode(k, sb, this.inoOf(TaskIno.Files + index), modeOf(file), tid, name, !thread);
  }

  private has(file: TaskFile): boolean {
    return file.only === undefined || file.only === (this.thread ? 'thread' : 'process');
  }

  override readdir(k: Kernel): DirEntry[] {
    taskOf(k, this.tid);
    const entry = (type: number) => (name: string) => ({ name, ino: this.find(k, name)?.ino ?? 0, type });
    const directories = this.thread ? ['fd', 'fdinfo', 'net'] : ['task', 'fd', 'map_files', 'fdinfo', 'net'];
    const files = [...TASK_FILES].filter(([, file]) => this.has(file)).map(([name]) => name);
    return [...directories.map(entry(Dt.DIR)), ...files.map(entry(Dt.REG)), ...LINKS.map(entry(Dt.LNK))];
  }

  override refresh(): void {
    this.nlink = this.thread ? 5 : 7;
  }

  override permits(k: Kernel): boolean | null {
    return this.thread ? null : mayEnter(k, this.sb, taskOf(k, this.tid));
  }
}
registerState('TaskDirectory', TaskDirectory);

/** /proc/PID/task */
export class ThreadsDirectory extends ProcDirectory {
  constructor(
    k: Kernel,
    sb: SuperBlock,
    ino: number,
    readonly tid: number,
  ) {
    super(k, sb, ino, S.IFDIR | 0o555);
  }
  private threads(k: Kernel): Task[] {
    return [...taskOf(k, this.tid).signal.threads].toSorted((a, b) => a.tid - b.tid);
  }
  override lookup(k: Kernel, name: string): Inode | null {
    const thread = this.threads(k).find(({ tid }) => String(tid) === name);
    return thread ? new TaskDirectory(k, this.sb, thread.tid, true) : null;
  }
  override readdir(k: Kernel): DirEntry[] {
    return this.threads(k).map(({ tid }) => ({
      name: String(tid),
      ino: tid * ProcIno.PerTask + TaskIno.ThreadOffset,
      type: Dt.DIR,
    }));
  }
  override refresh(k: Kernel): void {
    this.nlink = 2 + (k.pids.task(this.tid)?.signal.threads.size ?? 0);
  }
}
registerState('ThreadsDirectory', ThreadsDirectory);

/** A text file of a task. */
export class TaskFileInode extends ProcTextInode {
  constructor(
    k: Kernel,
    sb: SuperBlock,
    ino: number,
    mode: number,
    readonly tid: number,
    readonly entry: string,
    readonly whole: boolean,
  ) {
    super(k, sb, ino, mode);
  }
  override checkOpen(k: Kernel): void {
    const task = taskOf(k, this.tid);
    if (this.file.inspect) mmToInspect(k, task);
    this.file.check?.(task);
  }
  private get file(): TaskFile {
    const file = TASK_FILES.get(this.entry);
    if (!file) throw ENOENT;
    return file;
  }
  override open(k: Kernel, flags: number): File {
    const { open } = this.file;
    return open ? open(k, flags, this, this.tid) : super.open(k, flags);
  }
  text(k: Kernel): string {
    const { text } = this.file;
    if (!text) throw EINVAL;
    return text(k, taskOf(k, this.tid), this.whole);
  }
  override writeText(k: Kernel, text: string, pos: number): void {
    const { write } = this.file;
    if (!write) throw EINVAL;
    write(k, taskOf(k, this.tid), text, pos);
  }
}
registerState('TaskFileInode', TaskFileInode);

/** cwd, root and exe: jump to the object itself, whatever its name leads to by now. */
export class TaskLink extends ProcInode {
  constructor(
    k: Kernel,
    sb: SuperBlock,
    ino: number,
    readonly tid: number,
    readonly entry: LinkName,
  ) {
    super(k, sb, ino, S.IFLNK | 0o777);
    this.started = taskOf(k, tid).startTime;
  }
  private readonly started: number;

  override revalidate(k: Kernel): boolean {
    return stillOf(k, this, this.tid, this.started);
  }
  /** @throws EACCES may not look @throws ENOENT a zombie has none */
  private target(k: Kernel): Path {
    const task = taskOf(k, this.tid);
    if (!mayInspect(k, task)) throw EACCES;
    if (this.entry === 'exe') {
      const path = task.mm?.exeFile?.path;
      if (!path) throw ENOENT;
      return path;
    }
    if (!task.mm) throw ENOENT;
    return this.entry === 'cwd' ? task.fs.pwd : task.fs.root;
  }
  override followLink(k: Kernel): Path {
    return this.target(k);
  }
  override readlink(k: Kernel): string {
    return pathString(k, this.target(k));
  }
  override open(): File {
    throw EINVAL;
  }
}
registerState('TaskLink', TaskLink);
