import type { Kernel } from '../../kernel.js';
import type { Task } from '../../task/task.js';
import { mountsText } from '../../vfs/mount-text.js';

/** /proc/PID/mountstats: fs/proc_namespace.c: show_vfsstat. No file system here has statistics of its own. */
export function mountstatsText(k: Kernel, task: Task): string {
  const lines = mountsText(k, task.fs.root).split('\n').slice(0, -1);
  return lines
    .map((line) => {
      const [source, point, type] = line.split(' ');
      return `device ${source} mounted on ${point} with fstype ${type}\n`;
    })
    .join('');
}
