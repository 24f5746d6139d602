import { Cpu, MemoryMap, PrStatus, Sig, SigFrame } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { sigMask } from '../../signal/sigset.js';
import type { Task } from '../../task/task.js';

/** What a core file says about one thread's processor; the other facts come from the task itself. */
export interface CoreThread {
  task: Task;
  /** Its own pending signals; the SIGKILL that stopped it is taken by then. */
  pending: bigint;
  /** struct user_regs_struct, 216 bytes. */
  registers: Uint8Array;
  /** The FXSAVE image, 512 bytes. */
  fpu: Uint8Array;
}

/** General registers at the start of user_regs_struct; after them orig_rax, and what regsOfCurrent fills in. */
const GENERAL = [
  Cpu.R15,
  Cpu.R14,
  Cpu.R13,
  Cpu.R12,
  Cpu.Rbp,
  Cpu.Rbx,
  Cpu.R11,
  Cpu.R10,
  Cpu.R9,
  Cpu.R8,
  Cpu.Rax,
  Cpu.Rcx,
  Cpu.Rdx,
  Cpu.Rsi,
  Cpu.Rdi,
] as const;

/** u16 selectors at Cpu.Selectors, by their place. */
const enum Segment {
  Es = 0,
  Cs = 1,
  Ss = 2,
  Ds = 3,
  Fs = 4,
  Gs = 5,
}

/** Registers of the task on the CPU, in the order of user_regs_struct. Linux: arch/x86/kernel/ptrace.c: genregs_get. */
export function captureThread(k: Kernel): CoreThread {
  const { u8, u16 } = k.core;
  const bytes = new Uint8Array(PrStatus.FpValid - PrStatus.Reg);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const copy = (offset: number): void => {
    bytes.set(u8.subarray(MemoryMap.Cpu + offset, MemoryMap.Cpu + offset + 8), at);
    at += 8;
  };
  const selector = (segment: Segment): void => {
    view.setUint16(at, u16[((MemoryMap.Cpu + Cpu.Selectors) >>> 1) + segment]!, true);
    at += 8;
  };

  for (const register of GENERAL) copy(register);
  view.setBigInt64(at, BigInt(k.current.origRax), true);
  at += 8;
  copy(Cpu.Rip);
  selector(Segment.Cs);
  view.setUint32(at, k.core.getEflags(), true);
  at += 8;
  copy(Cpu.Rsp);
  selector(Segment.Ss);
  copy(Cpu.FsBase);
  copy(Cpu.GsBase);
  for (const segment of [Segment.Ds, Segment.Es, Segment.Fs, Segment.Gs]) selector(segment);

  k.core.fxsave(MemoryMap.KernelScratch);
  const fpu = k.core.u8.slice(MemoryMap.KernelScratch, MemoryMap.KernelScratch + SigFrame.FpBytes);
  return { task: k.current, pending: k.current.pending.set & ~sigMask(Sig.KILL), registers: bytes, fpu };
}
