import { Poll, UffdFeature } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { FaultKind, faultNote } from './fault-record.js';
import { FaultResult } from './fault-result.js';
import type { Vma } from './mm.js';
import { PageWait } from './page-read.js';
import { UserfaultWait } from './userfaultfd.js';

/**
 * A page is missing where a userfaultfd is registered: it is told, and the task sleeps until the page is there. Who was woken and finds no
 * page gets SIGBUS: a fault is tried twice. fs/userfaultfd.c: handle_userfault. @throws PageWait
 */
export function userfault(k: Kernel, vma: Vma, va: number, write: boolean): FaultResult {
  const owner = vma.userfault;
  faultNote.kind = FaultKind.Userfault;
  if (!owner || owner.features & UffdFeature.SIGBUS || !k.vm.mayWait) return FaultResult.SigbusAdrerr;
  const last = k.current.pageWait?.sleep;
  if (last instanceof UserfaultWait && last.woken && last.owner === owner && last.address === va) return FaultResult.SigbusAdrerr;
  const wait = new UserfaultWait(owner, va, write, k.current.tid);
  owner.waits.add(wait);
  owner.readers.wake(k, Infinity, Poll.IN);
  throw new PageWait(wait.queue, null, false, wait);
}
