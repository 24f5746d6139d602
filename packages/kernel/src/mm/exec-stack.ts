import { PageSize } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EFAULT, ENOMEM } from '../errno.js';
import { commitMemory, stackRlimit } from './account.js';
import { STACK_GUARD_GAP, layoutOf } from './layout.js';
import { Vma, type Mm } from './mm.js';
import { mprotectFixup } from './mprotect.js';
import { pageAlign, pageBase } from './page.js';
import { expandStack } from './stack.js';
import { findIntersection, insertVma } from './vma.js';
import { dataDefaultFlags, Vm } from './vm-flags.js';

/** What is mapped below the arguments from the start (setup_arg_pages: stack_expand). */
const STACK_EXPAND = 128 * 1024;

/**
 * fs/exec.c: __bprm_mm_init. A new address space gets one page of stack at its very top; copy_strings fills it from the end
 * downwards (writeRemote grows it). Returns the vma; strings end at vma.end − 8. @throws ENOMEM
 */
export function createArgStack(k: Kernel, mm: Mm): Vma {
  const end = layoutOf(k).stackTop;
  const vma = new Vma(end - PageSize.Bytes, end, Vm.StackFlags | Vm.StackIncomplete | Vm.SoftDirty);
  vma.pgoff = vma.start / PageSize.Bytes;
  commitMemory(k, mm, 1);
  insertVma(mm, vma);
  mm.stackVm = mm.totalVm = 1;
  return vma;
}

/** EXSTACK_*: what PT_GNU_STACK says. */
export const enum ExecStack {
  Default = 0,
  Disable = 1,
  Enable = 2,
}

/**
 * fs/exec.c: setup_arg_pages. Moves the filled stack so that it ends at `stackTop` (randomized), gives it its final protection and a
 * first 128 KiB. Returns by how much it moved down: bprm's pointers move with it. @throws ENOMEM EFAULT
 */
export function setupArgPages(k: Kernel, mm: Mm, vma: Vma, stackTop: number, executable: ExecStack): number {
  const shift = vma.end - pageAlign(stackTop);
  if (vma.start - shift < k.vm.mmapMinAddr || shift < 0) throw ENOMEM;
  let flags = Vm.StackFlags | dataDefaultFlags(k) | mm.defFlags | Vm.StackIncomplete | Vm.SoftDirty;
  if (executable === ExecStack.Enable) flags |= Vm.Exec;
  else if (executable === ExecStack.Disable) flags &= ~Vm.Exec;
  mprotectFixup(k, mm, vma, undefined, vma.start, vma.end, flags);
  if (shift > 0) shiftArgPages(k, mm, vma, shift);
  vma.flags &= ~Vm.StackIncomplete;
  const size = vma.end - vma.start;
  const wanted = size + STACK_EXPAND > stackRlimit(k) ? pageBase(stackRlimit(k)) : size + STACK_EXPAND;
  const stackBase = vma.end - wanted;
  mm.startStack = vma.start;
  if (stackBase < vma.start && !expandStack(k, mm, vma, stackBase)) throw EFAULT;
  return shift;
}

/** shift_arg_pages: nothing else is mapped near it yet. */
function shiftArgPages(k: Kernel, mm: Mm, vma: Vma, shift: number): void {
  const start = vma.start - shift;
  const end = vma.end - shift;
  const other = findIntersection(mm, start - STACK_GUARD_GAP, vma.start);
  if (other && other !== vma) throw EFAULT;
  if (!k.core.moveRange(mm.pgd, vma.start, start, vma.end - vma.start)) throw ENOMEM;
  vma.start = start;
  vma.end = end;
  vma.pgoff = start / PageSize.Bytes;
}
