import { Cpu, ErrorNumber, MemoryMap } from '@ring3/abi';
import { Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { NO_RESULT, PARKED } from '../sched/park.js';
import { getRegSigned, setReg } from '../task/regs.js';
import { Trace, emit } from '../trace/tracer.js';
import { PageWait } from '../mm/page-read.js';
import { parkForPage, prefaultStructures, unparkFromPage } from '../trap/page-wait.js';
import type { ArgKind, SyscallRow } from './row.js';
import { syscallTable } from './table.js';

/** How an argument's register is read. */
const enum Conversion {
  Int = 0,
  Uint = 1,
  Long = 2,
  Ulong = 3,
}

/** Registers of the arguments, as u32 indices (arch/x86/entry/entry_64.S). */
const argumentRegisters = [Cpu.Rdi, Cpu.Rsi, Cpu.Rdx, Cpu.R10, Cpu.R8, Cpu.R9].map((offset) => (MemoryMap.Cpu + offset) >>> 2);

/** Conversion of argument i of call nr at 6 × nr + i, and how many it has. */
const conversions = new Uint8Array(6 * syscallTable.length);
const counts = new Uint8Array(syscallTable.length);

function conversionOf(kind: ArgKind): Conversion {
  switch (kind) {
    case 'int':
    case 'fd':
    case 'dirfd':
    case 'pid':
    case 'mode':
    case 'sig':
    case 'idtype':
      return Conversion.Int;
    case 'uint':
    case 'uid':
      return Conversion.Uint;
    case 'long':
    case 'off':
      return Conversion.Long;
    default:
      return kind.startsWith('flags:') ? Conversion.Int : Conversion.Ulong;
  }
}

syscallTable.forEach((row, nr) => {
  counts[nr] = row?.args.length ?? 0;
  row?.args.forEach((kind, i) => (conversions[6 * nr + i] = conversionOf(kind)));
});

/** A `syscall` instruction retired. Linux: do_syscall_64 (arch/x86/entry/common.c). Hooks of ptrace and seccomp belong here. */
export function startSyscall(k: Kernel): void {
  const task = k.current;
  task.origRax = getRegSigned(k, Cpu.Rax);
  if (k.trace.on(Trace.Syscalls)) {
    traceEnter(k);
    if (k.trace.stopRequested) {
      task.op = { kind: 'stopped at entry' };
      return;
    }
  }
  runHandler(k);
}

/** A task that slept in a call is on the CPU again: its handler runs from the start, with task.op set. */
export function resumeSyscall(k: Kernel): void {
  if (k.current.op?.kind === 'page') unparkFromPage(k);
  else if (k.current.op?.kind === 'stopped at entry') k.current.op = null;
  // It slept in a page fault: the instruction runs again.
  if (k.current.origRax === -1) k.current.op = null;
  else runHandler(k);
}

function runHandler(k: Kernel): void {
  const task = k.current;
  let result: number;
  const { vm } = k;
  vm.mayWait = true;
  try {
    result = call(k, task.origRax);
  } catch (error) {
    if (error instanceof PageWait) {
      if (parkForPage(k, error, false)) return;
      result = -ErrorNumber.EINTR;
    } else if (error instanceof Errno) result = -error.code;
    else throw error;
  } finally {
    vm.mayWait = false;
    if (vm.stalled) {
      // A call that does not go on by itself: what it moved is its answer.
      vm.stalled.sleep?.left();
      vm.stalled = null;
    }
  }
  if (result === PARKED) return;
  task.op = null;
  task.pageWait = null;
  if (result !== NO_RESULT) setReg(k, Cpu.Rax, result);
  if (k.trace.on(Trace.Syscalls)) traceExit(k);
}

function call(k: Kernel, nr: number): number {
  const row = nr >= 0 ? syscallTable[nr] : undefined;
  if (!row?.call) return unknown(k, nr, row);
  const at = 6 * nr;
  if (k.vm.slowSources > 0 && !k.current.op) prefaultStructures(k, row.args, (i) => argument(k, at + i));
  // A handler asks for no more arguments than its row names.
  const count = counts[nr]!;
  return row.call(
    k,
    count > 0 ? argument(k, at) : 0,
    count > 1 ? argument(k, at + 1) : 0,
    count > 2 ? argument(k, at + 2) : 0,
    count > 3 ? argument(k, at + 3) : 0,
    count > 4 ? argument(k, at + 4) : 0,
    count > 5 ? argument(k, at + 5) : 0,
  );
}

function argument(k: Kernel, index: number): number {
  const at = argumentRegisters[index % 6]!;
  const { core } = k;
  const conversion: Conversion = conversions[index]!;
  if (conversion === Conversion.Int) return core.i32[at]!;
  const lo = core.u32[at]!;
  if (conversion === Conversion.Uint) return lo;
  const hi = core.i32[at + 1]!;
  if (hi === 0) return lo;
  return conversion === Conversion.Long ? hi * 0x1_0000_0000 + lo : ulong(lo, hi >>> 0);
}

/** What a Number cannot hold exactly is cut, not rounded: −1 as an address stays below 2^64 and unaligned. */
function ulong(lo: number, hi: number): number {
  return hi < 0x20_0000 ? hi * 0x1_0000_0000 + lo : hi * 0x1_0000_0000 + ((lo & ~0x7ff) >>> 0);
}

/** Says once per number that a program asked for what is not there. */
function unknown(k: Kernel, nr: number, row: SyscallRow | undefined): number {
  if (!k.unknownSyscalls.has(nr)) {
    k.unknownSyscalls.add(nr);
    k.platform.debug('syscalls', `${row?.name ?? `call ${nr}`} is not there (pid ${k.current.tgid}, ${k.current.comm}): ENOSYS`);
  }
  return -ErrorNumber.ENOSYS;
}

function traceExit(k: Kernel): void {
  emit(k, Trace.Syscalls, 'syscalls:sys_exit', { nr: k.current.origRax, ret: getRegSigned(k, Cpu.Rax) });
}

function traceEnter(k: Kernel): void {
  const nr = k.current.origRax;
  const raw = (i: number) => k.core.u32[argumentRegisters[i]! + 1]! * 0x1_0000_0000 + k.core.u32[argumentRegisters[i]!]!;
  emit(k, Trace.Syscalls, 'syscalls:sys_enter', {
    nr,
    name: syscallTable[nr]?.name ?? null,
    a0: raw(0),
    a1: raw(1),
    a2: raw(2),
    a3: raw(3),
    a4: raw(4),
    a5: raw(5),
  });
}
