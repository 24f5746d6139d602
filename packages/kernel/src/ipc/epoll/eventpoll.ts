import { Epoll, Poll } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { Waiter, WaitQueue } from '../../sched/wait-queue.js';
import { registerState } from '../../state.js';
import type { File, FileWatch } from '../../vfs/file.js';

/** Bits that say how to report, not what (EP_PRIVATE_BITS). */
const PRIVATE_BITS = Epoll.EXCLUSIVE + Epoll.WAKEUP + Epoll.ONESHOT + Epoll.ET;
const WRITE_EVENTS = Poll.OUT | Poll.WRNORM | Poll.WRBAND;

/** One event for epoll_wait: its user data is a 64-bit pair. */
export interface ReadyEvent {
  item: EpollItem;
  events: number;
}

/** struct epitem: one descriptor that an epoll instance watches. */
export class EpollItem extends Waiter implements FileWatch {
  private queues: WaitQueue[] = [];

  constructor(
    readonly ep: EventPoll,
    readonly file: File,
    readonly fd: number,
    /** As unsigned 32 bits. */
    public events: number,
    public data: [lo: number, hi: number],
  ) {
    super();
  }

  /** POLL* that it asks for; 0 after its one shot. */
  get wanted(): number {
    return this.events & ~PRIVATE_BITS;
  }
  has(bit: Epoll): boolean {
    return (this.events & bit) !== 0;
  }
  ready(k: Kernel): number {
    return this.file.poll(k) & this.wanted;
  }

  /** A file may wake readers and writers on different queues. Linux: ep_ptable_queue_proc. */
  listen(): void {
    for (const part of [Poll.IN, Poll.OUT]) {
      const queue = this.file.waitQueue(part);
      if (!queue || this.queues.includes(queue)) continue;
      this.queues.push(queue);
      queue.add(this);
    }
  }
  unlisten(): void {
    for (const queue of this.queues) queue.remove(this);
    this.queues = [];
  }

  /** ep_poll_callback */
  wake(k: Kernel, queue: WaitQueue, events: number): void {
    if (this.wanted === 0) return;
    if (events !== 0 && !(events & (this.wanted | Poll.ERR | Poll.HUP))) return;
    // Only the queue that writers wait on, and no writer here: nothing new for it.
    if (events === 0 && this.queues.length > 1 && queue === this.queues[1] && !(this.wanted & WRITE_EVENTS)) return;
    this.ep.becameReady(k, this);
  }
  fileReleased(): void {
    this.ep.remove(this);
  }
}
registerState('EpollItem', EpollItem);

/** struct eventpoll. fs/eventpoll.c */
export class EventPoll {
  private readonly items = new Map<File, Map<number, EpollItem>>();
  /** Items that may have something to report, oldest first (rdllist). */
  private readonly readyList = new Set<EpollItem>();
  /** Callers of epoll_wait; and those who poll the epoll descriptor itself. */
  readonly wait = new WaitQueue();
  readonly pollWait = new WaitQueue();

  find(file: File, fd: number): EpollItem | undefined {
    return this.items.get(file)?.get(fd);
  }

  /** What it watches. */
  *all(): Iterable<EpollItem> {
    for (const byFd of this.items.values()) yield* byFd.values();
  }

  /** ep_insert */
  add(k: Kernel, item: EpollItem): void {
    const byFd = this.items.get(item.file) ?? new Map<number, EpollItem>();
    this.items.set(item.file, byFd);
    byFd.set(item.fd, item);
    (item.file.watches ??= new Set()).add(item);
    const ready = item.ready(k);
    item.listen();
    if (ready) this.becameReady(k, item);
  }

  /** ep_modify */
  modify(k: Kernel, item: EpollItem, events: number, data: [number, number]): void {
    item.events = events;
    item.data = data;
    if (item.ready(k)) this.becameReady(k, item);
  }

  /** ep_remove */
  remove(item: EpollItem): void {
    item.unlisten();
    item.file.watches?.delete(item);
    this.readyList.delete(item);
    const byFd = this.items.get(item.file);
    byFd?.delete(item.fd);
    if (byFd?.size === 0) this.items.delete(item.file);
  }

  becameReady(k: Kernel, item: EpollItem): void {
    this.readyList.add(item);
    this.wait.wake(k, 1);
    this.pollWait.wake(k, Infinity, Poll.IN | Poll.RDNORM);
  }

  /** Is there an event for a reader? Items that turn out to have none leave the list. Linux: ep_read_events_proc. */
  anyReady(k: Kernel): boolean {
    for (const item of [...this.readyList]) {
      if (item.ready(k)) return true;
      this.readyList.delete(item);
    }
    return false;
  }

  /**
   * Up to `max` events, looked at afresh; `deliver` hands one out and may throw, which leaves the rest for the next call. Level-triggered
   * items stay in the list, behind the others. Linux: ep_send_events_proc.
   */
  collect(k: Kernel, max: number, deliver: (event: ReadyEvent) => void): number {
    let count = 0;
    for (const item of [...this.readyList]) {
      if (count >= max) break;
      this.readyList.delete(item);
      const events = item.ready(k);
      if (events === 0) continue;
      try {
        deliver({ item, events });
      } catch (error) {
        this.readyList.add(item);
        if (count > 0) break;
        throw error;
      }
      count++;
      if (item.has(Epoll.ONESHOT)) item.events = (item.events & PRIVATE_BITS) >>> 0;
      else if (!item.has(Epoll.ET)) this.readyList.add(item);
    }
    if (this.readyList.size > 0) this.wait.wake(k, 1);
    return count;
  }

  /** The epoll descriptor is closed. Linux: ep_free. */
  release(): void {
    for (const item of [...this.all()]) this.remove(item);
  }
}
registerState('EventPoll', EventPoll);
