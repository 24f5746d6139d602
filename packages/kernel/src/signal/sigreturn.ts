import { Cpu, Eflags, MemoryMap, Sig, SigFrame, UcFlag, UserSelector, Vector } from '@ring3/abi';
import { Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { copyFromUser } from '../mm/uaccess.js';
import { NO_RESULT } from '../sched/park.js';
import { getReg, getRegPair } from '../task/regs.js';
import { Trace, emit } from '../trace/tracer.js';
import { setAltStack } from './altstack.js';
import { clearFpu, setSelectors, sigcontextRegisters } from './frame.js';
import { setBlocked } from './mask.js';
import { forceSignal, kernelInfo } from './send.js';
import { sigsetOf } from './sigset.js';

/** EFLAGS bits that user mode may choose: CF PF AF ZF SF TF DF OF RF AC. Linux: FIX_EFLAGS. */
const UserFlags = 0x1 | 0x4 | 0x10 | 0x40 | 0x80 | 0x100 | 0x400 | 0x800 | Eflags.RF | 0x40000;

/** Takes back everything that setupFrame saved. Linux: rt_sigreturn, restore_sigcontext (arch/x86/kernel/signal.c). */
export function sigreturn(k: Kernel): number {
  const task = k.current;
  task.restart = null;
  task.origRax = -1;
  try {
    // The handler's `ret` popped pretcode.
    const frame = getReg(k, Cpu.Rsp) - 8;
    const bytes = copyFromUser(k, frame, SigFrame.Info);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    setBlocked(k, task, sigsetOf(view.getUint32(SigFrame.SigMask, true), view.getUint32(SigFrame.SigMask + 4, true)));
    const { u8 } = k.core;
    sigcontextRegisters.forEach((register, i) => {
      const from = SigFrame.R8 + 8 * i;
      u8.set(bytes.subarray(from, from + 8), MemoryMap.Cpu + register);
    });
    k.core.setEflags((k.core.getEflags() & ~UserFlags) | (view.getUint32(SigFrame.Eflags, true) & UserFlags));
    if (k.trace.on(Trace.Signal)) traceReturn(k, frame, view);
    if (!restoreFpu(k, pointer(view, SigFrame.FpState))) return badFrame(k);
    restoreAltStack(k, pointer(view, SigFrame.SsSp), view.getUint32(SigFrame.SsFlags, true), pointer(view, SigFrame.SsSize));
    restoreSelectors(k, view);
  } catch (error) {
    if (error instanceof Errno) return badFrame(k);
    throw error;
  }
  return NO_RESULT;
}

function pointer(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);
}

/**
 * No image: the initial state. One that cannot be read, or that FXRSTOR refuses, leaves the initial state too, and the frame is bad.
 * Linux: fpu__restore_sig.
 */
function restoreFpu(k: Kernel, fpstate: number): boolean {
  if (fpstate === 0) {
    clearFpu(k);
    return true;
  }
  try {
    k.core.u8.set(copyFromUser(k, fpstate, SigFrame.FpBytes), MemoryMap.KernelScratch);
    if (k.core.fxrstor(MemoryMap.KernelScratch)) return true;
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
  clearFpu(k);
  return false;
}

/**
 * The way back is an IRET, which loads the frame's cs and ss at privilege 3 and faults where they are no code and no writable data
 * segment of that level, and where rip is not canonical: #GP with the selector or 0, at the restored registers. Without
 * UC_STRICT_RESTORE_SS a bad ss is replaced; one of an LDT, which is always empty here, goes through espfix and loses its error code. A
 * 32-bit code segment is refused too: there is no such mode here. Linux: restore_sigcontext, force_valid_ss, fixup_bad_iret.
 */
function restoreSelectors(k: Kernel, view: DataView): void {
  const strict = (view.getUint32(SigFrame.UcFlags, true) & UcFlag.StrictRestoreSs) !== 0;
  const cs = view.getUint16(SigFrame.Cs, true) | 3;
  const ss = strict ? view.getUint16(SigFrame.Ss, true) | 3 : UserSelector.Ds;
  setSelectors(k, cs, ss);
  if (cs !== UserSelector.Cs) iretFault(k, cs & ~3);
  else if (ss !== UserSelector.Ds) iretFault(k, ss & LocalTable ? 0 : ss & ~3);
  else if (!isCanonical(view.getInt32(SigFrame.Rip + 4, true))) iretFault(k, 0);
}

/** Selector bit: in the LDT. */
const LocalTable = 4;

/** Of an address's upper half: bits 47 to 63 are alike. */
function isCanonical(high: number): boolean {
  return high >> 15 === 0 || high >> 15 === -1;
}

function iretFault(k: Kernel, error: number): void {
  k.current.trapNr = Vector.GP;
  k.current.errorCode = error;
  forceSignal(k, k.current, kernelInfo(Sig.SEGV));
}

function traceReturn(k: Kernel, frame: number, view: DataView): void {
  const rax = getRegPair(k, Cpu.Rax);
  emit(k, Trace.Signal, 'signal:rt_sigreturn', {
    frame,
    rip: getReg(k, Cpu.Rip),
    rsp: getReg(k, Cpu.Rsp),
    rax: rax[0],
    rax_high: rax[1],
    eflags: k.core.getEflags(),
    mask: view.getUint32(SigFrame.SigMask, true),
    mask_high: view.getUint32(SigFrame.SigMask + 4, true),
  });
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
