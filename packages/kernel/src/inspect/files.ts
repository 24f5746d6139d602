import { S } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Task } from '../task/task.js';
import { pathString } from '../vfs/d-path.js';

/** An open descriptor: /proc/PID/fd and the first lines of /proc/PID/fdinfo. */
export interface FileView {
  fd: number;
  /** Where the link in /proc/PID/fd points to: a path, 'pipe:[7]' and the like; a byte string. */
  name: string;
  kind: 'file' | 'directory' | 'character device' | 'block device' | 'fifo' | 'socket' | 'symbolic link' | 'anonymous inode';
  /** O_* of open(2), without O_CLOEXEC. */
  flags: number;
  closeOnExec: boolean;
  /** Of the next read or write, in bytes. */
  position: number;
  inode: number;
}

const kinds: Readonly<Record<number, FileView['kind']>> = {
  [S.IFREG]: 'file',
  [S.IFDIR]: 'directory',
  [S.IFCHR]: 'character device',
  [S.IFBLK]: 'block device',
  [S.IFIFO]: 'fifo',
  [S.IFSOCK]: 'socket',
  [S.IFLNK]: 'symbolic link',
};

export function inspectFiles(k: Kernel, task: Task): FileView[] {
  const { files } = task;
  if (!files) return [];
  return files.fds.flatMap((file, fd) => {
    if (!file) return [];
    return {
      fd,
      name: file.path ? pathString(k, file.path) : file.name,
      kind: kinds[file.inode.mode & S.IFMT] ?? 'anonymous inode',
      flags: file.flags,
      closeOnExec: files.closeOnExec.has(fd),
      position: file.pos,
      inode: file.inode.ino,
    };
  });
}
