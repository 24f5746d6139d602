import { Cpu, PageFaultError, Sig, SiCode, Vector } from '@ring3/abi';
import type { CoreImports } from '@ring3/core';
import { Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { FaultResult, handleMmFault } from '../mm/fault.js';
import { TASK_SIZE_MAX } from '../mm/layout.js';
import { PageWait } from '../mm/page-read.js';
import { fatalSignalPending } from '../signal/pending.js';
import { forceSignal, kernelInfo } from '../signal/send.js';
import { getReg, getRegPair } from '../task/regs.js';
import { enterKernel, leaveKernel } from '../time/cpu-time.js';
import { TaskState } from '../task/task.js';
import { setResumeFlag } from './exceptions.js';
import { parkForPage } from './page-wait.js';
import { Trace, emit } from '../trace/tracer.js';
import { emulateVsyscall } from './vsyscall.js';

/**
 * A page fault of the running program: the core's import, called in place. Linux: do_user_addr_fault (arch/x86/mm/fault.c).
 * @returns 0 when the instruction can run again; 1 when the core must leave (a signal is pending, or the task sleeps)
 */
export function pageFault(k: Kernel, va: number, error: number): number {
  const task = k.current;
  if (k.trace.on(Trace.Exceptions)) {
    emit(k, Trace.Exceptions, 'exceptions:page_fault_user', { address: va, ip: getReg(k, Cpu.Rip), error_code: error });
  }
  enterKernel(k);
  if (va >= TASK_SIZE_MAX && emulateVsyscall(k, error)) {
    leaveKernel(k);
    return task.sigPending ? 1 : 0;
  }
  const result = task.mm ? resolve(k, va, error) : FaultResult.SigsegvMaperr;
  leaveKernel(k);
  if (result === FaultResult.Ok) return task.state === TaskState.Running && !k.trace.stopRequested ? 0 : 1;
  // It waits for its page, or dies instead.
  if (result === FaultResult.Retry) return 1;
  const [cr2Lo, cr2Hi] = getRegPair(k, Cpu.Cr2);
  task.cr2Lo = cr2Lo;
  task.cr2Hi = cr2Hi;
  task.trapNr = Vector.PF;
  setResumeFlag(k);
  // The kernel's half looks mapped, so that nobody can probe it. Linux: set_signal_archinfo.
  task.errorCode = va >= TASK_SIZE_MAX ? error | PageFaultError.Protection : error;
  switch (result) {
    case FaultResult.Oom:
      // It was chosen itself, or nobody may be killed: where Linux panics then, the process that cannot go on dies.
      if (!fatalSignalPending(task)) forceSignal(k, task, kernelInfo(Sig.KILL));
      break;
    case FaultResult.SigbusAdrerr:
      forceSignal(k, task, { signo: Sig.BUS, errno: 0, code: SiCode.BusAdrErr, addr: cr2Lo, addrHigh: cr2Hi });
      break;
    default: {
      const code = result === FaultResult.SigsegvAccerr ? SiCode.SegvAccErr : SiCode.SegvMapErr;
      forceSignal(k, task, { signo: Sig.SEGV, errno: 0, code, addr: cr2Lo, addrHigh: cr2Hi });
    }
  }
  return 1;
}

function resolve(k: Kernel, va: number, error: number): FaultResult {
  k.vm.mayWait = true;
  try {
    const result = handleMmFault(k, k.current.mm!, va, error);
    k.current.pageWait = null;
    return result;
  } catch (thrown) {
    if (thrown instanceof PageWait) {
      parkForPage(k, thrown, true);
      return FaultResult.Retry;
    }
    if (thrown instanceof Errno) return FaultResult.SigbusAdrerr;
    throw thrown;
  } finally {
    k.vm.mayWait = false;
  }
}

/** The imports that a core is created with, before its kernel exists: `kernel` is asked at each call. */
export function coreImports(kernel: () => Kernel): CoreImports {
  return {
    pageFault: (va, error) => pageFault(kernel(), va, error),
    rdtsc: () => {
      const k = kernel();
      return k.clock.monotonic(k);
    },
  };
}
