import { Cap, CoredumpFilter, RLimit, S } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { EACCES, EINVAL, EPERM, ERANGE, ESRCH } from '../../errno.js';
import { totalRamPages } from '../../mm/account.js';
import type { Mm } from '../../mm/mm.js';
import { oomBadness } from '../../mm/oom.js';
import { mapsText, statmText } from '../../mm/proc-maps.js';
import { readRemote } from '../../mm/remote-access.js';
import { smapsRollupText, smapsText } from '../../mm/smaps.js';
import type { Task } from '../../task/task.js';
import { mountinfoText, mountsText } from '../../vfs/mount-text.js';
import { taskStatText } from './task-stat.js';
import { statusText } from './task-status.js';

/** A text file of /proc/PID. */
export interface TaskFile {
  mode: number;
  /** Opening it needs ptrace access to the task (mm_access). */
  inspect?: boolean;
  /** `whole`: of the process, not the thread. */
  text(k: Kernel, task: Task, whole: boolean): string;
  write?(k: Kernel, task: Task, text: string): void;
}

const latin1 = (bytes: Uint8Array): string => {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]!);
  return text;
};

function range(k: Kernel, mm: Mm, start: number, end: number): string {
  return end > start ? latin1(readRemote(k, mm, start, end - start)) : '';
}

/**
 * Usually argv with its NULs. A program may overwrite it (setproctitle): when the last byte is no NUL any more the title runs on into the
 * environment's place. Linux: fs/proc/base.c: get_mm_cmdline.
 */
function cmdlineText(k: Kernel, task: Task): string {
  const { mm } = task;
  if (!mm || mm.envEnd === 0) return '';
  const argv = range(k, mm, mm.argStart, mm.argEnd);
  if (argv === '' || argv.endsWith('\0')) return argv;
  const both = argv + (mm.envStart === mm.argEnd ? range(k, mm, mm.envStart, mm.envEnd) : '');
  const nul = both.indexOf('\0');
  return nul < 0 ? both : both.slice(0, nul + 1);
}

function auxvText(task: Task): string {
  const { mm } = task;
  if (!mm) return '';
  let text = '';
  for (const pair of mm.auxv) {
    for (const word of pair) {
      for (let byte = 0, rest = word; byte < 8; byte++) {
        const next = Math.floor(rest / 256);
        text += String.fromCharCode(rest - next * 256);
        rest = next;
      }
    }
  }
  return text;
}

const LIMITS: readonly (readonly [RLimit, string, string])[] = [
  [RLimit.CPU, 'Max cpu time', 'seconds'],
  [RLimit.FSIZE, 'Max file size', 'bytes'],
  [RLimit.DATA, 'Max data size', 'bytes'],
  [RLimit.STACK, 'Max stack size', 'bytes'],
  [RLimit.CORE, 'Max core file size', 'bytes'],
  [RLimit.RSS, 'Max resident set', 'bytes'],
  [RLimit.NPROC, 'Max processes', 'processes'],
  [RLimit.NOFILE, 'Max open files', 'files'],
  [RLimit.MEMLOCK, 'Max locked memory', 'bytes'],
  [RLimit.AS, 'Max address space', 'bytes'],
  [RLimit.LOCKS, 'Max file locks', 'locks'],
  [RLimit.SIGPENDING, 'Max pending signals', 'signals'],
  [RLimit.MSGQUEUE, 'Max msgqueue size', 'bytes'],
  [RLimit.NICE, 'Max nice priority', ''],
  [RLimit.RTPRIO, 'Max realtime priority', ''],
  [RLimit.RTTIME, 'Max realtime timeout', 'us'],
];

const limitRow = (name: string, soft: string, hard: string, units: string): string =>
  `${name.padEnd(26)}${soft.padEnd(21)}${hard.padEnd(21)}${units === '' ? '' : units.padEnd(10)}\n`;
const limitValue = (limit: number | undefined): string => (limit === undefined || limit === Infinity ? 'unlimited' : String(limit));

function limitsText(task: Task): string {
  let text = limitRow('Limit', 'Soft Limit', 'Hard Limit', 'Units');
  for (const [which, name, units] of LIMITS) {
    const limit = task.signal.rlimits[which];
    text += limitRow(name, limitValue(limit?.cur), limitValue(limit?.max), units);
  }
  return text;
}

