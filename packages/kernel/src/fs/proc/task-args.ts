import type { Kernel } from '../../kernel.js';
import type { Mm } from '../../mm/mm.js';
import { readRemote } from '../../mm/remote-access.js';
import type { Task } from '../../task/task.js';
import { latin1 } from './seq-file.js';

function range(k: Kernel, mm: Mm, start: number, end: number): string {
  return end > start ? latin1(readRemote(k, mm, start, end - start)) : '';
}

/**
 * /proc/PID/cmdline. Usually argv with its NULs. A program may overwrite it (setproctitle): when the last byte is no NUL any more the
 * title runs on into the environment's place. Linux: fs/proc/base.c: get_mm_cmdline.
 */
export function cmdlineText(k: Kernel, { mm }: Task): string {
  if (!mm || mm.envEnd === 0) return '';
  const argv = range(k, mm, mm.argStart, mm.argEnd);
  if (argv === '' || argv.endsWith('\0')) return argv;
  const both = argv + (mm.envStart === mm.argEnd ? range(k, mm, mm.envStart, mm.envEnd) : '');
  const nul = both.indexOf('\0');
  return nul < 0 ? both : both.slice(0, nul + 1);
}
