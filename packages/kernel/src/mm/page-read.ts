import type { BlockedOp } from '../sched/park.js';
import { WaitQueue } from '../sched/wait-queue.js';
import { registerState } from '../state.js';
import type { AddressSpace } from './address-space.js';

/**
 * Pages that come from a slow host. A page of the cache is
 *
 *     absent ──first who needs it──▶ reading (PageRead in mapping.reading) ──blockReadDone──▶ uptodate (in mapping.pages)
 *        ▲                              │ others join its queue                    └─ failed ─▶ absent; who waited gets EIO
 *        └──────────── truncation ──────┘
 *
 * Whoever needs a page that is being read throws PageWait; trap/page-wait.ts turns that into a sleep, and has the instruction or the
 * system call run again afterwards. So everything is looked up anew: vma, page, i_size.
 */

/** Where a page's bytes are on the host: Platform.blockRead's arguments. */
export interface BlockSource {
  handle: number;
  node: number;
  offset: number;
  length: number;
}

/** One page on its way. */
export class PageRead {
  readonly queue = new WaitQueue();
  /** The host could not read it: for who waits. */
  failed = false;
  constructor(
    /** Names it to the platform. */
    readonly id: number,
    readonly mapping: AddressSpace,
    readonly index: number,
    /** What the host was asked for: again after a restore. */
    readonly source: BlockSource,
  ) {}
}
registerState('PageRead', PageRead);

/** Who sleeps for something else than a page that is read: a userfault. `left` is called when the sleep is over, however it ended. */
export interface FaultSleep {
  left(): void;
}

/**
 * Thrown through kernel code, past everything that catches an Errno, when it needs a page that is not there yet. Only while
 * k.vm.mayWait says that somebody will catch it.
 */
export class PageWait {
  constructor(
    readonly queue: WaitQueue,
    readonly read: PageRead | null,
    /** It began the read: its fault is the major one. */
    readonly started: boolean,
    readonly sleep: FaultSleep | null = null,
  ) {}
}

/** What a task that sleeps for a page leaves in task.op. `inner` is the operation that its system call had left before. */
export interface PageWaitOp extends BlockedOp {
  kind: 'page';
  read: PageRead | null;
  started: boolean;
  sleep: FaultSleep | null;
  inner: BlockedOp | null;
}
