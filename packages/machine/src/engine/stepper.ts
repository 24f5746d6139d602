import { Cpu } from '@ring3/abi';
import { Follow, getReg, getTaskReg, type Kernel, peekUser, type Task, type ThreadFollower, Vm } from '@ring3/kernel';
import { type InstructionKind, instructionAt } from './instruction-kind.js';

/** Bytes of the instruction `syscall`, which runs again where a signal has interrupted its call. */
const SYSCALL_BYTES = 2;
/** Instructions that a longjmp or the search for an exception's handler may take before the step waits for a return again. */
const UNWINDING_MOST = 4_000_000;

/** After so many instructions in the function itself, `out` runs freely to what looks like its callers. */
const SINGLE_MOST = 50_000;
/** Words of the stack that may be return addresses: so many are watched at most, and so far up is looked for them. */
const CALLERS_MOST = 20;
const CALLERS_REACH = 64 * 1024;

/** What jumps out of functions that have not returned: setjmp(3), and the unwinder of C++ exceptions and pthread_exit. */
export const unwinders = [
  'longjmp',
  '_longjmp',
  'siglongjmp',
  '__longjmp_chk',
  '__libc_longjmp',
  '__libc_siglongjmp',
  '_Unwind_RaiseException',
  '_Unwind_Resume',
  '_Unwind_ForcedUnwind',
];

export interface StepperHost {
  /** Breakpoints of the step, in place of those before. */
  watch(addresses: readonly number[]): void;
  /** Where `unwinders` lie in a thread's address space. */
  unwindersOf(task: Task): readonly number[];
}

/** Where a part of a step that runs freely comes to its end: at one of these addresses, with the stack above what was there. */
interface Return {
  addresses: readonly number[];
  above: number;
  /** A function has returned, or a signal's handler. */
  of: 'call' | 'handler';
}

/**
 * A step of one thread by instructions. Others run meanwhile as the scheduler lets them.
 *
 *   insn   one instruction retires. A system call that the thread stood in, or a signal's handler that it enters, is a step of its own.
 *   over   the same, but functions that it calls and handlers of signals run to their end
 *   out    the same again and again, until a return instruction has left the function that it stood in; where that takes long, freely
 *          to the first of the places on the stack that look like return addresses
 *
 * What longjmp or an exception throws away ends `over` and `out` as a return does: at the first instruction after the jump.
 */
export class Stepper implements ThreadFollower {
  /** It is where it was to go. */
  arrived = false;
  private begun = false;
  /** The thread was in the kernel: its call has to come to its end. */
  private readonly inKernel: boolean;
  /** The instruction that is being executed, and the stack before it. */
  private ip: number;
  private sp: number;
  private kind: InstructionKind = 'other';
  /** The function to leave has its return address here or above. */
  private readonly frame: number;
  private awaited: Return | null = null;
  /** What it waits for may have been thrown away: instructions left to find out. */
  private unwinding = 0;
  private interrupted: { ip: number; sp: number } | null = null;
  private unwinderAddresses: readonly number[] = [];
  /** Instructions that `out` has gone through one by one. */
  private singles = 0;
  /** Where a function that takes long may return to; null: it goes on instruction by instruction. */
  private callers: readonly Caller[] | null = null;

  constructor(
    k: Kernel,
    public task: Task | null,
    private readonly unit: 'insn' | 'over' | 'out',
    private readonly host: StepperHost,
  ) {
    this.inKernel = task === null || task.op !== null;
    this.ip = task ? getTaskReg(k, task, Cpu.Rip) : 0;
    this.frame = this.sp = task ? getTaskReg(k, task, Cpu.Rsp) : 0;
  }

  /** The followed thread enters a signal's handler: its registers are still those of the interrupted code. */
  signalled(k: Kernel): void {
    if (this.awaited === null && this.callers === null) this.interrupted ??= { ip: getReg(k, Cpu.Rip), sp: getReg(k, Cpu.Rsp) };
  }

  next(k: Kernel, retired: number): Follow {
    this.task ??= k.current;
    const ip = getReg(k, Cpu.Rip);
    const sp = getReg(k, Cpu.Rsp);
    if (this.awaited) return this.awaitReturn(k, ip, sp);
    if (this.callers) return this.awaitCaller(k, this.callers, ip, sp);
    const { interrupted } = this;
    this.interrupted = null;
    if (interrupted && this.unit !== 'insn') {
      const addresses = [interrupted.ip, interrupted.ip - SYSCALL_BYTES];
      return this.runUntil(k, { addresses, above: interrupted.sp - 1, of: 'handler' });
    }
    const moved = retired > 0 || ip !== this.ip || sp !== this.sp;
    if (!this.begun) {
      this.begun = true;
      return this.inKernel || moved ? this.arrive() : this.single(k);
    }
    // It slept for a page: the instruction is tried again.
    if (!moved) return Follow.Single;
    if (this.unit === 'insn') return this.arrive();
    if (this.kind === 'call' && sp === this.sp - 8) return this.runUntil(k, { addresses: [returnAddress(k, sp)], above: sp, of: 'call' });
    if (this.unit === 'over' || (this.kind === 'return' && sp > this.frame)) return this.arrive();
    if (++this.singles > SINGLE_MOST) this.callers = callersAbove(k, this.frame);
    if (!this.callers || this.callers.length === 0) return this.single(k);
    this.unwinderAddresses = this.host.unwindersOf(this.task!);
    this.host.watch([...this.callers.map(({ address }) => address), ...this.unwinderAddresses]);
    return this.awaitCaller(k, this.callers, ip, sp);
  }

