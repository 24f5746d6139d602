import { Binprm, BinprmFlag, Cpu, Personality, RLimit, SigHandler, SuidDump, TaskFlag } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { File } from '../vfs/file.js';
import { Errno } from '../errno.js';
import { pickMmapLayout } from '../mm/layout.js';
import { activateMm, mmPut } from '../mm/mm-life.js';
import { rseqExecve } from '../sched/rseq.js';
import { flushSignalHandlers } from '../signal/actions.js';
import { deThread } from '../task/de-thread.js';
import { mmRelease } from '../task/mm-release.js';
import { setReg } from '../task/regs.js';
import { doCloseOnExec, getFile } from '../vfs/file-table.js';
import { May, permission } from '../vfs/permission.js';
import type { LinuxBinprm } from './bprm.js';
import { execTraced, stage } from './stage.js';

const COMM_LENGTH = 15;

/** A file that the user may execute but not read gives no core dump. Linux: fs/exec.c: would_dump. */
export function wouldDump(k: Kernel, bprm: LinuxBinprm, file: File): void {
  try {
    permission(k, file.inode, May.READ, k.current.cred);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    bprm.interpFlags |= BinprmFlag.EnforceNonDump;
  }
}

/**
 * Ends the old program: its other threads, its address space, its close-on-exec descriptors. Up to the marked line a failure leaves the
 * caller as it was; from there on there is nothing to go back to. Linux: fs/exec.c: flush_old_exec.
 */
export function flushOldExec(k: Kernel, bprm: LinuxBinprm): void {
  const task = k.current;
  const { mm, file } = bprm;
  if (!mm || !file) throw new Error('flush_old_exec without a new address space');
  bprm.at = 'flush_old_exec';
  const threads = task.signal.threads.size;
  if (execTraced(k)) stage(k, 'flush_old_exec', { threads });
  const follower = task.groupLeader !== task;
  deThread(k, task);
  if (execTraced(k)) stage(k, 'de_thread', { killed: threads - 1, new_leader: follower });
  mm.exeFile = getFile(file);
  wouldDump(k, bprm, file);

  // ───────────────────────────── the point of no return ─────────────────────────────
  bprm.at = 'exec_mmap';
  k.vm.mayWait = false;
  execMmap(k, bprm);
  bprm.mm = null;
  bprm.at = 'flush_old_exec';

  task.flags &= ~(TaskFlag.RANDOMIZE | TaskFlag.FORKNOEXEC | TaskFlag.KTHREAD);
  task.personality &= ~bprm.perClear;
  if (execTraced(k)) stage(k, 'flush_thread', { personality: task.personality });
  const closed = task.files?.closeOnExec.size ?? 0;
  if (task.files) doCloseOnExec(k, task.files);
  if (execTraced(k)) stage(k, 'do_close_on_exec', { closed });
}

/** fs/exec.c: exec_mmap: bprm's address space becomes the task's; a parent in vfork goes on. */
function execMmap(k: Kernel, bprm: LinuxBinprm): void {
  const task = k.current;
  const { mm } = bprm;
  if (!mm) throw new Error('exec_mmap twice');
  const old = task.mm;
  const vfork = task.vforkDone !== null;
  mmRelease(k, task, old);
  rseqExecve(task);
  task.mm = mm;
  activateMm(k, mm);
  if (execTraced(k)) {
    const { start, end } = bprm.vma ?? mm.vmas[0] ?? { start: 0, end: 0 };
    const pages = old ? old.totalVm : null;
    const users = old?.users ?? null;
    stage(k, 'exec_mmap', {
      old_vmas: old?.vmas.length ?? null,
      old_pages: pages,
      old_users: users,
      vfork,
      stack_start: start,
      stack_end: end,
    });
  }
  if (!old) return;
  task.signal.maxRss = Math.max(task.signal.maxRss, old.hiwaterRss);
  mmPut(k, old);
}

