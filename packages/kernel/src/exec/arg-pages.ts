import type { Kernel } from '../kernel.js';
import { createArgStack, ExecStack, setupArgPages as placeArgPages } from '../mm/exec-stack.js';
import { randomBits, randomizeStackTop, randomizes } from '../mm/layout.js';
import type { Mm } from '../mm/mm.js';
import { pageAlign } from '../mm/page.js';
import type { LinuxBinprm } from './bprm.js';
import { execTraced, stage } from './stage.js';

/** Gives bprm its address space with a first page of stack. Linux: fs/exec.c: bprm_mm_init. */
export function bprmMmInit(k: Kernel, bprm: LinuxBinprm, mm: Mm): void {
  bprm.mm = mm;
  bprm.vma = createArgStack(k, mm);
  // A zero word stays above the file name.
  bprm.p = bprm.vma.end - 8;
  if (!execTraced(k)) return;
  const { p, vma, rlimStack } = bprm;
  stage(k, 'bprm_mm_init', { stack_start: vma.start, stack_end: vma.end, p, stack_limit: rlimStack.cur });
}

/** arch/x86/kernel/process.c: arch_align_stack */
export function archAlignStack(k: Kernel, sp: number): number {
  const lowered = randomizes(k) ? sp - (randomBits(k, 32) % 8192) : sp;
  return lowered - (lowered & 15);
}

/**
 * Moves the filled stack to where this layout has its top and gives it its final protection and size.
 * Linux: fs/exec.c: setup_arg_pages. @throws ENOMEM, EFAULT
 */
export function setupArgPages(k: Kernel, bprm: LinuxBinprm, executable: ExecStack): void {
  const { mm } = k.current;
  if (!mm || !bprm.vma) throw new Error('setup_arg_pages comes after exec_mmap');
  // Without PT_GNU_STACK the personality reads READ_IMPLIES_EXEC, with which the stack's default is executable.
  const protection = executable === ExecStack.Default ? ExecStack.Enable : executable;
  const top = pageAlign(archAlignStack(k, randomizeStackTop(k)));
  const shift = placeArgPages(k, mm, bprm.vma, top, protection);
  bprm.p -= shift;
  bprm.exec -= shift;
  mm.argStart = bprm.p;
  mm.startStack = bprm.p;
  const { start, end } = bprm.vma;
  if (execTraced(k)) stage(k, 'setup_arg_pages', { start, end, shift, executable: protection === ExecStack.Enable });
}
