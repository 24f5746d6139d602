import { Personality, Pte } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EFAULT, ENOMEM } from '../errno.js';
import { commitMemory, statAccount } from '../mm/account.js';
import { randomBits, randomizeStackTop, randomizes } from '../mm/layout.js';
import { Vma, type Mm } from '../mm/mm.js';
import { PAGE_SIZE, pageAlign, pageBase, pageIndex } from '../mm/page.js';
import { expandStack } from '../mm/stack.js';
import { Vm } from '../mm/vm-flags.js';
import { insertVma } from '../mm/vma.js';
import type { LinuxBinprm } from './bprm.js';

/** What PT_GNU_STACK says. */
export const enum ExecutableStack {
  Default,
  DisableX,
  EnableX,
}

/** How far below the arguments the stack is mapped at once. */
const STACK_EXPAND = 131072;

/**
 * Gives bprm its address space with a first page of stack. Linux fills the stack at the very top and shifts it later, when the layout is
 * known; layouts here are known now, so it is filled where it stays. Linux: fs/exec.c: bprm_mm_init.
 */
export function bprmMmInit(k: Kernel, bprm: LinuxBinprm, mm: Mm): void {
  bprm.mm = mm;
  const top = pageAlign(archAlignStack(k, randomizeStackTop(k)));
  const vma = new Vma(top - PAGE_SIZE, top, Vm.StackFlags | Vm.StackIncomplete);
  vma.pgoff = pageIndex(vma.start);
  commitMemory(k, mm, 1);
  insertVma(mm, vma);
  statAccount(mm, vma.flags, 1);
  bprm.vma = vma;
  bprm.stackTop = top;
  // A zero word stays above the file name.
  bprm.p = top - 8;
}

/** arch/x86/kernel/process.c: arch_align_stack */
export function archAlignStack(k: Kernel, sp: number): number {
  const lowered = randomizes(k) ? sp - (randomBits(k, 32) % 8192) : sp;
  return lowered - (lowered & 15);
}

/**
 * Final protection of the stack, and its size: 128 KiB below the arguments, within the limit. Linux: fs/exec.c: setup_arg_pages.
 * @throws ENOMEM, EFAULT
 */
export function setupArgPages(k: Kernel, bprm: LinuxBinprm, executable: ExecutableStack): void {
  const mm = k.current.mm;
  const { vma } = bprm;
  if (!mm || !vma) throw new Error('setup_arg_pages comes after exec_mmap');
  if (vma.end - vma.start >= bprm.stackTop - k.vm.mmapMinAddr) throw ENOMEM;
  mm.argStart = bprm.p;

  let flags = Vm.StackFlags | mm.defFlags;
  if (k.current.personality & Personality.ReadImpliesExec) flags |= Vm.Exec;
  if (executable === ExecutableStack.EnableX) flags |= Vm.Exec;
  if (executable === ExecutableStack.DisableX) flags &= ~Vm.Exec;
  const wasExecutable = (vma.flags & Vm.Exec) !== 0;
  vma.flags = flags;
  if (wasExecutable !== ((flags & Vm.Exec) !== 0)) {
    k.core.protectRange(mm.pgd, vma.start, vma.end, Pte.RW, 0, (flags & Vm.Exec) === 0, true);
  }

  const limit = pageBase(bprm.rlimStack.cur);
  const size = vma.end - vma.start;
  const base = size + STACK_EXPAND > limit ? vma.end - limit : vma.start - STACK_EXPAND;
  mm.startStack = bprm.p;
  if (base < vma.start && !expandStack(k, mm, vma, base)) throw EFAULT;
}