/** The task as a new program finds it: layout, name, handlers, dumpability. Linux: fs/exec.c: setup_new_exec. */
export function setupNewExec(k: Kernel, bprm: LinuxBinprm): void {
  const task = k.current;
  const { mm } = task;
  if (!mm) throw new Error('setup_new_exec comes after exec_mmap');
  bprm.at = 'setup_new_exec';
  bprm.secureexec ||= bprm.capElevated;
  if (bprm.secureexec) {
    task.pdeathSignal = 0;
    bprm.rlimStack.cur = Math.min(bprm.rlimStack.cur, Binprm.StackLimit);
    // Linux stores it at finalize_exec; the layout must see it now, and nobody else can look in between.
    storeStackLimit(k, bprm);
  }
  if (execTraced(k)) traceNewExec(k, bprm);
  pickMmapLayout(k, mm);
  if (execTraced(k)) {
    const { mmapBase, taskSize, legacyLayout } = mm;
    const randomize = (task.flags & TaskFlag.RANDOMIZE) !== 0;
    stage(k, 'arch_pick_mmap_layout', { mmap_base: mmapBase, task_size: taskSize, legacy: legacyLayout, randomize });
  }
  task.sigAltSp = 0;
  task.sigAltSize = 0;
  mm.dumpable = dumpableOf(k, bprm);
  task.comm = commOf(bprm);
  task.selfExecId++;
  task.didExec = true;
  if (execTraced(k)) traceHandlers(k);
  flushSignalHandlers(k, task);
}

function dumpableOf(k: Kernel, bprm: LinuxBinprm): number {
  const { uid, euid, gid, egid } = k.current.cred;
  const plain = !(bprm.interpFlags & BinprmFlag.EnforceNonDump) && uid === euid && gid === egid;
  return plain ? SuidDump.User : k.coredump.suidDumpable;
}

function commOf(bprm: LinuxBinprm): string {
  return bprm.filename.slice(bprm.filename.lastIndexOf('/') + 1).slice(0, COMM_LENGTH);
}

function traceNewExec(k: Kernel, bprm: LinuxBinprm): void {
  stage(k, 'setup_new_exec', { comm: commOf(bprm), secureexec: bprm.secureexec, dumpable: dumpableOf(k, bprm) });
}

/** Before they are flushed: what is caught, and what stays ignored. */
function traceHandlers(k: Kernel): void {
  const { actions } = k.current.sighand;
  const ignored = actions.filter(({ handler }) => handler === SigHandler.Ignore).length;
  const reset = actions.filter(({ handler }) => handler !== SigHandler.Ignore && handler !== SigHandler.Default).length;
  stage(k, 'flush_signal_handlers', { reset, ignored });
}

function storeStackLimit(k: Kernel, bprm: LinuxBinprm): void {
  const { signal } = k.current;
  signal.rlimits = signal.rlimits.map((limit, i) => (i === RLimit.STACK ? { ...bprm.rlimStack } : limit));
}

/** fs/exec.c: finalize_exec */
export function finalizeExec(k: Kernel, bprm: LinuxBinprm): void {
  storeStackLimit(k, bprm);
  if (execTraced(k)) stage(k, 'finalize_exec', { stack_cur: bprm.rlimStack.cur, stack_max: bprm.rlimStack.max });
}

/** Linux: SET_PERSONALITY of a 64-bit program, and elf_read_implies_exec. */
export function setPersonality(k: Kernel, readImpliesExec: boolean): void {
  const task = k.current;
  task.personality &= ~Personality.ReadImpliesExec;
  if (readImpliesExec) task.personality |= Personality.ReadImpliesExec;
  if (k.vm.randomizeVaSpace !== 0 && !(task.personality & Personality.AddrNoRandomize)) task.flags |= TaskFlag.RANDOMIZE;
}

/** All registers as at the start of a program: zero but rip and rsp. Linux: arch/x86/kernel/process_64.c: start_thread. */
export function startThread(k: Kernel, rip: number, rsp: number): void {
  k.core.resetCpu();
  setReg(k, Cpu.Rip, rip);
  setReg(k, Cpu.Rsp, rsp);
  if (execTraced(k)) stage(k, 'start_thread', { rip, rsp });
}
