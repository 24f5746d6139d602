import { Cpu, RseqArea, RseqCs, RseqEvent } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EINVAL, Errno } from '../errno.js';
import { TASK_SIZE_MAX } from '../mm/layout.js';
import { getU32, getU64Number, putU32, putU64 } from '../mm/uaccess.js';
import { forceSigsegv } from '../signal/send.js';
import { getReg, setReg } from '../task/regs.js';
import type { Task } from '../task/task.js';

/*
 * Restartable sequences: a thread whose critical section was interrupted goes on at the section's abort handler. The area it has
 * registered says which section it is in, and is told the CPU (always 0). Linux: kernel/rseq.c.
 */

/** The task leaves the CPU. Linux: rseq_preempt */
export function rseqPreempt(task: Task): void {
  if (task.rseq === 0) return;
  task.rseqEvents |= RseqEvent.Preempt;
  task.rseqPending = true;
}

/** Before a handler's frame is built, so that the frame has the abort handler's address. Linux: rseq_signal_deliver */
export function rseqSignalDeliver(k: Kernel, signo: number): void {
  const task = k.current;
  if (task.rseq === 0) return;
  task.rseqEvents |= RseqEvent.Signal;
  rseqResume(k, signo);
}

/** On the way to user mode; `signo`: of the handler being set up, 0 for none. Linux: __rseq_handle_notify_resume */
export function rseqResume(k: Kernel, signo = 0): void {
  const task = k.current;
  task.rseqPending = false;
  try {
    fixRip(k, task);
    putU32(k, task.rseq + RseqArea.CpuIdStart, 0);
    putU32(k, task.rseq + RseqArea.CpuId, 0);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    forceSigsegv(k, task, signo);
  }
}

/** Linux: rseq_ip_fixup. @throws EFAULT EINVAL */
function fixRip(k: Kernel, task: Task): void {
  const at = getU64Number(k, task.rseq + RseqArea.Cs);
  if (at === 0) return;
  const section = readSection(k, task, at);
  const rip = getReg(k, Cpu.Rip);
  if (rip < section.start || rip - section.start >= section.length) {
    putU64(k, task.rseq + RseqArea.Cs, 0);
    return;
  }
  if (!mustRestart(k, task, section.flags)) return;
  putU64(k, task.rseq + RseqArea.Cs, 0);
  setReg(k, Cpu.Rip, section.abort);
}

/** Linux: rseq_get_rseq_cs. The signature stands in the four bytes before the abort handler. */
function readSection(k: Kernel, task: Task, at: number): { start: number; length: number; abort: number; flags: number } {
  if (at >= TASK_SIZE_MAX) throw EINVAL;
  const start = getU64Number(k, at + RseqCs.StartIp);
  const length = getU64Number(k, at + RseqCs.PostCommitOffset);
  const abort = getU64Number(k, at + RseqCs.AbortIp);
  if (start >= TASK_SIZE_MAX || start + length >= TASK_SIZE_MAX || abort >= TASK_SIZE_MAX) throw EINVAL;
  if (getU32(k, at + RseqCs.Version) > 0) throw EINVAL;
  if (abort >= start && abort - start < length) throw EINVAL;
  if (getU32(k, abort - 4) !== task.rseqSig) throw EINVAL;
  return { start, length, abort, flags: getU32(k, at + RseqCs.Flags) };
}

/** Linux: rseq_need_restart. @throws EINVAL signals alone cannot be excepted */
function mustRestart(k: Kernel, task: Task, sectionFlags: number): boolean {
  const flags = getU32(k, task.rseq + RseqArea.Flags) | sectionFlags;
  const others = RseqEvent.Preempt | RseqEvent.Migrate;
  if (flags & RseqEvent.Signal && (flags & others) !== others) throw EINVAL;
  const events = task.rseqEvents;
  task.rseqEvents = 0;
  return (events & ~flags) !== 0;
}

/** A new thread of the same address space starts without, a new process as its parent stands. Linux: rseq_fork */
export function rseqFork(child: Task, parent: Task, sharesMemory: boolean): void {
  if (sharesMemory) return;
  child.rseq = parent.rseq;
  child.rseqSig = parent.rseqSig;
  child.rseqEvents = parent.rseqEvents;
  child.rseqPending = parent.rseqPending;
}

/** Linux: rseq_execve */
export function rseqExecve(task: Task): void {
  task.rseq = 0;
  task.rseqSig = 0;
  task.rseqEvents = 0;
  task.rseqPending = false;
}
