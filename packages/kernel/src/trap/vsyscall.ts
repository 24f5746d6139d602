import { Cpu, PageFaultError, Sig, SiCode, Sys, Vector } from '@ring3/abi';
import { EFAULT, Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { FaultResult, handleMmFault } from '../mm/fault.js';
import { TASK_SIZE_MAX } from '../mm/layout.js';
import type { Mm } from '../mm/mm.js';
import { getU64 } from '../mm/uaccess.js';
import { forceSignal, kernelInfo } from '../signal/send.js';
import { syscallTable } from '../syscalls/table.js';
import { getReg, getRegPair, setReg, setRegPair } from '../task/regs.js';
import { setResumeFlag } from './exceptions.js';

/** 0xffff_ffff_ff60_0000, halves. */
const PAGE_HI = 0xffff_ffff;
const PAGE_LO = 0xff60_0000;

const CALLED = PageFaultError.User | PageFaultError.Fetch;

/** An entry of the page: the call that it stands for, and how many bytes it writes through each argument. */
interface Entry {
  nr: Sys;
  sizes: readonly number[];
}

/** By offset in the page, in steps of 0x400. */
const entries: readonly Entry[] = [
  { nr: Sys.gettimeofday, sizes: [16, 8] },
  { nr: Sys.time, sizes: [8] },
  { nr: Sys.getcpu, sizes: [4, 4] },
];

const arguments_ = [Cpu.Rdi, Cpu.Rsi];

/**
 * A page fault whose address (cr2) may lie in the [vsyscall] page, which can only be called (CONFIG_LEGACY_VSYSCALL_XONLY): the call is
 * done here, and the program goes on behind it, or has a signal. Linux: arch/x86/entry/vsyscall/vsyscall_64.c: emulate_vsyscall.
 * @returns false: an ordinary fault
 */
export function emulateVsyscall(k: Kernel, error: number): boolean {
  const [lo, hi] = getRegPair(k, Cpu.Cr2);
  if (hi !== PAGE_HI || (lo & ~0xfff) >>> 0 !== PAGE_LO) return false;
  if ((error & (PageFaultError.Write | CALLED)) !== CALLED) return false;
  const entry = lo & 0x3ff ? undefined : entries[(lo & 0xc00) >>> 10];
  const caller = entry && returnAddress(k);
  if (!caller) {
    setResumeFlag(k);
    forceSignal(k, k.current, kernelInfo(Sig.SEGV));
    return true;
  }
  const values = entry.sizes.map((_, i) => getReg(k, arguments_[i]!));
  // All of user space may be named, null means nobody asks. Linux: write_ok_or_segv.
  for (const [i, size] of entry.sizes.entries()) {
    if (values[i]! <= TASK_SIZE_MAX - size) continue;
    badPointer(k, FaultResult.SigsegvMaperr, getRegPair(k, arguments_[i]!), PageFaultError.User | PageFaultError.Write);
    return true;
  }
  let result = 0;
  for (const [i, value] of values.entries()) {
    // One at a time: what comes before a bad pointer is written.
    if (value === 0 && entry.sizes.length > 1) continue;
    if (value !== 0 && !makeWritable(k, value, entry.sizes[i]!)) return true;
    result = syscallTable[entry.nr]!.call!(k, i === 0 ? value : 0, i === 1 ? value : 0, 0, 0, 0, 0);
  }
  setReg(k, Cpu.Rax, result);
  setRegPair(k, Cpu.Rip, caller[0], caller[1]);
  setReg(k, Cpu.Rsp, getReg(k, Cpu.Rsp) + 8);
  return true;
}

/** What lies on top of the stack; null where it cannot be read. */
function returnAddress(k: Kernel): [lo: number, hi: number] | null {
  try {
    const rsp = getReg(k, Cpu.Rsp);
    return rsp <= TASK_SIZE_MAX - 8 ? getU64(k, rsp) : null;
  } catch (error) {
    if (error === EFAULT) return null;
    throw error;
  }
}

/** Faults the pages of [va, va + size) in for writing; a page that cannot be had is a signal, as if the program had written there. */
function makeWritable(k: Kernel, va: number, size: number): boolean {
  const mm = k.current.mm!;
  for (const at of [va, va + size - 1]) {
    for (let attempt = 0; k.core.translateIn(mm.pgd, at, 1) === 0; attempt++) {
      const result = attempt < 4 ? faultIn(k, mm, at) : FaultResult.SigsegvAccerr;
      if (result === FaultResult.Ok) continue;
      const present = k.core.translateIn(mm.pgd, at, 0) !== 0 ? PageFaultError.Protection : 0;
      badPointer(k, result, [at >>> 0, Math.floor(at / 0x1_0000_0000)], PageFaultError.User | PageFaultError.Write | present);
      return false;
    }
  }
  return true;
}

function faultIn(k: Kernel, mm: Mm, va: number): FaultResult {
  try {
    return handleMmFault(k, mm, va, PageFaultError.Write);
  } catch (error) {
    // Its bytes could not be read.
    if (error instanceof Errno) return FaultResult.SigbusAdrerr;
    throw error;
  }
}

function badPointer(k: Kernel, result: FaultResult, [lo, hi]: [number, number], errorCode: number): void {
  const task = k.current;
  task.trapNr = Vector.PF;
  task.errorCode = errorCode;
  task.cr2Lo = lo;
  task.cr2Hi = hi;
  setResumeFlag(k);
  const bus = result === FaultResult.SigbusAdrerr;
  const segvCode = result === FaultResult.SigsegvAccerr ? SiCode.SegvAccErr : SiCode.SegvMapErr;
  forceSignal(k, task, { signo: bus ? Sig.BUS : Sig.SEGV, errno: 0, code: bus ? SiCode.BusAdrErr : segvCode, addr: lo, addrHigh: hi });
}
