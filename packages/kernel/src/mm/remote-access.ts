import { PageSize, Pte } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { FaultResult, handleVmaFault } from './fault.js';
import { willWrite } from './frames.js';
import { TASK_SIZE_MAX } from './layout.js';
import type { Mm } from './mm.js';
import { pteFrame, pteHasFrame, readPteLow } from './pte.js';
import { expandStack } from './stack.js';
import { findVma } from './vma.js';
import { isCowMapping, Vm } from './vm-flags.js';

/**
 * mm/gup.c: get_user_pages_remote for one page. Host address of the page that holds va; 0 where there is none. `force` is ptrace's
 * power over the program's own protections: it reads what may not be read, and writes private read-only pages through copy-on-write.
 */
function remotePage(k: Kernel, mm: Mm, va: number, write: boolean, force: boolean): number {
  if (!(va >= 0 && va < TASK_SIZE_MAX)) return 0;
  const vma = findVma(mm, va);
  if (!vma) return 0;
  if (vma.start > va && (!(vma.flags & Vm.GrowsDown) || !expandStack(k, mm, vma, va))) return 0;
  // check_vma_flags
  if (vma.flags & (Vm.Io | Vm.PfnMap)) return 0;
  if (write && !(vma.flags & Vm.Write) && !(force && isCowMapping(vma.flags))) return 0;
  if (!write && !(vma.flags & Vm.Read) && !(force && vma.flags & Vm.MayRead)) return 0;
  const page = va - (va & PageSize.Mask);
  for (let attempt = 0; attempt < 4; attempt++) {
    const slot = k.core.pteSlot(mm.pgd, page, false);
    const low = slot === 0 ? 0 : readPteLow(k, slot);
    // A forced write ends in an own copy that stays read-only: dirty says that the copy has been made.
    const ready = pteHasFrame(low) && (!write || low & Pte.RW || (!(vma.flags & Vm.Write) && low & Pte.D && attempt > 0));
    if (ready) {
      if (write) willWrite(k, pteFrame(low));
      return pteFrame(low);
    }
    const result = handleVmaFault(k, mm, vma, page, write);
    if (result !== FaultResult.Ok && result !== FaultResult.Major) return 0;
  }
  return 0;
}

/** access_process_vm, reading: up to `length` bytes; fewer where a page cannot be had. */
export function readRemote(k: Kernel, mm: Mm, va: number, length: number, force = true): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const frame = remotePage(k, mm, va + done, false, force);
    if (frame === 0) break;
    const host = frame + ((va + done) & PageSize.Mask);
    const n = Math.min(length - done, frame + PageSize.Bytes - host);
    bytes.set(k.core.u8.subarray(host, host + n), done);
    done += n;
  }
  return done === length ? bytes : bytes.slice(0, done);
}

/** access_process_vm, writing: how many bytes were. */
export function writeRemote(k: Kernel, mm: Mm, va: number, bytes: Uint8Array, force = true): number {
  let done = 0;
  while (done < bytes.length) {
    const frame = remotePage(k, mm, va + done, true, force);
    if (frame === 0) break;
    const host = frame + ((va + done) & PageSize.Mask);
    const n = Math.min(bytes.length - done, frame + PageSize.Bytes - host);
    k.core.u8.set(bytes.subarray(done, done + n), host);
    done += n;
  }
  return done;
}
