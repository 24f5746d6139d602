import { Cap, CoredumpFilter, S, TaskFlag } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { EACCES, EINVAL, EPERM, ESRCH } from '../../errno.js';
import { statmText } from '../../mm/proc-maps.js';
import { smapsRollupText } from '../../mm/smaps.js';
import type { Task } from '../../task/task.js';
import type { File } from '../../vfs/file.js';
import type { Inode } from '../../vfs/inode.js';
import { mountinfoText, mountsText } from '../../vfs/mount-text.js';
import { mayInspect, mmToInspect } from './access.js';
import { writeClearRefs } from './clear-refs.js';
import { parseInteger } from './integer.js';
import { MapsFile } from './maps-file.js';
import { AuxvFile, EnvironFile, MemFile } from './mm-file.js';
import { mountstatsText } from './mount-stats.js';
import { oomAdjText, oomScoreAdjText, oomScoreText, setOomAdj, setOomScoreAdj } from './oom-files.js';
import { PagemapFile } from './pagemap.js';
import { cmdlineText } from './task-args.js';
import { loginUidText, sessionIdText, setLoginUid } from './task-audit.js';
import { ioText } from './task-io.js';
import { limitsText } from './task-limits.js';
import { schedText } from './task-sched.js';
import { taskStatText } from './task-stat.js';
import { statusText } from './task-status.js';
import { timersText } from './task-timers.js';
import { sleepingIn, syscallText } from './wchan.js';

/** A file of /proc/PID or /proc/PID/task/TID. */
export interface TaskFile {
  mode: number;
  /** Only in one of the two directories. */
  only?: 'process' | 'thread';
  /** `whole`: of the process, not the thread. */
  text?(k: Kernel, task: Task, whole: boolean): string;
  write?(k: Kernel, task: Task, text: string, pos: number): void;
  /** Opening it needs ptrace access to the task (mm_access). */
  inspect?: boolean;
  /** Checks more at open. @throws an Errno */
  check?(task: Task): void;
  /** For what is more than a text made at once. */
  open?(k: Kernel, flags: number, inode: Inode, tid: number): File;
}

/** fs/proc/base.c: lock_trace. @throws EPERM */
function checkTrace(k: Kernel, task: Task): void {
  if (!mayInspect(k, task)) throw EPERM;
}

function personalityText(k: Kernel, task: Task): string {
  checkTrace(k, task);
  return `${(task.personality >>> 0).toString(16).padStart(8, '0')}\n`;
}

function wchanText(k: Kernel, task: Task): string {
  return (mayInspect(k, task) && sleepingIn(k, task)) || '0';
}

/** The functions that a sleeping task is in, as far as they have names here; for the administrator. Linux: proc_pid_stack. */
function stackText(k: Kernel, task: Task): string {
  if (!k.current.cred.capable(Cap.SYS_ADMIN)) throw EACCES;
  checkTrace(k, task);
  const name = sleepingIn(k, task);
  return name === '' ? '' : `[<0>] ${name}\n`;
}

function setComm(k: Kernel, task: Task, text: string): void {
  if (task.groupLeader !== k.current.groupLeader) throw EINVAL;
  task.comm = text.slice(0, 15).split('\0')[0]!;
}

/** fs/proc/base.c: timerslack_ns_show, timerslack_ns_write. Another's only with CAP_SYS_NICE. */
function checkTimerSlack(k: Kernel, task: Task): void {
  if (task !== k.current && !k.current.cred.capable(Cap.SYS_NICE)) throw EPERM;
}

function timerSlackText(k: Kernel, task: Task): string {
  checkTimerSlack(k, task);
  return `${task.timerSlack}\n`;
}

function setTimerSlack(k: Kernel, task: Task, text: string): void {
  if (!/^[0-9]+\n?$/.test(text)) throw EINVAL;
  checkTimerSlack(k, task);
  task.timerSlack = Number(text) || task.defaultTimerSlack;
}

/** fs/proc/base.c: proc_coredump_filter_read, proc_coredump_filter_write. */
function coredumpFilterText(_k: Kernel, { mm }: Task): string {
  return mm ? `${mm.coredumpFilter.toString(16).padStart(8, '0')}\n` : '';
}

function setCoredumpFilter(_k: Kernel, { mm }: Task, text: string): void {
  const value = parseInteger(text.replace(/^\s/, 'x'), 0, 0xffff_ffff);
  if (!mm) throw ESRCH;
  mm.coredumpFilter = value & CoredumpFilter.Mask;
}

