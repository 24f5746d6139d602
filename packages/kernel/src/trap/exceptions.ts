import { Cpu, Dr6, Eflags, MemoryMap, SiCode, Sig, Vector } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { forceSignal, kernelInfo } from '../signal/send.js';
import type { SigInfo } from '../signal/signal-struct.js';
import { getReg } from '../task/regs.js';

/** An exception of the running program becomes a signal (arch/x86/kernel/traps.c). Without arguments it is the one that `run` returned with. */
export function userException(k: Kernel, vector = state(k, Cpu.ExitVector), error = state(k, Cpu.ExitError)): void {
  const task = k.current;
  const info = signalOf(k, vector, error);
  // A coprocessor error whose flags are gone by now is spurious: the instruction runs again.
  if (!info) return;
  task.trapNr = vector;
  task.errorCode = vector === Vector.DB ? 0 : error;
  if (vector !== Vector.DB && vector !== Vector.BP && vector !== Vector.OF) setResumeFlag(k);
  forceSignal(k, task, info);
}

/**
 * The processor saves RFLAGS with RF set for a fault, so that an instruction breakpoint does not hit again (SDM volume 3, 17.3.1.1). The
 * signal frame shows it; the handler and sigreturn start without it.
 */
export function setResumeFlag(k: Kernel): void {
  // Written past setEflags, which takes only what user mode may choose; the next setEflags drops it.
  k.core.u32[(MemoryMap.Cpu + Cpu.EflagsRest) >>> 2]! |= Eflags.RF;
}

function state(k: Kernel, offset: number): number {
  return k.core.u32[(MemoryMap.Cpu + offset) >>> 2]!;
}

function signalOf(k: Kernel, vector: number, error: number): SigInfo | null {
  const rip = getReg(k, Cpu.Rip);
  switch (vector) {
    case Vector.DE:
      return fault(Sig.FPE, SiCode.FpeIntDiv, rip);
    case Vector.DB:
      // Without a cause in DR6 it was INT1. Linux: do_debug, get_si_code.
      return fault(Sig.TRAP, error & Dr6.BS ? SiCode.TrapTrace : SiCode.TrapBrkpt, rip);
    case Vector.BP:
      return kernelInfo(Sig.TRAP);
    case Vector.UD:
      return fault(Sig.ILL, SiCode.IllIllOpn, rip);
    case Vector.SS:
    case Vector.NP:
      return kernelInfo(Sig.BUS);
    case Vector.AC:
      return fault(Sig.BUS, SiCode.BusAdrAln, 0);
    case Vector.MF: {
      const { u16 } = k.core;
      const code = mathCode(u16[(MemoryMap.Cpu + Cpu.Fsw) >>> 1]! & ~u16[(MemoryMap.Cpu + Cpu.Fcw) >>> 1]!);
      return code === 0 ? null : fault(Sig.FPE, code, rip);
    }
    case Vector.XM: {
      const mxcsr = state(k, Cpu.Mxcsr);
      const code = mathCode(mxcsr & ~(mxcsr >>> 7));
      return code === 0 ? null : fault(Sig.FPE, code, rip);
    }
    default:
      // #GP, #OF, #BR, #TS.
      return kernelInfo(Sig.SEGV);
  }
}

/** si_code by the unmasked exception flags: IE DE ZE OE UE PE from bit 0. Linux: fpu__exception_code. */
function mathCode(flags: number): number {
  if (flags & 0x01) return SiCode.FpeFltInv;
  if (flags & 0x04) return SiCode.FpeFltDiv;
  if (flags & 0x08) return SiCode.FpeFltOvf;
  if (flags & 0x12) return SiCode.FpeFltUnd;
  if (flags & 0x20) return SiCode.FpeFltRes;
  return 0;
}

function fault(signo: number, code: number, addr: number): SigInfo {
  return { signo, errno: 0, code, addr };
}