function setComm(k: Kernel, task: Task, text: string): void {
  if (task.groupLeader !== k.current.groupLeader) throw EINVAL;
  task.comm = text.replace(/\n$/, '').split('\0')[0]!.slice(0, 15);
}

function setOomScoreAdj(k: Kernel, task: Task, text: string): void {
  const value = Number(text.trim());
  if (text.trim() === '' || !Number.isInteger(value) || value < -1000 || value > 1000) throw EINVAL;
  if (value < task.signal.oomScoreAdj && !k.current.cred.capable(Cap.SYS_RESOURCE)) throw EACCES;
  task.signal.oomScoreAdj = value;
}

/** fs/proc/base.c: proc_oom_score. Thousandths of the machine's memory. */
function oomScore(k: Kernel, task: Task): number {
  return Math.floor((oomBadness(k, task.groupLeader) * 1000) / totalRamPages(k));
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

function personalityText(task: Task): string {
  return `${(task.personality >>> 0).toString(16).padStart(8, '0')}\n`;
}

/** fs/proc/base.c: proc_coredump_filter_read, proc_coredump_filter_write. */
function coredumpFilterText({ mm }: Task): string {
  return mm ? `${mm.coredumpFilter.toString(16).padStart(8, '0')}\n` : '';
}

function setCoredumpFilter(_k: Kernel, { mm }: Task, text: string): void {
  const digits = text.replace(/\n$/, '');
  const octal = /^0[0-7]+$/.test(digits);
  if (!octal && !/^(0[xX][0-9a-fA-F]+|0|[1-9][0-9]*)$/.test(digits)) throw EINVAL;
  const value = octal ? parseInt(digits, 8) : Number(digits);
  if (value > 0xffff_ffff) throw ERANGE;
  if (!mm) throw ESRCH;
  mm.coredumpFilter = value & CoredumpFilter.Mask;
}

/** In the order of fs/proc/base.c: tgid_base_stuff. */
export const TASK_FILES: ReadonlyMap<string, TaskFile> = new Map<string, TaskFile>([
  ['environ', { mode: 0o400, inspect: true, text: (k, { mm }) => (mm ? range(k, mm, mm.envStart, mm.envEnd) : '') }],
  ['auxv', { mode: 0o400, inspect: true, text: (_k, task) => auxvText(task) }],
  ['status', { mode: 0o444, text: statusText }],
  ['personality', { mode: 0o400, inspect: true, text: (_k, task) => personalityText(task) }],
  ['limits', { mode: 0o444, text: (_k, task) => limitsText(task) }],
  ['comm', { mode: 0o644, text: (_k, task) => `${task.comm}\n`, write: setComm }],
  ['cmdline', { mode: 0o444, text: cmdlineText }],
  ['stat', { mode: 0o444, text: taskStatText }],
  ['statm', { mode: 0o444, text: (k, { mm }) => (mm ? statmText(k, mm) : '0 0 0 0 0 0 0\n') }],
  ['maps', { mode: 0o444, inspect: true, text: (k, { mm }) => (mm ? mapsText(k, mm) : '') }],
  ['mounts', { mode: 0o444, text: (k, task) => mountsText(k, task.fs.root) }],
  ['smaps', { mode: 0o444, inspect: true, text: (k, { mm }) => (mm ? smapsText(k, mm) : '') }],
  ['smaps_rollup', { mode: 0o444, inspect: true, text: (k, { mm }) => (mm ? smapsRollupText(k, mm) : '') }],
  ['mountinfo', { mode: 0o444, text: (k, task) => mountinfoText(k, task.fs.root) }],
  ['timerslack_ns', { mode: 0o666, text: timerSlackText, write: setTimerSlack }],
  ['oom_score', { mode: 0o444, text: (k, task) => `${oomScore(k, task)}\n` }],
  ['oom_score_adj', { mode: 0o644, text: (_k, { signal }) => `${signal.oomScoreAdj}\n`, write: setOomScoreAdj }],
  ['coredump_filter', { mode: 0o644, text: (_k, task) => coredumpFilterText(task), write: setCoredumpFilter }],
]);

/** Their S_IFREG mode. */
export function modeOf(file: TaskFile): number {
  return S.IFREG | file.mode;
}
