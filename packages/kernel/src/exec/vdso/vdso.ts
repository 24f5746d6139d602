import { PageFlag, PageSize } from '@ring3/abi';
import { ENOMEM } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import { allocFrame } from '../../mm/frames.js';
import { layoutOf, randomBits } from '../../mm/layout.js';
import type { Mm } from '../../mm/mm.js';
import { doMunmap } from '../../mm/munmap.js';
import { pageAlign } from '../../mm/page.js';
import { installSpecialMapping } from '../../mm/special-mapping.js';
import { getUnmappedArea } from '../../mm/unmapped-area.js';
import { Vm } from '../../mm/vm-flags.js';
import { registerState } from '../../state.js';
import { execTraced, stage } from '../stage.js';
import { VDSO_IMAGE } from './vdso-image.generated.js';
import { updateVsyscall } from './vvar.js';

/**
 * [vvar] has three pages in 5.4: the kernel's clock data and one each for two hypervisors' clocks, which are not there (SIGBUS).
 *
 *   base          + 0x1000     + 0x2000     + 0x3000 = AT_SYSINFO_EHDR
 *   │ clock data │ pvclock    │ hvclock    │ linux-vdso.so.1 │
 */
const VVAR_PAGES = 3;
const IMAGE_PAGES = 1;
const PMD_SIZE = 0x20_0000;

/** The frames that every program's [vdso] and [vvar] show; 0 before the first program. */
export class Vdso {
  /** An ordinary page that the kernel keeps: it counts as resident file memory where it is mapped, as in Linux. */
  imageFrame = 0;
  /** Reserved: never counted (VM_PFNMAP). */
  vvarFrame = 0;
}
registerState('Vdso', Vdso);

/**
 * Maps [vvar] and [vdso] into the address space of the program that is being loaded, and sets mm.vdsoBase. Linux:
 * arch/x86/entry/vdso/vma.c: arch_setup_additional_pages, map_vdso. @throws ENOMEM
 */
export function archSetupAdditionalPages(k: Kernel, mm: Mm): void {
  const { imageFrame, vvarFrame } = framesOf(k);
  const vvarLength = VVAR_PAGES * PageSize.Bytes;
  const length = vvarLength + IMAGE_PAGES * PageSize.Bytes;
  const base = getUnmappedArea(k, mm, vdsoAddress(k, mm.startStack, length), length, 0);
  const image = base + vvarLength;
  // May be written: a debugger's breakpoints become private copies.
  installSpecialMapping(k, mm, image, Vm.Read | Vm.Exec | Vm.MayRead | Vm.MayWrite | Vm.MayExec, '[vdso]', [imageFrame]);
  try {
    const flags = Vm.Read | Vm.MayRead | Vm.Io | Vm.DontDump | Vm.PfnMap;
    installSpecialMapping(k, mm, base, flags, '[vvar]', [vvarFrame, 0, 0]);
  } catch (error) {
    doMunmap(k, mm, image, IMAGE_PAGES * PageSize.Bytes);
    throw error;
  }
  mm.vdsoBase = image;
  if (execTraced(k)) stage(k, 'arch_setup_additional_pages', { vvar: base, vdso: image, end: base + length });
}

/**
 * vdso_addr: a random place above the stack, within the page table of the stack's top. Where there is no room, which is always so
 * without ASLR, the search for a free area goes on as for mmap.
 */
function vdsoAddress(k: Kernel, startStack: number, length: number): number {
  const start = pageAlign(startStack);
  const end = Math.min(Math.ceil((start + length) / PMD_SIZE) * PMD_SIZE, layoutOf(k).taskSize) - length;
  if (end <= start) return start;
  const places = (end - start) / PageSize.Bytes + 1;
  return start + (randomBits(k, 32) % places) * PageSize.Bytes;
}

function framesOf(k: Kernel): Vdso {
  const { vdso } = k;
  if (vdso.vvarFrame !== 0) return vdso;
  vdso.imageFrame ||= allocFrame(k, PageFlag.Uptodate);
  if (vdso.imageFrame === 0) throw ENOMEM;
  vdso.vvarFrame = allocFrame(k, PageFlag.Reserved);
  if (vdso.vvarFrame === 0) throw ENOMEM;
  const { u8 } = k.core;
  for (let i = 0; i < VDSO_IMAGE.length; i += 2) u8[vdso.imageFrame + i / 2] = parseInt(VDSO_IMAGE.slice(i, i + 2), 16);
  updateVsyscall(k);
  return vdso;
}
