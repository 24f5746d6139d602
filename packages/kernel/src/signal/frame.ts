import { Cpu, MemoryMap, SaFlag, SigFrame, SigInfoOffset, UcFlag, UserSelector } from '@ring3/abi';
import { EFAULT } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { copyToUser } from '../mm/uaccess.js';
import { getReg, getRegPair, setReg } from '../task/regs.js';
import { Trace, emit } from '../trace/tracer.js';
import { altStackMode, disarmAltStack, onSigStack } from './altstack.js';
import { encodeSigInfo } from './siginfo.js';
import type { SigAction, SigInfo } from './signal-struct.js';
import { sigsetHigh, sigsetLow } from './sigset.js';

/** General registers in the order of struct sigcontext from r8 on. */
export const sigcontextRegisters: readonly number[] = [
  Cpu.R8,
  Cpu.R9,
  Cpu.R10,
  Cpu.R11,
  Cpu.R12,
  Cpu.R13,
  Cpu.R14,
  Cpu.R15,
  Cpu.Rdi,
  Cpu.Rsi,
  Cpu.Rbp,
  Cpu.Rbx,
  Cpu.Rdx,
  Cpu.Rax,
  Cpu.Rcx,
  Cpu.Rsp,
  Cpu.Rip,
];

/** EFLAGS bits that a handler starts without: TF, DF, RF. */
const HandlerClears = 0x100 | 0x400 | 0x10000;

/** The kernel leaves the gaps of its structures, and the reserved words of struct sigcontext, as they were on the stack. */
const WrittenParts: readonly (readonly [start: number, end: number])[] = [
  [SigFrame.Pretcode, SigFrame.SsFlags + 4],
  [SigFrame.SsSize, SigFrame.FpState + 8],
  [SigFrame.SigMask, SigFrame.Info],
];

/** Where the FXSAVE image and the frame lie. Linux: get_sigframe. */
export interface FramePlace {
  fpstate: number;
  frame: number;
}

/** @param sp user rsp, onto the alternate stack already where it applies, red zone already skipped */
export function placeFrame(sp: number): FramePlace {
  const fpstate = roundDown(sp - SigFrame.FpBytes, SigFrame.FpAlign);
  return { fpstate, frame: roundDown(fpstate - SigFrame.Bytes, 16) - 8 };
}

function roundDown(value: number, unit: number): number {
  return Math.floor(value / unit) * unit;
}

/**
 * Puts the frame on the user's stack and points the registers at the handler. Linux: __setup_rt_frame and the end of handle_signal
 * (arch/x86/kernel/signal.c).
 * @param mask what sigreturn will restore
 * @returns false when the stack cannot take it
 */
export function setupFrame(k: Kernel, info: SigInfo, action: SigAction, mask: bigint): boolean {
  const task = k.current;
  const userSp = getReg(k, Cpu.Rsp);
  const wasOnAltStack = onSigStack(task, userSp);
  let sp = userSp - SigFrame.RedZone;
  if (action.flags & SaFlag.OnStack && altStackMode(task, sp) === 0) sp = task.sigAltSp + task.sigAltSize;
  const { fpstate, frame } = placeFrame(sp);
  if (wasOnAltStack && !onSigStack(task, frame)) return false;
  if ((action.flags & SaFlag.Restorer) === 0) return false;
  const bytes = buildFrame(k, info, action, mask, fpstate);
  try {
    copyFpstate(k, fpstate);
    for (const [start, end] of WrittenParts) copyToUser(k, frame + start, bytes.subarray(start, end));
    if (action.flags & SaFlag.SigInfo) copyToUser(k, frame + SigFrame.Info, bytes.subarray(SigFrame.Info));
  } catch (error) {
    if (error === EFAULT) return false;
    throw error;
  }
  if (k.trace.on(Trace.Signal)) traceFrame(k, info, action, frame, fpstate, mask);
  disarmAltStack(task);
  setReg(k, Cpu.Rdi, info.signo);
  setReg(k, Cpu.Rax, 0);
  setReg(k, Cpu.Rsi, frame + SigFrame.Info);
  setReg(k, Cpu.Rdx, frame + SigFrame.UcFlags);
  setReg(k, Cpu.Rip, action.handler);
  setReg(k, Cpu.Rsp, frame);
  setSelectors(k, UserSelector.Cs, UserSelector.Ds);
  k.core.setEflags(k.core.getEflags() & ~HandlerClears);
  clearFpu(k);
  return true;
}

/**
 * What FXSAVE stores, and the bytes reserved for software: all zero without XSAVE, where no magic word says that more follows.
 * Linux: copy_fpstate_to_sigframe, save_xstate_epilog (arch/x86/kernel/fpu/signal.c).
 */
