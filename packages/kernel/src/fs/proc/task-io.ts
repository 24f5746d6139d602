import { EACCES } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import { IoAccounting } from '../../task/io-accounting.js';
import type { Task } from '../../task/task.js';
import { mayInspect } from './access.js';

/** /proc/PID/io (`whole`: of all threads, those that have ended too): fs/proc/base.c: do_io_accounting. @throws EACCES */
export function ioText(k: Kernel, task: Task, whole: boolean): string {
  if (!mayInspect(k, task)) throw EACCES;
  const sum = new IoAccounting();
  if (whole) {
    sum.add(task.signal.deadIo);
    for (const thread of task.signal.threads) sum.add(thread.ioac);
  } else sum.add(task.ioac);
  return (
    `rchar: ${sum.rchar}\nwchar: ${sum.wchar}\nsyscr: ${sum.syscr}\nsyscw: ${sum.syscw}\n` +
    `read_bytes: ${sum.readBytes}\nwrite_bytes: ${sum.writeBytes}\ncancelled_write_bytes: ${sum.cancelledWriteBytes}\n`
  );
}