/** Children of one thread, by age. Linux: fs/proc/array.c: children_seq_show. */
function childrenText(_k: Kernel, task: Task): string {
  const children = [...task.children].filter(({ realParent }) => realParent === task);
  return children.map(({ tid }) => `${tid} `).join('');
}

/** fs/proc_namespace.c: mounts_open_common: a zombie has left its namespace. @throws EINVAL */
function checkMounts({ flags }: Task): void {
  if (flags & TaskFlag.EXITING) throw EINVAL;
}

function rollupText(k: Kernel, task: Task): string {
  const mm = mmToInspect(k, task);
  if (!mm) throw ESRCH;
  return smapsRollupText(k, mm);
}

/** In the order of fs/proc/base.c: tgid_base_stuff, tid_base_stuff; links and directories are in task-dir.ts. */
export const TASK_FILES: ReadonlyMap<string, TaskFile> = new Map<string, TaskFile>([
  ['environ', { mode: 0o400, open: (k, flags, inode, tid) => new EnvironFile(k, flags, inode, tid) }],
  ['auxv', { mode: 0o400, open: (k, flags, inode, tid) => new AuxvFile(k, flags, inode, tid) }],
  ['status', { mode: 0o444, text: statusText }],
  ['personality', { mode: 0o400, text: personalityText }],
  ['limits', { mode: 0o444, text: limitsText }],
  ['sched', { mode: 0o644, text: schedText, write: () => undefined }],
  ['comm', { mode: 0o644, text: (_k, task) => `${task.comm}\n`, write: setComm }],
  [
    'syscall',
    {
      mode: 0o400,
      text: (k, task) => {
        checkTrace(k, task);
        return syscallText(k, task);
      },
    },
  ],
  ['cmdline', { mode: 0o444, text: cmdlineText }],
  ['stat', { mode: 0o444, text: taskStatText }],
  ['statm', { mode: 0o444, text: (k, { mm }) => (mm ? statmText(k, mm) : '0 0 0 0 0 0 0\n') }],
  ['maps', { mode: 0o444, open: (k, flags, inode, tid) => new MapsFile(k, flags, inode, tid, 'maps') }],
  ['children', { mode: 0o444, only: 'thread', text: childrenText }],
  ['mem', { mode: 0o600, open: (k, flags, inode, tid) => new MemFile(k, flags, inode, tid) }],
  ['mounts', { mode: 0o444, check: checkMounts, text: (k, task) => mountsText(k, task.fs.root) }],
  ['mountinfo', { mode: 0o444, check: checkMounts, text: (k, task) => mountinfoText(k, task.fs.root) }],
  ['mountstats', { mode: 0o400, check: checkMounts, only: 'process', text: mountstatsText }],
  ['clear_refs', { mode: 0o200, write: writeClearRefs }],
  ['smaps', { mode: 0o444, open: (k, flags, inode, tid) => new MapsFile(k, flags, inode, tid, 'smaps') }],
  ['smaps_rollup', { mode: 0o444, inspect: true, text: rollupText }],
  ['pagemap', { mode: 0o400, open: (k, flags, inode, tid) => new PagemapFile(k, flags, inode, tid) }],
  ['wchan', { mode: 0o444, text: wchanText }],
  ['stack', { mode: 0o400, text: stackText }],
  ['oom_score', { mode: 0o444, text: oomScoreText }],
  ['oom_adj', { mode: 0o644, text: oomAdjText, write: setOomAdj }],
  ['oom_score_adj', { mode: 0o644, text: oomScoreAdjText, write: setOomScoreAdj }],
  ['loginuid', { mode: 0o644, text: loginUidText, write: setLoginUid }],
  ['sessionid', { mode: 0o444, text: sessionIdText }],
  ['coredump_filter', { mode: 0o644, only: 'process', text: coredumpFilterText, write: setCoredumpFilter }],
  ['io', { mode: 0o400, text: ioText }],
  // Only AVX-512 has anything to say here.
  ['arch_status', { mode: 0o444, text: () => '' }],
  ['timers', { mode: 0o444, only: 'process', text: timersText }],
  ['timerslack_ns', { mode: 0o666, only: 'process', text: timerSlackText, write: setTimerSlack }],
]);

/** Their S_IFREG mode. */
export function modeOf(file: TaskFile): number {
  return S.IFREG | file.mode;
}