function copyFpstate(k: Kernel, fpstate: number): void {
  k.core.fxsave(MemoryMap.KernelScratch);
  const image = k.core.u8.slice(MemoryMap.KernelScratch, MemoryMap.KernelScratch + SigFrame.FpBytes);
  image.fill(0, SigFrame.FpReserved);
  copyToUser(k, fpstate, image);
}

/** Where the frame is and what sigreturn will find in it; costs nothing when nobody listens. */
function traceFrame(k: Kernel, info: SigInfo, action: SigAction, frame: number, fpstate: number, mask: bigint): void {
  const task = k.current;
  const rax = getRegPair(k, Cpu.Rax);
  const onAltStack = frame >= task.sigAltSp && frame < task.sigAltSp + task.sigAltSize;
  emit(k, Trace.Signal, 'signal:setup_rt_frame', {
    sig: info.signo,
    frame,
    fpstate,
    bytes: fpstate + SigFrame.FpBytes - frame,
    restorer: action.restorer,
    stack: onAltStack ? 'alternate' : 'current',
    uc_flags: UcFlag.SigContextSs | UcFlag.StrictRestoreSs,
    rip: getReg(k, Cpu.Rip),
    rsp: getReg(k, Cpu.Rsp),
    rax: rax[0],
    rax_high: rax[1],
    eflags: k.core.getEflags(),
    trapno: task.trapNr,
    err: task.errorCode,
    cr2: task.cr2Lo,
    cr2_high: task.cr2Hi,
    mask: sigsetLow(mask),
    mask_high: sigsetHigh(mask),
  });
}

function buildFrame(k: Kernel, info: SigInfo, action: SigAction, mask: bigint, fpstate: number): Uint8Array {
  const task = k.current;
  const bytes = new Uint8Array(SigFrame.Bytes);
  const view = new DataView(bytes.buffer);
  const u64 = (at: number, value: number) => {
    view.setUint32(at, value >>> 0, true);
    view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000) >>> 0, true);
  };
  u64(SigFrame.Pretcode, action.restorer);
  u64(SigFrame.UcFlags, UcFlag.SigContextSs | UcFlag.StrictRestoreSs);
  u64(SigFrame.SsSp, task.sigAltSp);
  view.setUint32(SigFrame.SsFlags, task.sigAltFlags, true);
  u64(SigFrame.SsSize, task.sigAltSize);
  const { u8 } = k.core;
  sigcontextRegisters.forEach((register, i) => {
    const at = MemoryMap.Cpu + register;
    bytes.set(u8.subarray(at, at + 8), SigFrame.R8 + 8 * i);
  });
  u64(SigFrame.Eflags, k.core.getEflags());
  view.setUint16(SigFrame.Cs, k.core.u16[selectorIndex(SelectorPlace.Cs)]!, true);
  view.setUint16(SigFrame.Ss, k.core.u16[selectorIndex(SelectorPlace.Ss)]!, true);
  u64(SigFrame.Err, task.errorCode);
  u64(SigFrame.TrapNo, task.trapNr);
  for (const at of [SigFrame.OldMask, SigFrame.SigMask]) {
    view.setUint32(at, sigsetLow(mask), true);
    view.setUint32(at + 4, sigsetHigh(mask), true);
  }
  view.setUint32(SigFrame.Cr2, task.cr2Lo, true);
  view.setUint32(SigFrame.Cr2 + 4, task.cr2Hi, true);
  u64(SigFrame.FpState, fpstate);
  if (action.flags & SaFlag.SigInfo) bytes.set(encodeSigInfo(info).subarray(0, SigInfoOffset.Bytes), SigFrame.Info);
  return bytes;
}

/** Where cs and ss lie among Cpu.Selectors. */
const enum SelectorPlace {
  Cs = 1,
  Ss = 2,
}

function selectorIndex(place: SelectorPlace): number {
  return ((MemoryMap.Cpu + Cpu.Selectors) >>> 1) + place;
}

/** A handler starts with those of user mode; sigreturn may set others, which the next frame shows. */
export function setSelectors(k: Kernel, cs: number, ss: number): void {
  k.core.u16[selectorIndex(SelectorPlace.Cs)] = cs;
  k.core.u16[selectorIndex(SelectorPlace.Ss)] = ss;
}

/** Handlers and new programs start with the initial x87 and SSE state. Linux: fpu__clear. */
export function clearFpu(k: Kernel): void {
  const { u8, u16, u32 } = k.core;
  u8.fill(0, MemoryMap.Cpu + Cpu.Fcw, MemoryMap.Cpu + Cpu.TaskBytes);
  u16[(MemoryMap.Cpu + Cpu.Fcw) >>> 1] = 0x37f;
  u32[(MemoryMap.Cpu + Cpu.Mxcsr) >>> 2] = 0x1f80;
}
