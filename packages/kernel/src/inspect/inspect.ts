import type { Kernel } from '../kernel.js';
import { TASK_SIZE_MAX } from '../mm/layout.js';
import { pathString } from '../vfs/d-path.js';
import { inspectInitialStack, type InitialStackView } from './initial-stack.js';
import { inspectMaps, type MappingView } from './maps.js';
import { inspectPageWalk, type PageWalkView } from './page-walk.js';
import { inspectRegisters, type RegistersView } from './registers.js';

/** Which parts of a process are wanted. */
export interface InspectRequest {
  /** A thread's number. */
  pid: number;
  maps?: boolean;
  /** Addresses whose page-table walk is wanted, below 2^47. */
  walks?: readonly number[];
  initialStack?: boolean;
  registers?: boolean;
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

/** What is, without changing anything of it. null: there is no such thread, or it has no address space any more. */
export function inspect(k: Kernel, request: InspectRequest): InspectView | null {
  const task = k.pids.task(request.pid);
  const mm = task?.mm;
  if (!task || !mm) return null;
  const { startCode, endCode, startData, endData, startBrk, brk, startStack, mmapBase, vdsoBase, pgd } = mm;
  return {
    pid: task.tgid,
    tid: task.tid,
    comm: task.comm,
    exe: mm.exeFile?.path ? pathString(k, mm.exeFile.path) : null,
    places: { startCode, endCode, startData, endData, startBrk, brk, startStack, mmapBase, vdso: vdsoBase, pgd },
    auxv: mm.auxv.map(([type, value]) => [type, value]),
    maps: request.maps ? inspectMaps(k, mm) : null,
    walks: request.walks ? request.walks.filter((va) => va >= 0 && va <= TASK_SIZE_MAX).map((va) => inspectPageWalk(k, mm, va)) : null,
    initialStack: request.initialStack ? inspectInitialStack(k, mm) : null,
    registers: request.registers ? inspectRegisters(k, task) : null,
  };
}
