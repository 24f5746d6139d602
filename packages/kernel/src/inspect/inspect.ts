import { Cpu } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { TASK_SIZE_MAX } from '../mm/layout.js';
import type { Mm } from '../mm/mm.js';
import { peekUser } from '../mm/peek.js';
import { getTaskReg } from '../task/regs.js';
import { pathString } from '../vfs/d-path.js';
import { type FileView, inspectFiles } from './files.js';
import { inspectInitialStack, type InitialStackView } from './initial-stack.js';
import { inspectMaps, type MappingView } from './maps.js';
import { inspectPageWalk, type PageWalkView } from './page-walk.js';
import { inspectRegisters, type RegistersView } from './registers.js';
import { inspectSignals, type SignalsView } from './signals.js';
import { inspectTasks, type TaskView } from './tasks.js';

export interface MemoryRange {
  address: number;
  /** Bytes. */
  length: number;
}

/** Bytes from an address on; fewer than were asked for where memory ends. */
export interface MemoryView {
  address: number;
  bytes: Uint8Array;
}

/** Which parts of a process are wanted. */
export interface InspectRequest {
  /** A thread's number. */
  pid: number;
  maps?: boolean;
  /** Addresses whose page-table walk is wanted, below 2^47. */
  walks?: readonly number[];
  initialStack?: boolean;
  registers?: boolean;
  /** So many bytes from rsp on. */
  stack?: number;
  memory?: readonly MemoryRange[];
  /** Of the whole machine. */
  tasks?: boolean;
  files?: boolean;
  signals?: boolean;
}

/** One atomic view of a process: plain data that refers to nothing of the machine. Parts that were not asked for, or are not there, are null. */
export interface InspectView {
  pid: number;
  tid: number;
  comm: string;
  /** Path of the program's file, a byte string; null for none. */
  exe: string | null;
  /** Named places of the address space; 0 where there is none. */
  places: Places;
  /** [type, value] of the auxiliary vector. */
  auxv: [number, number][];
  maps: MappingView[] | null;
  walks: PageWalkView[] | null;
  initialStack: InitialStackView | null;
  registers: RegistersView | null;
  stack: MemoryView | null;
  memory: MemoryView[] | null;
  tasks: TaskView[] | null;
  files: FileView[] | null;
  signals: SignalsView | null;
}

/** Addresses of struct mm_struct. */
export interface Places {
  startCode: number;
  endCode: number;
  startData: number;
  endData: number;
  startBrk: number;
  brk: number;
  startStack: number;
  mmapBase: number;
  vdso: number;
  /** Physical address of the top-level page table. */
  pgd: number;
}

const nowhere: Places = {
  startCode: 0,
  endCode: 0,
  startData: 0,
  endData: 0,
  startBrk: 0,
  brk: 0,
  startStack: 0,
  mmapBase: 0,
  vdso: 0,
  pgd: 0,
};

/**
 * What is, without changing anything of it. null: there is no such thread, or it has no address space any more and nothing was asked for
 * that is known without.
 */
export function inspect(k: Kernel, request: InspectRequest): InspectView | null {
  const task = k.pids.task(request.pid);
  if (!task) return null;
  const { mm } = task;
  if (!mm && !request.tasks && !request.files && !request.signals) return null;
  const memory = ({ address, length }: MemoryRange): MemoryView => ({ address, bytes: peekUser(k, mm!, address, length) });
  return {
    pid: task.tgid,
    tid: task.tid,
    comm: task.comm,
    exe: mm?.exeFile?.path ? pathString(k, mm.exeFile.path) : null,
    places: mm ? placesOf(mm) : nowhere,
    auxv: mm ? mm.auxv.map(([type, value]) => [type, value]) : [],
    maps: mm && request.maps ? inspectMaps(k, mm) : null,
    walks:
      mm && request.walks ? request.walks.filter((va) => va >= 0 && va <= TASK_SIZE_MAX).map((va) => inspectPageWalk(k, mm, va)) : null,
    initialStack: mm && request.initialStack ? inspectInitialStack(k, mm) : null,
    registers: mm && request.registers ? inspectRegisters(k, task) : null,
    stack: mm && request.stack !== undefined ? memory({ address: getTaskReg(k, task, Cpu.Rsp), length: request.stack }) : null,
    memory: mm && request.memory ? request.memory.map(memory) : null,
    tasks: request.tasks ? inspectTasks(k) : null,
    files: request.files ? inspectFiles(k, task) : null,
    signals: request.signals ? inspectSignals(task) : null,
  };
}

function placesOf({ startCode, endCode, startData, endData, startBrk, brk, startStack, mmapBase, vdsoBase, pgd }: Mm): Places {
  return { startCode, endCode, startData, endData, startBrk, brk, startStack, mmapBase, vdso: vdsoBase, pgd };
}
