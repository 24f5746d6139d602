import { dirSyscalls } from './dir.js';
import { eventSyscalls } from './event.js';
import { execSyscalls } from './exec.js';
import { fdSyscalls } from './fd.js';
import { fileSyscalls } from './file.js';
import { fsSyscalls } from './fs.js';
import { futexSyscalls } from './futex.js';
import { idsSyscalls } from './ids.js';
import { ioctlSyscalls } from './ioctl.js';
import { ioprioSyscalls } from './ioprio.js';
import { kcmpSyscalls } from './kcmp.js';
import { miscSyscalls } from './misc.js';
import { mmSyscalls } from './mm.js';
import { missingSyscalls } from './missing.js';
import { pathSyscalls } from './path.js';
import { pidfdSyscalls } from './pidfd.js';
import { pollSyscalls } from './poll.js';
import { processSyscalls } from './process.js';
import type { SyscallRow } from './row.js';
import { rseqSyscalls } from './rseq.js';
import { schedSyscalls } from './sched.js';
import { signalSyscalls } from './signal.js';
import { socketSyscalls } from './socket.js';
import { statSyscalls } from './stat.js';
import { sysfsSyscalls } from './sysfs.js';
import { timeSyscalls } from './time.js';
import { userfaultfdSyscalls } from './userfaultfd.js';
import { unshareSyscalls } from './unshare.js';

const families: readonly (readonly SyscallRow[])[] = [
  fileSyscalls,
  fdSyscalls,
  dirSyscalls,
  statSyscalls,
  pathSyscalls,
  fsSyscalls,
  mmSyscalls,
  execSyscalls,
  processSyscalls,
  signalSyscalls,
  timeSyscalls,
  schedSyscalls,
  futexSyscalls,
  idsSyscalls,
  miscSyscalls,
  pollSyscalls,
  ioctlSyscalls,
  eventSyscalls,
  pidfdSyscalls,
  unshareSyscalls,
  kcmpSyscalls,
  ioprioSyscalls,
  rseqSyscalls,
  sysfsSyscalls,
  socketSyscalls,
  userfaultfdSyscalls,
];

/** Rows by number. Where no family has a call of 5.4, missing.ts names it. */
export const syscallTable: readonly (SyscallRow | undefined)[] = join();

function join(): (SyscallRow | undefined)[] {
  const table: (SyscallRow | undefined)[] = [];
  for (const row of families.flat()) {
    if (table[row.nr]) throw new Error(`system call ${row.nr} has two rows: ${table[row.nr]!.name}, ${row.name}`);
    table[row.nr] = row;
  }
  for (const row of missingSyscalls) table[row.nr] ??= row;
  return Array.from(table);
}
