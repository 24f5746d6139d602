import { PageFaultError, PageSize } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { Trace, emit } from '../trace/tracer.js';
import { FaultResult } from './fault-result.js';
import type { Mm } from './mm.js';
import { pageBase } from './page.js';
import { vmaName } from './proc-maps.js';
import { pteFrame, pteHasFrame, readPteLow } from './pte.js';
import { linearIndex, vmaAt } from './vma.js';

/** What a fault did: the `kind` of its record. */
export const enum FaultKind {
  None = 0,
  /** The shared page of zeros, for a read of anonymous memory. */
  AnonZero = 1,
  /** A new page of zeros, for a write to anonymous memory. */
  Anon = 2,
  /** A page of a file, with those around it that were cached. */
  FileMap = 3,
  /** A private copy of a file's page, for a write. */
  FileCow = 4,
  /** A shared page of a file, for a write: it is dirty now. */
  SharedWrite = 5,
  /** The page was read-only because others have it: a copy. */
  CowCopy = 6,
  /** The page was read-only, but nobody else has it any more: writable again. */
  CowReuse = 7,
  /** A page of [vdso] or [vvar]. */
  Special = 8,
  /** Nothing was missing. */
  Spurious = 9,
  /** A userfaultfd was asked for it. */
  Userfault = 10,
}

const names: readonly (string | null)[] = [
  null,
  'anon_zero',
  'anon',
  'file_map',
  'file_cow',
  'shared_write',
  'cow_copy',
  'cow_reuse',
  'special',
  'spurious',
  'userfault',
];

/** What the fault that is being handled did so far, for its record. Set with plain stores: cheaper than asking whether anybody listens. */
export const faultNote = { kind: FaultKind.None as FaultKind, pages: 0, grewStack: false };

function resultName(result: FaultResult): string {
  switch (result) {
    case FaultResult.Ok:
      return 'minor';
    case FaultResult.Major:
      return 'major';
    case FaultResult.SigbusAdrerr:
      return 'sigbus';
    case FaultResult.Oom:
      return 'oom';
    default:
      return 'sigsegv';
  }
}

/** mm:handle_mm_fault. Ask `k.trace.on(Trace.Mm)` first. `vma_start`, `vma_end`, `file`, `pgoff`, `pfn` are null where there is none. */
export function recordFault(k: Kernel, mm: Mm, va: number, error: number, result: FaultResult): void {
  const vma = vmaAt(mm, va);
  const slot = k.core.pteSlot(mm.pgd, pageBase(va), false);
  const low = slot === 0 ? 0 : readPteLow(k, slot);
  const kind = names[faultNote.kind] ?? null;
  emit(k, Trace.Mm, 'mm:handle_mm_fault', {
    address: va,
    write: (error & PageFaultError.Write) !== 0,
    exec: (error & PageFaultError.Fetch) !== 0,
    user: (error & PageFaultError.User) !== 0,
    result: resultName(result),
    kind: faultNote.grewStack ? `stack_growth+${kind ?? 'none'}` : kind,
    vma_start: vma?.start ?? null,
    vma_end: vma?.end ?? null,
    file: vma ? vmaName(k, mm, vma) || null : null,
    pgoff: vma?.file ? linearIndex(vma, va) : null,
    pages: faultNote.pages,
    pfn: pteHasFrame(low) ? pteFrame(low) / PageSize.Bytes : null,
  });
}