  private awaitCaller(k: Kernel, callers: readonly Caller[], ip: number, sp: number): Follow {
    if (callers.some((caller) => caller.address === ip && sp >= caller.sp && this.isSameStack(k, sp, caller.sp))) return this.arrive();
    if (!this.unwinderAddresses.includes(ip)) return Follow.Run;
    // What is thrown may land in the function or above it.
    this.callers = null;
    this.singles = 0;
    this.awaited = { addresses: [], above: sp, of: 'call' };
    return this.awaitReturn(k, ip, sp);
  }

  private arrive(): Follow {
    this.arrived = true;
    return Follow.Stop;
  }

  private single(k: Kernel): Follow {
    this.ip = getReg(k, Cpu.Rip);
    this.sp = getReg(k, Cpu.Rsp);
    this.kind = instructionAt(k);
    return Follow.Single;
  }

  private runUntil(k: Kernel, awaited: Return): Follow {
    this.awaited = awaited;
    this.unwinderAddresses = this.host.unwindersOf(this.task!);
    this.host.watch([...awaited.addresses, ...this.unwinderAddresses]);
    // It may stand in one already: a breakpoint does not hold where the core begins.
    return this.awaitReturn(k, getReg(k, Cpu.Rip), getReg(k, Cpu.Rsp));
  }

  private awaitReturn(k: Kernel, ip: number, sp: number): Follow {
    const { above, addresses, of } = this.awaited!;
    if (addresses.includes(ip) && sp > above) {
      this.endWait();
      // The instruction that the handler interrupted has not been executed yet.
      if (of === 'handler' || this.unit === 'out') return this.single(k);
      return this.arrive();
    }
    if (this.unwinding > 0) {
      if ((this.kind === 'jump' || this.kind === 'return') && sp > above && this.isSameStack(k, sp, above)) return this.thrownTo(k, sp);
      this.unwinding--;
      return this.single(k);
    }
    if (!this.unwinderAddresses.includes(ip)) return Follow.Run;
    this.unwinding = UNWINDING_MOST;
    return this.single(k);
  }

  /** The awaited return will not come. */
  private thrownTo(k: Kernel, sp: number): Follow {
    this.endWait();
    if (this.unit === 'over' || sp > this.frame) return this.arrive();
    return this.single(k);
  }

  private endWait(): void {
    this.awaited = null;
    this.unwinding = 0;
    this.begun = true;
    this.host.watch([]);
  }

  /** A coroutine's stack, or that of a handler, may lie above by chance. */
  private isSameStack(k: Kernel, sp: number, other: number): boolean {
    const vma = k.current.mm?.vmas.find(({ start, end }) => sp >= start && sp < end);
    return vma !== undefined && other >= vma.start && other < vma.end;
  }
}

/** A place on the stack that looks like a return address, and where the stack is when it has been popped. */
interface Caller {
  address: number;
  sp: number;
}

/** Words above `frame` that point behind a call instruction, or to what ends a signal's handler. */
function callersAbove(k: Kernel, frame: number): Caller[] {
  const mm = k.current.mm!;
  const bytes = peekUser(k, mm, frame, CALLERS_REACH);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const callers: Caller[] = [];
  for (let at = 0; at + 8 <= bytes.length && callers.length < CALLERS_MOST; at += 8) {
    const address = Number(view.getBigUint64(at, true));
    if (!mm.vmas.some(({ start, end, flags }) => flags & Vm.Exec && address >= start && address < end)) continue;
    const isRestorer = k.current.sighand.actions.some(({ restorer }) => restorer === address);
    if (isRestorer || isBehindCall(peekUser(k, mm, address - 7, 7))) callers.push({ address, sp: frame + at + 8 });
  }
  return callers;
}

/** Do these seven bytes end with a call: E8 and four bytes, or FF /2 of two to seven bytes? */
function isBehindCall(bytes: Uint8Array): boolean {
  if (bytes.length < 7) return false;
  return bytes[2] === 0xe8 || [0, 1, 2, 3, 4, 5].some((at) => bytes[at] === 0xff && ((bytes[at + 1]! >> 3) & 7) === 2);
}

function returnAddress(k: Kernel, sp: number): number {
  const bytes = peekUser(k, k.current.mm!, sp, 8);
  if (bytes.length < 8) return 0;
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
}
