import { PageSize } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { ENOMEM } from '../errno.js';
import { mayExpandVm, statAccount } from './account.js';
import { Vma, type Mm } from './mm.js';
import { findIntersection, insertVma } from './vma.js';
import { Vm } from './vm-flags.js';

/**
 * mm/mmap.c: _install_special_mapping. Maps kernel-owned frames (allocated with PageFlag.Reserved) at `start`: [vdso], [vvar]. The
 * range must be free: take it from getUnmappedArea. @throws ENOMEM
 */
export function installSpecialMapping(k: Kernel, mm: Mm, start: number, flags: number, name: string, frames: number[]): Vma {
  const length = frames.length * PageSize.Bytes;
  if (findIntersection(mm, start, start + length)) throw ENOMEM;
  const vma = new Vma(start, start + length, flags | mm.defFlags | Vm.DontExpand | Vm.SoftDirty);
  if (!mayExpandVm(k, mm, vma.flags, frames.length)) throw ENOMEM;
  vma.name = name;
  vma.frames = frames;
  insertVma(mm, vma);
  statAccount(mm, vma.flags, frames.length);
  return vma;
}
