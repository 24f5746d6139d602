import { Binprm, BinprmFlag, Cpu, Personality, RLimit, SuidDump, TaskFlag } from '@ring3/abi';
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
import { stage } from './stage.js';

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
  deThread(k, task);
  mm.exeFile = getFile(file);
  wouldDump(k, bprm, file);

  // ───────────────────────────── the point of no return ─────────────────────────────
  execMmap(k, bprm);
  bprm.mm = null;

  task.flags &= ~(TaskFlag.RANDOMIZE | TaskFlag.FORKNOEXEC | TaskFlag.KTHREAD);
  task.personality &= ~bprm.perClear;
  if (task.files) doCloseOnExec(k, task.files);
  stage(k, 'flush_old_exec', () => ({ committed: true }));
}

/** fs/exec.c: exec_mmap: bprm's address space becomes the task's; a parent in vfork goes on. */
function execMmap(k: Kernel, bprm: LinuxBinprm): void {
  const task = k.current;
  const { mm } = bprm;
  if (!mm) throw new Error('exec_mmap twice');
  const old = task.mm;
  mmRelease(k, task, old);
  rseqExecve(task);
  task.mm = mm;
  activateMm(k, mm);
  if (!old) return;
  task.signal.maxRss = Math.max(task.signal.maxRss, old.hiwaterRss);
  mmPut(k, old);
}

/** The task as a new program finds it: layout, name, handlers, dumpability. Linux: fs/exec.c: setup_new_exec. */
export function setupNewExec(k: Kernel, bprm: LinuxBinprm): void {
  const task = k.current;
  const { mm } = task;
  if (!mm) throw new Error('setup_new_exec comes after exec_mmap');
  bprm.secureexec ||= bprm.capElevated;
  if (bprm.secureexec) {
    task.pdeathSignal = 0;
    bprm.rlimStack.cur = Math.min(bprm.rlimStack.cur, Binprm.StackLimit);
    // Linux stores it at finalize_exec; the layout must see it now, and nobody else can look in between.
    storeStackLimit(k, bprm);
  }
  pickMmapLayout(k, mm);
  task.sigAltSp = 0;
  task.sigAltSize = 0;
  const { uid, euid, gid, egid } = task.cred;
  const plain = !(bprm.interpFlags & BinprmFlag.EnforceNonDump) && uid === euid && gid === egid;
  mm.dumpable = plain ? SuidDump.User : k.coredump.suidDumpable;
  task.comm = bprm.filename.slice(bprm.filename.lastIndexOf('/') + 1).slice(0, COMM_LENGTH);
  task.selfExecId++;
  task.didExec = true;
  flushSignalHandlers(k, task);
  stage(k, 'setup_new_exec', () => ({ comm: task.comm, secureexec: bprm.secureexec, mmapBase: mm.mmapBase }));
}

function storeStackLimit(k: Kernel, bprm: LinuxBinprm): void {
  const { signal } = k.current;
  signal.rlimits = signal.rlimits.map((limit, i) => (i === RLimit.STACK ? { ...bprm.rlimStack } : limit));
}

/** fs/exec.c: finalize_exec */
export function finalizeExec(k: Kernel, bprm: LinuxBinprm): void {
  storeStackLimit(k, bprm);
}

/** Linux: SET_PERSONALITY of a 64-bit program, and elf_read_implies_exec. */
export function setPersonality(k: Kernel, readImpliesExec: boolean): void {
  const task = k.current;
  task.personality &= ~Personality.ReadImpliesExec;
  if (readImpliesExec) task.personality |= Personality.ReadImpliesExec;
  if (k.options.aslr && !(task.personality & Personality.AddrNoRandomize)) task.flags |= TaskFlag.RANDOMIZE;
}

/** All registers as at the start of a program: zero but rip and rsp. Linux: arch/x86/kernel/process_64.c: start_thread. */
export function startThread(k: Kernel, rip: number, rsp: number): void {
  k.core.resetCpu();
  setReg(k, Cpu.Rip, rip);
  setReg(k, Cpu.Rsp, rsp);
  stage(k, 'start_thread', () => ({ rip, rsp }));
}
