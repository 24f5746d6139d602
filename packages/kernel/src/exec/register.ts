import type { Kernel } from '../kernel.js';
import { BinfmtElf } from './binfmt-elf.js';
import { BinfmtMisc } from './binfmt-misc/binfmt-misc.js';
import { BinfmtScript } from './binfmt-script.js';

/** The formats in the order in which Linux's initcalls add them (fs/Makefile): script before elf; misc goes before all. */
export function registerBinfmts(k: Kernel): void {
  k.binfmts.register(new BinfmtScript());
  k.binfmts.register(new BinfmtElf());
  k.binfmts.insert(new BinfmtMisc());
}
