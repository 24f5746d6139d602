import { MapFlag, PageFaultError, PageSize, Prot, UffdFeature } from '@ring3/abi';
import { describe, expect, it } from 'vitest';
import { EBUSY, EEXIST, ENOENT } from '../errno.js';
import { FaultResult, handleMmFault } from './fault.js';
import { doMmap } from './mmap.js';
import { makeMachine } from './testing/machine.js';
import { PageWait, type PageWaitOp } from './page-read.js';
import { getU8, putU8 } from './uaccess.js';
import { fillRange, registerRange, releaseUserfaultfd, unregisterRange } from './userfault-range.js';
import { Userfaultfd } from './userfaultfd.js';

const P = PageSize.Bytes;
const PRIVATE = MapFlag.Private | MapFlag.Anonymous;
const RW = Prot.Read | Prot.Write;

function registered() {
  const { k, mm } = makeMachine();
  const va = doMmap(k, mm, null, 0, 8 * P, RW, PRIVATE, 0);
  const owner = new Userfaultfd(mm);
  registerRange(k, owner, va + P, va + 3 * P);
  k.vm.mayWait = true;
  return { k, mm, va, owner };
}

/** What a fault at va threw. */
function waitAt(k: ReturnType<typeof makeMachine>['k'], va: number): PageWait {
  try {
    handleMmFault(k, k.current.mm!, va, PageFaultError.User);
  } catch (error) {
    if (error instanceof PageWait) return error;
    throw error;
  }
  throw new Error('it did not wait');
}

describe('userfaultfd as in 5.4', () => {
  it('cuts mappings where it is registered, and joins them again', () => {
    const { k, mm, va, owner } = registered();
    expect(mm.vmas.filter(({ start }) => start >= va && start < va + 8 * P).map(({ userfault }) => userfault === owner)).toEqual([
      false,
      true,
      false,
    ]);
    registerRange(k, owner, va + 3 * P, va + 4 * P);
    expect(mm.vmas.find(({ start }) => start === va + P)?.end).toBe(va + 4 * P);
    unregisterRange(k, owner, va, va + 8 * P);
    expect(mm.vmas.find(({ start }) => start === va)?.end).toBe(va + 8 * P);
  });

  it('wakes by address; a fault that is tried a second time without a page is SIGBUS', () => {
    const { k, mm, va, owner } = registered();
    const wait = waitAt(k, va + P + 5);
    expect(owner.pending).toMatchObject({ address: va + P, write: false });
    owner.wake(k, va + 2 * P, va + 3 * P);
    expect(owner.waits.size).toBe(1);
    owner.wake(k, va + P, va + 2 * P);
    expect(owner.waits.size).toBe(0);
    const op: PageWaitOp = { kind: 'page', read: null, started: false, sleep: wait.sleep, inner: null };
    k.current.pageWait = op;
    expect(handleMmFault(k, mm, va + P + 5, PageFaultError.User)).toBe(FaultResult.SigbusAdrerr);
    // A signal had ended that wait: it sleeps again.
    k.current.pageWait = { ...op, sleep: waitAt(k, va + 2 * P).sleep };
    expect(waitAt(k, va + 2 * P)).toBeInstanceOf(PageWait);
  });

  it('is SIGBUS where nothing may wait, or where that was asked for', () => {
    const { k, mm, va, owner } = registered();
    k.vm.mayWait = false;
    expect(handleMmFault(k, mm, va + P, PageFaultError.User)).toBe(FaultResult.SigbusAdrerr);
    k.vm.mayWait = true;
    owner.features = UffdFeature.SIGBUS;
    expect(handleMmFault(k, mm, va + P, PageFaultError.User)).toBe(FaultResult.SigbusAdrerr);
    expect(handleMmFault(k, mm, va, PageFaultError.User)).toBe(FaultResult.Ok);
  });

  it('fills pages, and says where it could not', () => {
    const { k, mm, va } = registered();
    putU8(k, va + 5 * P, 7);
    expect(fillRange(k, mm, va + P, P, va + 5 * P)).toBe(P);
    expect(getU8(k, va + P)).toBe(7);
    expect(() => fillRange(k, mm, va + P, P, null)).toThrow(expect.objectContaining({ code: EEXIST.code }));
    expect(() => fillRange(k, mm, va, P, null)).toThrow(expect.objectContaining({ code: ENOENT.code }));
    expect(() => fillRange(k, mm, va + 2 * P, 2 * P, null)).toThrow(expect.objectContaining({ code: ENOENT.code }));
    expect(() => registerRange(k, new Userfaultfd(mm), va, va + 8 * P)).toThrow(expect.objectContaining({ code: EBUSY.code }));
  });

  it('leaves ordinary memory when it is closed, and wakes everybody', () => {
    const { k, mm, va, owner } = registered();
    waitAt(k, va + P);
    releaseUserfaultfd(k, owner);
    expect(owner.waits.size).toBe(0);
    expect(mm.vmas.some(({ userfault }) => userfault !== null)).toBe(false);
    expect(handleMmFault(k, mm, va + P, PageFaultError.User)).toBe(FaultResult.Ok);
  });
});
