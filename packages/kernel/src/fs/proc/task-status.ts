import { RLimit } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import type { Mm } from '../../mm/mm.js';
import type { Task } from '../../task/task.js';
import { rssOf } from '../../mm/account.js';
import { pageAlign, pageBase } from '../../mm/page.js';
import { pageTableBytes } from '../../mm/page-tables.js';
import { signalsQueuedFor } from '../../signal/pending.js';
import { rlimit } from '../../task/limits.js';

/** /proc/PID/status: fs/proc/array.c: proc_pid_status, fs/proc/task_mmu.c: task_mem. */

const STATES: Readonly<Record<string, string>> = {
  R: 'R (running)',
  S: 'S (sleeping)',
  D: 'D (disk sleep)',
  T: 'T (stopped)',
  t: 't (tracing stop)',
  X: 'X (dead)',
  Z: 'Z (zombie)',
};

const mask64 = (bits: bigint): string => BigInt.asUintN(64, bits).toString(16).padStart(16, '0');
const kib = (pages: number): string => `${String(pages * 4).padStart(8)} kB`;
const bytesAsKib = (bytes: number): string => `${String(Math.floor(bytes / 1024)).padStart(8)} kB`;

/** Ignored and caught signals of the thread group, as sets. */
export function handledSignals(task: Task): { ignored: bigint; caught: bigint } {
  let ignored = 0n;
  let caught = 0n;
  task.sighand.actions.forEach(({ handler }, i) => {
    if (handler === 1) ignored |= 1n << BigInt(i);
    else if (handler !== 0) caught |= 1n << BigInt(i);
  });
  return { ignored, caught };
}

function memoryLines(k: Kernel, mm: Mm): string {
  const rss = rssOf(mm);
  const execBytes = mm.execVm * 4096;
  const text = Math.min(pageAlign(mm.endCode) - pageBase(mm.startCode), execBytes);
  return (
    `VmPeak:\t${kib(Math.max(mm.hiwaterVm, mm.totalVm))}\n` +
    `VmSize:\t${kib(mm.totalVm)}\n` +
    `VmLck:\t${kib(mm.lockedVm)}\n` +
    `VmPin:\t${kib(0)}\n` +
    `VmHWM:\t${kib(Math.max(mm.hiwaterRss, rss))}\n` +
    `VmRSS:\t${kib(rss)}\n` +
    `RssAnon:\t${kib(mm.rssAnon)}\n` +
    `RssFile:\t${kib(mm.rssFile)}\n` +
    `RssShmem:\t${kib(mm.rssShmem)}\n` +
    `VmData:\t${kib(mm.dataVm)}\n` +
    `VmStk:\t${kib(mm.stackVm)}\n` +
    `VmExe:\t${bytesAsKib(text)}\n` +
    `VmLib:\t${bytesAsKib(execBytes - text)}\n` +
    `VmPTE:\t${bytesAsKib(pageTableBytes(k, mm))}\n` +
    `VmSwap:\t${kib(0)}\n` +
    `HugetlbPages:\t${kib(0)}\n` +
    `CoreDumping:\t0\n` +
    `THP_enabled:\t0\n`
  );
}

/** Size of the descriptor table: 64, then powers of two from 128 on (fs/file.c: alloc_fdtable). */
function fdTableSize(open: number): number {
  let size = 64;
  while (size < open) size *= 2;
  return size;
}

function signalLines(k: Kernel, task: Task): string {
  const { ignored, caught } = handledSignals(task);
  const queued = signalsQueuedFor(k, task.cred.uid);
  const limit = rlimit(task, RLimit.SIGPENDING);
  return (
    `SigQ:\t${queued}/${limit === Infinity ? '18446744073709551615' : limit}\n` +
    `SigPnd:\t${mask64(task.pending.set)}\n` +
    `ShdPnd:\t${mask64(task.signal.shared.set)}\n` +
    `SigBlk:\t${mask64(task.blocked)}\n` +
    `SigIgn:\t${mask64(ignored)}\n` +
    `SigCgt:\t${mask64(caught)}\n`
  );
}

export function statusText(k: Kernel, task: Task): string {
  const { cred, signal } = task;
  const parent = task.groupLeader.realParent?.tgid ?? 0;
  const name = task.comm.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  const groups = cred.groups.join(' ');
  return (
    `Name:\t${name}\n` +
    `Umask:\t${`0${task.fs.umask.toString(8)}`.padStart(4, '0')}\n` +
    `State:\t${STATES[task.state] ?? task.state}\n` +
    `Tgid:\t${task.tgid}\nNgid:\t0\nPid:\t${task.tid}\nPPid:\t${parent}\nTracerPid:\t0\n` +
    `Uid:\t${cred.uid}\t${cred.euid}\t${cred.suid}\t${cred.fsuid}\n` +
    `Gid:\t${cred.gid}\t${cred.egid}\t${cred.sgid}\t${cred.fsgid}\n` +
    `FDSize:\t${task.files ? fdTableSize(task.files.fds.length) : 0}\n` +
    `Groups:\t${groups} \n` +
    `NStgid:\t${task.tgid}\nNSpid:\t${task.tid}\nNSpgid:\t${signal.pgrp.nr}\nNSsid:\t${signal.session.nr}\n` +
    (task.mm ? memoryLines(k, task.mm) : '') +
    `Threads:\t${signal.threads.size}\n` +
    signalLines(k, task) +
    `CapInh:\t${mask64(cred.capInheritable)}\n` +
    `CapPrm:\t${mask64(cred.capPermitted)}\n` +
    `CapEff:\t${mask64(cred.capEffective)}\n` +
    `CapBnd:\t${mask64(cred.capBounding)}\n` +
    `CapAmb:\t${mask64(cred.capAmbient)}\n` +
    `NoNewPrivs:\t${task.noNewPrivs ? 1 : 0}\nSeccomp:\t0\nSpeculation_Store_Bypass:\tnot vulnerable\n` +
    `Cpus_allowed:\t1\nCpus_allowed_list:\t0\nMems_allowed:\t00000000,00000001\nMems_allowed_list:\t0\n` +
    `voluntary_ctxt_switches:\t${task.nvcsw}\nnonvoluntary_ctxt_switches:\t${task.nivcsw}\n`
  );
}
