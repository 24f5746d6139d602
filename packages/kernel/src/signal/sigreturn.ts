import { Cpu, MemoryMap, Sig, SigFrame, UserSelector } from '@ring3/abi';
import { Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { copyFromUser } from '../mm/uaccess.js';
import { NO_RESULT } from '../sched/park.js';
import { getReg } from '../task/regs.js';
import { setAltStack } from './altstack.js';
import { clearFpu, sigcontextRegisters } from './frame.js';
import { setBlocked } from './mask.js';
import { forceSignal, kernelInfo } from './send.js';
import { sigsetOf } from './sigset.js';

/** EFLAGS bits that user mode may choose: CF PF AF ZF SF TF DF OF AC. Linux: FIX_EFLAGS, with RF, which only debug registers would notice. */
const UserFlags = 0x1 | 0x4 | 0x10 | 0x40 | 0x80 | 0x100 | 0x400 | 0x800 | 0x40000;

/** Takes back everything that setupFrame saved. Linux: rt_sigreturn, restore_sigcontext (arch/x86/kernel/signal.c). */
export function sigreturn(k: Kernel): number {
  const task = k.current;
  task.restart = null;
  try {
    const userSp = getReg(k, Cpu.Rsp);
    // The handler's `ret` popped pretcode.
    const bytes = copyFromUser(k, userSp - 8, SigFrame.Info);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const u64 = (at: number) => view.getUint32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);
    const fpstate = u64(SigFrame.FpState);
    const fpBytes = fpstate === 0 ? null : copyFromUser(k, fpstate, SigFrame.FpBytes);
    setBlocked(k, task, sigsetOf(view.getUint32(SigFrame.SigMask, true), view.getUint32(SigFrame.SigMask + 4, true)));
    const { u8 } = k.core;
    sigcontextRegisters.forEach((register, i) => {
      const from = SigFrame.R8 + 8 * i;
      u8.set(bytes.subarray(from, from + 8), MemoryMap.Cpu + register);
    });
    k.core.setEflags((k.core.getEflags() & ~UserFlags) | (view.getUint32(SigFrame.Eflags, true) & UserFlags));
    if ((view.getUint16(SigFrame.Cs, true) | 3) !== UserSelector.Cs) return badFrame(k);
    if (!restoreFpu(k, fpBytes)) return badFrame(k);
    restoreAltStack(k, u64(SigFrame.SsSp), view.getUint32(SigFrame.SsFlags, true), u64(SigFrame.SsSize));
  } catch (error) {
    if (error instanceof Errno) return badFrame(k);
    throw error;
  }
  task.origRax = -1;
  return NO_RESULT;
}

/** @returns false for an image that FXRSTOR refuses */
function restoreFpu(k: Kernel, image: Uint8Array | null): boolean {
  if (!image) {
    clearFpu(k);
    return true;
  }
  k.core.u8.set(image, MemoryMap.KernelScratch);
  return k.core.fxrstor(MemoryMap.KernelScratch);
}

/** Errors of the stack's values do not matter here. Linux: restore_altstack. */
function restoreAltStack(k: Kernel, sp: number, flags: number, size: number): void {
  try {
    setAltStack(k.current, getReg(k, Cpu.Rsp), sp, flags, size);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
}

/** Linux: signal_fault. */
function badFrame(k: Kernel): number {
  forceSignal(k, k.current, kernelInfo(Sig.SEGV));
  k.current.origRax = -1;
  return NO_RESULT;
}
