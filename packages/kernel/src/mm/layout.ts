import { Personality } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Mm } from './mm.js';
import { PAGE_SIZE, pageAlign } from './page.js';
import { stackRlimit } from './account.js';

/** End of user space with 47-bit addresses: one guard page below 2^47 (arch/x86/include/asm/processor.h: TASK_SIZE_MAX). */
export const TASK_SIZE_MAX = 0x7fff_ffff_f000;

/** Pages that stay free below a stack (mm/mmap.c: stack_guard_gap). */
export const STACK_GUARD_GAP = 256 * PAGE_SIZE;

/**
 * Where an address space puts things. 'linux' is what 5.4 does; 'compact' keeps all below 4 GiB, the core's window, with the same
 * rules on a smaller TASK_SIZE. `taskSize` bounds what the kernel chooses; MAP_FIXED may go up to TASK_SIZE_MAX in both.
 */
export interface Layout {
  taskSize: number;
  stackTop: number;
  /** ELF_ET_DYN_BASE: where a PIE with an interpreter goes; two thirds of TASK_SIZE, which is at no page's start. */
  pieBase: number;
  /** Bits of randomness of mmap base and PIE (mmap_rnd_bits), and pages of the stack's (STACK_RND_MASK). */
  mmapRndBits: number;
  stackRndPages: number;
  /** Span of brk's randomness, bytes (arch_randomize_brk). */
  brkRnd: number;
}

const LINUX: Layout = {
  taskSize: TASK_SIZE_MAX,
  stackTop: TASK_SIZE_MAX,
  pieBase: 0x5555_5555_4aaa,
  mmapRndBits: 28,
  stackRndPages: 0x3f_ffff,
  brkRnd: 0x200_0000,
};

/** Bits as for a 32-bit task (CONFIG_ARCH_MMAP_RND_COMPAT_BITS), the stack's as on i386. */
const COMPACT: Layout = {
  taskSize: 0xffff_f000,
  stackTop: 0xffff_f000,
  pieBase: 0x1000_0000,
  mmapRndBits: 8,
  stackRndPages: 0x7ff,
  brkRnd: 0x200_0000,
};

export function layoutOf(k: Kernel): Layout {
  return k.options.layout === 'linux' ? LINUX : COMPACT;
}

/** Does a program started by the current task get random addresses (PF_RANDOMIZE)? */
export function randomizes(k: Kernel): boolean {
  return k.vm.randomizeVaSpace !== 0 && (k.current.personality & Personality.AddrNoRandomize) === 0;
}

const randomBytes = new Uint8Array(4);

/** A uniform number of 0 … 2^bits − 1, bits ≤ 32 (get_random_long, masked). */
export function randomBits(k: Kernel, bits: number): number {
  k.platform.random(randomBytes);
  const value = (randomBytes[0]! | (randomBytes[1]! << 8) | (randomBytes[2]! << 16) | (randomBytes[3]! << 24)) >>> 0;
  return bits === 32 ? value : value % 2 ** bits;
}

/** Base address of a PIE with an interpreter: ELF_ET_DYN_BASE, plus arch_mmap_rnd when randomizing. */
export function pieLoadBias(k: Kernel): number {
  const layout = layoutOf(k);
  return layout.pieBase + (randomizes(k) ? randomBits(k, layout.mmapRndBits) * PAGE_SIZE : 0);
}

/** randomize_stack_top */
export function randomizeStackTop(k: Kernel): number {
  const { stackTop, stackRndPages } = layoutOf(k);
  if (!randomizes(k)) return stackTop;
  return stackTop - (randomBits(k, 32) & stackRndPages) * PAGE_SIZE;
}

/** arch_randomize_brk: a page-aligned start within brkRnd bytes above `brk`. */
export function randomizeBrk(k: Kernel, brk: number): number {
  if (!randomizes(k) || k.vm.randomizeVaSpace < 2) return brk;
  return pageAlign(brk) + (randomBits(k, 32) % (layoutOf(k).brkRnd / PAGE_SIZE)) * PAGE_SIZE;
}

const GAP_MIN = 128 * 1024 * 1024;

/** arch_pick_mmap_layout: sets where the mmap area begins, by RLIMIT_STACK of the current task (arch/x86/mm/mmap.c: mmap_base). */
export function pickMmapLayout(k: Kernel, mm: Mm): void {
  const { taskSize, mmapRndBits, stackRndPages } = layoutOf(k);
  const random = randomizes(k);
  const rnd = random ? randomBits(k, mmapRndBits) * PAGE_SIZE : 0;
  mm.taskSize = taskSize;
  mm.mmapLegacyBase = pageAlign(Math.floor(taskSize / 3)) + rnd;
  mm.legacyLayout = k.vm.legacyVaLayout !== 0 || (k.current.personality & Personality.AddrCompatLayout) !== 0;
  const pad = (random ? stackRndPages * PAGE_SIZE : 0) + STACK_GUARD_GAP;
  const gap = Math.min(Math.max(stackRlimit(k) + pad, GAP_MIN), Math.floor(taskSize / 6) * 5);
  mm.mmapBase = mm.legacyLayout ? mm.mmapLegacyBase : pageAlign(taskSize - gap - rnd);
}
